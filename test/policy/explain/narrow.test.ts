import { describe, expect, it } from 'vitest';
import { type EvaluationRequest, evaluate, explain, type PolicySet } from '../../../src/policy/index.ts';
import { account, github, host, policy, provider, request, roleArn, webIdentity } from '../fixtures.ts';
import { policiesWith } from './fix-support.ts';

const repo = 'repo:octo-org/octo-repo';
const statement = (condition: object, more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: provider },
  Action: webIdentity,
  Condition: condition,
  ...more,
});
const trust = (...statements: object[]): PolicySet => ({ resource: policy('trust', statements), kind: 'trust' });
const of = (sub: string, more: Record<string, string> = {}) => github({ sub, ...more });
const user = `arn:aws:iam::${account}:user/ada`;
const other = `arn:aws:iam::${account}:user/grace`;
const assume = (name: string) =>
  request(`arn:aws:iam::${account}:user/${name}`, 'sts:AssumeRole', roleArn, {
    'aws:PrincipalArn': `arn:aws:iam::${account}:user/${name}`,
  });

const token = (issuer: string, sub: string) =>
  request(`arn:aws:iam::${account}:oidc-provider/${issuer}`, webIdentity, roleArn, { [`${issuer}:sub`]: sub });
const trusting = (issuer: string, pattern: string) =>
  trust({
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
    Action: webIdentity,
    Condition: { StringLike: { [`${issuer}:sub`]: pattern } },
  });
const cluster = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const asRole = (name: string) =>
  request(`arn:aws:sts::${account}:assumed-role/${name}/s1`, 'sts:AssumeRole', roleArn, {
    'aws:PrincipalArn': `arn:aws:iam::${account}:role/${name}`,
  });
const withIdentity = (policies: PolicySet): PolicySet => ({
  ...policies,
  identity: [policy('identity', { Effect: 'Allow', Action: '*', Resource: '*' })],
});

const topic = (name: string) =>
  request('sns.amazonaws.com', 'sqs:SendMessage', `arn:aws:sqs:eu-west-1:${account}:q`, {
    'aws:SourceArn': `arn:aws:sns:eu-west-1:${account}:${name}`,
  });
const toQueue = (condition: object): PolicySet => ({
  resource: policy('resource', {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: '*',
    Condition: condition,
  }),
});

/** story, unwanted caller, policies, those who must stay in, first sentence of the explanation, first proposal. */
const cases: readonly (readonly [
  string,
  EvaluationRequest,
  PolicySet,
  readonly EvaluationRequest[],
  RegExp,
  RegExp,
])[] = [
  [
    'a pull request under a pattern for the whole repository',
    of(`${repo}:pull_request`),
    trust(statement({ StringLike: { [`${host}:sub`]: `${repo}:*` } })),
    [of(`${repo}:ref:refs/heads/main`), of(`${repo}:ref:refs/tags/v1`), of(`${repo}:environment:prod`)],
    /StringLike .*:sub has "repo:octo-org\/octo-repo:\*", which matches "repo:octo-org\/octo-repo:pull_request"/,
    /replace "repo:octo-org\/octo-repo:\*" with .*ref:refs\/heads\/\*/,
  ],
  [
    'a branch under a pattern for the whole repository',
    of(`${repo}:ref:refs/heads/dev`),
    trust(statement({ StringLike: { [`${host}:sub`]: `${repo}:*` } })),
    [of(`${repo}:ref:refs/heads/main`), of(`${repo}:pull_request`)],
    /has "repo:octo-org\/octo-repo:\*"/,
    /add StringNotEquals .*:sub "repo:octo-org\/octo-repo:ref:refs\/heads\/dev"/,
  ],
  [
    'another repository under a pattern for the whole owner',
    of('repo:octo-org/other:ref:refs/heads/main'),
    trust(statement({ StringLike: { [`${host}:sub`]: 'repo:octo-org/*' } })),
    [of(`${repo}:ref:refs/heads/main`), of(`${repo}:pull_request`)],
    /has "repo:octo-org\/\*"/,
    /add StringNotEquals .*:sub "repo:octo-org\/other:ref:refs\/heads\/main"/,
  ],
  [
    'one of two values',
    of('repo:octo-org/other:ref:refs/heads/main'),
    trust(
      statement({
        StringEquals: { [`${host}:sub`]: ['repo:octo-org/other:ref:refs/heads/main', `${repo}:ref:refs/heads/main`] },
      }),
    ),
    [of(`${repo}:ref:refs/heads/main`)],
    /StringEquals .*:sub has "repo:octo-org\/other/,
    /remove "repo:octo-org\/other:ref:refs\/heads\/main" from StringEquals/,
  ],
  [
    'no condition on the subject',
    of('repo:mallory/x:pull_request'),
    trust(statement({ StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' } })),
    [of(`${repo}:ref:refs/heads/main`)],
    /no condition limits the subject, so every subject of token\.actions\.githubusercontent\.com is let in/,
    /add a condition on token\.actions\.githubusercontent\.com:sub that names the subjects that you want/,
  ],
  [
    'a key that is absent',
    of(`${repo}:pull_request`),
    trust(
      statement({
        StringLike: { [`${host}:sub`]: `${repo}:*` },
        'ForAllValues:StringEquals': { [`${host}:environment`]: 'prod' },
      }),
    ),
    [of(`${repo}:environment:prod`, { environment: 'prod' })],
    /ForAllValues:StringEquals .*:environment is true because the request context does not contain the key/,
    /replace|add Null/,
  ],
  [
    'a statement for this caller beside others',
    of(`${repo}:ref:refs/heads/dev`),
    trust(
      statement({ StringEquals: { [`${host}:sub`]: `${repo}:ref:refs/heads/main` } }),
      statement({ StringEquals: { [`${host}:sub`]: `${repo}:ref:refs/heads/dev` } }, { Sid: 'Old' }),
    ),
    [of(`${repo}:ref:refs/heads/main`)],
    /Statement "Old" lets this caller in/,
    /remove the statement "Old"/,
  ],
  [
    'the only value of the only statement',
    of(`${repo}:ref:refs/heads/main`),
    trust(statement({ StringEquals: { [`${host}:sub`]: `${repo}:ref:refs/heads/main` } })),
    [],
    /Statement 1 lets this caller in/,
    /replace the value of token\.actions\.githubusercontent\.com:sub, which names this caller alone/,
  ],
  [
    'a user of an account that is trusted as a whole',
    assume('ada'),
    {
      ...trust({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }),
      identity: [policy('identity', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' })],
    },
    [assume('grace')],
    /lets this caller in: Principal has account 123456789012 as a whole/,
    /replace account 123456789012 in Principal with the roles or users that you want/,
  ],
  [
    'one of several users',
    assume('ada'),
    trust({ Effect: 'Allow', Principal: { AWS: [user, other] }, Action: 'sts:AssumeRole' }),
    [assume('grace')],
    /lets this caller in without a condition/,
    /remove "arn:aws:iam::123456789012:user\/ada" from Principal AWS/,
  ],
  [
    'a role beside a service',
    request(`arn:aws:sts::${account}:assumed-role/app/s1`, 'sts:AssumeRole', roleArn),
    trust({
      Effect: 'Allow',
      Principal: { Service: 'ec2.amazonaws.com', AWS: `arn:aws:iam::${account}:role/app` },
      Action: 'sts:AssumeRole',
    }),
    [request('ec2.amazonaws.com', 'sts:AssumeRole', roleArn)],
    /lets this caller in without a condition/,
    /remove "arn:aws:iam::123456789012:role\/app" from Principal AWS/,
  ],
  [
    'one of two services',
    request('lambda.amazonaws.com', 'sts:AssumeRole', roleArn),
    trust({
      Effect: 'Allow',
      Principal: { Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] },
      Action: 'sts:AssumeRole',
    }),
    [request('ec2.amazonaws.com', 'sts:AssumeRole', roleArn)],
    /lets this caller in without a condition/,
    /remove "lambda.amazonaws.com" from Principal Service/,
  ],
  [
    'a repository whose name begins like that of the pattern',
    of(`${repo}-evil:ref:refs/heads/main`),
    trust(statement({ StringLike: { [`${host}:sub`]: `${repo}*` } })),
    [of(`${repo}:ref:refs/heads/main`), of(`${repo}:pull_request`)],
    /has "repo:octo-org\/octo-repo\*"/,
    /replace "repo:octo-org\/octo-repo\*" with "repo:octo-org\/octo-repo:\*"/,
  ],
  [
    'an owner whose name begins like that of the pattern',
    of('repo:octo-org-evil/octo-repo:ref:refs/heads/main'),
    trust(statement({ StringLike: { [`${host}:sub`]: 'repo:octo-org*' } })),
    [of(`${repo}:ref:refs/heads/main`), of('repo:octo-org/other:pull_request')],
    /has "repo:octo-org\*"/,
    /replace "repo:octo-org\*" with "repo:octo-org\/\*"/,
  ],
  [
    'a repository under a pattern that goes on after the wildcard',
    of(`${repo}-evil:environment:prod`),
    trust(statement({ StringLike: { [`${host}:sub`]: `${repo}*:environment:prod` } })),
    [of(`${repo}:environment:prod`)],
    /has "repo:octo-org\/octo-repo\*:environment:prod"/,
    /with "repo:octo-org\/octo-repo:environment:prod"/,
  ],
  [
    'a group whose name is whole: its subgroups are not cut off',
    token('gitlab.com', 'project_path:group/sub/app:ref_type:branch:ref:main'),
    trusting('gitlab.com', 'project_path:group/*'),
    [token('gitlab.com', 'project_path:group/app:ref_type:branch:ref:main')],
    /has "project_path:group\/\*"/,
    /add StringNotEquals gitlab.com:sub "project_path:group\/sub\/app:ref_type:branch:ref:main"/,
  ],
  [
    'a project whose name begins like that of the pattern',
    token('gitlab.com', 'project_path:group/app-evil:ref_type:branch:ref:main'),
    trusting('gitlab.com', 'project_path:group/app*:ref_type:branch:ref:main'),
    [token('gitlab.com', 'project_path:group/app:ref_type:branch:ref:main')],
    /has "project_path:group\/app\*:ref_type:branch:ref:main"/,
    /with "project_path:group\/app:ref_type:branch:ref:main"/,
  ],
  [
    'one of a family of names',
    of(`${repo}-evil:ref:refs/heads/main`),
    trust(statement({ StringLike: { [`${host}:sub`]: `${repo}-*` } })),
    [of(`${repo}-good:ref:refs/heads/main`)],
    /has "repo:octo-org\/octo-repo-\*"/,
    /add StringNotEquals/,
  ],
  [
    'a service account whose name begins like that of the pattern',
    token(cluster, 'system:serviceaccount:apps:app-evil'),
    trusting(cluster, 'system:serviceaccount:apps:app*'),
    [token(cluster, 'system:serviceaccount:apps:app')],
    /has "system:serviceaccount:apps:app\*"/,
    /with "system:serviceaccount:apps:app" in StringLike/,
  ],
  [
    'a project of HCP Terraform whose name begins like that of the pattern',
    token('app.terraform.io', 'organization:o:project:prod-evil:workspace:w:run_phase:apply'),
    trusting('app.terraform.io', 'organization:o:project:prod*:workspace:w:run_phase:*'),
    [token('app.terraform.io', 'organization:o:project:prod:workspace:w:run_phase:plan')],
    /has "organization:o:project:prod\*/,
    /with "organization:o:project:prod:workspace:w:run_phase:\*"/,
  ],
  [
    'a role whose name begins like that of the pattern',
    asRole('deploy-evil'),
    withIdentity(
      trust({
        Effect: 'Allow',
        Principal: { AWS: account },
        Action: 'sts:AssumeRole',
        Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/deploy*` } },
      }),
    ),
    [asRole('deploy')],
    /ArnLike aws:PrincipalArn has "arn:aws:iam::123456789012:role\/deploy\*"/,
    /replace "arn:aws:iam::123456789012:role\/deploy\*" with "arn:aws:iam::123456789012:role\/deploy" in ArnLike/,
  ],
  [
    'a bucket whose name begins like that of the pattern',
    request(user, 's3:GetObject', 'arn:aws:s3:::data-secret/key'),
    { identity: [policy('identity', { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::data*' })] },
    [request(user, 's3:GetObject', 'arn:aws:s3:::data/key'), request(user, 's3:ListBucket', 'arn:aws:s3:::data')],
    /Resource has "arn:aws:s3:::data\*", which matches "arn:aws:s3:::data-secret\/key"/,
    /with "arn:aws:s3:::data", "arn:aws:s3:::data\/\*" in Resource/,
  ],
  [
    'a topic whose name begins like that of the pattern',
    topic('alerts-test'),
    toQueue({ ArnLike: { 'aws:SourceArn': `arn:aws:sns:eu-west-1:${account}:alerts*` } }),
    [topic('alerts')],
    /ArnLike aws:SourceArn has "arn:aws:sns:eu-west-1:123456789012:alerts\*"/,
    /with "arn:aws:sns:eu-west-1:123456789012:alerts" in ArnLike aws:SourceArn\. Other resources whose names begin/,
  ],
  [
    'a table whose name begins like that of the pattern',
    request(user, 'dynamodb:GetItem', `arn:aws:dynamodb:eu-west-1:${account}:table/app-evil`),
    {
      identity: [
        policy('identity', {
          Effect: 'Allow',
          Action: 'dynamodb:GetItem',
          Resource: `arn:aws:dynamodb:eu-west-1:${account}:table/app*`,
        }),
      ],
    },
    [request(user, 'dynamodb:GetItem', `arn:aws:dynamodb:eu-west-1:${account}:table/app`)],
    /Resource has .*table\/app\*/,
    /with "arn:aws:dynamodb:eu-west-1:123456789012:table\/app" in Resource/,
  ],
  [
    'a type of resource that the pattern begins',
    request(user, 'dynamodb:GetItem', `arn:aws:dynamodb:eu-west-1:${account}:table/app`),
    {
      identity: [
        policy('identity', {
          Effect: 'Allow',
          Action: 'dynamodb:GetItem',
          Resource: `arn:aws:dynamodb:eu-west-1:${account}:tab*`,
        }),
      ],
    },
    [request(user, 'dynamodb:GetItem', `arn:aws:dynamodb:eu-west-1:${account}:table/other`)],
    /Resource has .*:tab\*/,
    /Add a statement that denies dynamodb:GetItem/,
  ],
  [
    'one of two sessions of a role: the other one stays',
    request(`arn:aws:sts::${account}:assumed-role/app/s1`, 's3:GetObject', 'arn:aws:s3:::b/k', {
      'aws:PrincipalArn': `arn:aws:iam::${account}:role/app`,
    }),
    {
      resource: policy('resource', {
        Effect: 'Allow',
        Principal: { AWS: ['s1', 's2'].map(name => `arn:aws:sts::${account}:assumed-role/app/${name}`) },
        Action: 's3:GetObject',
        Resource: '*',
      }),
    },
    [request(`arn:aws:sts::${account}:assumed-role/app/s2`, 's3:GetObject', 'arn:aws:s3:::b/k')],
    /without a condition/,
    /remove "arn:aws:sts::123456789012:assumed-role\/app\/s1" from Principal AWS/,
  ],
  [
    'an action of a wide identity policy',
    request(user, 's3:DeleteObject', 'arn:aws:s3:::bucket/key'),
    { identity: [policy('identity', { Effect: 'Allow', Action: 's3:*', Resource: '*' })] },
    [
      request(user, 's3:GetObject', 'arn:aws:s3:::bucket/key'),
      request(user, 's3:DeleteObject', 'arn:aws:s3:::bucket/k'),
    ],
    /Action has "s3:\*", which matches "s3:DeleteObject"; Resource has "\*"/,
    /Add a statement that denies s3:DeleteObject on arn:aws:s3:::bucket\/key/,
  ],
];

describe('an unwanted allow', () => {
  it.each(cases)('%s', (_, requested, policies, wanted, explained, proposed) => {
    const evaluation = evaluate(requested, policies);
    expect(evaluation.allowed).toBe(true);
    const { explanation, fixes, narrow = [] } = explain(evaluation, { request: requested, policies, unwanted: true });
    expect(explanation[0]).toMatch(explained);
    expect(fixes).toEqual([]);
    expect(narrow[0]?.sentence).toMatch(proposed);
    const patches = narrow.flatMap(fix => policiesWith(fix, policies) ?? []);
    expect(patches.length).toBeGreaterThan(0);
    for (const after of patches) expect(evaluate(requested, after).allowed).toBe(false);
    const [first] = patches;
    for (const one of wanted) expect(first && evaluate(one, first).allowed).toBe(true);
  });

  it('says whom else a change keeps out', () => {
    const values = [`${repo}:ref:refs/heads/main`, `${repo}:ref:refs/heads/dev`];
    const policies = trust(statement({ StringEquals: { [`${host}:sub`]: values } }));
    const requested = of(`${repo}:ref:refs/heads/dev`);
    const { narrow = [] } = explain(evaluate(requested, policies), { request: requested, policies, unwanted: true });
    const kept = narrow.filter(fix => {
      const after = policiesWith(fix, policies);
      return after !== undefined && !evaluate(of(`${repo}:ref:refs/heads/main`), after).allowed;
    });
    for (const fix of kept) expect(fix.sentence).toMatch(/It also keeps out .*refs\/heads\/main/);
    expect(narrow[0]?.sentence).toMatch(/remove "repo:octo-org\/octo-repo:ref:refs\/heads\/dev"/);
  });

  it('denies the root user of an account, and nobody else of it', () => {
    const root = `arn:aws:iam::${account}:root`;
    const policies = {
      resource: policy('resource', { Effect: 'Allow', Principal: { AWS: root }, Action: 's3:*', Resource: '*' }),
      identity: [policy('identity', { Effect: 'Allow', Action: 's3:*', Resource: '*' })],
    };
    const call = (arn: string) =>
      request(arn, 's3:GetObject', 'arn:aws:s3:::b/k', {
        'aws:PrincipalArn': arn,
        'aws:ResourceAccount': '111111111111',
      });
    const { narrow = [] } = explain(evaluate(call(root), policies), { request: call(root), policies, unwanted: true });
    const changed = narrow.flatMap(fix => policiesWith(fix, policies) ?? []);
    expect(changed).toHaveLength(2);
    for (const after of changed) {
      expect(evaluate(call(root), after).allowed).toBe(false);
      expect(evaluate(call(user), after).allowed).toBe(true);
    }
  });

  const s3 = (principal: string, context: Record<string, string> = {}) =>
    request(principal, 's3:PutObject', 'arn:aws:s3:::b/k', context);
  const bucket = (principal: unknown, condition: object = {}): PolicySet => ({
    resource: policy('resource', {
      Effect: 'Allow',
      Principal: principal,
      Action: 's3:PutObject',
      Resource: '*',
      Condition: condition,
    }),
  });
  const saml = `arn:aws:iam::${account}:saml-provider/corp`;
  it.each<readonly [string, EvaluationRequest, PolicySet, string]>([
    [
      'a service without a source',
      s3('cloudtrail.amazonaws.com'),
      bucket({ Service: 'cloudtrail.amazonaws.com' }),
      'Statement 1: add a condition on aws:SourceArn or aws:SourceAccount that names the resources for which the service may call.',
    ],
    [
      'a service with a wide source',
      s3('cloudtrail.amazonaws.com', { 'aws:SourceArn': 'arn:aws:cloudtrail:eu-west-1:210987654321:trail/t' }),
      bucket(
        { Service: 'cloudtrail.amazonaws.com' },
        { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' } },
      ),
      'Statement 1: narrow the condition on aws:SourceArn to that for which the service may call: it matches "arn:aws:cloudtrail:eu-west-1:210987654321:trail/t".',
    ],
    [
      'a service with a pattern for regions',
      topic('alerts'),
      toQueue({ ArnLike: { 'aws:SourceArn': `arn:aws:sns:eu*:${account}:alerts` } }),
      'Statement 1: narrow the condition on aws:SourceArn to that for which the service may call: it matches "arn:aws:sns:eu-west-1:123456789012:alerts".',
    ],
    [
      'a workflow on every branch',
      of(`${repo}:ref:refs/heads/main`, { job_workflow_ref: 'octo-org/wf/.github/workflows/d.yml@refs/heads/dev' }),
      trust(
        statement({
          StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' },
          StringLike: { [`${host}:job_workflow_ref`]: 'octo-org/wf/.github/workflows/d.yml@*' },
        }),
      ),
      `Statement 1: narrow "octo-org/wf/.github/workflows/d.yml@*" in StringLike ${host}:job_workflow_ref: it matches "octo-org/wf/.github/workflows/d.yml@refs/heads/dev".`,
    ],
    [
      'everybody of an organization',
      s3(user, { 'aws:PrincipalOrgID': 'o-a' }),
      bucket('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-a' } }),
      'Statement 1: replace "*" in Principal with the principals that you want, or narrow the condition on aws:PrincipalOrgID.',
    ],
    [
      'an anonymous caller',
      s3('*'),
      bucket('*'),
      'Statement 1: replace "*" in Principal with the principals that you want.',
    ],
    [
      'every user of a SAML provider',
      request(saml, 'sts:AssumeRoleWithSAML', roleArn, { 'saml:aud': 'https://signin.aws.amazon.com/saml' }),
      trust({
        Effect: 'Allow',
        Principal: { Federated: saml },
        Action: 'sts:AssumeRoleWithSAML',
        Condition: { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } },
      }),
      'Statement 1: add a condition on saml:sub, saml:eduPersonAffiliation or another attribute that names the users that you want.',
    ],
  ])('%s: in words', (_, requested, policies, sentence) => {
    const evaluation = evaluate(requested, policies);
    expect(evaluation.allowed).toBe(true);
    const { narrow = [] } = explain(evaluation, { request: requested, policies, unwanted: true });
    expect(narrow[0]).toMatchObject({ title: 'Name the callers that you want', sentence });
    expect(narrow[0]?.patch).toBeUndefined();
  });

  it('is explained only when it is called unwanted', () => {
    const [, requested, policies] = cases[0] as (typeof cases)[number];
    expect(explain(evaluate(requested, policies), { request: requested, policies })).not.toHaveProperty('narrow');
  });

  it('is nothing for a denial', () => {
    const requested = of('repo:mallory/x:pull_request');
    const policies = trust(statement({ StringLike: { [`${host}:sub`]: `${repo}:*` } }));
    const explained = explain(evaluate(requested, policies), { request: requested, policies, unwanted: true });
    expect(explained).not.toHaveProperty('narrow');
    expect(explained.fixes).not.toEqual([]);
  });
});
