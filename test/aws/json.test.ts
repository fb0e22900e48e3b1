/** JSON of the AWS protocols: replies for `Accept: application/json`; requests and replies of JSON 1.1. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/aws/error.ts';
import { compileJsonReader, compileJsonWriter, envelopeJson, errorJson, errorJson11 } from '../../src/aws/json.ts';
import { boolean, integer, list, map, optional, struct, text, timestamp, timestampMs } from '../../src/aws/shape.ts';

const Output = struct('Out', {
  Text: optional(text()),
  Truth: optional(boolean()),
  Number: optional(integer()),
  At: optional(timestamp()),
  AtMs: optional(timestampMs()),
  Names: optional(list(text())),
  Tags: optional(list(struct('Tag', { Key: text(), Value: optional(text()) }))),
  Map: optional(map(integer())),
});

const write = compileJsonWriter(Output);

describe('serialized JSON', () => {
  it.each<[unknown, string]>([
    [{}, '{}'],
    [{ Text: 'a"b', Absent: 1 }, '{"Text":"a\\"b"}'],
    [{ Truth: false, Number: 0 }, '{"Truth":false,"Number":0}'],
    [{ Names: [], Tags: [] }, '{"Names":[],"Tags":[]}'],
    [{ Tags: [{ Key: 'k' }] }, '{"Tags":[{"Key":"k"}]}'],
    [{ Map: { a: 1, __proto__: 2 } }, '{"Map":{"a":1}}'],
    // https://github.com/clousale/amazon-sp-api-php/issues/58
    [{ At: 1_514_869_445_000 }, '{"At":1.514869445E9}'],
    [{ At: 1_514_869_445_999 }, '{"At":1.514869445E9}'],
    [{ AtMs: 1_514_869_445_250 }, '{"AtMs":1.51486944525E9}'],
    [{ At: 2_000_000_000_000 }, '{"At":2.0E9}'],
    [{ At: 0 }, '{"At":0.0}'],
  ])('%j', (value, json) => {
    expect(write(value)).toBe(json);
  });

  it('parses to the original values', () => {
    const outputs = fc.record({
      Text: fc.string({ unit: 'binary' }),
      At: fc.integer({ min: 0, max: 4_000_000_000 }).map(seconds => seconds * 1000),
      Names: fc.array(fc.string()),
    });
    fc.assert(
      fc.property(outputs, output => {
        expect(JSON.parse(write(output) ?? '')).toEqual({ ...output, At: output.At / 1000 });
      }),
    );
  });

  it('is wrapped in an envelope', () => {
    expect(JSON.parse(envelopeJson('GetCallerIdentity', '{"Account":"1"}', 'id'))).toEqual({
      GetCallerIdentityResponse: { GetCallerIdentityResult: { Account: '1' }, ResponseMetadata: { RequestId: 'id' } },
    });
    expect(envelopeJson('DeleteRole', undefined, 'id')).toBe(
      '{"DeleteRoleResponse":{"ResponseMetadata":{"RequestId":"id"}}}',
    );
  });
});

describe('errors', () => {
  it('have no wrapper in the Query protocol', () => {
    expect(errorJson(new AwsError('AccessDenied', 403, 'no'), 'id')).toBe(
      '{"Error":{"Code":"AccessDenied","Message":"no","Type":"Sender"},"RequestId":"id"}',
    );
  });

  it.each([
    ['SignatureDoesNotMatch', 'InvalidSignatureException'],
    ['InvalidClientTokenId', 'UnrecognizedClientException'],
    ['ExpiredToken', 'ExpiredTokenException'],
    ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
    ['AccessDenied', 'AccessDeniedException'],
    ['InvalidTimeRangeException', 'InvalidTimeRangeException'],
  ])('%s is %s in JSON 1.1', (code, type) => {
    expect(JSON.parse(errorJson11(new AwsError(code, 400, 'text')))).toEqual({ __type: type, message: 'text' });
  });

  it('without a message have no message member', () => {
    expect(errorJson11(new AwsError('SerializationException', 400, undefined))).toBe(
      '{"__type":"SerializationException"}',
    );
  });
});

const Input = struct('In', {
  Text: optional(text()),
  Number: optional(integer()),
  Truth: optional(boolean()),
  At: optional(timestamp()),
  List: optional(list(struct('Item', { A: optional(text()) }))),
  Map: optional(map(text())),
});

const reader = compileJsonReader(Input);
const read = (body: string): unknown => reader(Buffer.from(body));

describe('JSON 1.1 bodies', () => {
  it.each<[string, unknown]>([
    ['', {}],
    ['{}', {}],
    ['{"Text":"x","Unknown":{"a":1}}', { Text: 'x' }],
    ['{"Text":null}', {}],
    ['{"Number":-3,"Truth":false}', { Number: -3, Truth: false }],
    ['{"At":1514869445.5}', { At: 1_514_869_445_500 }],
    ['{"At":"2026-11-20T12:00:00Z"}', { At: Date.UTC(2026, 10, 20, 12) }],
    ['{"List":[{"A":"x"},null,{}]}', { List: [{ A: 'x' }, {}] }],
    ['{"Text":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', { Text: '['.repeat(40) }],
    ['{"__proto__":{"Text":"x"}}', {}],
  ])('%s', (body, input) => {
    expect(read(body)).toEqual(input);
  });

  it('keeps a map key __proto__ as a key', () => {
    expect(Object.keys(Object(read('{"Map":{"__proto__":"x"}}'))['Map'])).toEqual(['__proto__']);
  });

  it.each([
    '{',
    'null',
    '[]',
    '"x"',
    '{"Text":1}',
    '{"Number":"1"}',
    '{"Number":1.5}',
    '{"Number":2147483648}',
    '{"Truth":"true"}',
    '{"At":true}',
    '{"At":1e300}',
    '{"List":{}}',
    '{"List":["x"]}',
    '{"Map":[]}',
    `{"Unknown":${'['.repeat(33)}${']'.repeat(33)}}`,
    '['.repeat(500_000),
    `{"Unknown":[${'0,'.repeat(20_000)}0]}`,
  ])('%.40s is SerializationException (unconfirmed)', body => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'SerializationException', status: 400 }));
  });

  it('that are not UTF-8 (unconfirmed)', () => {
    expect(() => reader(Buffer.from([0x22, 0xff, 0x22]))).toThrow(AwsError);
  });

  it('of any bytes are read or refused with an AWS error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), body => {
        try {
          read(body);
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
        }
      }),
    );
  });
});
