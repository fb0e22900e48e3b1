import { describe, expect, it } from 'vitest';
import {
  malformedPolicyMessage,
  type PolicyKind,
  parsePolicy,
  policyQuotas,
  policySize,
  printPolicy,
} from '../../src/policy/index.ts';
import { account, provider, webIdentity } from './fixtures.ts';

const good = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const document = (statement: unknown, more: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statement, ...more });
const trust = (statement: object) =>
  document({ Effect: 'Allow', Principal: { Federated: provider }, Action: webIdentity, ...statement });

function faultsOf(text: string, kind: PolicyKind = 'identity') {
  const result = parsePolicy(text, { kind });
  return result.ok ? [] : result.faults;
}

describe('document errors', () => {
  it.each<[string, string, PolicyKind, string, string]>([
    ['not an object', '[]', 'identity', 'not-an-object', ''],
    ['unknown element', document(good, { Versoin: 1 }), 'identity', 'unknown-element', '/Versoin'],
    [
      'unknown element of a statement',
      document({ ...good, Actions: [] }),
      'identity',
      'unknown-element',
      '/Statement/Actions',
    ],
    ['version', document(good, { Version: '2012-10-18' }), 'identity', 'invalid-version', '/Version'],
    ['id', document(good, { Id: 1 }), 'identity', 'invalid-id', '/Id'],
    ['no statement', '{"Version":"2012-10-17"}', 'identity', 'missing-statement', '/Statement'],
    ['empty statement list', document([]), 'identity', 'no-statements', '/Statement'],
    ['a statement that is a string', document([good, 'x']), 'identity', 'invalid-statement', '/Statement/1'],
    ['no effect', document({ Action: '*', Resource: '*' }), 'identity', 'missing-effect', '/Statement/Effect'],
    ['effect in lower case', document({ ...good, Effect: 'allow' }), 'identity', 'invalid-effect', '/Statement/Effect'],
    ['no action', document({ Effect: 'Allow', Resource: '*' }), 'identity', 'missing-action', '/Statement/Action'],
    ['empty action list', document({ ...good, Action: [] }), 'identity', 'missing-action', '/Statement/Action'],
    [
      'Action and NotAction',
      document({ ...good, NotAction: 'x:y' }),
      'identity',
      'two-actions',
      '/Statement/NotAction',
    ],
    [
      'action is a number',
      document({ ...good, Action: ['s3:*', 5] }),
      'identity',
      'invalid-action',
      '/Statement/Action/1',
    ],
    [
      'action without a service',
      document({ ...good, Action: 'GetObject' }),
      'identity',
      'action-without-service',
      '/Statement/Action',
    ],
    [
      'action with two colons',
      document({ ...good, Action: 's3:a:b' }),
      'identity',
      'action-with-two-colons',
      '/Statement/Action',
    ],
    [
      'service with a slash',
      document({ ...good, Action: 's/3:a' }),
      'identity',
      'invalid-service',
      '/Statement/Action',
    ],
    [
      'no resource',
      document({ Effect: 'Allow', Action: 's3:*' }),
      'identity',
      'missing-resource',
      '/Statement/Resource',
    ],
    [
      'resource that is not an ARN',
      document({ ...good, Resource: 'bucket' }),
      'identity',
      'resource-not-arn',
      '/Statement/Resource',
    ],
    [
      'principal in an identity policy',
      document({ ...good, Principal: '*' }),
      'identity',
      'prohibited-principal',
      '/Statement/Principal',
    ],
    ['resource in a trust policy', trust({ Resource: '*' }), 'trust', 'prohibited-resource', '/Statement/Resource'],
    [
      'no principal in a trust policy',
      document({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
      'trust',
      'missing-principal',
      '/Statement/Principal',
    ],
    ['principal is a list', trust({ Principal: ['*'] }), 'trust', 'invalid-principal', '/Statement/Principal'],
    ['principal without members', trust({ Principal: {} }), 'trust', 'invalid-principal', '/Statement/Principal'],
    [
      'principal of an unknown type',
      trust({ Principal: { Aws: account } }),
      'trust',
      'invalid-principal-type',
      '/Statement/Principal/Aws',
    ],
    [
      'a group as principal',
      trust({ Principal: { AWS: `arn:aws:iam::${account}:group/g` } }),
      'trust',
      'invalid-principal',
      '/Statement/Principal/AWS',
    ],
    [
      'a wildcard in a principal',
      trust({ Principal: { AWS: [account, `arn:aws:iam::${account}:role/*`] } }),
      'trust',
      'invalid-principal',
      '/Statement/Principal/AWS/1',
    ],
    [
      '* as federated principal',
      trust({ Principal: { Federated: '*' } }),
      'trust',
      'invalid-federated-principal',
      '/Statement/Principal/Federated',
    ],
    [
      'service without a dot',
      trust({ Principal: { Service: 'ec2' } }),
      'trust',
      'invalid-principal',
      '/Statement/Principal/Service',
    ],
    [
      'condition is a list',
      document({ ...good, Condition: [] }),
      'identity',
      'invalid-condition',
      '/Statement/Condition',
    ],
    [
      'unknown operator',
      document({ ...good, Condition: { StringEqual: { 'aws:a': 'b' } } }),
      'identity',
      'invalid-operator',
      '/Statement/Condition/StringEqual',
    ],
    [
      'unknown qualifier',
      document({ ...good, Condition: { 'ForSome:StringEquals': { 'aws:a': 'b' } } }),
      'identity',
      'invalid-operator',
      '/Statement/Condition/ForSome:StringEquals',
    ],
    [
      'NullIfExists',
      document({ ...good, Condition: { NullIfExists: { 'aws:a': 'b' } } }),
      'identity',
      'invalid-operator',
      '/Statement/Condition/NullIfExists',
    ],
    [
      'operator without keys',
      document({ ...good, Condition: { StringEquals: 'x' } }),
      'identity',
      'invalid-condition',
      '/Statement/Condition/StringEquals',
    ],
    [
      'condition value is an object',
      document({ ...good, Condition: { StringEquals: { 'aws:a': {} } } }),
      'identity',
      'invalid-condition-value',
      '/Statement/Condition/StringEquals/aws:a',
    ],
    [
      'condition value is null',
      document({ ...good, Condition: { StringEquals: { 'aws:a': ['x', null] } } }),
      'identity',
      'invalid-condition-value',
      '/Statement/Condition/StringEquals/aws:a/1',
    ],
    [
      'invalid number',
      document({ ...good, Condition: { NumericEquals: { 'aws:a/b': 'x' } } }),
      'identity',
      'invalid-value',
      '/Statement/Condition/NumericEquals/aws:a~1b',
    ],
    [
      'key without a service',
      document({ ...good, Condition: { StringEquals: { team: 'x' } } }),
      'identity',
      'condition-key-without-service',
      '/Statement/Condition/StringEquals/team',
    ],
    ['Sid with a space', document({ ...good, Sid: 'a b' }), 'identity', 'invalid-sid', '/Statement/Sid'],
    [
      'duplicate Sid',
      document([
        { ...good, Sid: 'a' },
        { ...good, Sid: 'a' },
      ]),
      'identity',
      'duplicate-sid',
      '/Statement/1/Sid',
    ],
    [
      'duplicate member',
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Effect":"Deny","Action":"s3:*","Resource":"*"}]}',
      'identity',
      'duplicate-key',
      '/Statement/0/Effect',
    ],
    ['not JSON', '{"Version":', 'identity', 'not-json', ''],
    ['a trailing comma', '{"Version":"2012-10-17",}', 'identity', 'not-json', ''],
    ['text after the end', `${document(good)}x`, 'identity', 'not-json', ''],
    ['nested too deep', `{"Statement":${'['.repeat(5000)}`, 'identity', 'too-deep', ''],
    ['too large', ' '.repeat(131_073), 'identity', 'too-large', ''],
  ])('%s', (_, text, kind, code, path) => {
    expect(faultsOf(text, kind)).toContainEqual(expect.objectContaining({ code, path }));
  });

  it('are returned together', () => {
    const text = document([{ Effect: 'allow', Action: 'x', Resource: 'y', Condition: { Nope: {} }, Foo: 1 }], {
      Version: '1',
    });
    expect(faultsOf(text).map(fault => fault.code)).toEqual([
      'invalid-version',
      'unknown-element',
      'invalid-effect',
      'action-without-service',
      'resource-not-arn',
      'invalid-operator',
    ]);
  });

  it('contain the position of a syntax error', () => {
    expect(faultsOf('{\n  "a": tru\n}')[0]?.message).toBe('Not JSON at line 2, column 8: unexpected "t".');
  });
});

describe('accepted documents', () => {
  it.each<[string, string, PolicyKind]>([
    ['no Version', JSON.stringify({ Statement: good }), 'identity'],
    ['the old Version', document(good, { Version: '2008-10-17', Id: 'x' }), 'identity'],
    ['single values and lists', document([{ ...good, Action: ['s3:*', 'ec2:*'], Resource: ['*'] }]), 'identity'],
    [
      'numbers and booleans as values',
      document({ ...good, Condition: { Bool: { 'aws:a': true }, NumericEquals: { 'aws:b': [1, 2.5] } } }),
      'identity',
    ],
    ['an empty value list (recorded)', trust({ Condition: { StringEquals: { 'a.example:sub': [] } } }), 'trust'],
    [
      'the same key in other letter case',
      document({ ...good, Condition: { StringEquals: { 'aws:username': 'a', 'AWS:username': 'a' } } }),
      'identity',
    ],
    [
      'malformed values in a session policy (recorded)',
      document({ ...good, Condition: { NumericEquals: { 'aws:a': 'x' }, IpAddress: { 'aws:b': 'y' } } }),
      'session',
    ],
    [
      'all kinds of principals',
      trust({
        Principal: {
          AWS: ['*', account, 'AROAEXAMPLEEXAMPLE123', `arn:aws:sts::${account}:federated-user/x`],
          Service: ['a.amazonaws.com'],
        },
      }),
      'trust',
    ],
    [
      'provider domains',
      trust({ Principal: { Federated: ['accounts.google.com', 'cognito-identity.amazonaws.com'] } }),
      'trust',
    ],
    [
      'members called __proto__ as condition keys',
      document({ ...good, Condition: JSON.parse('{"StringEquals":{"aws:__proto__":"a"}}') }),
      'identity',
    ],
    ['escapes in names', document(good).replace('Effect', '\\u0045ffect'), 'identity'],
  ])('%s', (_, text, kind) => {
    expect(faultsOf(text, kind)).toEqual([]);
  });

  it('serializes the parsed document', () => {
    const text = document(good, { Id: 'x' });
    const result = parsePolicy(text, { kind: 'identity' });
    expect(result.ok && printPolicy(result.policy, 0)).toBe(text);
  });
});

describe('sizes', () => {
  it('count without white space', () => {
    expect(policySize('{ "a":\t"b c"\r\n}')).toBe('{"a":"bc"}'.length);
    const long = document({ ...good, Action: `s3:${'a'.repeat(policyQuotas.managed.max)}` });
    const result = parsePolicy(long, { kind: 'identity', maxLength: policyQuotas.managed.max });
    expect(!result.ok && result.faults.map(fault => fault.code)).toEqual(['policy-too-large']);
    expect(parsePolicy(`${document(good)}${' '.repeat(9000)}`, { kind: 'identity', maxLength: 6144 }).ok).toBe(true);
  });
});

describe("AWS's messages", () => {
  it.each<[string, PolicyKind, string]>([
    // https://github.com/localstack/localstack tests/aws/services/iam/test_iam.snapshot.json
    ['{', 'trust', 'This policy contains invalid Json'],
    ['{', 'identity', 'Syntax errors in policy.'],
    // https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/assumed_roles.html
    ['{', 'session', 'The policy is not in the valid JSON format.'],
    ['{}', 'session', 'Syntax errors in policy.'],
    // https://github.com/hashicorp/terraform/issues/13449
    [document({ ...good, Principal: '*' }), 'identity', 'Policy document should not specify a principal.'],
    // https://github.com/databrickslabs/ucx/issues/2269
    [
      trust({ Principal: { AWS: 'arn:aws:iam::1:role/x' } }),
      'trust',
      'Invalid principal in policy: "AWS":"arn:aws:iam::1:role/x"',
    ],
    // Recorded.
    [
      trust({ Principal: { Federated: '*' } }),
      'trust',
      'Federated principals must be valid domain names or SAML metadata ARNs',
    ],
  ])('%s as %s policy: %s', (text, kind, message) => {
    expect(malformedPolicyMessage(faultsOf(text, kind), kind)).toBe(message);
  });

  it.each<[string, PolicyKind, string]>([
    [trust({ Resource: '*' }), 'trust', 'Has prohibited field Resource.'],
    [document({ Effect: 'Allow', Resource: '*' }), 'identity', 'Policy statement must contain actions.'],
    [document({ Effect: 'Allow', Action: 's3:*' }), 'identity', 'Policy statement must contain resources.'],
    [
      document({ ...good, Action: 'x' }),
      'identity',
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [document({ ...good, Action: 'a:b:c' }), 'identity', 'Actions/Condition can contain only one colon.'],
    [document({ ...good, Action: 'a b:c' }), 'identity', 'Vendor a b is not valid'],
    [
      document([
        { ...good, Sid: 'a' },
        { ...good, Sid: 'a' },
      ]),
      'identity',
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [document({ ...good, Resource: 'x' }), 'identity', 'Resource x must be in ARN format or "*".'],
  ])('unconfirmed: %s as %s policy: %s', (text, kind, message) => {
    expect(malformedPolicyMessage(faultsOf(text, kind), kind)).toBe(message);
  });
});
