/** The XML serializer, compared byte for byte with xml2js's Builder and AWS's recorded replies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Builder, parseStringPromise } from 'xml2js';
import { AwsError } from '../../src/aws/error.ts';
import {
  blob,
  boolean,
  choice,
  integer,
  list,
  map,
  optional,
  struct,
  text,
  timestamp,
  timestampMs,
} from '../../src/aws/shape.ts';
import { compileXmlReply, errorXml, escapeXml } from '../../src/aws/xml.ts';

const STS = 'https://sts.amazonaws.com/doc/2011-06-15/';
const ID = 'c6104cbe-af31-11e0-8154-cbc7ccf896c7';
const builder = new Builder({ headless: true, renderOpts: { pretty: true, indent: '  ', newline: '\n' } });

const AssumeRole = struct('AssumeRoleResponse', {
  AssumedRoleUser: optional(struct('AssumedRoleUser', { AssumedRoleId: text(), Arn: text() })),
  Credentials: optional(
    struct('Credentials', {
      AccessKeyId: text(),
      SecretAccessKey: text(),
      SessionToken: text(),
      Expiration: timestamp(),
    }),
  ),
  PackedPolicySize: optional(integer()),
});

// As recorded: https://github.com/justincormack/argmin
it('serializes AssumeRole like AWS', () => {
  const write = compileXmlReply('AssumeRole', STS, AssumeRole);
  const output = {
    Credentials: {
      AccessKeyId: 'ASIA',
      SecretAccessKey: 's',
      SessionToken: 't',
      Expiration: Date.UTC(2026, 8, 11, 17, 32, 35, 999),
    },
    AssumedRoleUser: { AssumedRoleId: 'AROA:session', Arn: 'arn:aws:sts::123456789012:assumed-role/name/session' },
  };
  expect(write(output, ID)).toBe(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROA:session</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/name/session</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIA</AccessKeyId>
      <SecretAccessKey>s</SecretAccessKey>
      <SessionToken>t</SessionToken>
      <Expiration>2026-09-11T17:32:35Z</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>${ID}</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`);
});

it('has no Result element for an operation without output', () => {
  expect(
    compileXmlReply('DeleteRole', 'https://iam.amazonaws.com/doc/2010-05-08/', undefined)(undefined, ID),
  ).toBe(`<DeleteRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <ResponseMetadata>
    <RequestId>${ID}</RequestId>
  </ResponseMetadata>
</DeleteRoleResponse>
`);
});

it('serializes empty lists, maps, structures and texts as <X/>, and omits absent members', () => {
  const output = struct('Out', {
    List: list(text()),
    Map: map(text()),
    Struct: struct('Inner', { A: optional(text()) }),
    Text: text(),
    Absent: optional(text()),
    AbsentList: optional(list(text())),
    False: boolean(),
    Zero: integer(),
    At: timestampMs(),
  });
  const value = { List: [], Map: {}, Struct: {}, Text: '', False: false, Zero: 0, At: 1_789_000_000_123 };
  expect(compileXmlReply('Op', 'urn:x', output)(value, ID)).toBe(`<OpResponse xmlns="urn:x">
  <OpResult>
    <List/>
    <Map/>
    <Struct/>
    <Text/>
    <False>false</False>
    <Zero>0</Zero>
    <At>2026-09-10T00:26:40.123Z</At>
  </OpResult>
  <ResponseMetadata>
    <RequestId>${ID}</RequestId>
  </ResponseMetadata>
</OpResponse>
`);
});

it('throws TypeError for a timestamp that is not a number', () => {
  const write = compileXmlReply('Op', 'urn:x', struct('Out', { At: timestamp() }));
  expect(() => write({ At: 'today' }, ID)).toThrow(TypeError);
});

const Everything = struct('Out', {
  Text: optional(text()),
  Number: optional(integer()),
  Truth: optional(boolean()),
  Choice: optional(choice(['A', 'B'])),
  Seed: optional(blob()),
  At: optional(timestamp()),
  Names: optional(list(text())),
  Tags: optional(list(struct('Tag', { Key: text(), Value: optional(text()) }))),
  Nested: optional(struct('Nested', { Inner: struct('Inner', { Deep: optional(text()) }), Other: optional(text()) })),
  Map: optional(map(text())),
  Maps: optional(map(struct('Detail', { A: optional(text()) }))),
});

type Tree = string | { [name: string]: Tree | Tree[] };

/** The output in the format of xml2js: texts, members and entries under their element names. */
function tree(value: unknown, at: string): Tree {
  if (Array.isArray(value)) return value.length === 0 ? '' : { member: value.map(member => tree(member, '')) };
  if (typeof value !== 'object' || value === null) {
    return at === 'At' ? `${new Date(Number(value)).toISOString().slice(0, 19)}Z` : String(value);
  }
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return '';
  if (at !== 'Map' && at !== 'Maps')
    return Object.fromEntries(entries.map(([name, member]) => [name, tree(member, name)]));
  return { entry: entries.map(([key, member]) => ({ key, value: tree(member, '') })) };
}

const legal = fc
  .string({ unit: 'binary', maxLength: 20 })
  .map(value => [...value].filter(char => escapeXml(char) !== '\ufffd').join(''));
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const everything = fc.record({
  Text: some(legal),
  Number: some(fc.integer()),
  Truth: some(fc.boolean()),
  Choice: some(fc.constantFrom('A', 'B')),
  Seed: some(fc.base64String()),
  At: some(fc.integer({ min: 0, max: 4_000_000_000_000 })),
  Names: some(fc.array(legal)),
  Tags: some(fc.array(fc.record({ Key: legal, Value: some(legal) }))),
  Nested: some(fc.record({ Inner: fc.record({ Deep: some(legal) }), Other: some(legal) })),
  Map: some(fc.dictionary(legal, legal)),
  Maps: some(fc.dictionary(legal, fc.record({ A: some(legal) }))),
});

describe("xml2js's Builder", () => {
  const write = compileXmlReply('Op', 'urn:a&"b', Everything);

  it('writes the same bytes for every output', () => {
    fc.assert(
      fc.property(everything, fc.uuid(), (output, requestId) => {
        const expectedXml = builder.buildObject({
          OpResponse: {
            $: { xmlns: 'urn:a&"b' },
            OpResult: tree(output, ''),
            ResponseMetadata: { RequestId: requestId },
          },
        });
        expect(write(output, requestId)).toBe(`${expectedXml}\n`);
      }),
      { numRuns: 500 },
    );
  });

  it('writes the same bytes for every error', () => {
    fc.assert(
      fc.property(legal, fc.constantFrom(400, 403, 500), (message, status) => {
        const expectedXml = builder.buildObject({
          ErrorResponse: {
            $: { xmlns: STS },
            Error: { Type: status === 500 ? 'Receiver' : 'Sender', Code: 'Code', Message: message },
            RequestId: ID,
          },
        });
        expect(errorXml(new AwsError('Code', status, message), STS, ID)).toBe(`${expectedXml}\n`);
      }),
    );
  });
});

describe('errors', () => {
  it('as recorded', () => {
    expect(errorXml(new AwsError('ValidationError', 400, 'a < b'), STS, ID)).toBe(`<ErrorResponse xmlns="${STS}">
  <Error>
    <Type>Sender</Type>
    <Code>ValidationError</Code>
    <Message>a &lt; b</Message>
  </Error>
  <RequestId>${ID}</RequestId>
</ErrorResponse>
`);
  });

  it('without a message have no Message element', () => {
    expect(errorXml(new AwsError('MalformedInput', 400, undefined), STS, ID)).not.toContain('Message');
  });
});

describe('characters', () => {
  it.each([
    ['a&b<c>d"e\'f', 'a&amp;b&lt;c&gt;d"e\'f'],
    ['\t\n\r', '\t\n&#xD;'],
    ['\0\u0001\u000b\u001f\ufffe\uffff', '\ufffd'.repeat(6)],
    ['\ud800a\udc00', '\ufffda\ufffd'],
    ['é😀\u007f\u0085', 'é😀\u007f\u0085'],
  ])('%j', (given, written) => {
    expect(escapeXml(given)).toBe(written);
  });

  it('of any text give a valid document', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async message => {
        const document = errorXml(new AwsError('Code', 400, `.${message}.`), STS, ID);
        const read: unknown = await parseStringPromise(document);
        expect(read).toHaveProperty('ErrorResponse.Error.0.Code.0', 'Code');
      }),
    );
  });
});
