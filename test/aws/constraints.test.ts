/** Constraint messages as AWS returned them. Sources: github.com/justincormack/argmin and test/parity/recorded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCheck } from '../../src/aws/constraints.ts';
import { AwsError } from '../../src/aws/error.ts';
import { choice, integer, list, map, optional, struct, text } from '../../src/aws/shape.ts';

const ARN_PATTERN = '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+';
const TAG_PATTERN = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';

const arn = text({ min: 20, max: 2048, pattern: ARN_PATTERN });
const Tag = struct('Tag', {
  Key: text({ min: 1, max: 128, pattern: `${TAG_PATTERN}+`, first: 'length' }),
  Value: text({ min: 0, max: 256, pattern: `${TAG_PATTERN}*`, first: 'length' }),
});

const Input = struct('Input', {
  RoleArn: optional(arn),
  RoleSessionName: optional(text({ min: 2, max: 64, pattern: '[\\w+=,.@-]*' })),
  DurationSeconds: optional(integer({ min: 900, max: 43200 })),
  Status: optional(choice(['Active', 'Inactive'])),
  Audience: optional(list(text({ min: 1, max: 1000 }), { min: 1, max: 10 })),
  TransitiveTagKeys: optional(list(text({ min: 1, max: 128, pattern: `${TAG_PATTERN}+` }), { max: 50 })),
  Statuses: optional(list(choice(['A', 'B']))),
  Tags: optional(list(Tag, { max: 50 })),
  TaskPolicyArn: optional(struct('PolicyDescriptorType', { arn: optional(arn) })),
  Attributes: optional(map(text({ max: 3 }))),
  SAMLAssertion: optional(text({ min: 4, max: 100_000 })),
  Password: optional(text({ min: 1, max: 128, sensitive: true })),
});

const sts = compileCheck(Input, true);
const iam = compileCheck(Input, false);

/** The message of the refusal, or `accepted`. */
function messageOf(check: (input: unknown) => void, input: unknown): string {
  try {
    check(input);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    expect([error.code, error.status]).toEqual(['ValidationError', 400]);
    return error.awsMessage ?? '';
  }
}

describe('STS, which prints values', () => {
  it.each<[string, unknown, string]>([
    [
      'too short: pattern first, then length',
      { RoleSessionName: '!' },
      "2 validation errors detected: Value '!' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '!' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      'an empty text and a pattern that ends in *: the length alone',
      { RoleSessionName: '' },
      "1 validation error detected: Value '' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      'an empty text and a pattern that ends in +: both',
      { RoleArn: '' },
      `2 validation errors detected: Value '' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ${ARN_PATTERN}; Value '' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20`,
    ],
    [
      'too long',
      { RoleSessionName: 'x'.repeat(65) },
      `1 validation error detected: Value '${'x'.repeat(65)}' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      'an integer too small',
      { DurationSeconds: 899 },
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      'an integer too large',
      { DurationSeconds: 43201 },
      "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
    [
      'a tag key: length first, then pattern',
      { Tags: [{ Key: '', Value: 'test' }] },
      `2 validation errors detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: ${TAG_PATTERN}+`,
    ],
    [
      'a tag key with a bad character',
      { Tags: [{ Key: '<team>', Value: 'test' }] },
      `1 validation error detected: Value '<team>' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: ${TAG_PATTERN}+`,
    ],
    [
      'a tag value of 257',
      { Tags: [{ Key: 'team', Value: 'v'.repeat(257) }] },
      `1 validation error detected: Value '${'v'.repeat(257)}' at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256`,
    ],
    [
      'a list with a bad member',
      { Audience: [''] },
      "1 validation error detected: Value '[]' at 'audience' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1000, Member must have length greater than or equal to 1]",
    ],
    [
      'a list too long',
      { Audience: Array.from({ length: 11 }, (_, at) => String(at)) },
      "1 validation error detected: Value '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]' at 'audience' failed to satisfy constraint: Member must have length less than or equal to 10",
    ],
    [
      'more than 50 tags (the end of the list unconfirmed)',
      { Tags: Array.from({ length: 51 }, (_, at) => ({ Key: String(at), Value: 'test' })) },
      `1 validation error detected: Value '[${Array.from({ length: 51 }, (_, at) => `Tag(key=${at}, value=test)`).join(', ')}]' at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50`,
    ],
    [
      'a structure inside a structure (unconfirmed)',
      { TaskPolicyArn: { arn: 'short' } },
      "1 validation error detected: Value 'short' at 'taskPolicyArn.arn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
    [
      'a member that is missing inside a list',
      { Tags: [{ Key: 'a', Value: 'b' }, { Key: 'c' }] },
      "1 validation error detected: Value null at 'tags.2.member.value' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a choice (values unconfirmed)',
      { Status: 'Sleeping' },
      "1 validation error detected: Value 'Sleeping' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
    ],
    [
      'a list of choices (unconfirmed)',
      { Statuses: ['A', 'C'] },
      "1 validation error detected: Value '[A, C]' at 'statuses' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [A, B]]",
    ],
    [
      'a list whose members have a pattern (unconfirmed)',
      { TransitiveTagKeys: ['<'] },
      `1 validation error detected: Value '[<]' at 'transitiveTagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ${TAG_PATTERN}+]`,
    ],
    [
      'a map (unconfirmed)',
      { Attributes: { a: 'ok', b: 'long' } },
      "1 validation error detected: Value 'long' at 'attributes.b.member' failed to satisfy constraint: Member must have length less than or equal to 3",
    ],
    [
      'a name that begins with an abbreviation: only its first letter is lowered',
      { SAMLAssertion: 'abc' },
      "1 validation error detected: Value 'abc' at 'sAMLAssertion' failed to satisfy constraint: Member must have length greater than or equal to 4",
    ],
    [
      'a secret, which is not printed (unconfirmed for STS and IAM)',
      { Password: 'p'.repeat(129) },
      "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 128",
    ],
    [
      'several members, in the order of the schema',
      { DurationSeconds: 1, RoleSessionName: 'a', RoleArn: 'b' },
      "3 validation errors detected: Value 'b' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20; Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
  ])('%s', (_name, input, message) => {
    expect(messageOf(sts, input)).toBe(message);
  });

  // https://github.com/mmmorris1975/aws-runas/issues/80, AssumeRoleWithSAML in April 2022.
  it('two members: in the order of the model, each with all broken constraints', () => {
    const broken = (name: string) =>
      `Value '' at '${name}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${ARN_PATTERN}; Value '' at '${name}' failed to satisfy constraint: Member must have length greater than or equal to 20`;
    expect(
      messageOf(compileCheck(struct('Input', { RoleArn: arn, PrincipalArn: arn }), true), {
        PrincipalArn: '',
        RoleArn: '',
      }),
    ).toBe(`4 validation errors detected: ${broken('roleArn')}; ${broken('principalArn')}`);
  });

  it('a missing member', () => {
    const check = compileCheck(
      struct('Input', { SigningAlgorithm: text({ min: 5, max: 5 }), Audience: list(text()) }),
      true,
    );
    expect(messageOf(check, {})).toBe(
      "2 validation errors detected: Value null at 'signingAlgorithm' failed to satisfy constraint: Member must not be null; Value null at 'audience' failed to satisfy constraint: Member must not be null",
    );
  });
});

describe('IAM, which stopped printing values in 2025', () => {
  it.each<[string, unknown, string]>([
    [
      'a choice, without its values',
      { Status: 'Sleeping' },
      "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
    ],
    [
      'a pattern',
      { RoleSessionName: 'a b' },
      "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      'a missing member (unconfirmed)',
      { Tags: [{ Value: '' }] },
      "1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must not be null",
    ],
  ])('%s', (_name, input, message) => {
    expect(messageOf(iam, input)).toBe(message);
  });
});

describe('lengths are Unicode code points, as recorded for roleArn', () => {
  it.each<[string, string, string]>([
    ['2048 × é fits', 'é'.repeat(2048), 'accepted'],
    ['2049 × é does not', 'é'.repeat(2049), 'length'],
    ['2048 × an emoji breaks the pattern alone', '😀'.repeat(2048), 'pattern'],
    ['2049 × an emoji breaks both', '😀'.repeat(2049), 'pattern and length'],
    ['19 × é is too short', 'é'.repeat(19), 'length'],
    ['19 × an emoji is too short, though 38 code units', '😀'.repeat(19), 'pattern and length'],
    ['ten letters with combining accents count twenty', 'e\u0301'.repeat(10), 'accepted'],
    ['a line feed belongs to the pattern', `${'a'.repeat(20)}\n`, 'accepted'],
    ['a zero byte does not', `${'a'.repeat(20)}\0`, 'pattern'],
  ])('%s', (_name, value, broken) => {
    const message = messageOf(sts, { RoleArn: value });
    const parts = [
      message.includes('Member must satisfy regular expression pattern') ? 'pattern' : '',
      message.includes('Member must have length') ? 'length' : '',
    ].filter(part => part !== '');
    expect(message === 'accepted' ? message : parts.join(' and ')).toBe(broken);
  });

  it('tag keys take letters of every script, astral ones too', () => {
    expect(messageOf(sts, { Tags: [{ Key: '𠮷野 é_1', Value: '' }] })).toBe('accepted');
    expect(messageOf(sts, { Tags: [{ Key: '😀', Value: '' }] })).toContain('regular expression pattern');
  });

  it('count code points', () => {
    const check = compileCheck(struct('Input', { A: text({ min: 3, max: 6 }) }), true);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 14 }), value => {
        const points = [...value].length;
        expect(messageOf(check, { A: value }) === 'accepted').toBe(points >= 3 && points <= 6);
      }),
    );
  });
});

describe('patterns match the whole value', () => {
  it.each<[string, string, string, boolean]>([
    ['a path', '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)', '/', true],
    ['a longer path', '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)', '/a//b/', true],
    ['a path without its slash', '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)', '/team', false],
    ['a path with a trailing line feed', '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)', '/team/\n', false],
    ['two slashes', '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)', '//', false],
  ])('%s', (_name, pattern, value, accepted) => {
    const check = compileCheck(struct('Input', { Path: text({ pattern }) }), true);
    expect(messageOf(check, { Path: value }) === 'accepted').toBe(accepted);
  });
});
