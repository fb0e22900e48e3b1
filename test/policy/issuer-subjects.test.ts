import { afterAll, describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/idp/presets.ts';
import { type IssuerSubjects, issuerSubjects } from '../../src/policy/issuer-subjects.table.ts';
import {
  canMatchSubject,
  describeSubject,
  parseSubject,
  subjectsOf,
  withoutRun,
} from '../../src/policy/issuer-subjects.ts';
import { issuerKey } from '../../src/policy/provider-claims.ts';
import { idpUnderTest } from '../idp/under-test.ts';

const rowOf = (issuer: string): IssuerSubjects => {
  const row = subjectsOf(issuer);
  if (row === undefined) throw new Error(issuer);
  return row;
};
const github = 'token.actions.githubusercontent.com';
const eks = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

describe('the subjects of issuers', () => {
  // Subjects as the platforms document them (docs.github.com "OpenID Connect reference", docs.gitlab.com "ID token authentication", …).
  it.each([
    [github, 'repo:octo-org/octo-repo:ref:refs/heads/feat/x', 'branch'],
    [github, 'repo:octo-org/octo-repo:ref:refs/tags/v1', 'tag'],
    [github, 'repo:octo-org/octo-repo:pull_request', 'pull-request'],
    [github, 'repo:octo-org@123456/octo-repo@456789:environment:prod', 'environment'],
    ['gitlab.com', 'project_path:my-group/sub/my-project:ref_type:branch:ref:main', 'branch'],
    [eks, 'system:serviceaccount:default:my-service-account', 'service-account'],
    ['app.terraform.io', 'organization:my-org:project:Default Project:workspace:my-ws:run_phase:apply', 'run'],
    ['agent.buildkite.com', 'organization:acme:pipeline:p:ref:refs/heads/main:commit:9f3182:step:build', 'step'],
    ['oidc.circleci.com/org/1', 'org/1/project/2/user/3/vcs-origin/github.com/o/r/vcs-ref/refs/heads/main', 'ref'],
    ['oidc.vercel.com/acme', 'owner:acme:project:site:environment:production', 'environment'],
  ])('%s makes %s', (issuer, subject, kind) => {
    const row = rowOf(issuer);
    expect(parseSubject(subject, row)?.form.kind).toBe(kind);
    expect(canMatchSubject(subject, false, row, false)).toBe(true);
  });

  it.each([
    [github, 'repo:octo-org/octo-repo/*', false, false],
    [github, 'repo:octo-org/octo-repo:main', false, false],
    [github, 'repo:octo-org/octo-repo:ref:main', false, false],
    [github, 'repo:octo-org/octo-repo:pull_requests', false, false],
    [github, 'repo:octo-org/octo-repo', false, true],
    [github, 'repo:octo-org/octo-repo:environment:prod:job_workflow_ref:*', false, true],
    [github, 'repo:octo.org/octo-repo:pull_request', false, false],
    [github, 'repo:octocat_acme/octo-repo:pull_request', true, true],
    [github, 'repo:octo-org/octo-repo.git:*', false, false],
    [github, 'repo:octo-org/octo-org.git*:pull_request', true, true],
    [github, 'repo:octo-org/octo-org.git*', true, true],
    [github, 'repo:octo-org/*', true, true],
    [github, '*', true, true],
    ['gitlab.com', 'project_path:my-group/my-project', false, true],
    ['gitlab.com', 'project_path:my-group/*', true, true],
    [eks, 'serviceaccount:default:app', false, false],
    [eks, 'system:serviceaccount:Default:app', false, false],
    [eks, 'system:serviceaccount:*:app', true, true],
    ['app.terraform.io', 'organization:o:project:p:workspace:w', false, false],
    ['app.terraform.io', 'organization:o:project:p:workspace:w:run_phase:aply', false, false],
    ['app.terraform.io', 'organization:o:project:p:workspace:w:run_phase:*', true, true],
    ['app.terraform.io', 'organization:o:*', true, true],
    ['app.terraform.io', 'organization:o:project:p:stack:s:deployment:d:operation:apply', true, true],
    ['app.terraform.io', 'organization:o:project:p:stack:s:deployment:*:operation:*', true, true],
    ['app.terraform.io', 'organization:o:project:p:stack:s:deployment:d:run_phase:apply', false, false],
    ['app.terraform.io', 'organization:o:project:p:stack:s:deployment:d:operation:destroy', false, false],
    ['agent.buildkite.com', 'organization:o:pipeline:p:ref:main:commit:*:step:*', false, false],
    ['agent.buildkite.com', 'organization:o:pipeline:p:ref:refs/heads/*:commit:*', true, true],
    ['agent.buildkite.com', 'organization:o:*', true, true],
    [github, 'repo:octo-org/octo-repo:ref:refs/heads/main/', false, true],
    [github, 'repo:octo-org/octo-repo:ref:refs/heads/release/*', true, true],
    ['oidc.circleci.com/org/1', 'org/1/project/2*', true, true],
    ['api.bitbucket.org/2.0/workspaces/acme/x', '{REPOSITORY_UUID}:*', true, true],
    ['api.bitbucket.org/2.0/workspaces/acme/x', 'REPOSITORY_UUID:*', false, false],
    ['gitlab.com', 'project_path:my-group/my-project:branch:main', false, false],
    ['gitlab.com', 'project_path:my-group/my-project:ref_type:branch:ref:main:ref_protected:true', false, true],
  ])('of %s, pattern %s: by default %s, customized %s', (issuer, pattern, byDefault, customized) => {
    const row = rowOf(issuer);
    expect(canMatchSubject(pattern, true, row, false)).toBe(byDefault);
    expect(canMatchSubject(pattern, true, row, true)).toBe(customized);
  });

  it('do not contain a star, so a literal one never matches', () => {
    expect(canMatchSubject('repo:octo-org/octo-repo:ref:refs/heads/*', false, rowOf(github), true)).toBe(false);
  });

  it('are described by whom they stand for', () => {
    const parsed = parseSubject('repo:octo-org/octo-repo:pull_request', rowOf(github));
    expect(parsed && describeSubject(parsed)).toBe('any pull request of octo-org/octo-repo');
  });

  it('have parts that differ in each run', () => {
    const bitbucket = rowOf('api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc');
    expect(withoutRun('{a}:{b}:{c}', bitbucket)).toBe('{a}:{b}:{*}');
  });

  it.each(issuerSubjects.map(row => [row.name, row] as const))('%s: every part of a form is known', (_, row) => {
    for (const { template } of row.forms)
      for (const [, name] of template.matchAll(/\{(\w+)\}/g)) expect(row.parts).toHaveProperty(name ?? '');
  });
});

describe('the subjects of presets', () => {
  const { idp } = idpUnderTest();
  afterAll(() => idp.close());

  const immutable = { use_immutable_subject: true };
  const rows: readonly (readonly [preset: string, claims: Record<string, unknown>, row: string, kind: string])[] = [
    ['github-actions', {}, 'GitHub', 'branch'],
    ['github-actions', { tag: 'v1' }, 'GitHub', 'tag'],
    ['github-actions', { pull_request: 7 }, 'GitHub', 'pull-request'],
    ['github-actions', { environment: 'a:b' }, 'GitHub', 'environment'],
    ['github-actions', immutable, 'GitHub', 'branch'],
    ['github-actions', { ...immutable, pull_request: 7 }, 'GitHub', 'pull-request'],
    ['github-actions', { ...immutable, environment: 'prod' }, 'GitHub', 'environment'],
    ['github-actions-enterprise', {}, 'GitHub', 'branch'],
    ['github-actions-ghe-com', {}, 'GitHub', 'branch'],
    ['github-actions-ghes', {}, 'GitHub', 'branch'],
    ['gitlab-ci', {}, 'GitLab', 'branch'],
    ['gitlab-ci', { tag: 'v1' }, 'GitLab', 'tag'],
    ['gitlab-ci-self-managed', {}, 'GitLab', 'branch'],
    ['circleci', {}, 'CircleCI', 'job'],
    ['circleci-v2', {}, 'CircleCI', 'ref'],
    ['bitbucket-pipelines', {}, 'Bitbucket', 'step'],
    [
      'bitbucket-pipelines',
      { deploymentEnvironmentUuid: '{2b3c4d5e-6f70-4182-93a4-b5c6d7e8f90a}' },
      'Bitbucket',
      'environment',
    ],
    ['buildkite', {}, 'Buildkite', 'step'],
    ['buildkite', { step_key: null }, 'Buildkite', 'step-without-key'],
    ['azure-devops', {}, 'Azure DevOps', 'pipeline'],
    ['azure-devops', { service_connection: 'aws' }, 'Azure DevOps', 'connection'],
    ['hcp-terraform', {}, 'HCP Terraform', 'run'],
    ['vercel', {}, 'Vercel', 'environment'],
    ['vercel-global', {}, 'Vercel', 'environment'],
    ['fly', {}, 'Fly.io', 'machine'],
    ['eks-irsa', {}, 'Kubernetes', 'service-account'],
    ['eks-pod-identity', {}, 'Kubernetes', 'service-account'],
    ['kubernetes', {}, 'Kubernetes', 'service-account'],
    ['gke', {}, 'Kubernetes', 'service-account'],
    ['aks', {}, 'Kubernetes', 'service-account'],
  ];
  const tokenOf = async (issuer: string, claims: Record<string, unknown>) => {
    const token = (await idp.mint({ issuer, claims, audience: 'sts.amazonaws.com' })).claims;
    return { issuer: String(token['iss']).replace('https://', ''), subject: String(token['sub']) };
  };

  it.each(rows)('%s with %j: %s, %s', async (preset, claims, name, kind) => {
    const { issuer, subject } = await tokenOf(preset, claims);
    const row = subjectsOf(issuer, subject);
    expect([row?.name, row && parseSubject(subject, row)?.form.kind], subject).toEqual([name, kind]);
    expect(row && canMatchSubject(subject, false, row, false)).toBe(true);
  });

  const others = PRESETS.filter(({ id, token }) => token !== 'opaque' && !rows.some(([preset]) => preset === id));
  it.each(others.map(({ id }) => id))('%s: its subjects have no known form', async preset => {
    const { issuer, subject } = await tokenOf(preset, {});
    expect(subjectsOf(issuer, subject)).toBeUndefined();
  });
});

describe('issuers', () => {
  // EKS User Guide, network requirements (dual-stack issuers); the others are names of clusters and instances that people run.
  it.each([
    ['oidc.eks.cn-north-1.amazonaws.com.cn/id/0123', undefined, 'Kubernetes'],
    ['oidc-eks.eu-west-1.api.aws/id/0123', undefined, 'Kubernetes'],
    ['my-cluster.s3.eu-west-1.amazonaws.com', undefined, 'Kubernetes'],
    ['s3.eu-west-1.amazonaws.com/my-cluster', undefined, 'Kubernetes'],
    ['d111111abcdef8.cloudfront.net', 'system:serviceaccount:apps:api', 'Kubernetes'],
    ['git.example.com', 'project_path:grp/app:ref_type:branch:ref:main', 'GitLab'],
    ['agent.acme.buildkite.dev', undefined, 'Buildkite'],
    ['idp.example.com', 'ada', undefined],
    ['idp.example.com', 'repo:octo-org/octo-repo:ref:refs/heads/main', undefined],
    ['idp.example.com', undefined, undefined],
    ['token.actions.githubusercontent.com', 'system:serviceaccount:apps:api', 'GitHub'],
  ])('%s with the subject %s: %s', (issuer, subject, name) => {
    expect(subjectsOf(issuer, subject)?.name).toBe(name);
  });
});

describe('the keys of issuers', () => {
  it.each([
    ['127.0.0.1:4592/issuers/ci:aud', [], '127.0.0.1:4592/issuers/ci', 'aud'],
    ['localhost:4592/x:sub', [], 'localhost:4592/x', 'sub'],
    ['https://idp.example.com:8443:aud', [], 'idp.example.com:8443', 'aud'],
    ['idp.example.com:8443:aud', ['idp.example.com:8443'], 'idp.example.com:8443', 'aud'],
    ['keycloak/realms/x:aud', ['keycloak/realms/x'], 'keycloak/realms/x', 'aud'],
    ['accounts.google.com:google/organization_number', [], 'accounts.google.com', 'google/organization_number'],
  ] as const)('%s, registered %j: %s and %s', (key, registered, issuer, claim) => {
    expect(issuerKey(key, registered)).toEqual({ issuer, claim });
  });

  it.each(['aws:SourceIp', 's3:ExistingObjectTag/a.b:c', 'keycloak/realms/x:aud'])('%s is none', key => {
    expect(issuerKey(key)).toBeUndefined();
  });
});
