import { describe, expect, it } from 'vitest';
import { evaluate, explain, type PolicySet } from '../../../src/policy/index.ts';
import { account, github, host, other, policy, provider, request, roleArn, webIdentity } from '../fixtures.ts';

const user = `arn:aws:iam::${account}:user/ada`;
const unrelated = `arn:aws:iam::${other}:user/eve`;
const object = 'arn:aws:s3:::bucket/key';
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...more });
const identity = (...statements: object[]) => statements.map(one => policy('identity', one));
const requested = request(user, 's3:GetObject', object, { 'aws:SourceIp': '198.51.100.1' });
const recordRefusals = (question: typeof requested, policies: PolicySet) =>
  explain(evaluate(question, policies), { request: question, policies }).explanation;
const trust = (statement: unknown): PolicySet => ({ resource: policy('trust', statement), kind: 'trust' });

describe('explanations', () => {
  it.each<[string, typeof requested, PolicySet, string[]]>([
    [
      'names the statement that allows',
      requested,
      { identity: identity(allow({ Action: 'ec2:*' }), allow({ Sid: 'Read' })) },
      [`Allowed: statement "Read" of policy 2 of the identity policies allows s3:GetObject to ${user}.`],
    ],
    ['no policies', requested, {}, [`Denied: no statement of the identity policies allows s3:GetObject to ${user}.`]],
    [
      'the closest statements, each with the elements that do not match',
      requested,
      {
        identity: identity(
          allow({ Action: ['ec2:*', 'sqs:*'] }),
          allow({ Sid: 'Other', Resource: 'arn:aws:s3:::else/*' }),
        ),
      },
      [
        'Statement "Other" of policy 2: Resource: the request has "arn:aws:s3:::bucket/key", the policy has "arn:aws:s3:::else/*". The request value has "bucket" where the policy value has "else".',
        `Denied: no statement of the identity policies allows s3:GetObject to ${user}.`,
        'Statement 1 does not apply: Action "ec2:*", "sqs:*" does not match the action.',
      ],
    ],
    [
      'an explicit deny lists the conditions that are true',
      requested,
      {
        identity: identity(allow(), {
          ...allow({ Sid: 'Office', Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }),
          Effect: 'Deny',
        }),
      },
      [
        'Denied: statement "Office" of policy 2 of the identity policies explicitly denies s3:GetObject: aws:SourceIp is "198.51.100.1", so NotIpAddress "192.0.2.0/24" is true.',
      ],
    ],
    [
      'a NotPrincipal denies every caller with a permissions boundary',
      requested,
      {
        identity: identity(allow()),
        boundary: policy('boundary', allow()),
        resource: policy('resource', { ...allow(), Effect: 'Deny', NotPrincipal: { AWS: user } }),
      },
      [
        'Denied: statement 1 of the resource policy explicitly denies s3:GetObject: a Deny with NotPrincipal always applies to a caller with a permissions boundary.',
      ],
    ],
    [
      'names the limit that does not allow, not the policies that allow',
      requested,
      { identity: identity(allow()), boundary: policy('boundary', allow({ Action: 'ec2:*' })) },
      [
        `Denied: no statement of the permissions boundary allows s3:GetObject to ${user}.`,
        'Statement 1 does not apply: Action "ec2:*" does not match the action.',
      ],
    ],
    [
      'a trust policy that names the account',
      request(user, 'sts:AssumeRole', roleArn),
      trust({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }),
      [
        `Denied: no statement of the identity policies allows sts:AssumeRole to ${user}.`,
        "The role's trust policy allows it to the account as a whole, which delegates the decision to the identity policies of that account.",
      ],
    ],
    [
      'a caller of another account without identity policies',
      request(unrelated, 'sts:AssumeRole', roleArn),
      trust({ Effect: 'Allow', Principal: { AWS: unrelated }, Action: 'sts:AssumeRole' }),
      [
        `Denied: no statement of the identity policies allows sts:AssumeRole to ${unrelated}.`,
        "The role's trust policy allows it, but the caller is in another account, so its own identity policies must allow it as well.",
      ],
    ],
    [
      'a resource of another account without a policy',
      request(unrelated, 'sqs:SendMessage', `arn:aws:sqs:eu-west-1:${account}:queue`),
      { identity: identity(allow({ Action: '*' })) },
      [
        `Denied: ${unrelated} is not in the account that owns the resource, so a resource policy must allow sqs:SendMessage as well, and the resource has none.`,
      ],
    ],
    [
      'near misses name their statement when there are several',
      github(),
      trust([
        {
          Sid: 'A',
          Effect: 'Allow',
          Principal: { Federated: provider },
          Action: webIdentity,
          Condition: { StringEquals: { [`${host}:sub`]: 'repo:octo-org/octo-repo:*' } },
        },
        { Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRole' },
      ]),
      [
        `Statement "A": StringEquals ${host}:sub: the request has "repo:octo-org/octo-repo:ref:refs/heads/main", the policy has "repo:octo-org/octo-repo:*". StringEquals does not treat * and ? as wildcards; StringLike does, and the value would match.`,
        `Statement 2: The call is ${webIdentity}, the statement allows sts:AssumeRole.`,
        `Denied: no statement of the role's trust policy allows ${webIdentity} to a caller from ${provider}.`,
      ],
    ],
    [
      'warns of an Allow that applies because a key is absent',
      github(),
      trust({
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: webIdentity,
        Condition: { 'ForAllValues:StringEquals': { [`${host}:environment`]: 'prod' } },
      }),
      [
        `Allowed: statement 1 of the role's trust policy allows ${webIdentity} to a caller from ${provider}.`,
        `ForAllValues:StringEquals is true because the request context does not contain ${host}:environment: ForAllValues is true for an empty set of values.`,
      ],
    ],
  ])('%s', (_, question, policies, sentences) => {
    expect(recordRefusals(question, policies)).toEqual(sentences);
  });

  it('come from the verdicts alone without the policies', () => {
    const policies = { identity: identity(allow({ Condition: { StringEquals: { 'aws:SourceIp': 'x' } } })) };
    expect(explain(evaluate(requested, policies))).toEqual({
      explanation: [
        `Denied: no statement of the identity policies allows s3:GetObject to ${user}.`,
        'Statement 1 does not apply: aws:SourceIp is "198.51.100.1", which does not match StringEquals "x".',
      ],
      fixes: [],
    });
  });

  it('one fix corrects several elements of a statement', () => {
    const policies = trust({
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { [`${host}:sub`]: 'repo:Octo-Org/octo-repo:ref:refs/heads/main' },
        StringLike: { [`https://${host}:aud`]: 'sts.*' },
      },
    });
    const { fixes } = explain(evaluate(github(), policies), { request: github(), policies });
    expect(fixes.map(fix => fix.patch?.map(operation => operation.op))).toEqual([
      ['replace', 'replace', 'remove', 'add'],
    ]);
  });
});
