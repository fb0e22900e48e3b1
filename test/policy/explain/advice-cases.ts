/** Misconfigurations that were met in practice: what to do, and who has to stay out. */
import type { EvaluationRequest, PolicySet, requestContext } from '../../../src/policy/index.ts';
import { account, host, other, policy, provider, request, roleArn, webIdentity } from '../fixtures.ts';

export interface AdviceCase {
  readonly story: string;
  readonly request: EvaluationRequest;
  readonly policies: PolicySet;
  readonly actions?: readonly string[];
  readonly audiences?: readonly string[];
  /** As in near-miss-cases.ts. */
  readonly fixes: string;
  /** In the sentences and titles of the fixes. */
  readonly says: readonly RegExp[];
  /** In no sentence, title or patch. */
  readonly never?: RegExp;
  /** In the explanation. */
  readonly explains?: RegExp;
  /** In what the last fix admits. */
  readonly admits?: RegExp;
  /** Callers who have to stay out whatever is applied, unless the fix says that it admits them. */
  readonly out: readonly EvaluationRequest[];
}

type Context = Parameters<typeof requestContext>[0];
type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A token's call; `sub` and other claims of the issuer. */
const from =
  (issuer: string) =>
  (sub: string, claims: Readonly<Record<string, string>> = {}, more: Context = {}): EvaluationRequest =>
    request(`arn:aws:iam::${account}:oidc-provider/${issuer}`, webIdentity, roleArn, {
      'sts:RoleSessionName': 'ci',
      ...Object.fromEntries(
        Object.entries({ aud: 'sts.amazonaws.com', oaud: 'sts.amazonaws.com', sub, ...claims }).map(
          ([claim, value]) => [`${issuer}:${claim}`, value],
        ),
      ),
      ...more,
    });
const trusting =
  (issuer: string) =>
  (condition: Condition, action: string | readonly string[] = webIdentity): PolicySet => ({
    resource: policy('trust', [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        Action: action,
        Condition: condition,
      },
    ]),
    kind: 'trust',
  });
const subjects =
  (issuer: string) =>
  (operator: string, ...values: string[]): PolicySet =>
    trusting(issuer)({ StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' }, ...one(issuer, operator, values) });
const one = (issuer: string, operator: string, values: readonly string[]): Condition =>
  operator === 'StringEquals'
    ? { StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: values } }
    : { [operator]: { [`${issuer}:sub`]: values } };

const [github, githubTrust] = [from(host), subjects(host)];
const repo = 'repo:octo-org/octo-repo';
const deploy = githubTrust('StringEquals', `${repo}:ref:refs/heads/main`);
const pullRequest = github(`${repo}:pull_request`);
const feature = github(`${repo}:ref:refs/heads/feature`);
const otherRepository = github('repo:octo-org/other:ref:refs/heads/main');
const otherOwner = github('repo:mallory/octo-repo:ref:refs/heads/main');

const cluster = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const otherCluster = 'oidc.eks.eu-west-1.amazonaws.com/id/FEDCBA9876543210FEDCBA9876543210';
const [pod, podTrust] = [from(cluster), subjects(cluster)];
const teamA = pod('system:serviceaccount:apps:team-a');
const otherPod = pod('system:serviceaccount:default:default');

const aks =
  'westeurope.oic.prod-aks.azure.com/11111111-1111-1111-1111-111111111111/22222222-2222-2222-2222-222222222222/';
const gke = 'container.googleapis.com/v1/projects/p/locations/europe-west1/clusters/c';
const bucketIssuer = 's3.eu-west-1.amazonaws.com/cluster-keys';
const samlProvider = `arn:aws:iam::${account}:saml-provider/corp`;
const pool = 'eu-west-1:0123abcd-0000-4000-8000-0123456789ab';
const circleci = 'oidc.circleci.com/org/11-aa';
const bitbucket = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const buildkite = 'agent.buildkite.com';
const own = '127.0.0.1:4592/issuers/ci';
const terraform = 'app.terraform.io';

const user = `arn:aws:iam::${other}:user/vendor`;
const vendor = (more: Context = {}) => request(user, 'sts:AssumeRole', roleArn, more);
const service = (topic: string, owner = account) =>
  request('sns.amazonaws.com', 'sqs:SendMessage', `arn:aws:sqs:eu-west-1:${account}:q`, {
    'aws:SourceArn': `arn:aws:sns:eu-west-1:${owner}:${topic}`,
    'aws:SourceAccount': owner,
  });
const session = (name: string) =>
  request(`arn:aws:sts::${account}:assumed-role/app/${name}`, 'sts:AssumeRole', roleArn, {
    'sts:RoleSessionName': 'ci',
  });
const assumable = (principal: string, condition: Condition = {}): PolicySet => ({
  resource: policy('trust', {
    Effect: 'Allow',
    Principal: { AWS: principal },
    Action: 'sts:AssumeRole',
    Condition: condition,
  }),
  identity: [policy('identity', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' })],
  kind: 'trust',
});

/** An object of the account, called by a user of `owner` who has no permission of its own. */
const objectOf = (owner: string, more: Context): EvaluationRequest => ({
  ...request(`arn:aws:iam::${owner}:user/ada`, 's3:GetObject', 'arn:aws:s3:::bucket/key', {
    'aws:PrincipalArn': `arn:aws:iam::${owner}:user/ada`,
    'aws:PrincipalAccount': owner,
    ...more,
  }),
  resourceAccount: account,
});
const forEveryone = (condition: Condition): PolicySet => ({
  resource: policy('resource', {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: '*',
    Condition: condition,
  }),
});

export const adviceCases: readonly AdviceCase[] = [
  {
    story: 'somebody else has the names, with other numeric ids',
    request: github('repo:octo-org@998877/octo-repo@665544:ref:refs/heads/main'),
    policies: githubTrust('StringLike', 'repo:octo-org@123456/octo-repo@456789:*'),
    fixes: 'caller',
    says: [/Check who has the name now/, /other numeric ids/],
    out: [],
  },
  {
    story: 'somebody else has the names, and the kind of the job differs as well',
    request: github('repo:octo-org@998877/octo-repo@665544:pull_request'),
    policies: githubTrust('StringEquals', 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main'),
    fixes: 'caller',
    says: [/Check which of the two you meant|Check who has the name now/],
    out: [],
  },
  {
    story: 'two owners with similar names',
    request: github('repo:octo-org/app:ref:refs/heads/main'),
    policies: githubTrust('StringLike', 'repo:octo-orq/app:*'),
    fixes: 'caller',
    says: [/Check which of the two you meant/, /octo-orq/],
    out: [feature, otherOwner],
  },
  {
    story: 'two service accounts with similar names',
    request: teamA,
    policies: podTrust('StringEquals', 'system:serviceaccount:apps:team-b'),
    fixes: 'caller',
    says: [/Check which of the two you meant/],
    out: [otherPod],
  },
  {
    story: 'another service account',
    request: teamA,
    policies: podTrust('StringEquals', 'system:serviceaccount:apps:payments'),
    fixes: 'workflow+ as-well+',
    says: [/service account payments in the namespace apps/],
    admits: /service account team-a of the namespace apps/,
    out: [otherPod],
  },
  {
    story: 'another tag',
    request: github(`${repo}:ref:refs/tags/v2`),
    policies: githubTrust('StringEquals', `${repo}:ref:refs/tags/v1`),
    fixes: 'workflow+ as-well+',
    says: [/on the tag v1/],
    admits: /tag v2/,
    out: [feature, pullRequest, github(`${repo}:ref:refs/tags/v3`)],
  },
  {
    story: 'another environment',
    request: github(`${repo}:environment:prod2`),
    policies: githubTrust('StringEquals', `${repo}:environment:prod1`),
    fixes: 'workflow+ as-well+',
    says: [/environment: prod1/],
    admits: /environment prod2/,
    out: [feature, pullRequest],
  },
  {
    story: 'the policy requires an environment, the subject is customized and has none',
    request: github(repo),
    policies: githubTrust('StringEquals', `${repo}:environment:prod`),
    fixes: 'workflow+ as-well+',
    says: [/environment: prod/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'the policy has the repository without the kind of the job, the job has an environment',
    request: github(`${repo}:environment:prod`),
    policies: githubTrust('StringEquals', repo),
    fixes: 'policy+',
    says: [/environment:prod/],
    out: [feature, pullRequest],
  },
  {
    story: 'a pull request is refused by a deploy role',
    request: pullRequest,
    policies: deploy,
    fixes: 'workflow+ as-well+',
    says: [/on the branch main/],
    admits: /any pull request of octo-org\/octo-repo/,
    out: [feature, otherOwner, otherRepository],
  },
  {
    story: 'a pattern with a slash instead of a colon',
    request: github(`${repo}:ref:refs/heads/main`),
    policies: githubTrust('StringLike', `${repo}/*`),
    fixes: 'policy+',
    says: [/refs\/heads\/main/],
    out: [feature, pullRequest],
  },
  {
    story: 'a dead value stays not beside the right one',
    request: github(`${repo}:ref:refs/heads/main`),
    policies: githubTrust('StringLike', `${repo}/*`, 'repo:octo-org/else:*'),
    fixes: 'policy+',
    says: [/replace "repo:octo-org\/octo-repo\/\*" with/],
    out: [feature, pullRequest],
  },
  {
    story: 'the subject of a service account under aud',
    request: teamA,
    policies: trusting(cluster)({ StringEquals: { [`${cluster}:aud`]: 'system:serviceaccount:apps:team-a' } }),
    fixes: 'policy+',
    says: [/add StringEquals .*:sub "system:serviceaccount:apps:team-a"/],
    out: [otherPod, pod('system:serviceaccount:apps:team-b')],
  },
  {
    story: 'the subject of another service account under aud',
    request: otherPod,
    policies: trusting(cluster)({ StringEquals: { [`${cluster}:aud`]: 'system:serviceaccount:apps:team-a' } }),
    audiences: ['sts.amazonaws.com'],
    fixes: 'policy+',
    says: [/:sub/],
    out: [teamA, pod('system:serviceaccount:apps:team-b')],
  },
  {
    story: 'a step of Bitbucket: the subject ends in the id of the run',
    request: from(bitbucket)('{11111111-aaaa}:{22222222-bbbb}:{33333333-cccc}'),
    policies: subjects(bitbucket)('StringEquals', '{11111111-aaaa}:{99999999-dddd}:{44444444-eeee}'),
    fixes: 'workflow+ as-well+',
    says: [/\{11111111-aaaa\}:\{22222222-bbbb\}:\{\*\}/],
    never: /"\{11111111-aaaa\}:\{22222222-bbbb\}:\{33333333-cccc\}" as well/,
    out: [from(bitbucket)('{55555555-ffff}:{22222222-bbbb}:{33333333-cccc}')],
  },
  {
    story: 'a build of Buildkite: the commit differs in each run',
    request: from(buildkite)('organization:acme:pipeline:web:ref:refs/heads/main:commit:9f3182:step:build'),
    policies: subjects(buildkite)('StringLike', 'organization:acme:pipeline:api:*'),
    fixes: 'workflow+ as-well+',
    says: [/commit:\*:step:build/],
    admits: /pipeline web of acme/,
    out: [
      from(buildkite)('organization:acme:pipeline:web:ref:refs/heads/dev:commit:9f3182:step:build'),
      from(buildkite)('organization:other:pipeline:web:ref:refs/heads/main:commit:9f3182:step:build'),
    ],
  },
  {
    story: 'an issuer with a port and a path',
    request: from(own)('user-1'),
    policies: subjects(own)('StringEquals', 'user-1 '),
    fixes: 'policy+',
    says: [/with "user-1" in StringEquals 127\.0\.0\.1:4592\/issuers\/ci:sub/],
    out: [from(own)('user-2')],
  },
  {
    story: 'an unknown issuer: two subjects that differ in one letter',
    request: from(own)('tenant-a/reader'),
    policies: subjects(own)('StringEquals', 'tenant-b/reader'),
    fixes: 'caller',
    says: [/Check which of the two you meant/],
    out: [from(own)('tenant-c/reader')],
  },
  {
    story: 'plan instead of apply',
    request: from(terraform)('organization:acme:project:p:workspace:w:run_phase:plan'),
    policies: subjects(terraform)('StringEquals', 'organization:acme:project:p:workspace:w:run_phase:apply'),
    fixes: 'workflow+ as-well+',
    says: [/Run the phase apply in the workspace w/],
    admits: /every plan of the workspace w/,
    out: [from(terraform)('organization:acme:project:p:workspace:v:run_phase:plan')],
  },
  {
    story: 'the caller sends another external id',
    request: vendor({ 'sts:ExternalId': 'guess' }),
    policies: assumable(user, { StringEquals: { 'sts:ExternalId': 'customer-7' } }),
    fixes: 'caller+',
    says: [/Pass ExternalId "customer-7"/],
    never: /guess/,
    out: [vendor(), vendor({ 'sts:ExternalId': 'other' })],
  },
  {
    story: 'another session name, under a policy that asks for one',
    request: github(`${repo}:ref:refs/heads/main`, {}, { 'sts:RoleSessionName': 'ci' }),
    policies: trusting(host)({
      StringEquals: { [`${host}:sub`]: `${repo}:ref:refs/heads/main`, 'sts:RoleSessionName': 'deploy' },
    }),
    fixes: 'caller+',
    says: [/Pass RoleSessionName "deploy"/],
    out: [feature],
  },
  {
    story: 'another source identity',
    request: vendor({ 'sts:SourceIdentity': 'eve' }),
    policies: assumable(user, { StringEquals: { 'sts:SourceIdentity': 'ada' } }),
    fixes: 'caller+',
    says: [/Pass SourceIdentity "ada"/],
    never: /eve/,
    out: [],
  },
  {
    story: 'another tag in the request',
    request: vendor({ 'aws:RequestTag/team': 'red' }),
    policies: assumable(user, { StringEquals: { 'aws:RequestTag/team': 'blue' } }),
    fixes: 'caller+',
    says: [/Pass the tag team with the value "blue"/],
    never: /red/,
    out: [],
  },
  {
    story: 'no MFA',
    request: vendor(),
    policies: assumable(user, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    fixes: 'caller+',
    says: [/pass SerialNumber and TokenCode/],
    out: [],
  },
  {
    story: 'another session of the role: its name is what the caller chooses',
    request: session('s1'),
    policies: assumable(`arn:aws:sts::${account}:assumed-role/app/deployer`),
    fixes: 'caller as-well+',
    says: [/assumed-role\/app\/deployer/],
    never: /as well in Principal AWS.*assumed-role\/app\/s1"/,
    admits: /every session of /,
    out: [request(`arn:aws:iam::${account}:role/else`, 'sts:AssumeRole', roleArn)],
  },
  {
    story: 'the audience is not the one of the policy, and the provider accepts both',
    request: github(`${repo}:ref:refs/heads/main`, { aud: 'octo', oaud: 'octo' }),
    policies: deploy,
    audiences: ['octo', 'sts.amazonaws.com'],
    fixes: 'caller+ as-well+',
    says: [/Request the token with the audience "sts.amazonaws.com"/],
    out: [feature, otherOwner],
  },
  {
    story: 'the audience of the policy is none of the provider',
    request: github(`${repo}:ref:refs/heads/main`, { aud: 'octo', oaud: 'octo' }),
    policies: deploy,
    audiences: ['octo'],
    fixes: 'policy+',
    says: [/:aud to "octo"/],
    never: /Request the token/,
    out: [github(`${repo}:ref:refs/heads/dev`, { aud: 'octo' })],
  },
  {
    story: 'session tags: the corrected statement allows them as well',
    request: github(`${repo}:ref:refs/heads/main`),
    policies: githubTrust('StringEquals', `${repo}:main`),
    actions: [webIdentity, 'sts:TagSession'],
    fixes: 'policy+',
    says: [/sts:TagSession/],
    out: [feature, otherOwner],
  },
  {
    story: 'the identity policy lacks the permission',
    request: request(`arn:aws:iam::${account}:user/ada`, 'sts:AssumeRole', roleArn),
    policies: {
      resource: policy('trust', { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }),
      kind: 'trust',
    },
    fixes: 'policy',
    says: [/"Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role\/deploy"/],
    out: [],
  },
  {
    story: 'a bucket where the action is for its objects',
    request: request(`arn:aws:iam::${account}:user/ada`, 's3:GetObject', 'arn:aws:s3:::bucket/key'),
    policies: { identity: [policy('identity', { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::bucket' })] },
    fixes: 'policy+ as-well+',
    says: [/allow "arn:aws:s3:::bucket\/key" as well in Resource/, /arn:aws:s3:::bucket\/\*/],
    out: [request(`arn:aws:iam::${account}:user/ada`, 's3:GetObject', 'arn:aws:s3:::other/key')],
  },
  {
    story: 'two actions that differ in two letters',
    request: request(`arn:aws:iam::${account}:user/ada`, 's3:PutObject', 'arn:aws:s3:::bucket/key'),
    policies: { identity: [policy('identity', { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' })] },
    fixes: 'policy as-well+',
    says: [/"Action":"s3:PutObject","Resource":"arn:aws:s3:::bucket\/key"/],
    never: /Did you mean/,
    out: [],
  },
  {
    story: 'a Deny that exempts one branch, which is misspelled',
    request: github(`${repo}:ref:refs/heads/main`),
    policies: {
      resource: policy('trust', [
        {
          Effect: 'Allow',
          Principal: { Federated: provider },
          Action: webIdentity,
          Condition: { StringLike: { [`${host}:sub`]: `${repo}:*` } },
        },
        {
          Effect: 'Deny',
          Principal: { Federated: provider },
          Action: webIdentity,
          Condition: { StringNotEquals: { [`${host}:sub`]: `${repo}:main` } },
        },
      ]),
      kind: 'trust',
    },
    fixes: 'policy+',
    says: [/StringNotEquals .* to "repo:octo-org\/octo-repo:ref:refs\/heads\/main"/],
    out: [feature, pullRequest],
  },
  {
    story: 'a Deny that is meant for this caller',
    request: pullRequest,
    policies: {
      resource: policy('trust', [
        { Effect: 'Allow', Principal: { Federated: provider }, Action: webIdentity },
        {
          Effect: 'Deny',
          Principal: { Federated: provider },
          Action: webIdentity,
          Condition: { StringLike: { [`${host}:sub`]: '*:pull_request' } },
        },
      ]),
      kind: 'trust',
    },
    fixes: 'caller',
    says: [/The policy excludes/],
    out: [github('repo:octo-org/other:pull_request')],
  },
  {
    story: 'a permissions boundary does not allow the action',
    request: request(`arn:aws:iam::${account}:user/ada`, 'ec2:RunInstances', '*'),
    policies: {
      identity: [policy('identity', { Effect: 'Allow', Action: '*', Resource: '*' })],
      boundary: policy('boundary', { Effect: 'Allow', Action: 's3:*', Resource: '*' }),
    },
    fixes: 'caller as-well+',
    says: [/permissions boundary allows ec2:RunInstances/],
    out: [],
  },
  {
    story: 'an action is added to a statement for every resource',
    request: request(`arn:aws:iam::${account}:user/ada`, 'iam:DeleteUser', `arn:aws:iam::${account}:user/x`),
    policies: { identity: [policy('identity', { Effect: 'Allow', Action: 'iam:Get*', Resource: '*' })] },
    fixes: 'policy as-well+',
    says: [/"Action":"iam:DeleteUser","Resource":"arn:aws:iam::123456789012:user\/x"/],
    admits: /other resources/,
    out: [request(`arn:aws:iam::${account}:user/ada`, 'iam:DeleteUser', `arn:aws:iam::${account}:user/y`)],
  },
  {
    story: 'a Deny without conditions',
    request: request(`arn:aws:iam::${account}:user/ada`, 'iam:CreateUser', '*'),
    policies: {
      identity: [
        policy('identity', [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          { Effect: 'Deny', Action: 'iam:*', Resource: '*' },
        ]),
      ],
    },
    fixes: 'caller',
    says: [/no permission overrides a Deny/],
    out: [],
  },
  {
    story: 'a pull request, and a pattern for branches under StringEquals',
    request: github(`${repo}:pull_request`),
    policies: githubTrust('StringEquals', `${repo}:ref:refs/heads/*`),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'a pull request, and a repository without the kind of the job',
    request: github(`${repo}:pull_request`),
    policies: githubTrust('StringEquals', `${repo}`),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'a pull request, and a slash instead of the colon',
    request: github(`${repo}:pull_request`),
    policies: githubTrust('StringLike', `${repo}/*`),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'a branch, and a pattern for others under StringEquals',
    request: github(`${repo}:ref:refs/heads/evil`),
    policies: githubTrust('StringEquals', `${repo}:ref:refs/heads/release/*`),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'a branch, and another one without refs/heads',
    request: github(`${repo}:ref:refs/heads/dev`),
    policies: githubTrust('StringEquals', `${repo}:main`),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'a branch, and a misspelled environment',
    request: github(`${repo}:ref:refs/heads/dev`),
    policies: githubTrust('StringEquals', `${repo}:enviroment:prod`),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'an environment, and a misspelled other one',
    request: github(`${repo}:environment:staging`),
    policies: githubTrust('StringEquals', `${repo}:env:prod`),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'a misspelled environment, which the job has',
    request: github(`${repo}:environment:prod`),
    policies: githubTrust('StringEquals', `${repo}:enviroment:prod`),
    fixes: 'policy+',
    says: [/environment:prod/],
    out: [feature, pullRequest],
  },
  {
    story: 'a plan, and a policy for apply without the project',
    request: from(terraform)('organization:acme:project:p:workspace:w:run_phase:plan'),
    policies: subjects(terraform)('StringEquals', 'organization:acme:workspace:w:run_phase:apply'),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [from(terraform)('organization:acme:project:p:workspace:v:run_phase:plan')],
  },
  {
    story: 'a subject with ids, and a policy without: the ids may be those of a newcomer',
    request: github('repo:octo-org@999/octo-repo@888:ref:refs/heads/main'),
    policies: deploy,
    fixes: 'policy+',
    says: [],
    out: [feature, otherOwner],
  },
  {
    story: 'an identity policy that limits the region',
    request: request(`arn:aws:iam::${account}:user/ada`, 'ec2:RunInstances', '*', {
      'aws:RequestedRegion': 'us-east-1',
    }),
    policies: {
      identity: [
        policy('identity', {
          Effect: 'Allow',
          Action: 'ec2:*',
          Resource: '*',
          Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
        }),
      ],
    },
    fixes: 'caller+',
    says: [/Call the endpoint of the region "eu-west-1"/],
    never: /"Effect":"Allow"/,
    out: [],
  },
  {
    story: 'the root user of another account',
    request: request(`arn:aws:iam::${other}:root`, 'sts:AssumeRole', roleArn),
    policies: assumable(`arn:aws:iam::${account}:user/ada`),
    fixes: 'caller as-well+',
    says: [],
    admits: /everybody in account 210987654321/,
    out: [],
  },
  {
    story: 'a wildcard under StringEquals on the source of a service',
    request: request('cloudtrail.amazonaws.com', 'sts:AssumeRole', roleArn, {
      'aws:SourceArn': `arn:aws:cloudtrail:eu-west-1:${account}:trail/t1`,
    }),
    policies: {
      resource: policy('trust', {
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' } },
      }),
      kind: 'trust',
    },
    fixes: 'policy+',
    says: [/to "arn:aws:cloudtrail:eu-west-1:123456789012:trail\/t1"/],
    out: [],
  },
  {
    story: 'a step of Bitbucket that is pinned to one run',
    request: from(bitbucket)('{11111111-aaaa}:{22222222-bbbb}:{33333333-cccc}'),
    policies: subjects(bitbucket)('StringEquals', '{11111111-aaaa}:{22222222-bbbb}:{44444444-eeee}'),
    fixes: 'policy+',
    says: [/\{11111111-aaaa\}:\{22222222-bbbb\}:\{\*\}/],
    out: [from(bitbucket)('{11111111-aaaa}:{99999999-dddd}:{33333333-cccc}')],
  },
  {
    story: 'a policy without ids, for another branch of a repository with immutable subjects',
    request: github('repo:octo-org@11/octo-repo@22:ref:refs/heads/dev'),
    policies: deploy,
    fixes: 'workflow as-well+',
    says: [/on the branch main.*In the policy: .*octo-org@11\/octo-repo@22:ref:refs\/heads\/main/],
    out: [feature, otherOwner],
  },
  {
    story: 'other letter case, and another branch',
    request: feature,
    policies: githubTrust('StringEquals', 'repo:Octo-Org/octo-repo:ref:refs/heads/main'),
    fixes: 'workflow as-well+',
    says: [/on the branch main.*In the policy: .*with "repo:octo-org\/octo-repo:ref:refs\/heads\/main"/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'the policy has ids, the token has none, and the branch is another one',
    request: feature,
    policies: githubTrust('StringEquals', 'repo:octo-org@11/octo-repo@22:ref:refs/heads/main'),
    fixes: 'workflow as-well+',
    says: [/on the branch main.*turn on immutable subjects/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'the external id under the wrong prefix, and another value',
    request: vendor({ 'sts:ExternalId': 'guess' }),
    policies: assumable(user, { StringEquals: { 'aws:ExternalId': 'customer-7' } }),
    fixes: 'caller',
    says: [/Pass ExternalId "customer-7".*In the policy: .*to StringEquals sts:ExternalId/],
    never: /"guess"/,
    out: [vendor(), vendor({ 'sts:ExternalId': 'other' })],
  },
  {
    story: 'a misspelled key, and another branch',
    request: feature,
    policies: trusting(host)({ StringEquals: { [`${host}:sbu`]: `${repo}:ref:refs/heads/main` } }),
    fixes: 'workflow as-well+',
    says: [/on the branch main.*In the policy: .*:sub/, /to StringEquals .*:sub and allow|:sub with the value/],
    admits: /branch feature/,
    out: [otherOwner, otherRepository],
  },
  {
    story: 'an external id that has to match a pattern',
    request: vendor({ 'sts:ExternalId': 'guess' }),
    policies: assumable(user, { StringLike: { 'sts:ExternalId': 'customer-*' } }),
    fixes: 'caller',
    says: [/Pass ExternalId "customer-\*" \(any value that matches this pattern\)/],
    never: /"guess"/,
    out: [vendor()],
  },
  {
    story: 'a session name with a wildcard under StringEquals',
    request: vendor({ 'sts:RoleSessionName': 'deploy-7' }),
    policies: assumable(user, { StringEquals: { 'sts:RoleSessionName': 'deploy-*' } }),
    fixes: 'policy as-well+',
    says: [/change StringEquals to StringLike/],
    out: [vendor({ 'sts:RoleSessionName': 'other' })],
  },
  {
    story: 'another session name, and a wildcard under StringEquals',
    request: vendor({ 'sts:RoleSessionName': 'test' }),
    policies: assumable(user, { StringEquals: { 'sts:RoleSessionName': 'deploy-*' } }),
    fixes: 'caller',
    says: [/Pass RoleSessionName "deploy-\*" \(any.*In the policy: .*StringLike/],
    out: [vendor({ 'sts:RoleSessionName': 'other' })],
  },
  {
    story: 'keys and provider of another cluster',
    request: teamA,
    policies: trusting(otherCluster)({
      StringEquals: {
        [`${otherCluster}:aud`]: 'sts.amazonaws.com',
        [`${otherCluster}:sub`]: 'system:serviceaccount:apps:team-a',
      },
    }),
    fixes: 'workflow as-well+',
    says: [/Use a token of .*FEDC.*; run the pod/, /Add a statement for this caller/],
    never: /"op":"remove"/,
    admits: /service account team-a/,
    out: [otherPod],
  },
  {
    story: 'one statement for the providers of two clusters, with the keys of one',
    request: teamA,
    policies: {
      resource: policy('trust', [
        {
          Effect: 'Allow',
          Principal: {
            Federated: [cluster, otherCluster].map(name => `arn:aws:iam::${account}:oidc-provider/${name}`),
          },
          Action: webIdentity,
          Condition: { StringEquals: { [`${otherCluster}:sub`]: 'system:serviceaccount:apps:team-a' } },
        },
      ]),
      kind: 'trust',
    },
    fixes: 'workflow as-well+',
    says: [/Use a token of oidc.eks.*FEDC.*; run the pod with the service account team-a/],
    never: /"op":"remove"/,
    out: [otherPod],
  },
  {
    story: 'another resource of the service',
    request: service('a'),
    policies: {
      resource: policy('resource', {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '*',
        Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:sns:eu-west-1:${account}:alerts` } },
      }),
    },
    fixes: 'caller+ as-well+',
    says: [/Have the service make the call for the resource "arn:aws:sns:eu-west-1:123456789012:alerts"/],
    out: [service('a', other)],
  },
  {
    story: 'no MFA in the session of a role',
    request: request(`arn:aws:sts::${account}:assumed-role/app/s1`, 'sts:AssumeRole', roleArn, {
      'aws:MultiFactorAuthPresent': 'false',
    }),
    policies: assumable(account, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    fixes: 'caller+',
    says: [/as an IAM user with MFA/],
    never: /SerialNumber/,
    out: [],
  },
  {
    story: 'a Deny without TLS',
    request: request(`arn:aws:iam::${account}:user/ada`, 's3:GetObject', 'arn:aws:s3:::bucket/key', {
      'aws:SecureTransport': 'false',
    }),
    policies: {
      resource: policy('resource', {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      identity: [policy('identity', { Effect: 'Allow', Action: 's3:*', Resource: '*' })],
    },
    fixes: 'caller+',
    says: [/Call over HTTPS/],
    out: [],
  },
  {
    story: 'a Deny without MFA',
    request: request(`arn:aws:iam::${account}:user/ada`, 'ec2:StopInstances', '*'),
    policies: {
      identity: [
        policy('identity', [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          {
            Effect: 'Deny',
            NotAction: 'sts:GetSessionToken',
            Resource: '*',
            Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
          },
        ]),
      ],
    },
    fixes: 'caller+',
    says: [/Authenticate with MFA/],
    out: [],
  },
  {
    story: 'a branch whose name ends in the one that the policy names',
    request: github(`${repo}:ref:refs/heads/feature/main`),
    policies: deploy,
    fixes: 'workflow+ as-well+',
    explains: /the request value has "feature\/main" where the policy value has "main"/i,
    says: [/on the branch main/],
    admits: /branch feature\/main/,
    out: [feature, pullRequest, otherOwner],
  },
  {
    story: 'the folder of another user: the policy is narrow on purpose',
    request: request(`arn:aws:iam::${account}:user/ada`, 's3:GetObject', 'arn:aws:s3:::home/bob/x', {
      'aws:username': 'ada',
    }),
    policies: {
      identity: [
        policy('identity', { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::home/${aws:username}/*' }),
      ],
    },
    fixes: 'caller as-well+',
    explains: /the policy has "arn:aws:s3:::home\/ada\/\*"/,
    says: [/Make the call for "arn:aws:s3:::home\/ada\/\*" \(any value that matches this pattern\)/],
    never: /Give the caller the permission/,
    out: [],
  },
  {
    story: 'sessions that were issued before they were revoked',
    request: request(`arn:aws:sts::${account}:assumed-role/app/s1`, 's3:GetObject', '*', {
      'aws:TokenIssueTime': '2026-11-28T00:00:00Z',
    }),
    policies: {
      identity: [
        policy('identity', [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          {
            Effect: 'Deny',
            Action: '*',
            Resource: '*',
            Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-11-29T00:00:00Z' } },
          },
        ]),
      ],
    },
    fixes: 'caller',
    says: [/Get new session credentials: they must be issued not before "2026-11-29T00:00:00Z"/],
    out: [],
  },
  {
    story: 'an address outside the block that a Deny exempts',
    request: request(`arn:aws:iam::${account}:user/ada`, 's3:GetObject', '*', { 'aws:SourceIp': '203.0.113.7' }),
    policies: {
      identity: [
        policy('identity', [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          {
            Effect: 'Deny',
            Action: '*',
            Resource: '*',
            Condition: { NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } },
          },
        ]),
      ],
    },
    fixes: 'caller',
    says: [/from an address in "198.51.100.0\/24"/],
    out: [],
  },
  {
    story: 'one of two tags is not allowed',
    request: request(`arn:aws:iam::${account}:user/ada`, 'ec2:CreateTags', '*', { 'aws:TagKeys': ['team', 'boss'] }),
    policies: {
      identity: [
        policy('identity', {
          Effect: 'Allow',
          Action: 'ec2:CreateTags',
          Resource: '*',
          Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
        }),
      ],
    },
    fixes: 'caller+',
    explains: /the request has "boss", the policy has "team"/,
    says: [/Pass tags with keys that the policy lists, such as "team"/],
    out: [],
  },
  {
    story: 'a trust policy that allows nobody',
    request: github(`${repo}:ref:refs/heads/main`),
    policies: {
      resource: policy('trust', { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
      kind: 'trust',
    },
    fixes: 'caller as-well+',
    says: [/No policy allows it to anybody/, /Add a statement for this caller/],
    out: [feature, pullRequest, otherOwner],
  },
  ...(
    [
      [cluster, 'system:serviceaccount:my-ns:app', 'system:serviceaccount:my_ns:app'],
      [aks, 'system:serviceaccount:my-ns:app', 'system:serviceaccount:My-NS:app'],
      [gke, 'system:serviceaccount:my-ns:app', 'my-ns:app'],
      [bucketIssuer, 'system:serviceaccount:my-ns:app', 'system:serviceaccount:my-ns/app'],
      [
        'oidc-eks.eu-west-1.api.aws/id/0123456789ABCDEF0123456789ABCDEF',
        'system:serviceaccount:my-ns:app',
        'system:serviceaccount:my_ns:app',
      ],
      ['d111111abcdef8.cloudfront.net', 'system:serviceaccount:my-ns:app', 'serviceaccount:my-ns:app'],
      [
        'git.example.com',
        'project_path:grp/app:ref_type:branch:ref:main',
        'project_path:grp/app:ref_type:branch:ref:refs/heads/main',
      ],
      ['gitlab.com', 'project_path:grp/app:ref_type:branch:ref:main', 'project_path:grp/app:ref:main'],
      [
        'gitlab.example.com',
        'project_path:grp/app:ref_type:branch:ref:main',
        'project_path:grp/app:ref_type:branch:ref:refs/heads/main',
      ],
      [bitbucket, '{11-aa}:{22-bb}:{33-cc}', '11-aa:22-bb:33-cc'],
      [bitbucket, '{11-aa}:{22-bb}:{33-cc}', '{11-AA}:{22-BB}:{33-CC}'],
      [circleci, 'org/11-aa/project/22-bb/user/33-cc', 'org/11-AA/project/22-BB/user/33-CC'],
      [host, `${repo}:ref:refs/heads/main`, `${repo}:ref:refs/heads/main/`],
      ['gitlab.com', 'project_path:grp/app:ref_type:branch:ref:main', 'project_path:grp/app:ref_type:branch:ref:main/'],
      [
        'app.terraform.io',
        'organization:acme:project:net:workspace:prod:run_phase:apply',
        'organization:acme:project:net:workspace:prod:run_phase:Apply',
      ],
      [host, `${repo}:ref:refs/heads/main`, 'repo:octo-org/octo-repo.git:ref:refs/heads/main'],
      [host, `${repo}:ref:refs/heads/main`, 'repo:https://github.com/octo-org/octo-repo:ref:refs/heads/main'],
      [host, `${repo}:ref:refs/heads/main`, 'repo:octo.org/octo-repo:ref:refs/heads/main'],
      [host, `${repo}:ref:refs/heads/main`, `${repo}:ref:/refs/heads/main`],
      [host, `${repo}:environment:prod`, `${repo}:env:prod`],
      [host, `${repo}:environment:Production`, `${repo}:environment:production`],
      [host, `${repo}:pull_request`, `${repo}:pull-request`],
    ] as const
  ).map(
    ([issuer, subject, written]): AdviceCase => ({
      story: `${issuer}: ${written} for ${subject}`,
      request: from(issuer)(subject),
      policies: subjects(issuer)('StringEquals', written),
      fixes: 'policy+',
      says: [/Correct the condition/],
      out: [otherOwner, otherPod, feature],
    }),
  ),
  {
    story: 'an owner with an underscore, as a managed user has',
    request: github(`${repo}:ref:refs/heads/main`),
    policies: githubTrust('StringEquals', 'repo:octo_org/octo-repo:ref:refs/heads/main'),
    fixes: 'caller',
    says: [/Both can exist/],
    out: [otherOwner, feature],
  },
  ...(
    [
      [
        'agent.buildkite.com',
        'organization:acme:pipeline:web:ref:refs/heads/main:commit:9f31:step:build',
        'organization:acme:pipeline:web:ref:main:commit:*:step:build',
      ],
      [
        'app.terraform.io',
        'organization:acme:project:net:workspace:prod:run_phase:apply',
        'organization:acme:project:net:workspace:prod:run_phase:destroy',
      ],
    ] as const
  ).map(
    ([issuer, subject, written]): AdviceCase => ({
      story: `${issuer}: ${written}, which no token has`,
      request: from(issuer)(subject),
      policies: subjects(issuer)('StringLike', written),
      fixes: 'policy as-well+',
      says: [/Correct the value that nothing matches/],
      never: /Run (?:destroy|the step)/,
      out: [otherOwner],
    }),
  ),
  {
    story: 'a plan of a Stack, and a policy for apply',
    request: from(terraform)('organization:acme:project:net:stack:base:deployment:prod:operation:plan'),
    policies: subjects(terraform)(
      'StringEquals',
      'organization:acme:project:net:stack:base:deployment:prod:operation:apply',
    ),
    fixes: 'workflow+ as-well+',
    says: [/Run the operation apply of the deployment prod of the stack base/],
    admits: /every plan of the deployment prod of the stack base/,
    out: [
      from(terraform)('organization:acme:project:net:stack:base:deployment:test:operation:plan'),
      from(terraform)('organization:acme:project:net:stack:other:deployment:prod:operation:plan'),
    ],
  },
  {
    story: 'a Stack, and a pattern for every phase of a workspace',
    request: from(terraform)('organization:acme:project:net:stack:base:deployment:prod:operation:plan'),
    policies: subjects(terraform)('StringLike', 'organization:acme:project:net:workspace:prod:run_phase:*'),
    fixes: 'workflow+ as-well+',
    says: [/Run the phase of your choice in the workspace prod/],
    out: [otherOwner],
  },
  {
    story: 'a step of Buildkite, and a pattern for every branch',
    request: from(buildkite)('organization:acme:pipeline:web:ref:refs/heads/dev:commit:9f31:step:build'),
    policies: subjects(buildkite)('StringLike', 'organization:acme:pipeline:web:ref:*:commit:*:step:deploy'),
    fixes: 'workflow+ as-well+',
    says: [/Run the step deploy of the pipeline web of acme on the branch or tag of your choice/],
    out: [otherOwner],
  },
  {
    story: 'a pattern for the repositories of another owner',
    request: github(`${repo}:ref:refs/heads/main`),
    policies: githubTrust('StringLike', 'repo:another-company/*:ref:refs/heads/main'),
    fixes: 'workflow+ as-well+',
    says: [/Run the workflow of another-company\/REPOSITORY on the branch main/],
    out: [otherOwner, feature],
  },
  {
    story: 'another user of CircleCI triggers the job',
    request: from(circleci)('org/11-aa/project/22-bb/user/33-cc'),
    policies: subjects(circleci)('StringEquals', 'org/11-aa/project/22-bb/user/44-dd'),
    fixes: 'workflow+ as-well+',
    says: [/Have the user 44-dd trigger the job in the project 22-bb/],
    admits: /jobs of the project 22-bb that the user 33-cc triggers/,
    out: [from(circleci)('org/11-aa/project/22-bb/user/55-ee'), from(circleci)('org/11-aa/project/66-ff/user/33-cc')],
  },
  {
    story: 'a pattern for branches that lacks a segment',
    request: github(`${repo}:ref:refs/heads/main`),
    policies: githubTrust('StringLike', `${repo}:refs/heads/*`),
    fixes: 'policy+',
    says: [/to "repo:octo-org\/octo-repo:ref:refs\/heads\/main"|with "repo:octo-org\/octo-repo:ref:refs\/heads\/main"/],
    out: [feature, pullRequest],
  },
  {
    story: 'a pattern for other branches that lacks a segment',
    request: github(`${repo}:ref:refs/heads/evil`),
    policies: githubTrust('StringLike', `${repo}:refs/heads/release/*`),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [otherOwner, otherRepository],
  },
  {
    story: 'the name of a repository where Bitbucket writes its id',
    request: from(bitbucket)('{11-aa}:{22-bb}'),
    policies: subjects(bitbucket)('StringLike', 'acme/app:*'),
    fixes: 'policy as-well+',
    says: [/Correct the value that nothing matches/],
    out: [from(bitbucket)('{55-ff}:{22-bb}')],
  },
  ...(
    [
      ['saml:aud', 'https://signin.aws.amazon.com/saml', 'https://signin.aws.amazon.com/saml/', 'policy+'],
      [
        'saml:aud',
        'https://signin.aws.amazon.com/saml',
        'https://eu-west-1.signin.aws.amazon.com/saml',
        'caller+ as-well+',
      ],
      ['saml:sub_type', 'persistent', 'transient', 'caller+ as-well+'],
      ['saml:sub_type', 'persistent', 'persistant', 'policy+'],
    ] as const
  ).map(
    ([key, sent, written, fixes]): AdviceCase => ({
      story: `${key} "${written}" for "${sent}"`,
      request: request(samlProvider, 'sts:AssumeRoleWithSAML', roleArn, { 'saml:sub': 'ada', [key]: sent }),
      policies: {
        resource: policy('trust', {
          Effect: 'Allow',
          Principal: { Federated: samlProvider },
          Action: 'sts:AssumeRoleWithSAML',
          Condition: { StringEquals: { [key]: written } },
        }),
        kind: 'trust',
      },
      fixes,
      says: [new RegExp(sent === 'persistent' && written === 'transient' ? 'Use an assertion whose sub_type' : '.')],
      out: [],
    }),
  ),
  ...(
    [
      ['authenticated', 'autenticated', 'policy+'],
      ['unauthenticated', 'unautenticated', 'policy+'],
      ['unauthenticated', 'authenticated', 'workflow+'],
    ] as const
  ).map(
    ([sent, written, fixes]): AdviceCase => ({
      story: `an identity of Cognito that is ${sent}, where the policy has "${written}"`,
      request: request('cognito-identity.amazonaws.com', webIdentity, roleArn, {
        'cognito-identity.amazonaws.com:aud': pool,
        'cognito-identity.amazonaws.com:amr': [sent],
        'cognito-identity.amazonaws.com:sub': 'eu-west-1:ada',
      }),
      policies: {
        resource: policy('trust', {
          Effect: 'Allow',
          Principal: { Federated: 'cognito-identity.amazonaws.com' },
          Action: webIdentity,
          Condition: {
            StringEquals: { 'cognito-identity.amazonaws.com:aud': pool },
            'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': written },
          },
        }),
        kind: 'trust',
      },
      fixes,
      says: [/./],
      never: /easily confused/,
      out: [],
    }),
  ),
  {
    story: 'a service acts for another account',
    request: service('a', other),
    policies: {
      resource: policy('resource', {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    },
    fixes: 'caller+ as-well+',
    says: [/for a resource of account "123456789012"/],
    admits: /every resource of account 210987654321/,
    out: [service('a', '333333333333')],
  },
  {
    story: 'topics by a pattern under StringEquals',
    request: service('team-a'),
    policies: {
      resource: policy('resource', {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceArn': `arn:aws:sns:eu-west-1:${account}:team-*` } },
      }),
    },
    fixes: 'policy+ as-well+',
    says: [/arn:aws:sns:eu-west-1:123456789012:team-a"/],
    admits: /the service, for another resource \(such as "arn:aws:sns:eu-west-1:123456789012:team-a-2"\)/,
    out: [service('x'), service('team-a', other)],
  },
  {
    story: 'a tag of the caller by a pattern under StringEquals',
    request: request(`arn:aws:iam::${account}:user/ada`, 's3:GetObject', 'arn:aws:s3:::bucket/key', {
      'aws:PrincipalTag/team': 'red-1',
    }),
    policies: {
      resource: policy('resource', {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:user/ada` },
        Action: 's3:GetObject',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red-*' } },
      }),
    },
    fixes: 'policy+ as-well+',
    says: [/to "red-1"/],
    admits: /callers whose tag team has another value \(such as "red-1-2"\)/,
    out: [],
  },
  {
    story: 'another federated user',
    request: request(`arn:aws:sts::${account}:federated-user/bob`, 's3:GetObject', 'arn:aws:s3:::bucket/key'),
    policies: {
      resource: policy('resource', {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:sts::${account}:federated-user/alice` },
        Action: 's3:GetObject',
        Resource: '*',
      }),
    },
    fixes: 'caller as-well+',
    says: [/Make the call as arn:aws:sts::123456789012:federated-user\/alice/],
    admits: /federated-user\/bob/,
    out: [request(`arn:aws:sts::${other}:federated-user/bob`, 's3:GetObject', 'arn:aws:s3:::bucket/key')],
  },
  ...(
    [
      ['s3:ListBucket', 's3:prefix', 'other/', 'home/'],
      ['s3:PutObject', 's3:x-amz-acl', 'public-read', 'private'],
      ['kms:Decrypt', 'kms:EncryptionContext:tenant', 'b', 'a'],
      ['kms:Decrypt', 'kms:RequestAlias', 'alias/b', 'alias/app'],
      ['sns:Subscribe', 'sns:Protocol', 'http', 'https'],
      ['iam:PassRole', 'iam:PassedToService', 'ec2.amazonaws.com', 'lambda.amazonaws.com'],
    ] as const
  ).map(
    ([action, key, sent, wanted]): AdviceCase => ({
      story: `${key} is a parameter of the call`,
      request: request(`arn:aws:iam::${account}:user/ada`, action, '*', { [key]: sent }),
      policies: {
        identity: [
          policy('identity', {
            Effect: 'Allow',
            Action: action,
            Resource: '*',
            Condition: { StringEquals: { [key]: wanted } },
          }),
        ],
      },
      fixes: 'caller+',
      says: [new RegExp(`"${wanted}"`)],
      never: new RegExp(`"value":"${sent}"`),
      out: [],
    }),
  ),
  {
    story: 'another organization of a service',
    request: request('cloudtrail.amazonaws.com', 's3:PutObject', 'arn:aws:s3:::logs/x', {
      'aws:SourceOrgID': 'o-bbbbbbbbbb',
      'aws:SourceAccount': other,
      'aws:SourceArn': `arn:aws:cloudtrail:us-east-1:${other}:trail/t`,
    }),
    policies: {
      resource: policy('resource', {
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceOrgID': 'o-aaaaaaaaaa' } },
      }),
    },
    fixes: 'caller+ as-well+',
    says: [/for a resource of the organization "o-aaaaaaaaaa"/],
    admits: /for every resource of the organization o-bbbbbbbbbb/,
    out: [],
  },
  {
    story: 'another account of a key policy',
    request: request(`arn:aws:iam::${other}:role/app`, 'kms:Decrypt', `arn:aws:kms:eu-west-1:${account}:key/k`, {
      'kms:CallerAccount': other,
    }),
    policies: {
      resource: policy('resource', {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:CallerAccount': account } },
      }),
      identity: [policy('identity', { Effect: 'Allow', Action: 'kms:*', Resource: '*' })],
    },
    fixes: 'caller+ as-well+',
    says: [/Make the call from account "123456789012"/],
    admits: /another role of the account \(arn:aws:sts::210987654321:assumed-role\/app-2\/session\)/,
    out: [],
  },
  {
    story: 'a Deny of a bucket whose owner is not in its ARN',
    request: request(`arn:aws:iam::${account}:user/ada`, 's3:GetObject', 'arn:aws:s3:::bucket/key', {
      'aws:SourceVpce': 'vpce-22222222',
    }),
    policies: {
      resource: policy('resource', {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-11111111' } },
      }),
      identity: [policy('identity', { Effect: 'Allow', Action: 's3:*', Resource: '*' })],
    },
    fixes: 'caller+ as-well+',
    says: [/exempt "vpce-22222222" as well/],
    admits: /another user of the account/,
    out: [],
  },
  {
    story: 'principals that a list names beside this one',
    request: request(`arn:aws:iam::${other}:user/ada`, 'sts:AssumeRole', roleArn, { 'aws:SourceVpc': 'vpc-22222222' }),
    policies: {
      resource: policy('trust', {
        Effect: 'Allow',
        Principal: { AWS: [`arn:aws:iam::${other}:user/ada`, `arn:aws:iam::${other}:user/grace`] },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-11111111' } },
      }),
      kind: 'trust',
      identity: [policy('identity', { Effect: 'Allow', Action: '*', Resource: '*' })],
    },
    fixes: 'caller+ as-well+',
    says: [/through an endpoint of the VPC "vpc-11111111"/],
    admits: /others whom the policy names \(arn:aws:iam::210987654321:user\/grace\)/,
    out: [],
  },
  // What the caller may do by its own policies says nothing about others, who have policies of their own.
  ...(
    [
      ['aws:username', 'ada', 'grace', 'caller+ policy'],
      ['aws:PrincipalTag/team', 'red', 'blue', 'caller+ policy'],
      ['aws:PrincipalType', 'User', 'AssumedRole', 'caller+ policy'],
      ['aws:username', 'ada', 'ADA', 'policy+'],
      ['aws:PrincipalTag/team', 'red-1', 'red-*', 'policy+'],
    ] as const
  ).map(
    ([key, sent, written, fixes]): AdviceCase => ({
      story: `${key} "${sent}" for "${written}", in a statement for everyone`,
      request: objectOf(account, { [key]: sent }),
      policies: forEveryone({ StringEquals: { [key]: written } }),
      fixes,
      says: [/./],
      never: /Allow this caller as well/,
      // An account stands for whoever in it has the permission.
      out: [{ ...objectOf('333333333333', { [key]: sent }), principal: { type: 'account', account: '333333333333' } }],
    }),
  ),
  {
    story: 'a user of another account without permissions of its own',
    request: objectOf(other, { 'aws:PrincipalTag/team': 'red' }),
    policies: forEveryone({ StringEquals: { 'aws:PrincipalTag/team': 'blue' } }),
    fixes: 'caller policy',
    says: [
      /Tag the user or role of the caller with team = "blue"/,
      /Add this statement to an identity policy of the caller/,
    ],
    out: [],
  },
  {
    story: 'a federated user whose user lacks the permission',
    request: request(`arn:aws:sts::${account}:federated-user/bob`, 's3:GetObject', 'arn:aws:s3:::bucket/key'),
    policies: { session: [policy('session', { Effect: 'Allow', Action: 's3:*', Resource: '*' })] },
    fixes: 'policy',
    says: [/to an identity policy of the user that called GetFederationToken/],
    out: [],
  },
  {
    story: 'a prefix of another user, where the policy allows the root of the bucket as well',
    request: request(`arn:aws:iam::${account}:user/ada`, 's3:ListBucket', 'arn:aws:s3:::bucket', {
      's3:prefix': 'home/bob/',
      'aws:username': 'ada',
    }),
    policies: {
      identity: [
        policy('identity', {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: 'arn:aws:s3:::bucket',
          Condition: { StringLike: { 's3:prefix': ['', 'home/${aws:username}/*'] } },
        }),
      ],
    },
    fixes: 'caller',
    says: [/Make the call with s3:prefix "home\/ada\/\*" \(any value that matches this pattern\)/],
    out: [],
  },
  {
    story: 'ids of Bitbucket without brackets, for every step of the repository',
    request: from(bitbucket)('{11-aa}:{22-bb}'),
    policies: subjects(bitbucket)('StringLike', '11-aa:*'),
    fixes: 'policy as-well+',
    says: [/Nothing matches "11-aa:\*" in StringLike .*: write the value that you mean/],
    never: /whom the policy allows already/,
    admits: /with the environment/,
    out: [from(bitbucket)('{55-ff}:{22-bb}')],
  },
];
