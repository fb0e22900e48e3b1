/** One case or more for each near miss: the request, the policies, and whether a fix exists. */
import type { EvaluationRequest, PolicySet } from '../../../src/policy/index.ts';
import { account, github, host, other, policy, provider, request, roleArn, webIdentity } from '../fixtures.ts';

export interface NearMissCase {
  readonly code: string;
  readonly story: string;
  readonly request: EvaluationRequest;
  readonly policies: PolicySet;
  /** The proposed fixes in order: the side, or `as-well` for an edit that widens; `+`: with a patch. */
  readonly fixes: string;
}

type Condition = Record<string, Record<string, string | string[]>>;

const federated = (condition: Condition, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: provider },
  Action: webIdentity,
  Condition: condition,
  ...more,
});
const trust = (statement: unknown, version?: string): PolicySet => ({
  resource: policy('trust', statement, version),
  kind: 'trust',
});
const subject = (value: string, operator = 'StringEquals') =>
  trust(federated({ [operator]: { [`${host}:sub`]: value } }));
const gitlabArn = `arn:aws:iam::${account}:oidc-provider/gitlab.com`;
const gitlab = (sub: string) => request(gitlabArn, webIdentity, roleArn, { 'gitlab.com:sub': sub });
const gitlabTrust = (value: string) =>
  trust({ ...federated({ StringLike: { 'gitlab.com:sub': value } }), Principal: { Federated: gitlabArn } });
const identity = (statements: unknown): PolicySet => ({ identity: [policy('identity', statements)] });
const user = `arn:aws:iam::${account}:user/ada`;
const session = `arn:aws:sts::${account}:assumed-role/app/s1`;
const withOther = (arn: string) => arn.replace(account, other);
const read = (condition: Condition) => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: '*',
  Condition: condition,
});
const object = 'arn:aws:s3:::bucket/key';
const ssoRole = `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123abcd`;
const ssoSession: EvaluationRequest = {
  ...request(`arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Admin_0123abcd/ada`, 's3:GetObject', object, {
    'aws:PrincipalArn': ssoRole,
  }),
  principal: {
    type: 'role-session',
    arn: `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_Admin_0123abcd/ada`,
    roleArn: ssoRole,
    account,
  },
};
const bucketFor = (condition: Condition): PolicySet => ({
  resource: policy('resource', { ...read(condition), Principal: { AWS: '*' } }),
});

const row = (
  code: string,
  story: string,
  fixes: string,
  requested: EvaluationRequest,
  policies: PolicySet,
): NearMissCase => ({ code, story, request: requested, policies, fixes });

export const nearMissCases: readonly NearMissCase[] = [
  row(
    'letter-case',
    'the repository has other letter case',
    'policy+',
    github(),
    subject('repo:Octo-Org/octo-repo:ref:refs/heads/main'),
  ),
  row(
    'letter-case',
    'other letter case in a pattern with a wildcard',
    'policy+ as-well+',
    github(),
    subject('repo:Octo-Org/octo-repo:*', 'StringLike'),
  ),
  row(
    'missing-segment',
    'a segment of the subject is missing',
    'policy+',
    github(),
    subject('repo:octo-org/octo-repo:refs/heads/main'),
  ),
  row(
    'extra-segment',
    'the subject has an extra segment',
    'policy+',
    github({ sub: 'repo:octo-org/octo-repo:environment:prod' }),
    subject('repo:octo-org/octo-repo:job:environment:prod'),
  ),
  row(
    'differing-segment',
    'the pattern is for every repository of another owner',
    'workflow+ as-well+',
    github({ sub: 'repo:octo-org/octo-repo:ref:refs/heads/main' }),
    subject('repo:another-company/*:ref:refs/heads/main', 'StringLike'),
  ),
  row(
    'subject-kind',
    'the policy expects a branch, the token is from a pull request',
    'workflow+ as-well+',
    github({ sub: 'repo:octo-org/octo-repo:pull_request' }),
    subject('repo:octo-org/octo-repo:ref:refs/heads/main'),
  ),
  row(
    'subject-kind',
    'the policy expects a branch, the job has an environment',
    'workflow+ as-well+',
    github({ sub: 'repo:octo-org/octo-repo:environment:prod' }),
    subject('repo:octo-org/octo-repo:ref:refs/heads/main'),
  ),
  row(
    'subject-kind',
    'the policy expects an environment, the token is from a branch',
    'workflow+ as-well+',
    github(),
    subject('repo:octo-org/octo-repo:environment:prod'),
  ),
  row(
    'star-in-string-equals',
    'a wildcard under StringEquals',
    'policy+ as-well+',
    github(),
    subject('repo:octo-org/octo-repo:*'),
  ),
  row(
    'immutable-subject',
    'the repository has immutable subjects',
    'policy+',
    github({ sub: 'repo:octo-org@11/octo-repo@22:ref:refs/heads/main' }),
    subject('repo:octo-org/octo-repo:ref:refs/heads/main'),
  ),
  row(
    'immutable-subject',
    'the policy has an immutable subject, the token has not',
    'workflow as-well+',
    github(),
    subject('repo:octo-org@11/octo-repo@22:*', 'StringLike'),
  ),
  row(
    'immutable-subject',
    'the policy matches every repository of an owner with immutable subjects',
    'policy+ as-well+',
    github({ sub: 'repo:octo-org@11/octo-repo@22:ref:refs/heads/main' }),
    subject('repo:octo-org/*', 'StringLike'),
  ),
  row(
    'subject-kind',
    'the subject is immutable and has an environment',
    'workflow as-well+',
    github({ sub: 'repo:octo-org@11/octo-repo@22:environment:prod' }),
    subject('repo:octo-org/octo-repo:ref:refs/heads/main'),
  ),
  row(
    'subject-kind',
    'the policy expects any branch or tag, the token is from a pull request',
    'workflow+ as-well+',
    github({ sub: 'repo:octo-org/octo-repo:pull_request' }),
    subject('repo:octo-org/octo-repo:ref:*', 'StringLike'),
  ),
  row(
    'missing-segment',
    'the policy has only the name of the branch',
    'policy+',
    github(),
    subject('repo:octo-org/octo-repo:main'),
  ),
  row(
    'missing-segment',
    'the policy has the branch without refs/heads',
    'policy+',
    github(),
    subject('repo:octo-org/octo-repo:ref:main'),
  ),
  row(
    'surrounding-blanks',
    'the policy value ends with a space',
    'policy+',
    github(),
    subject('repo:octo-org/octo-repo:ref:refs/heads/main '),
  ),
  row(
    'close-spelling',
    'one letter is wrong',
    'caller',
    github(),
    subject('repo:octo-org/octo-repp:ref:refs/heads/main'),
  ),
  row(
    'differing-segment',
    'another branch',
    'workflow+ as-well+',
    github({ sub: 'repo:octo-org/octo-repo:ref:refs/heads/dev' }),
    subject('repo:octo-org/octo-repo:ref:refs/heads/main'),
  ),
  row(
    'differing-segment',
    'another project in a pattern with a wildcard',
    'workflow+ as-well+',
    gitlab('project_path:group/two:ref_type:branch:ref:main'),
    gitlabTrust('project_path:group/one:ref_type:branch:ref:*'),
  ),
  row(
    'other-value',
    'another repository',
    'workflow+ as-well+',
    github({ sub: 'repo:someone/else:ref:refs/heads/dev' }),
    subject('repo:octo-org/octo-repo:ref:refs/heads/main'),
  ),
  row(
    'trailing-slash',
    'the audience in the policy ends with a slash',
    'caller+',
    github({ aud: 'https://example.com' }),
    trust(federated({ StringEquals: { [`${host}:aud`]: 'https://example.com/' } })),
  ),
  row(
    'scheme-in-value',
    'the audience is written as a URL',
    'caller+',
    github(),
    trust(federated({ StringEquals: { [`${host}:aud`]: 'https://sts.amazonaws.com' } })),
  ),
  row(
    'aud-against-azp',
    'the token has an authorized party',
    'policy+',
    github({ aud: 'client-7', oaud: 'sts.amazonaws.com' }),
    trust(federated({ StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' } })),
  ),
  row(
    'key-with-scheme',
    'the condition key is a URL',
    'policy+',
    github(),
    trust(federated({ StringEquals: { [`https://${host}:aud`]: 'sts.amazonaws.com' } })),
  ),
  row(
    'key-trailing-slash',
    'the issuer in the key ends with a slash',
    'policy+',
    github(),
    trust(federated({ StringEquals: { [`${host}/:aud`]: 'sts.amazonaws.com' } })),
  ),
  row(
    'key-spelling',
    'the condition key is mistyped',
    'policy+',
    github(),
    trust(federated({ StringEquals: { [`${host}:ausd`]: 'sts.amazonaws.com' } })),
  ),
  row(
    'key-of-other-issuer',
    "another issuer's key",
    'policy+',
    github(),
    trust(federated({ StringEquals: { 'gitlab.com:aud': 'sts.amazonaws.com' } })),
  ),
  row(
    'claim-not-exposed',
    'workflow_ref is a claim but not a condition key',
    'policy',
    github(),
    trust(
      federated({
        StringEquals: { [`${host}:workflow_ref`]: 'octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main' },
      }),
    ),
  ),
  row(
    'claim-not-exposed',
    'a claim of a private issuer',
    'policy',
    github(),
    trust(federated({ StringEquals: { [`${host}:tenant`]: 'a' } })),
  ),
  row(
    'key-not-for-caller',
    'aws:username for a role',
    'policy',
    request(session, 's3:GetObject', object),
    identity(read({ StringEquals: { 'aws:username': 'ada' } })),
  ),
  row(
    'key-not-in-action',
    'sts:DurationSeconds in AssumeRole',
    'policy',
    request(user, 'sts:AssumeRole', roleArn),
    trust({
      Effect: 'Allow',
      Principal: { AWS: user },
      Action: 'sts:AssumeRole',
      Condition: { NumericLessThan: { 'sts:DurationSeconds': '3600' } },
    }),
  ),
  row(
    'key-absent-now',
    'no external id was sent',
    'caller+',
    request(user, 'sts:AssumeRole', roleArn),
    trust({
      Effect: 'Allow',
      Principal: { AWS: user },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'x1' } },
    }),
  ),
  row(
    'key-unknown',
    'an unknown key',
    'policy',
    request(user, 's3:GetObject', object),
    identity(read({ StringEquals: { 'acme:Team': 'a' } })),
  ),
  row(
    'multivalued-key',
    'a plain operator on aws:TagKeys',
    'policy+',
    request(user, 's3:GetObject', object, { 'aws:TagKeys': ['team'] }),
    identity(read({ StringEquals: { 'aws:TagKeys': 'team' } })),
  ),
  row(
    'for-all-values-absent',
    'ForAllValues in a Deny with an absent key',
    'caller+ as-well+',
    request(user, 's3:GetObject', object),
    identity([
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: 's3:*',
        Resource: '*',
        Condition: { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['team'] } },
      },
    ]),
  ),
  row(
    'variables-need-version',
    'a policy variable without Version',
    'policy+',
    request(user, 's3:GetObject', object, { 'aws:username': 'ada', 'aws:PrincipalTag/owner': 'ada' }),
    { identity: [policy('identity', read({ StringEquals: { 'aws:PrincipalTag/owner': '${aws:username}' } }), '')] },
  ),
  row(
    'wrong-assume-action',
    'sts:AssumeRole for a web identity call',
    'policy+',
    github(),
    trust({ Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'session-action-missing',
    'the token contains session tags',
    'policy+',
    github({}, 'sts:TagSession'),
    trust({ Effect: 'Allow', Principal: { Federated: provider }, Action: webIdentity }),
  ),
  row(
    'action-spelling',
    'the action is mistyped',
    'caller',
    request(user, 's3:GetObject', object),
    identity({ Effect: 'Allow', Action: 's3:GetObjects', Resource: '*' }),
  ),
  row(
    'account-digit',
    'the account number of a principal is mistyped',
    'caller',
    request(user, 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { AWS: user.replace(account, '123456789013') }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'account-digit',
    'the account number of the provider is mistyped',
    'policy+',
    github(),
    trust({ ...federated({}), Principal: { Federated: provider.replace(account, '123456789021') } }),
  ),
  row(
    'account-digit',
    'the account number in a condition is mistyped',
    'caller',
    github(),
    trust(federated({ StringEquals: { 'aws:PrincipalAccount': '123456789812' } })),
  ),
  row(
    'wrong-provider',
    'the policy trusts another issuer',
    'workflow',
    github(),
    trust({ ...federated({}), Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/gitlab.com` } }),
  ),
  row(
    'provider-of-other-account',
    'the policy trusts the provider of another account',
    'policy+',
    github(),
    trust({ ...federated({}), Principal: { Federated: withOther(provider) } }),
  ),
  row(
    'provider-with-scheme',
    'the provider ARN holds a URL',
    'policy+',
    github(),
    trust({ ...federated({}), Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/https://${host}` } }),
  ),
  row(
    'provider-without-arn',
    'the policy has the host of the provider',
    'policy+',
    github(),
    trust({ ...federated({}), Principal: { Federated: host } }),
  ),
  row(
    'provider-trailing-slash',
    'the provider ARN ends with a slash',
    'policy+',
    github(),
    trust({ ...federated({}), Principal: { Federated: `${provider}/` } }),
  ),
  row(
    'everyone-without-federated',
    '{"AWS": "*"} for a web identity caller',
    'policy+',
    github(),
    trust({ ...federated({}), Principal: { AWS: '*' } }),
  ),
  row(
    'principal-letter-case',
    'the user name has other letter case',
    'policy+',
    request(user, 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { AWS: user.replace('ada', 'Ada') }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'principal-spelling',
    'the user name is mistyped',
    'caller',
    request(user, 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { AWS: user.replace('ada', 'adda') }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'principal-spelling',
    'the service principal has a domain that no service has',
    'policy+',
    request('lambda.amazonaws.com', 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { Service: 'lambda.amazon.com' }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'principal-spelling',
    'the service principal is similar to that of another service',
    'caller',
    request('ec2.amazonaws.com', 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { Service: 'ecs.amazonaws.com' }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'role-path',
    'the role has a path',
    'policy+',
    request(session, 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:role/teams/app` }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'other-session',
    'the policy trusts another session of the role',
    'caller as-well+',
    request(session, 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { AWS: `${session}-before` }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'deleted-principal',
    'the trusted role was deleted and created again',
    'caller as-well+',
    request(session, 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { AWS: 'AROAEXAMPLEEXAMPLE123' }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'other-ids',
    'somebody else has taken over the name of the repository',
    'caller',
    github({ sub: 'repo:octo-org@998877/octo-repo@665544:ref:refs/heads/main' }),
    subject('repo:octo-org@123456/octo-repo@456789:*', 'StringLike'),
  ),
  row(
    'value-of-other-key',
    'the subject stands under aud',
    'policy+',
    github(),
    trust(federated({ StringEquals: { [`${host}:aud`]: 'repo:octo-org/octo-repo:ref:refs/heads/main' } })),
  ),
  row(
    'issuer-as-key',
    'iss is no condition key',
    'policy',
    github(),
    trust(federated({ StringEquals: { [`${host}:iss`]: `https://${host}` } })),
  ),
  row(
    'excluded-value',
    'a negated operator excludes the branch',
    'caller',
    github(),
    trust(federated({ StringNotLike: { [`${host}:sub`]: 'repo:octo-org/octo-repo:*' } })),
  ),
  row(
    'key-required',
    'Null requires a key that the token has not',
    'caller',
    github(),
    trust(federated({ Null: { [`${host}:environment`]: 'false' } })),
  ),
  row(
    'key-prohibited',
    'Null prohibits a key that the token has',
    'caller',
    github(),
    trust(federated({ Null: { [`${host}:sub`]: 'true' } })),
  ),
  row(
    'other-action',
    'the identity policy is for other actions',
    'policy as-well+',
    request(user, 's3:GetObject', object),
    identity({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }),
  ),
  row(
    'principal-arn-path',
    'a role of IAM Identity Center without its path',
    'policy+ as-well+',
    ssoSession,
    bucketFor({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/AWSReservedSSO_Admin_*` } }),
  ),
  row(
    'session-in-principal-arn',
    'every session of the role, under aws:PrincipalArn',
    'policy+',
    request(session, 's3:GetObject', object, { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/app` }),
    bucketFor({ ArnLike: { 'aws:PrincipalArn': `arn:aws:sts::${account}:assumed-role/app/*` } }),
  ),
  row(
    'session-in-principal-arn',
    'one session of the role, under aws:PrincipalArn',
    'policy policy as-well+',
    request(session, 's3:GetObject', object, { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/app` }),
    bucketFor({ ArnLike: { 'aws:PrincipalArn': session } }),
  ),
  row(
    'operator-of-other-type',
    'a block of addresses under StringEquals',
    'policy as-well+',
    request(user, 's3:GetObject', object, { 'aws:SourceIp': '198.51.100.7' }),
    identity(read({ StringEquals: { 'aws:SourceIp': '198.51.100.0/24' } })),
  ),
  row(
    'operator-of-other-type',
    'a block of other addresses under StringEquals',
    'caller',
    request(user, 's3:GetObject', object, { 'aws:SourceIp': '203.0.113.7' }),
    identity(read({ StringEquals: { 'aws:SourceIp': '198.51.100.0/24' } })),
  ),
  row(
    'operator-of-other-type',
    'a subject under ArnLike',
    'policy+ as-well+',
    github(),
    subject('repo:octo-org/octo-repo:*', 'ArnLike'),
  ),
  row(
    'period-over',
    'the policy was for last year',
    'policy',
    request(user, 's3:GetObject', object, { 'aws:CurrentTime': '2026-11-29T10:00:00Z' }),
    identity(read({ DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } })),
  ),
  row(
    'period-not-begun',
    'the policy is for next year',
    'caller',
    request(user, 's3:GetObject', object, { 'aws:CurrentTime': '2026-11-29T10:00:00Z' }),
    identity(read({ DateGreaterThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } })),
  ),
  row(
    'variable-without-value',
    'a variable for users in the request of a role',
    'policy',
    request(session, 'sts:AssumeRole', roleArn, { 'sts:RoleSessionName': 'ada' }),
    trust({
      Effect: 'Allow',
      Principal: { AWS: account },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } },
    }),
  ),
  row(
    'other-id',
    'another owner with the same name',
    'caller',
    github({ repository_owner_id: '998877' }),
    trust(
      federated({
        StringEquals: { [`${host}:repository_owner_id`]: '123456' },
        StringLike: { [`${host}:sub`]: 'repo:octo-org/octo-repo:*' },
      }),
    ),
  ),
  row(
    'key-of-service',
    'an object has to be encrypted with a key of KMS',
    'caller+',
    request(user, 's3:PutObject', object),
    identity({
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: '*',
      Condition: { StringEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } },
    }),
  ),
  row(
    'variable-without-value',
    'a folder for users in the request of a role',
    'policy',
    request(session, 's3:GetObject', 'arn:aws:s3:::home/ada/x'),
    identity({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::home/${aws:username}/*' }),
  ),
  row(
    'other-principal',
    'the trust policy names another role',
    'caller as-well+',
    request(user, 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:role/deployers` }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'other-principal',
    'the trust policy names a service that does not exist',
    'policy as-well+',
    request('lambda.amazonaws.com', 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { Service: 'ec2.amazon.com' }, Action: 'sts:AssumeRole' }),
  ),
  row(
    'other-principal',
    'the trust policy names a provider without an ARN',
    'caller as-well+',
    request('lambda.amazonaws.com', 'sts:AssumeRole', roleArn),
    trust({ Effect: 'Allow', Principal: { Federated: 'accounts.google.com' }, Action: 'sts:AssumeRole' }),
  ),
];
