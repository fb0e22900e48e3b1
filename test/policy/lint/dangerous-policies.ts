/** Dangerous and broken policies: what is wrong, the code under which lint reports it, and the document. */
import type { PolicyKind } from '../../../src/policy/index.ts';

export type DangerousPolicy = readonly [story: string, code: string, kind: PolicyKind, document: object];

const document = (statement: object) => ({ Version: '2012-10-17', Statement: statement });
const identity = (more: object) =>
  document({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', ...more });
const everyone = (Condition: object, more: object = {}) =>
  document({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition, ...more });
const everyoneBut = (Action: string, Condition: object) =>
  document([
    { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
    { Effect: 'Deny', Principal: { AWS: '*' }, Action, Condition },
  ]);
const service = (Service: string | readonly string[]) =>
  document({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' });
const oidc = (issuer: string, Condition: object, more: object = {}) =>
  document({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition,
    ...more,
  });
const builtIn = (issuer: string, Condition: object) =>
  document({
    Effect: 'Allow',
    Principal: { Federated: issuer },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition,
  });

const host = 'token.actions.githubusercontent.com';
const githubAud = { [`${host}:aud`]: 'sts.amazonaws.com' };
const github = (sub: string | readonly string[], operator = 'StringLike', more: object = {}) => {
  const equals = { ...githubAud, ...more };
  const subject = { [`${host}:sub`]: sub };
  return oidc(
    host,
    operator === 'StringEquals'
      ? { StringEquals: { ...equals, ...subject } }
      : { StringEquals: equals, [operator]: subject },
  );
};
const workflow = (ref: string, more: object = {}) =>
  oidc(host, { StringEquals: { ...githubAud, ...more }, StringLike: { [`${host}:job_workflow_ref`]: ref } });
const gitlab = (sub: string, more: object = {}) =>
  oidc('gitlab.com', {
    StringEquals: { 'gitlab.com:aud': 'https://gitlab.com', ...more },
    StringLike: { 'gitlab.com:sub': sub },
  });
const terraform = (sub: string, operator = 'StringLike') =>
  oidc('app.terraform.io', {
    'ForAnyValue:StringEquals': { 'app.terraform.io:aud': 'aws.workload.identity' },
    [operator]: { 'app.terraform.io:sub': sub },
  });
const buildkite = (sub: string, more: object = {}) =>
  oidc('agent.buildkite.com', {
    StringEquals: { 'agent.buildkite.com:aud': 'sts.amazonaws.com', ...more },
    StringLike: { 'agent.buildkite.com:sub': sub },
  });
const eks = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const cluster = (sub: string, operator = 'StringLike') =>
  oidc(eks, {
    'ForAnyValue:StringEquals': { [`${eks}:aud`]: 'sts.amazonaws.com' },
    [operator]: { [`${eks}:sub`]: sub },
  });
const circle = 'oidc.circleci.com/org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a';
const circleci = (sub: string) =>
  oidc(circle, {
    StringEquals: { [`${circle}:aud`]: '3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a' },
    StringLike: { [`${circle}:sub`]: sub },
  });
const bitbucketIssuer = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const bitbucket = (sub: string) =>
  oidc(bitbucketIssuer, {
    StringEquals: { [`${bitbucketIssuer}:aud`]: 'ari:cloud:bitbucket::workspace/6f5c1d2e' },
    StringLike: { [`${bitbucketIssuer}:sub`]: sub },
  });
const vercel = (sub: string) =>
  oidc('oidc.vercel.com/acme', {
    StringEquals: { 'oidc.vercel.com/acme:aud': 'https://vercel.com/acme' },
    StringLike: { 'oidc.vercel.com/acme:sub': sub },
  });
const cognito = (more: object) =>
  builtIn('cognito-identity.amazonaws.com', {
    StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:12345678-dcba-dcba-dcba-123456789012' },
    ...more,
  });
const account = (Condition: object = {}, AWS: string | readonly string[] = 'arn:aws:iam::444455556666:root') =>
  document({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', Condition });

const callers: readonly DangerousPolicy[] = [
  [
    'everyone',
    'public-principal',
    'trust',
    document({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
  ],
  [
    'everyone, from every IPv4 address',
    'public-principal',
    'trust',
    everyone({ IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }),
  ],
  [
    'everyone, from every IPv6 address',
    'public-principal',
    'trust',
    everyone({ IpAddress: { 'aws:SourceIp': '::/0' } }),
  ],
  [
    'everyone, from both halves of IPv4',
    'public-principal',
    'trust',
    everyone({ IpAddress: { 'aws:SourceIp': ['0.0.0.0/1', '128.0.0.0/1'] } }),
  ],
  [
    'everyone, from an office and from everywhere',
    'public-principal',
    'trust',
    everyone({ IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '0.0.0.0/0'] } }),
  ],
  [
    'everyone, but not from one address',
    'public-principal',
    'trust',
    everyone({ NotIpAddress: { 'aws:SourceIp': '192.0.2.1/32' } }),
  ],
  [
    'everyone, from an address if there is one',
    'public-principal',
    'trust',
    everyone({ IpAddressIfExists: { 'aws:SourceIp': '192.0.2.0/24' } }),
  ],
  [
    'everyone, from private addresses of any VPC',
    'public-principal',
    'trust',
    everyone({ IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/8' } }),
  ],
  [
    'a role name in every account',
    'public-principal',
    'trust',
    everyone({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/deploy' } }),
  ],
  [
    'a role name in every account, ArnEquals',
    'public-principal',
    'trust',
    everyone({ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/deploy' } }),
  ],
  [
    'a role name in every account, StringLike',
    'public-principal',
    'trust',
    everyone({ StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/deploy' } }),
  ],
  [
    'a role name in accounts that begin with 1',
    'public-principal',
    'trust',
    everyone({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::1*:role/deploy' } }),
  ],
  [
    'one role, or a role name in every account',
    'public-principal',
    'trust',
    everyone({ ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/a', 'arn:aws:iam::*:role/a'] } }),
  ],
  [
    'every account, as the variable of itself',
    'public-principal',
    'trust',
    everyone({ StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }),
  ],
  ['an external ID only', 'public-principal', 'trust', everyone({ StringEquals: { 'sts:ExternalId': 'abc-123' } })],
  [
    'an external ID and TLS',
    'public-principal',
    'trust',
    everyone({ StringEquals: { 'sts:ExternalId': 'abc' }, Bool: { 'aws:SecureTransport': 'true' } }),
  ],
  ['every organization', 'public-principal', 'trust', everyone({ StringLike: { 'aws:PrincipalOrgID': 'o-*' } })],
  [
    'an organization if there is one',
    'public-principal',
    'trust',
    everyone({ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }),
  ],
  [
    'not another organization',
    'public-principal',
    'trust',
    everyone({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }),
  ],
  [
    'paths of every organization',
    'public-principal',
    'trust',
    everyone({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-*/r-ab12/*' } }),
  ],
  [
    'organization paths that may be absent',
    'public-principal',
    'trust',
    everyone({ 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/*' } }),
  ],
  [
    'any account number',
    'public-principal',
    'trust',
    everyone({ StringLike: { 'aws:PrincipalAccount': '????????????' } }),
  ],
  ['a session name', 'public-principal', 'trust', everyone({ StringEquals: { 'sts:RoleSessionName': 'ci' } })],
  ['a user agent', 'public-principal', 'trust', everyone({ StringLike: { 'aws:UserAgent': 'my-tool*' } })],
  ['MFA of anyone', 'public-principal', 'trust', everyone({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } })],
  [
    'a tag that every account can set',
    'public-principal',
    'trust',
    everyone({ StringEquals: { 'aws:PrincipalTag/team': 'red' } }),
  ],
  [
    'a date only',
    'public-principal',
    'trust',
    everyone({ DateLessThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } }),
  ],
  [
    'a public bucket behind a referer',
    'public-principal',
    'resource',
    document({
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: '*',
      Condition: { StringLike: { 'aws:Referer': 'https://example.com/*' } },
    }),
  ],
  [
    'a topic for sources of every account',
    'public-principal',
    'resource',
    document({
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sns:Publish',
      Resource: '*',
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:*:*:alarm:*' } },
    }),
  ],
  [
    'everyone, and a Deny for one network',
    'public-principal',
    'trust',
    everyoneBut('sts:AssumeRole', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }),
  ],
  [
    'everyone, and a Deny of another action outside of the organization',
    'public-principal',
    'trust',
    everyoneBut('sts:TagSession', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }),
  ],
  [
    'everyone, and a Deny outside of every organization',
    'public-principal',
    'trust',
    everyoneBut('sts:AssumeRole', { StringNotLike: { 'aws:PrincipalOrgID': 'o-*' } }),
  ],
  ["a third party's account without an external ID", 'account-without-external-id', 'trust', account()],
  ['an account number', 'account-without-external-id', 'trust', account({}, '444455556666')],
  [
    'one account of two',
    'account-without-external-id',
    'trust',
    account({}, ['arn:aws:iam::111122223333:role/a', '444455556666']),
  ],
  ['any external ID', 'account-without-external-id', 'trust', account({ StringLike: { 'sts:ExternalId': '*' } })],
  [
    'an external ID if there is one',
    'account-without-external-id',
    'trust',
    account({ StringEqualsIfExists: { 'sts:ExternalId': 'x' } }),
  ],
];

const issuers: readonly DangerousPolicy[] = [
  [
    'a workflow at every ref',
    'unpinned-workflow',
    'trust',
    workflow('octo-org/automation/.github/workflows/deploy.yml@*'),
  ],
  [
    'a workflow at every branch',
    'unpinned-workflow',
    'trust',
    workflow('octo-org/automation/.github/workflows/deploy.yml@refs/heads/*'),
  ],
  ['every workflow of a repository', 'unpinned-workflow', 'trust', workflow('octo-org/automation/*')],
  [
    'a workflow, whoever calls it',
    'any-caller-of-workflow',
    'trust',
    workflow('octo-org/automation/.github/workflows/deploy.yml@refs/heads/main'),
  ],
  [
    'a workflow and an environment of any repository',
    'any-caller-of-workflow',
    'trust',
    workflow('octo-org/a/.github/workflows/d.yml@refs/tags/v1', { [`${host}:environment`]: 'prod' }),
  ],
  [
    'a workflow in a customized subject',
    'any-caller-of-workflow',
    'trust',
    github('job_workflow_ref:octo-org/a/.github/workflows/d.yml@refs/heads/main'),
  ],
  ['an owner with a wildcard', 'any-repository', 'trust', github('repo:octo*/app:ref:refs/heads/main')],
  ['a repository name of every owner', 'any-repository', 'trust', github('repo:*/app:ref:refs/heads/main')],
  [
    'one owner and every owner',
    'any-repository',
    'trust',
    github(['repo:octo-org/app:ref:refs/heads/main', 'repo:*/app:*']),
  ],
  ['an environment of every repository', 'any-repository', 'trust', github('environment:production', 'StringEquals')],
  ['a branch of every repository', 'any-repository', 'trust', github('ref:refs/heads/main')],
  [
    'every owner, and an environment',
    'any-repository',
    'trust',
    github('repo:*', 'StringLike', { [`${host}:environment`]: 'prod' }),
  ],
  [
    'every owner, and a person',
    'any-repository',
    'trust',
    github('repo:*', 'StringLike', { [`${host}:actor`]: 'octocat' }),
  ],
  ['GitLab projects of every group', 'any-repository', 'trust', gitlab('project_path:*/app:ref_type:branch:ref:main')],
  ['GitLab groups that begin alike', 'any-repository', 'trust', gitlab('project_path:acme*')],
  [
    'every GitLab group, protected branches',
    'any-repository',
    'trust',
    gitlab('project_path:*', { 'gitlab.com:ref_protected': 'true' }),
  ],
  [
    'Terraform organizations that begin alike',
    'any-repository',
    'trust',
    terraform('organization:acme*:project:*:workspace:*:run_phase:*'),
  ],
  ['every Buildkite organization', 'any-repository', 'trust', buildkite('organization:*:pipeline:deploy:*')],
  [
    'a pipeline slug of every Buildkite organization',
    'any-repository',
    'trust',
    buildkite('organization:*', { 'agent.buildkite.com:pipeline_slug': 'deploy' }),
  ],
  [
    'every team of Vercel',
    'any-repository',
    'trust',
    oidc('oidc.vercel.com', {
      StringLike: {
        'oidc.vercel.com:aud': 'https://vercel.com/*',
        'oidc.vercel.com:sub': 'owner:*:project:site:environment:production',
      },
    }),
  ],
  ['every service account', 'any-service-account', 'trust', cluster('system:serviceaccount:*')],
  ['a service account in every namespace', 'any-service-account', 'trust', cluster('system:serviceaccount:*:app')],
  ['every service account, in two wildcards', 'any-service-account', 'trust', cluster('system:serviceaccount:*:*')],
  ['every subject with a service account name', 'any-service-account', 'trust', cluster('*:app')],
  ['namespaces of one letter', 'any-service-account', 'trust', cluster('system:serviceaccount:?:app')],
  ['every subject of a cluster', 'missing-subject', 'trust', cluster('*')],
  [
    'only the audience of a cluster',
    'missing-subject',
    'trust',
    oidc(eks, { StringEquals: { [`${eks}:aud`]: 'sts.amazonaws.com' } }),
  ],
  [
    'a subject if there is one',
    'missing-subject',
    'trust',
    cluster('system:serviceaccount:ns:app', 'StringEqualsIfExists'),
  ],
  ['not one subject', 'missing-subject', 'trust', cluster('system:serviceaccount:ns:app', 'StringNotEquals')],
  [
    'a subject, ForAllValues',
    'missing-subject',
    'trust',
    cluster('system:serviceaccount:ns:app', 'ForAllValues:StringEquals'),
  ],
  [
    'every project of a CircleCI organization',
    'missing-subject',
    'trust',
    circleci('org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a/*'),
  ],
  [
    'Google tokens for an audience that anyone can ask for',
    'missing-subject',
    'trust',
    builtIn('accounts.google.com', { StringEquals: { 'accounts.google.com:oaud': 'https://example.com' } }),
  ],
  [
    'a session name for tokens of any user',
    'missing-subject',
    'trust',
    oidc('idp.example.com', { StringEquals: { 'idp.example.com:aud': 'app', 'sts:RoleSessionName': 'ada' } }),
  ],
  [
    'any audience',
    'missing-audience',
    'trust',
    oidc(host, { StringLike: { [`${host}:aud`]: '*', [`${host}:sub`]: 'repo:octo-org@1/app@2:ref:refs/heads/main' } }),
  ],
  [
    'an audience if there is one',
    'missing-audience',
    'trust',
    oidc('gitlab.com', {
      StringEqualsIfExists: { 'gitlab.com:aud': 'x' },
      StringEquals: { 'gitlab.com:sub': 'project_path:g/p:ref_type:branch:ref:main' },
    }),
  ],
  ['pull requests', 'trusts-pull-requests', 'trust', github('repo:octo-org/app:pull_request', 'StringEquals')],
  [
    'a branch, and pull requests',
    'trusts-pull-requests',
    'trust',
    github(['repo:octo-org/app:ref:refs/heads/main', 'repo:octo-org/app:pull_request'], 'StringEquals'),
  ],
  ['pull requests with ids', 'trusts-pull-requests', 'trust', github('repo:octo-org@1/app@2:pull_request')],
  [
    'pull requests of every repository of an organization',
    'trusts-pull-requests',
    'trust',
    github('repo:octo-org/*:pull_request'),
  ],
  ['everything in a repository', 'open-to-pull-requests', 'trust', github('repo:octo-org/app:*')],
  ['everything in an organization', 'open-to-pull-requests', 'trust', github('repo:octo-org/*')],
  [
    'pull requests by the ref',
    'open-to-pull-requests',
    'trust',
    github('repo:octo-org/app:*', 'StringLike', { [`${host}:repository`]: 'octo-org/app' }),
  ],
  ['the refs of pull requests', 'trusts-pull-requests', 'trust', github('repo:octo-org/app:ref:refs/pull/*')],
  ['every step of a Bitbucket workspace', 'missing-subject', 'trust', bitbucket('{*}:{*}')],
  ['every project of a team on Vercel', 'missing-subject', 'trust', vercel('owner:*:project:*:environment:*')],
  [
    'every SPIFFE ID',
    'missing-subject',
    'trust',
    oidc('spire.example.org', {
      StringEquals: { 'spire.example.org:aud': 'x' },
      StringLike: { 'spire.example.org:sub': 'spiffe://*' },
    }),
  ],
  [
    'names without ids',
    'subject-without-ids',
    'trust',
    github('repo:octo-org/app:ref:refs/heads/main', 'StringEquals'),
  ],
  [
    'names with a repository that is no id',
    'subject-without-ids',
    'trust',
    github('repo:octo-org/app:environment:prod', 'StringLike', { [`${host}:repository`]: 'octo-org/app' }),
  ],
  ['Cognito identities without amr', 'unauthenticated-identities', 'trust', cognito({})],
  [
    'Cognito guests',
    'unauthenticated-identities',
    'trust',
    cognito({ 'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'unauthenticated' } }),
  ],
  [
    'Cognito users and guests',
    'unauthenticated-identities',
    'trust',
    cognito({ 'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': ['authenticated', 'un*'] } }),
  ],
  [
    'Cognito amr by ForAllValues',
    'unauthenticated-identities',
    'trust',
    cognito({ 'ForAllValues:StringEquals': { 'cognito-identity.amazonaws.com:amr': 'authenticated' } }),
  ],
  [
    'Cognito amr not unauthenticated if there is one',
    'unauthenticated-identities',
    'trust',
    cognito({ 'ForAnyValue:StringLikeIfExists': { 'cognito-identity.amazonaws.com:amr': '*authenticated' } }),
  ],
];

const deadPatterns: readonly DangerousPolicy[] = [
  ['a slash instead of a colon', 'pattern-never-matches', 'trust', github('repo:octo-org/app/*')],
  [
    'a slash, in a list',
    'pattern-never-matches',
    'trust',
    github(['repo:octo-org/app:ref:refs/heads/main', 'repo:octo-org/lib/*']),
  ],
  ['a branch name only', 'pattern-never-matches', 'trust', github('repo:octo-org/app:main', 'StringEquals')],
  ['ref without refs/heads', 'pattern-never-matches', 'trust', github('repo:octo-org/app:ref:main', 'StringEquals')],
  [
    'refs/heads without ref',
    'pattern-never-matches',
    'trust',
    github('repo:octo-org/app:refs/heads/main', 'StringEquals'),
  ],
  ['branch instead of ref', 'pattern-never-matches', 'trust', github('repo:octo-org/app:branch:main', 'StringEquals')],
  ['tag instead of ref', 'pattern-never-matches', 'trust', github('repo:octo-org/app:tag:v1', 'StringEquals')],
  [
    'the plural of pull_request',
    'pattern-never-matches',
    'trust',
    github('repo:octo-org/app:pull_requests', 'StringEquals'),
  ],
  [
    'env instead of environment',
    'pattern-never-matches',
    'trust',
    github('repo:octo-org/app:env:prod', 'StringEquals'),
  ],
  ['no prefix', 'pattern-never-matches', 'trust', github('octo-org/app:ref:refs/heads/main', 'StringEquals')],
  [
    'a URL',
    'pattern-never-matches',
    'trust',
    github('repo:https://github.com/octo-org/app:ref:refs/heads/main', 'StringEquals'),
  ],
  ['a blank', 'pattern-never-matches', 'trust', github('repo: octo-org/app:ref:refs/heads/main', 'StringEquals')],
  ['an owner without a repository', 'pattern-never-matches', 'trust', github('repo:octo-org:*')],
  [
    'the subject of another platform',
    'pattern-never-matches',
    'trust',
    github('project_path:g/p:ref_type:branch:ref:main', 'StringEquals'),
  ],
  [
    'a Deny that never applies',
    'pattern-never-matches',
    'trust',
    oidc(host, { StringLike: { [`${host}:sub`]: 'repo:octo-org/app/*' } }, { Effect: 'Deny' }),
  ],
  [
    'a Deny of all but a dead pattern',
    'pattern-never-matches',
    'trust',
    oidc(host, { StringNotLike: { [`${host}:sub`]: 'repo:octo-org/app/*' } }, { Effect: 'Deny' }),
  ],
  [
    'refs/head instead of refs/heads',
    'pattern-never-matches',
    'trust',
    github('repo:octo-org/app:ref:refs/head/main', 'StringEquals'),
  ],
  [
    'refs/branches',
    'pattern-never-matches',
    'trust',
    github('repo:octo-org/app:ref:refs/branches/main', 'StringEquals'),
  ],
  ['nothing after the repository', 'subject-incomplete', 'trust', github('repo:octo-org/app', 'StringEquals')],
  ['nothing after the GitLab project', 'subject-incomplete', 'trust', gitlab('project_path:group/project')],
  [
    'a GitLab project without its key',
    'pattern-never-matches',
    'trust',
    gitlab('group/project:ref_type:branch:ref:main'),
  ],
  ['GitHub on GitLab', 'pattern-never-matches', 'trust', gitlab('repo:group/project:ref:refs/heads/main')],
  [
    'a service account without system',
    'pattern-never-matches',
    'trust',
    cluster('serviceaccount:default:app', 'StringEquals'),
  ],
  [
    'the plural of service account',
    'pattern-never-matches',
    'trust',
    cluster('system:serviceaccounts:default:app', 'StringEquals'),
  ],
  [
    'a namespace with a slash',
    'pattern-never-matches',
    'trust',
    cluster('system:serviceaccount:default/app', 'StringEquals'),
  ],
  [
    'a service account without a namespace',
    'pattern-never-matches',
    'trust',
    cluster('system:serviceaccount:app', 'StringEquals'),
  ],
  [
    'a Terraform workspace without run_phase',
    'pattern-never-matches',
    'trust',
    terraform('organization:acme:project:p:workspace:w'),
  ],
  [
    'a Terraform workspace without project',
    'pattern-never-matches',
    'trust',
    terraform('organization:acme:workspace:w:run_phase:apply'),
  ],
  [
    'a CircleCI project without user',
    'pattern-never-matches',
    'trust',
    circleci('org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a/project/7d1c'),
  ],
  [
    'a Vercel project without environment',
    'pattern-never-matches',
    'trust',
    oidc('oidc.vercel.com/acme', {
      StringEquals: {
        'oidc.vercel.com/acme:aud': 'https://vercel.com/acme',
        'oidc.vercel.com/acme:sub': 'owner:acme:project:site',
      },
    }),
  ],
  [
    'a star in StringEquals',
    'wildcard-in-string-equals',
    'trust',
    oidc(host, { StringEquals: { ...githubAud, [`${host}:sub`]: 'repo:octo-org/app:*' } }),
  ],
  [
    'a star in StringEqualsIgnoreCase',
    'wildcard-in-string-equals',
    'trust',
    github('repo:octo-org/app:*', 'StringEqualsIgnoreCase'),
  ],
  [
    'a star in StringNotEqualsIgnoreCase',
    'wildcard-in-string-equals',
    'identity',
    identity({ Effect: 'Deny', Condition: { StringNotEqualsIgnoreCase: { 'aws:PrincipalTag/team': 'red*' } } }),
  ],
  [
    'a star in StringEqualsIfExists',
    'wildcard-in-string-equals',
    'identity',
    identity({ Condition: { StringEqualsIfExists: { 's3:prefix': 'home/*' } } }),
  ],
];

const names: readonly DangerousPolicy[] = [
  ['a misspelled IAM action', 'unknown-action', 'identity', identity({ Action: 'iam:AttacheRolePolicy' })],
  [
    'a misspelled CloudFormation action',
    'unknown-action',
    'identity',
    identity({ Action: ['s3:GetObject', 'cloudformation:GetTemplateSummanry'] }),
  ],
  ['an operation that is no action', 'unknown-action', 'identity', identity({ Action: 's3:ListObjectsV2' })],
  ['a pattern that matches no action', 'unknown-action', 'identity', identity({ Action: 's3:Fetch*' })],
  ['an action of no near name', 'unknown-action', 'identity', identity({ Action: 'sqs:Teleport' })],
  [
    'a misspelled action in a Deny',
    'unknown-action',
    'scp',
    identity({ Effect: 'Deny', Action: 'organizations:LeaveOrganisation', Resource: '*' }),
  ],
  [
    'a misspelled action in NotAction',
    'unknown-action',
    'identity',
    identity({ Effect: 'Deny', Action: undefined, NotAction: ['iam:ChangePasword'], Resource: '*' }),
  ],
  [
    'a misspelled STS action',
    'unknown-action',
    'trust',
    document({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:role/a' }, Action: 'sts:AssumeRoles' }),
  ],
  ['a misspelled service', 'unknown-service', 'identity', identity({ Action: 'dynamodbb:GetItem' })],
  [
    'the name of a service instead of its prefix',
    'unknown-service',
    'identity',
    identity({ Action: 'stepfunctions:StartExecution' }),
  ],
  ['a service of no near name', 'unknown-service', 'identity', identity({ Action: 'teleporter:Beam' })],
  ['a pattern of no service', 'unknown-service', 'identity', identity({ Action: 'zz*:Get*' })],
  ['the domain amazon.com', 'unknown-service-principal', 'trust', service('lambda.amazon.com')],
  ['the domain aws.com', 'unknown-service-principal', 'trust', service(['ec2.amazonaws.com', 'lambda.aws.com'])],
  ['the domain amazonaws.org', 'unknown-service-principal', 'trust', service('ecs-tasks.amazonaws.org')],
  ['a misspelled service principal', 'unknown-service-principal', 'trust', service('lamda.amazonaws.com')],
  [
    'a misspelled service principal with a region',
    'unknown-service-principal',
    'trust',
    service('logz.eu-west-1.amazonaws.com'),
  ],
  ['the name of a service as principal', 'unknown-service-principal', 'trust', service('stepfunctions.amazonaws.com')],
  [
    'a misspelled principal in a resource policy',
    'unknown-service-principal',
    'resource',
    document({
      Effect: 'Allow',
      Principal: { Service: 'cloudfrnt.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: '*',
    }),
  ],
  [
    'a role that is passed to a misspelled service',
    'unknown-service-principal',
    'identity',
    identity({
      Action: 'iam:PassRole',
      Resource: '*',
      Condition: { StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'lamda.amazonaws.com'] } },
    }),
  ],
  [
    'a call through a service of another domain',
    'unknown-service-principal',
    'identity',
    identity({ Condition: { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'athena.aws.com' } } }),
  ],
  [
    'a service principal that nobody knows',
    'unverified-service-principal',
    'trust',
    service('teleportation.amazonaws.com'),
  ],
  [
    'a misspelled global key',
    'unknown-condition-key',
    'identity',
    identity({ Condition: { StringEquals: { 'aws:PrincipalOrgId2': 'o-1' } } }),
  ],
  [
    'a misspelled key of a service',
    'unknown-condition-key',
    'identity',
    identity({ Condition: { StringEquals: { 's3:prefixs': 'home/' } } }),
  ],
  [
    'a misspelled key with a name',
    'unknown-condition-key',
    'identity',
    identity({ Condition: { StringEquals: { 'ec2:ResourceTags/team': 'red' } } }),
  ],
  [
    'a key of no near name',
    'unknown-condition-key',
    'identity',
    identity({ Condition: { StringEquals: { 'lambda:Teleport': 'x' } } }),
  ],
  [
    'a key of a service that does not exist',
    'unknown-condition-key',
    'identity',
    identity({ Condition: { StringEquals: { 'teleporter:Beam': 'x' } } }),
  ],
  [
    'a key without a prefix',
    'condition-key-without-service',
    'identity',
    identity({ Condition: { StringEquals: { SourceIp: 'x' } } }),
  ],
  [
    'one key of two under an operator',
    'unknown-condition-key',
    'identity',
    identity({ Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1', 'aws:RequestedRegon': 'x' } } }),
  ],
  [
    'a misspelled key in a Deny',
    'unknown-condition-key',
    'identity',
    identity({ Effect: 'Deny', Condition: { Bool: { 'aws:MultiFactorAuthPresents': 'false' } } }),
  ],
  [
    'a misspelled key with IfExists',
    'unknown-condition-key',
    'identity',
    identity({ Condition: { StringEqualsIfExists: { 'kms:ViaServices': 'x' } } }),
  ],
  [
    'a key without the name of a tag',
    'unknown-condition-key',
    'identity',
    identity({ Condition: { StringEquals: { 'aws:PrincipalTag': 'red' } } }),
  ],
  [
    'a misspelled variable in a resource',
    'unknown-variable',
    'identity',
    identity({ Resource: 'arn:aws:s3:::b/${aws:usernam}/*' }),
  ],
  [
    'a misspelled variable in a condition',
    'unknown-variable',
    'identity',
    identity({ Condition: { StringLike: { 's3:prefix': '${aws:PrincipalTags/team}/*' } } }),
  ],
];

const rolePolicy = (Condition: object, Principal: object = { AWS: '*' }) =>
  document({ Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*', Condition });
const saml = 'arn:aws:iam::123456789012:saml-provider/corp';
const federatedBySaml = (Condition: object) =>
  document({ Effect: 'Allow', Principal: { Federated: saml }, Action: 'sts:AssumeRoleWithSAML', Condition });

const values: readonly DangerousPolicy[] = [
  ['every provider of the account', 'provider-with-wildcard', 'trust', oidc('*', { StringEquals: githubAud })],
  ...(
    [
      ['an eighth of a cloud', { IpAddress: { 'aws:SourceIp': '52.0.0.0/8' } }, 'public-principal'],
      ['a block under StringEquals', { StringEquals: { 'aws:SourceIp': '192.0.2.0/24' } }, 'value-never-matches'],
      ['a block under StringLike', { StringLike: { 'aws:SourceIp': ['192.0.2.0/24'] } }, 'value-never-matches'],
      ['a private block', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 'private-address'],
      ['private blocks', { IpAddress: { 'aws:SourceIp': ['192.168.1.0/24', 'fd00::/8'] } }, 'private-address'],
      [
        'a session under PrincipalArn',
        { ArnLike: { 'aws:PrincipalArn': 'arn:aws:sts::123456789012:assumed-role/app/*' } },
        'value-never-matches',
      ],
      [
        'a role of IAM Identity Center without its path',
        { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/AWSReservedSSO_Admin_*' } },
        'value-never-matches',
      ],
      ['a Bool that is yes', { Bool: { 'aws:SecureTransport': 'yes' } }, 'bool-counts-as-false'],
    ] as const
  ).map(([story, condition, code]): DangerousPolicy => [`everyone, ${story}`, code, 'resource', rolePolicy(condition)]),
  [
    'calls from private addresses are excepted from a Deny',
    'private-address',
    'identity',
    identity({ Effect: 'Deny', Condition: { NotIpAddress: { 'aws:SourceIp': '172.16.0.0/12' } } }),
  ],
  [
    'the sign-in address with a slash at the end',
    'value-never-matches',
    'trust',
    federatedBySaml({ StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml/' } }),
  ],
  [
    'a misspelled kind of SAML subject',
    'value-never-matches',
    'trust',
    federatedBySaml({
      StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml', 'SAML:sub_type': 'persistant' },
    }),
  ],
  [
    'SAML without an audience',
    'missing-audience',
    'trust',
    federatedBySaml({ Bool: { 'aws:SecureTransport': 'true' } }),
  ],
  [
    'a misspelled amr',
    'value-never-matches',
    'trust',
    cognito({ 'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'autenticated' } }),
  ],
  [
    'a namespace that only begins with the name',
    'any-service-account',
    'trust',
    cluster('system:serviceaccount:team*:app'),
  ],
  [
    'a Deny without MFA that access keys avoid',
    'mfa-without-key',
    'identity',
    identity({ Effect: 'Deny', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } } }),
  ],
  [
    'an Allow with MFA that access keys do not need',
    'mfa-without-key',
    'identity',
    identity({ Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } } }),
  ],
  [
    'an Allow with recent MFA that access keys do not need',
    'mfa-without-key',
    'identity',
    identity({ Condition: { NumericLessThanIfExists: { 'aws:MultiFactorAuthAge': '3600' } } }),
  ],
  [
    'a Deny of tags that one right tag avoids',
    'for-all-values-in-deny',
    'identity',
    identity({
      Effect: 'Deny',
      Action: 'ec2:CreateTags',
      Resource: '*',
      Condition: { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['team', 'cost'] } },
    }),
  ],
  ['a bucket with a colon too few', 'resource-never-matches', 'identity', identity({ Resource: 'arn:aws:s3::b/*' })],
  [
    'a bucket with region and account',
    'resource-never-matches',
    'identity',
    identity({ Resource: 'arn:aws:s3:eu-west-1:123456789012:b/*' }),
  ],
  ['objects of a bucket alone', 'action-not-for-resource', 'identity', identity({ Resource: 'arn:aws:s3:::b' })],
  [
    'to list the objects of a bucket',
    'action-not-for-resource',
    'identity',
    identity({ Action: ['s3:GetObject', 's3:ListBucket'] }),
  ],
  ['every role', 'passes-every-role', 'identity', identity({ Action: 'iam:PassRole', Resource: '*' })],
  ['all of IAM', 'changes-every-permission', 'identity', identity({ Action: ['iam:*', 's3:*'], Resource: '*' })],
  [
    'an Allow in a resource control policy',
    'allow-in-rcp',
    'rcp',
    document({ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }),
  ],
  ...(
    [
      { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' } },
      { StringLike: { 'aws:SourceAccount': '*' } },
      { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*' } },
    ] as const
  ).map(
    (Condition): DangerousPolicy => [
      `a service for every account: ${JSON.stringify(Condition)}`,
      'every-source',
      'trust',
      document({
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition,
      }),
    ],
  ),
];

const serving = (Service: string, Condition?: object) =>
  document({
    Effect: 'Allow',
    Principal: { Service },
    Action: 'sqs:SendMessage',
    Resource: 'arn:aws:sqs:us-east-1:123456789012:q',
    ...(Condition === undefined ? {} : { Condition }),
  });
const tags = (Effect: string, operator: string, more: object = {}) =>
  identity({
    Effect,
    Action: 'ec2:CreateTags',
    Resource: '*',
    Condition: { [operator]: { 'aws:TagKeys': ['team', 'cost'] }, ...more },
  });

/** Rows of one kind of policy and code. */
const rows = (
  code: string,
  kind: PolicyKind,
  ...policies: readonly (readonly [story: string, document: object])[]
): readonly DangerousPolicy[] => policies.map(([story, policy]) => [story, code, kind, policy]);

const permissions: readonly DangerousPolicy[] = [
  ...rows(
    'passes-every-role',
    'identity',
    ['roles of every account', identity({ Action: 'iam:PassRole', Resource: 'arn:aws:iam::*:role/*' })],
    ['roles of the account', identity({ Action: ['iam:Pass*'], Resource: 'arn:aws:iam::123456789012:role/*' })],
    [
      'roles for any service',
      identity({
        Action: 'iam:PassRole',
        Resource: '*',
        Condition: { StringLike: { 'iam:PassedToService': '*' } },
      }),
    ],
  ),
  ...rows(
    'changes-every-permission',
    'identity',
    ['all of IAM, as an ARN', identity({ Action: 'iam:*', Resource: 'arn:aws:iam::*:*' })],
    ['policies of every user', identity({ Action: ['s3:GetObject', 'iam:AttachUserPolicy'], Resource: '*' })],
    ['inline policies of everything', identity({ Action: 'iam:Put*Policy', Resource: '*' })],
    ['trust policies of every role', identity({ Action: 'iam:UpdateAssumeRolePolicy', Resource: '*' })],
  ),
  ...rows('everything-allowed', 'identity', [
    'every action of every service',
    identity({ Action: '*:*', Resource: '*' }),
  ]),
  ...rows(
    'action-not-for-resource',
    'identity',
    [
      'a Deny for objects of a bucket alone',
      identity({ Effect: 'Deny', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::b' }),
    ],
    ['a Deny for a bucket on its objects', identity({ Effect: 'Deny', Action: 's3:DeleteBucket' })],
  ),
  ...rows(
    'resource-never-matches',
    'identity',
    ['a bucket with two colons too few', identity({ Resource: 'arn:aws:s3:b/*' })],
    [
      'a bucket without objects, with a colon too few',
      identity({ Action: 's3:ListBucket', Resource: 'arn:aws:s3::b' }),
    ],
    ['no access point', identity({ Resource: 'arn:aws:s3:us-west-2:123456789012:b' })],
  ),
  ...rows(
    'for-all-values-in-deny',
    'identity',
    ['a Deny of tags that another tag avoids', tags('Deny', 'ForAllValues:StringEquals')],
    ['a Deny of tags by pattern', tags('Deny', 'ForAllValues:StringNotLike')],
  ),
  ...rows(
    'for-all-values-without-guard',
    'identity',
    ['tags that need not be there', tags('Allow', 'ForAllValues:StringEquals')],
    ['tags that must not be there', tags('Allow', 'ForAllValues:StringEquals', { Null: { 'aws:TagKeys': 'true' } })],
  ),
  ...rows(
    'mfa-without-key',
    'identity',
    [
      'a Deny of old MFA that access keys avoid',
      identity({ Effect: 'Deny', Condition: { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '3600' } } }),
    ],
    [
      'a Deny that access keys avoid, and an Allow for them',
      document([
        {
          Effect: 'Allow',
          Action: 'iam:GetUser',
          Resource: '*',
          Condition: { Null: { 'aws:MultiFactorAuthAge': true } },
        },
        {
          Effect: 'Deny',
          Action: 's3:*',
          Resource: '*',
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
        },
      ]),
    ],
    [
      'an Allow with MFA as text',
      identity({ Condition: { StringEqualsIfExists: { 'aws:MultiFactorAuthPresent': 'true' } } }),
    ],
  ),
  ...rows('bool-counts-as-false', 'identity', [
    'a Null that is yes',
    identity({ Condition: { Null: { 'aws:TokenIssueTime': 'yes' } } }),
  ]),
];

const impossibleValues: readonly DangerousPolicy[] = [
  ...rows(
    'value-never-matches',
    'resource',
    [
      'the ARN of an account as its number',
      serving('sns.amazonaws.com', { StringEquals: { 'aws:SourceAccount': 'arn:aws:iam::123456789012:root' } }),
    ],
    [
      'an account number with dashes',
      serving('sns.amazonaws.com', { StringEquals: { 'aws:SourceAccount': '1234-5678-9012' } }),
    ],
    [
      'an account number as the ARN of a source',
      serving('sns.amazonaws.com', { ArnLike: { 'aws:SourceArn': '123456789012' } }),
    ],
    ['an account number as an organization', rolePolicy({ StringEquals: { 'aws:PrincipalOrgID': '123456789012' } })],
    [
      'a path as an organization',
      rolePolicy({ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111' } }),
    ],
    [
      'a service of KMS without its region',
      document({
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:root' },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:ViaService': 's3.amazonaws.com' } },
      }),
    ],
    ['every address as text', rolePolicy({ StringEquals: { 'aws:SourceIp': '0.0.0.0/0' } })],
  ),
  ...rows(
    'value-never-matches',
    'identity',
    [
      'all but a block as text are denied',
      identity({ Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceIp': '192.0.2.0/24' } } }),
    ],
    ['a block of a VPC as text', identity({ Condition: { StringLike: { 'aws:VpcSourceIp': '10.1.0.0/16' } } })],
    [
      'a session is excepted from a Deny',
      identity({
        Effect: 'Deny',
        Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:sts::123456789012:assumed-role/admin/*' } },
      }),
    ],
  ),
  ...rows('private-address', 'trust', [
    'everyone, from addresses that nobody has',
    everyone({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
  ]),
  ...rows('provider-with-wildcard', 'trust', [
    'every SAML provider',
    document({
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::123456789012:saml-provider/*' },
      Action: 'sts:AssumeRoleWithSAML',
    }),
  ]),
  ...rows('invalid-federated-principal', 'trust', [
    'every provider of every account',
    document({
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::*:oidc-provider/*' },
      Action: 'sts:AssumeRoleWithWebIdentity',
    }),
  ]),
  ...rows('provider-with-wildcard', 'resource', [
    'all but every provider',
    document({
      Effect: 'Deny',
      NotPrincipal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/*' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::b/*',
    }),
  ]),
  ...rows(
    'missing-audience',
    'trust',
    ['SAML for one subject', federatedBySaml({ StringEquals: { 'SAML:sub': 'jane' } })],
    ['SAML for any address', federatedBySaml({ StringLike: { 'SAML:aud': '*' } })],
    [
      'SAML for an address if there is one',
      federatedBySaml({ StringEqualsIfExists: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } }),
    ],
  ),
  ...rows(
    'any-service-account',
    'trust',
    ['namespaces of one letter more', cluster('system:serviceaccount:team-?:*')],
    ['namespaces of any end', cluster('system:serviceaccount:prod-*:*')],
  ),
  ...rows(
    'missing-source',
    'resource',
    ['messages of every topic', serving('sns.amazonaws.com')],
    ['events of every bucket', serving('s3.amazonaws.com')],
    ['events of every account over TLS', serving('events.amazonaws.com', { Bool: { 'aws:SecureTransport': 'true' } })],
  ),
  ...rows(
    'every-source',
    'resource',
    ['topics of every account', serving('sns.amazonaws.com', { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } })],
    [
      'an account if there is one',
      serving('sns.amazonaws.com', { StringEqualsIfExists: { 'aws:SourceAccount': '123456789012' } }),
    ],
    ['not one account', serving('sns.amazonaws.com', { StringNotEquals: { 'aws:SourceAccount': '123456789012' } })],
  ),
  ...rows('allow-in-rcp', 'rcp', [
    'everything, within an organization',
    document({
      Effect: 'Allow',
      Principal: '*',
      Action: '*',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
    }),
  ]),
];

export const dangerousPolicies: readonly DangerousPolicy[] = [
  ...callers,
  ...issuers,
  ...deadPatterns,
  ...names,
  ...values,
  ...permissions,
  ...impossibleValues,
];

/** Policies whose condition nobody fulfils, with all codes of their findings: none says that they let in everyone. */
export const deadPolicies: readonly (readonly [
  story: string,
  kind: PolicyKind,
  codes: readonly string[],
  document: object,
])[] = [
  [
    'a source that is no ARN',
    'resource',
    ['value-never-matches'],
    serving('sns.amazonaws.com', { ArnLike: { 'aws:SourceArn': '123456789012' } }),
  ],
  [
    'private addresses',
    'trust',
    ['private-address'],
    everyone({ IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '172.16.0.0/12'] } }),
  ],
  [
    'every address, compared as text',
    'trust',
    ['value-never-matches'],
    everyone({ StringEquals: { 'aws:SourceIp': '0.0.0.0/0' } }),
  ],
];
