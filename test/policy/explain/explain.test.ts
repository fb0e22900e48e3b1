import { describe, expect, it } from 'vitest';
import { evaluate, explain, type PolicySet } from '../../../src/policy/index.ts';
import { account, github, host, other, policy, provider, request, roleArn, webIdentity } from '../support.ts';

const user = `arn:aws:iam::${account}:user/ada`;
const stranger = `arn:aws:iam::${other}:user/eve`;
const object = 'arn:aws:s3:::bucket/key';
const allow = (more: object = {}) => ({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...more });
const identity = (...statements: object[]) => statements.map(one => policy('identity', one));
const asked = request(user, 's3:GetObject', object, { 'aws:SourceIp': '198.51.100.1' });
const told = (question: typeof asked, policies: PolicySet) =>
  explain(evaluate(question, policies), { request: question, policies }).explanation;
const trust = (statement: unknown): PolicySet => ({ resource: policy('trust', statement), kind: 'trust' });

describe('explanations', () => {
  it.each<[string, typeof asked, PolicySet, string[]]>([
    [
      'allowed, by which statement',
      asked,
      { identity: identity(allow({ Action: 'ec2:*' }), allow({ Sid: 'Read' })) },
      [`Allowed: statement "Read" of policy 2 of the identity policies allows s3:GetObject to ${user}.`],
    ],
    ['nothing there', asked, {}, [`Denied: no statement of the identity policies allows s3:GetObject to ${user}.`]],
    [
      'the closest statements, each with what is against it',
      asked,
      {
        identity: identity(
          allow({ Action: ['ec2:*', 'sqs:*'] }),
          allow({ Sid: 'Other', Resource: 'arn:aws:s3:::else/*' }),
        ),
      },
      [
        'Statement "Other" of policy 2: Resource: the policy\'s "arn:aws:s3:::else/*" has "else" where "arn:aws:s3:::bucket/key" has "bucket".',
        `Denied: no statement of the identity policies allows s3:GetObject to ${user}.`,
        'Statement 1 does not apply: its actions are "ec2:*", "sqs:*".',
      ],
    ],
    [
      'an explicit deny comes with the conditions that made it apply',
      asked,
      {
        identity: identity(allow(), {
          ...allow({ Sid: 'Office', Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }),
          Effect: 'Deny',
        }),
      },
      [
        'Denied: statement "Office" of policy 2 of the identity policies denies s3:GetObject explicitly: aws:SourceIp is "198.51.100.1", which is none of "192.0.2.0/24" (NotIpAddress).',
      ],
    ],
    [
      'a NotPrincipal denies whoever has a permissions boundary',
      asked,
      {
        identity: identity(allow()),
        boundary: policy('boundary', allow()),
        resource: policy('resource', { ...allow(), Effect: 'Deny', NotPrincipal: { AWS: user } }),
      },
      [
        'Denied: statement 1 of the resource policy denies s3:GetObject explicitly: a NotPrincipal in a Deny spares nobody who has a permissions boundary.',
      ],
    ],
    [
      'the limit that does not allow is named, not the policies that do',
      asked,
      { identity: identity(allow()), boundary: policy('boundary', allow({ Action: 'ec2:*' })) },
      [
        `Denied: no statement of the permissions boundary allows s3:GetObject to ${user}.`,
        'Statement 1 does not apply: its actions are "ec2:*".',
      ],
    ],
    [
      'a trust policy that names the account',
      request(user, 'sts:AssumeRole', roleArn),
      trust({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }),
      [
        `Denied: no statement of the identity policies allows sts:AssumeRole to ${user}.`,
        "The role's trust policy allows it to the account as a whole, which leaves the choice to that account's identity policies.",
      ],
    ],
    [
      'a caller of another account whose own policies are silent',
      request(stranger, 'sts:AssumeRole', roleArn),
      trust({ Effect: 'Allow', Principal: { AWS: stranger }, Action: 'sts:AssumeRole' }),
      [
        `Denied: no statement of the identity policies allows sts:AssumeRole to ${stranger}.`,
        "The role's trust policy allows it, but a caller of another account needs its own identity policies to allow it, too.",
      ],
    ],
    [
      'a resource of another account without a policy',
      request(stranger, 'sqs:SendMessage', `arn:aws:sqs:eu-west-1:${account}:queue`),
      { identity: identity(allow({ Action: '*' })) },
      [
        `Denied: ${stranger} is not of the account that owns the resource, so a policy of the resource must allow sqs:SendMessage as well, and there is none.`,
      ],
    ],
    [
      'near misses say which of several statements they belong to',
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
        `Statement "A": ${host}:sub: StringEquals takes the wildcard in "repo:octo-org/octo-repo:*" literally; StringLike would match "repo:octo-org/octo-repo:ref:refs/heads/main".`,
        `Statement 2: The statement allows sts:AssumeRole, but this call is ${webIdentity}.`,
        `Denied: no statement of the role's trust policy allows ${webIdentity} to a caller from ${provider}.`,
      ],
    ],
    [
      'an Allow that holds over an absent key is pointed out',
      github(),
      trust({
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: webIdentity,
        Condition: { 'ForAllValues:StringEquals': { [`${host}:environment`]: 'prod' } },
      }),
      [
        `Allowed: statement 1 of the role's trust policy allows ${webIdentity} to a caller from ${provider}.`,
        `ForAllValues:StringEquals holds because ${host}:environment is absent: ForAllValues is true of no values at all.`,
      ],
    ],
  ])('%s', (_, question, policies, sentences) => {
    expect(told(question, policies)).toEqual(sentences);
  });

  it('come from the verdicts alone when the policies are not at hand', () => {
    const policies = { identity: identity(allow({ Condition: { StringEquals: { 'aws:SourceIp': 'x' } } })) };
    expect(explain(evaluate(asked, policies))).toEqual({
      explanation: [
        `Denied: no statement of the identity policies allows s3:GetObject to ${user}.`,
        'Statement 1 does not apply: aws:SourceIp is "198.51.100.1", not what StringEquals "x" wants.',
      ],
      fixes: [],
    });
  });

  it('mend several faults of one statement together', () => {
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
    expect(fixes.map(fix => fix.patch.map(operation => operation.op))).toEqual([
      ['replace', 'replace', 'remove', 'add'],
    ]);
  });
});
