import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../../src/policy/explain/patch.ts';
import { lint as lintText, type PolicyKind, parsePolicy } from '../../../src/policy/index.ts';
import { lintWith } from '../../../src/policy/lint/findings.ts';
import { loadServiceTable } from '../../../src/policy/lint/lint.ts';
import { account, host, other, provider, webIdentity } from '../fixtures.ts';

const services = await loadServiceTable();
const lint = (text: string, kind: PolicyKind) => lintWith(services, text, kind);

const aud = { [`${host}:aud`]: 'sts.amazonaws.com' };
const github = (condition: object, more: object = {}, version = '2012-10-17') => ({
  Version: version,
  Statement: [
    { Effect: 'Allow', Principal: { Federated: provider }, Action: webIdentity, Condition: condition, ...more },
  ],
});
const sub = (value: string | string[], operator = 'StringLike') =>
  github({ StringEquals: aud, [operator]: { ...(operator === 'StringEquals' ? aud : {}), [`${host}:sub`]: value } });
const shared = (issuer: string, subject?: string, audience = 'a') => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
    Action: webIdentity,
    Condition: {
      StringLike: {
        ...(audience === '' ? {} : { [`${issuer}:aud`]: audience }),
        ...(subject === undefined ? {} : { [`${issuer}:sub`]: subject }),
      },
    },
  },
});
const eks = 'oidc.eks.eu-west-1.amazonaws.com/id/ABC';
const bitbucket = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const narrow = 'repo:octo-org/octo-repo:ref:refs/heads/main';
const oneBranch = { StringEquals: { ...aud, [`${host}:sub`]: narrow } };
const identity = (statement: object) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b', ...statement },
});
const trust = (statement: object) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', ...statement },
});
const anySubject = { StringLike: { [`${host}:sub`]: 'repo:octo-org/octo-repo:*' } };
const both = { Principal: { Federated: provider, AWS: account }, Action: ['sts:AssumeRole', webIdentity] };
const custom = `arn:aws:iam::${account}:oidc-provider/idp.example.com`;

/** code, severity, kind, document, whether the finding has a fix that removes it. */
const cases: readonly [string, string, PolicyKind, object, boolean][] = [
  ['shared-issuer', 'error', 'trust', github({ StringEquals: aud }), false],
  ['principal-star', 'error', 'trust', trust({ Principal: '*' }), false],
  ['action-not-assume-role', 'error', 'trust', trust({ Principal: { AWS: account }, Action: 'sts:*' }), false],
  ['invalid-principal', 'error', 'trust', trust({ Principal: { AWS: 'nobody' } }), false],
  ['invalid-operator', 'error', 'identity', identity({ Condition: { StringEqual: { 'aws:username': 'a' } } }), true],
  ['policy-too-large', 'error', 'trust', trust({ Principal: { AWS: account }, Sid: 'a'.repeat(2100) }), false],
  ['any-repository', 'error', 'trust', sub('repo:*/octo-repo:*'), false],
  ['any-repository', 'error', 'trust', sub('repo:octo*/octo-repo:ref:refs/heads/main'), false],
  ['any-repository', 'error', 'trust', sub('repo*'), false],
  ['any-repository', 'error', 'trust', shared('gitlab.com', 'project_path:*:ref_type:branch:ref:main'), false],
  ['any-repository', 'error', 'trust', shared('app.terraform.io', 'organization:*:project:p:workspace:w:*'), false],
  ['any-repository', 'error', 'trust', shared('agent.buildkite.com', 'organization:ac*:pipeline:p:*'), false],
  ['open-to-pull-requests', 'warning', 'trust', sub('repo:octo-org/*'), true],
  ['open-to-pull-requests', 'warning', 'trust', sub('repo:octo-org/octo-repo:*'), true],
  ['open-to-pull-requests', 'warning', 'trust', sub([narrow, 'repo:octo-org/a*', 'repo:octo-org/b:p*']), true],
  ['missing-audience', 'warning', 'trust', github({ StringEquals: { [`${host}:sub`]: narrow } }), true],
  [
    'missing-audience',
    'warning',
    'trust',
    { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { Federated: custom }, Action: webIdentity } },
    true,
  ],
  [
    'missing-subject',
    'warning',
    'trust',
    {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: custom },
        Action: webIdentity,
        Condition: { StringEquals: { 'idp.example.com:aud': 'a' } },
      },
    },
    false,
  ],
  [
    'for-all-values-without-guard',
    'warning',
    'identity',
    identity({ Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } } }),
    true,
  ],
  ['missing-audience', 'warning', 'trust', shared(eks, 'system:serviceaccount:ns:app', '*'), true],
  ['missing-audience', 'warning', 'trust', shared(bitbucket, '{repo}:{env}:*', ''), false],
  ['missing-subject', 'warning', 'trust', shared(eks, '*'), false],
  [
    'provider-with-scheme',
    'warning',
    'trust',
    github(oneBranch, { Principal: { Federated: [`arn:aws:iam::${account}:oidc-provider/https://${host}`] } }),
    true,
  ],
  [
    'wildcard-in-string-equals',
    'warning',
    'trust',
    github({ StringEquals: { [`${host}:sub`]: 'repo:o/r:*' }, StringLike: { [`${host}:sub`]: 'repo:o/*' } }),
    false,
  ],
  [
    'claim-not-exposed',
    'warning',
    'trust',
    github({ StringEquals: { ...aud, [`${host}:sub`]: narrow, [`${host}:repository_owner`]: 'octo-org' } }),
    false,
  ],
  [
    'wildcard-in-string-equals',
    'warning',
    'trust',
    sub('repo:octo-org/octo-repo:ref:refs/heads/release/*', 'StringEquals'),
    true,
  ],
  // With StringLike, the dead statement would be open: to pull requests, to every owner.
  ['wildcard-in-string-equals', 'warning', 'trust', sub('repo:octo-org/octo-repo:*', 'StringEquals'), false],
  ['wildcard-in-string-equals', 'warning', 'trust', sub('repo:octo-org/*', 'StringEquals'), false],
  ['multivalued-key', 'warning', 'identity', identity({ Condition: { StringEquals: { 'aws:TagKeys': 'a' } } }), true],
  [
    'unknown-condition-key',
    'error',
    'identity',
    identity({ Condition: { StringEquals: { 'aws:usernam': 'a' } } }),
    true,
  ],
  [
    'unknown-condition-key',
    'error',
    'identity',
    identity({ Condition: { StringEquals: { 'aws:NothingLikeIt': 'a' } } }),
    false,
  ],
  ...['aws:RequestTags/team', 'asw:SourceIp', 'iam:PassedToServices'].map((key): (typeof cases)[number] => [
    'unknown-condition-key',
    'error',
    'identity',
    identity({ Condition: { StringEquals: { [key]: 'a' } } }),
    true,
  ]),
  ...['sts:ExternalId', 'aws:username', 'aws:PrincipalTag/team'].map((key): (typeof cases)[number] => [
    'key-never-present',
    'warning',
    'trust',
    github({ StringEquals: { ...aud, [`${host}:sub`]: narrow, [key]: 'a' } }),
    false,
  ]),
  [
    'claim-not-exposed',
    'warning',
    'trust',
    github({ StringEquals: { ...aud, [`${host}:sub`]: narrow, [`${host}:workflow_ref`]: 'x' } }),
    true,
  ],
  [
    'key-of-other-issuer',
    'warning',
    'trust',
    github({ StringEquals: { ...aud, [`${host}:sub`]: narrow, 'gitlab.com:user_id': 'x' } }),
    true,
  ],
  [
    'key-with-scheme',
    'warning',
    'trust',
    github({ StringEquals: { [`https://${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: narrow } }),
    true,
  ],
  ['public-principal', 'error', 'trust', trust({ Principal: { AWS: '*' } }), false],
  [
    'public-principal',
    'warning',
    'resource',
    { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' } },
    false,
  ],
  ['not-principal-in-allow', 'warning', 'trust', trust({ NotPrincipal: { AWS: account } }), false],
  ['not-principal-in-trust', 'error', 'trust', trust({ Effect: 'Deny', NotPrincipal: { AWS: account } }), false],
  [
    'not-action-in-allow',
    'warning',
    'identity',
    { Version: '2012-10-17', Statement: { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' } },
    false,
  ],
  ['everything-allowed', 'info', 'identity', identity({ Action: '*', Resource: '*' }), false],
  ['action-not-for-principal', 'warning', 'trust', github(oneBranch, { Action: ['sts:AssumeRole'] }), true],
  ['action-not-for-principal', 'warning', 'trust', trust({ Principal: { AWS: account }, Action: webIdentity }), true],
  [
    'action-not-for-principal',
    'warning',
    'trust',
    trust({ Principal: { Federated: `arn:aws:iam::${account}:saml-provider/idp` }, Action: webIdentity }),
    true,
  ],
  [
    'action-not-for-principal',
    'warning',
    'trust',
    github(oneBranch, { Action: ['sts:AssumeRole', webIdentity] }),
    true,
  ],
  ['empty-values', 'info', 'identity', identity({ Condition: { StringEquals: { 'aws:username': [] } } }), false],
  ['old-version', 'info', 'identity', { Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } }, true],
  [
    'variables-need-version',
    'warning',
    'identity',
    { Statement: { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b/${aws:username}' } },
    true,
  ],
];

describe('lint', () => {
  it.each(cases)('%s (%s) in a policy of kind %s: %j', (code, severity, kind, document, fixed) => {
    const text = JSON.stringify(document);
    const finding = lint(text, kind).find(one => one.code === code);
    expect(finding).toMatchObject({ code, severity });
    expect(finding?.fix !== undefined).toBe(fixed);
  });

  it.each(cases.filter(([, , , , fixed]) => fixed))(
    'the fix of %s (%s) in a policy of kind %s: %j',
    (code, _, kind, document) => {
      const text = JSON.stringify(document);
      const patch = lint(text, kind).find(one => one.code === code)?.fix?.patch ?? [];
      expect(patch).not.toEqual([]);
      const fixedDocument = applyPatch(JSON.parse(text), patch);
      expect(fixedDocument).toBeDefined();
      expect(lint(JSON.stringify(fixedDocument), kind).filter(one => one.code === code)).toEqual([]);
      expect(parsePolicy(JSON.stringify(fixedDocument), { kind }).ok).toBe(true);
    },
  );

  it.each([
    ['one branch', sub(narrow, 'StringEquals')],
    ['any subject, one ref', github({ StringEquals: { ...aud, [`${host}:ref`]: 'refs/heads/main' }, ...anySubject })],
    ['any subject, one environment', github({ StringEquals: { ...aud, [`${host}:environment`]: 'p' }, ...anySubject })],
    [
      'any owner, one owner id',
      github({
        StringEquals: { ...aud, [`${host}:repository_owner_id`]: '7' },
        StringLike: { [`${host}:sub`]: 'repo:*/octo-repo:environment:prod' },
      }),
    ],
    [
      'ForAllValues together with ForAnyValue',
      github({
        StringEquals: { ...aud, [`${host}:sub`]: narrow },
        'ForAllValues:StringEquals': { [`${host}:amr`]: 'a' },
        'ForAnyValue:StringEquals': { [`${host}:amr`]: 'a' },
      }),
    ],
    ['GitLab', shared('gitlab.com', 'project_path:group/*:ref_type:branch:ref:main')],
    ['Terraform Cloud', shared('app.terraform.io', 'organization:o:project:p:workspace:*:run_phase:apply')],
    ['EKS', shared(eks, 'system:serviceaccount:ns:app')],
    ['Bitbucket', shared(bitbucket, '{repo}:{env}:*')],
    [
      'keys of the call and of the request',
      github({
        StringEquals: { ...aud, [`${host}:sub`]: narrow, 'sts:RoleSessionName': 'ci', 'aws:RequestTag/a': 'b' },
        StringEqualsIfExists: { 'sts:ExternalId': 'x' },
        Null: { 'aws:PrincipalTag/a': 'true' },
      }),
    ],
    ['an external id', trust({ Principal: { AWS: other }, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } })],
    ['two kinds of callers', github({ StringEquals: { ...aud, [`${host}:sub`]: narrow } }, both)],
  ])('finds at most notes in a narrow trust policy: %s', (_, document) => {
    expect(lint(JSON.stringify(document), 'trust').filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('finds nothing in a trust policy that names ids', () => {
    const ids = { ...aud, [`${host}:sub`]: narrow, [`${host}:repository_id`]: '74' };
    expect(lint(JSON.stringify(github({ StringEquals: ids })), 'trust')).toEqual([]);
  });

  it('loads its rules and the table of services when it is called', async () => {
    const text = JSON.stringify(identity({ Action: 's3:GetObjekt' }));
    expect(await lintText(text, 'identity')).toEqual(lint(text, 'identity'));
  });

  it.each([
    'ec2:ResourceTag/team',
    's3:prefix',
    'S3:ExistingObjectTag/a/b',
    'ec2:SourceInstanceARN',
    'aws:sourceowner',
  ])('has no finding for the key %s', key =>
    expect(lint(JSON.stringify(identity({ Condition: { StringEquals: { [key]: 'a' } } })), 'identity')).toEqual([]),
  );

  it.each(['rds:ResourceTag/team', 'eks:RequestTag/a'])('is not sure about the key %s', key =>
    expect(lint(JSON.stringify(identity({ Condition: { StringEquals: { [key]: 'a' } } })), 'identity')).toMatchObject([
      { code: 'unknown-condition-key', severity: 'warning' },
    ]),
  );

  it.each([
    ['app.terraform.io', 'aws.workload.identity'],
    ['gitlab.com', 'https://gitlab.com'],
    ['oidc.circleci.com/org/3c6e', '3c6e'],
    [eks, 'sts.amazonaws.com'],
  ])('for %s, requires the audience of its tokens: %s', (issuer, audience) => {
    const findings = lint(JSON.stringify(shared(issuer, 'a:b:c', '')), 'trust');
    expect(findings.find(one => one.code === 'missing-audience')?.fix?.patch).toEqual([
      { op: 'add', path: '/Statement/Condition/StringEquals', value: { [`${issuer}:aud`]: audience } },
    ]);
  });

  it('removes an operator that becomes empty', () => {
    const [finding] = lint(
      JSON.stringify(github({ StringEquals: { [`${host}:sub`]: 'repo:o/r:p?' } })),
      'trust',
    ).filter(one => one.code === 'wildcard-in-string-equals');
    expect(finding?.fix?.patch[0]).toEqual({ op: 'remove', path: '/Statement/0/Condition/StringEquals' });
  });

  it("quotes AWS's error message", () => {
    const [finding] = lint(JSON.stringify(github({ StringEquals: aud })), 'trust');
    expect(finding?.message).toBe(
      `Trust policy with trusted principal ${provider} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, ` +
        `${host}:sub or ${host}:job_workflow_ref which is not scoped to all.`,
    );
  });

  it('returns the most severe finding first', () => {
    const severities = lint(
      JSON.stringify(github({ StringLike: { [`${host}:sub`]: 'repo:*' } }, {}, '2008-10-17')),
      'trust',
    ).map(finding => finding.severity);
    expect(severities).toEqual(
      [...severities].sort((a, b) => ['error', 'warning', 'info'].indexOf(a) - ['error', 'warning', 'info'].indexOf(b)),
    );
    expect(severities).toContain('error');
  });
});

describe('a policy with very many errors', () => {
  const operators = Array.from({ length: 6000 }, (_, at) => `"Strin${at}":{"a":"b"}`);
  it.each([
    [
      'misspelled operators',
      `{"Statement":{"Effect":"Allow","Principal":"*","Action":"a:b","Condition":{${operators}}}}`,
    ],
    ['empty statements', `{"Statement":[${Array(43_000).fill('{}')}]}`],
    ['numbers as statements', `{"Statement":[${Array(60_000).fill(1)}]}`],
  ])('%s: reports a thousand, with fixes for twenty', (_, text) => {
    const parsed = parsePolicy(text, { kind: 'trust' });
    expect(parsed.ok ? [] : parsed.faults).toHaveLength(1000);
    const findings = lint(text, 'trust');
    expect(findings).toHaveLength(1001);
    expect(findings.filter(({ fix }) => fix !== undefined).length).toBeLessThanOrEqual(20);
  });

  it('reports at most a hundred unknown keys per statement', () => {
    const keys = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`aws:SourceI${at}`, 'x']));
    const findings = lint(JSON.stringify(github({ StringEquals: { ...aud, ...keys } })), 'trust');
    expect(findings.filter(({ code }) => code === 'unknown-condition-key')).toHaveLength(100);
  });
});
