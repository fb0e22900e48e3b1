/** The Query reader: lists, maps and structures from dotted names, and the messages for invalid names. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/aws/error.ts';
import { readForm } from '../../src/aws/form.ts';
import { compileReader, DEPTH_LIMIT } from '../../src/aws/query.ts';
import { blob, boolean, choice, integer, list, map, optional, struct, text, timestamp } from '../../src/aws/shape.ts';

const Tag = struct('Tag', { Key: text(), Value: optional(text()) });
const schema = struct('Input', {
  RoleArn: optional(text()),
  DurationSeconds: optional(integer()),
  SetAsDefault: optional(boolean()),
  Status: optional(choice(['Active', 'Inactive'])),
  Since: optional(timestamp()),
  Seed: optional(blob()),
  Tags: optional(list(Tag)),
  Keys: optional(list(text())),
  Numbers: optional(list(integer())),
  TaskPolicyArn: optional(struct('PolicyDescriptorType', { arn: optional(text()) })),
  Attributes: optional(map(text())),
  Entries: optional(list(struct('ContextEntry', { Name: optional(text()), Values: optional(list(text())) }))),
});

const reader = compileReader(schema);
const read = (form: string): Record<string, unknown> => reader(readForm('', Buffer.from(form)));

const thrown = (form: string): [string, number, string | undefined] => {
  try {
    read(form);
  } catch (error) {
    if (error instanceof AwsError) return [error.code, error.status, error.awsMessage];
    throw error;
  }
  throw new Error('it was read');
};

describe('parsed parameters', () => {
  it.each<[string, Record<string, unknown>]>([
    ['', {}],
    ['RoleArn=x', { RoleArn: 'x' }],
    ['RoleArn=', { RoleArn: '' }],
    ['RoleArn=x&RoleArn=y', { RoleArn: 'x' }],
    ['Unknown=1&RoleArn=x&rolearn=y', { RoleArn: 'x' }],
    ['SetAsDefault=true', { SetAsDefault: true }],
    ['SetAsDefault=false', { SetAsDefault: false }],
    ['Status=Whatever', { Status: 'Whatever' }],
    ['Since=2026-11-20T12:00:00Z', { Since: Date.UTC(2026, 10, 20, 12) }],
    ['Seed=QUJD', { Seed: 'QUJD' }],
    ['Keys.member.1=a&Keys.member.2=b', { Keys: ['a', 'b'] }],
    ['Keys.member.2=b&Keys.member.1=a', { Keys: ['a', 'b'] }],
    ['Keys.member.01=a', { Keys: ['a'] }],
    ['Keys.member.1=a&Keys.member.01=b', { Keys: ['a'] }],
    ['Keys.member.10=b&Keys.member.9=a', { Keys: ['a', 'b'] }],
    ['Keys.member.11=a', { Keys: ['a'] }],
    ['Keys.member.1=', { Keys: [''] }],
    ['Keys=', {}],
    ['Tags.member.1.Key=k&Tags.member.1.Value=v', { Tags: [{ Key: 'k', Value: 'v' }] }],
    ['Tags.member.1.Value=v', { Tags: [{ Value: 'v' }] }],
    ['Tags.member.1.Other=v', { Tags: [{}] }],
    ['Tags=', {}],
    ['TaskPolicyArn.arn=a', { TaskPolicyArn: { arn: 'a' } }],
    ['TaskPolicyArn=', {}],
    ['TaskPolicyArn.Arn=a', { TaskPolicyArn: {} }],
    [
      'Entries.member.1.Name=n&Entries.member.1.Values.member.1=a&Entries.member.1.Values.member.2=b',
      { Entries: [{ Name: 'n', Values: ['a', 'b'] }] },
    ],
    [
      'Attributes.entry.1.key=a&Attributes.entry.1.value=x&Attributes.entry.2.key=b&Attributes.entry.2.value=y',
      { Attributes: { a: 'x', b: 'y' } },
    ],
    [
      'Attributes.entry.1.key=a&Attributes.entry.1.value=x&Attributes.entry.2.key=a&Attributes.entry.2.value=y',
      { Attributes: { a: 'x' } },
    ],
    ['RoleArn.member.1=x', {}],
    ['Keys.entry.1=x', {}],
    ['Numbers.member.1=%2B7', { Numbers: [7] }],
  ])('%s', (form, expected) => {
    expect(read(form)).toEqual(expected);
  });

  it('creates no list for names without a number', () => {
    expect(read('Keys.member=x')).toEqual({});
  });

  it.each([
    '__proto__',
    'constructor',
    'Tags.member.1.__proto__',
    'Tags.__proto__.1.Key',
    'Attributes.entry.1.__proto__',
  ])('%s is an ordinary name', name => {
    expect(() => read(`${encodeURIComponent(name)}=polluted`)).not.toThrow();
    expect({}).not.toHaveProperty('polluted');
  });

  it('keeps a map key __proto__ as a key', () => {
    const { Attributes } = read('Attributes.entry.1.key=__proto__&Attributes.entry.1.value=x');
    expect(Object.keys(Attributes ?? {})).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(Attributes)).toBeNull();
  });
});

describe('integers, as recorded (sts/query_inputs)', () => {
  it.each([
    ['900', 900],
    ['%2B900', 900],
    ['0900', 900],
    ['0', 0],
    ['-0', 0],
    ['-5', -5],
    ['2147483647', 2147483647],
    ['-2147483648', -2147483648],
  ])('%s is %d', (sent, value) => {
    expect(read(`DurationSeconds=${sent}`)).toEqual({ DurationSeconds: value });
  });

  it('an empty integer has its own message', () => {
    expect(thrown('DurationSeconds=')).toEqual(['MalformedInput', 400, 'missing value for decimal type']);
  });

  it.each([
    '%20900%20',
    '%09900%0A',
    '900.0',
    '9e2',
    '2147483648',
    '-2147483649',
    'abc',
    '0x10',
    '٩',
    '+900',
    '--9',
    '%2B',
  ])('%s is MalformedInput without a message', sent => {
    expect(thrown(`DurationSeconds=${sent}`)).toEqual(['MalformedInput', 400, undefined]);
  });
});

// testdata/aws/iam/query_collections.json of the recording; STS assumed equal.
describe('positions of a list', () => {
  it.each([
    ['Keys.member.0=a', '0 is not a valid index'],
    ['Tags.member.0.Key=a', '0 is not a valid index'],
    ['Keys.member.-1=a', "Key -1 may not have a leading '-'"],
    ['Keys.member.one=a', 'Start of list found where not expected'],
    ['Keys.member.%2B1=a', 'Start of list found where not expected'],
    ['Keys.member.=a', 'Start of list found where not expected'],
    ['Keys.member.1.5e1=a&Keys.member.x=b', 'Start of list found where not expected'],
    ['Keys.member.12=a', 'Excessively sparse input would skip 11 list elements'],
    ['Keys.member.1=a&Keys.member.13=b', 'Excessively sparse input would skip 11 list elements'],
    ['Tags.member.999999999.Key=a', 'Excessively sparse input would skip 999999998 list elements'],
    ['Attributes.entry.0.key=a', '0 is not a valid index'],
  ])('%s: %s', (form, message) => {
    expect(thrown(form)).toEqual(['MalformedInput', 400, message]);
  });

  it('beyond 32 bit (unconfirmed)', () => {
    expect(thrown('Keys.member.99999999999999999999=a')[2]).toBe('Start of list found where not expected');
  });

  it.each([
    // https://github.com/amazonwebservices/aws-sdk-for-php/pull/9: Instances.member.1=i-…
    ['Tags.member.1=a', 'Unexpected complex element termination'],
    ['TaskPolicyArn=a', 'Unexpected complex element termination'],
    ['Keys=a', 'Unexpected list element termination'],
  ])('%s, a text where a list or structure is expected (unconfirmed for STS and IAM)', (form, message) => {
    expect(thrown(form)).toEqual(['MalformedInput', 400, message]);
  });

  it.each(['SetAsDefault=yes', 'SetAsDefault=', 'SetAsDefault=TRUE', 'Since=yesterday', 'Since=2026-13-01T00:00:00Z'])(
    '%s is MalformedInput (unconfirmed)',
    form => {
      expect(thrown(form)).toEqual(['MalformedInput', 400, undefined]);
    },
  );

  it('names beyond the maximum nesting (unconfirmed)', () => {
    expect(thrown(`Tags${'.member.1'.repeat(DEPTH_LIMIT)}=a`)[0]).toBe('MalformedInput');
    expect(read(`Other${'.member.1'.repeat(DEPTH_LIMIT)}=a`)).toEqual({});
  });
});

describe('any parameters at all', () => {
  const step = fc.oneof(
    fc.constantFrom(
      'Tags',
      'Keys',
      'Attributes',
      'Entries',
      'TaskPolicyArn',
      'member',
      'entry',
      'Key',
      'key',
      'value',
      '__proto__',
      '',
    ),
    fc.integer({ min: -2, max: 30 }).map(String),
    fc.string({ maxLength: 5 }),
  );
  const name = fc.array(step, { minLength: 1, maxLength: 7 }).map(steps => steps.join('.'));

  it('are read or refused with an AWS error', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), given => {
        try {
          reader(readForm('', Buffer.from(new URLSearchParams(given).toString())));
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a list is parsed as it was encoded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
          minLength: 1,
          maxLength: 60,
        }),
        pairs => {
          const form = new URLSearchParams();
          for (const [at, [key, value]] of pairs.entries()) {
            form.set(`Tags.member.${at + 1}.Key`, key);
            form.set(`Tags.member.${at + 1}.Value`, value);
          }
          // The encoder of a form turns lone surrogates into U+FFFD; graphemes have none.
          expect(read(form.toString())).toEqual({ Tags: pairs.map(([Key, Value]) => ({ Key, Value })) });
        },
      ),
    );
  });
});

it('reads `X=` as an empty list if the service does, like IAM: SDKs send an empty list this way (recorded: UpdateOpenIDConnectProviderThumbprint)', () => {
  expect(compileReader(schema, true)(new Map([['Keys', '']]))).toEqual({ Keys: [] });
});
