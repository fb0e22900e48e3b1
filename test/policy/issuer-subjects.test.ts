import { describe, expect, it } from 'vitest';
import { type IssuerSubjects, issuerSubjects } from '../../src/policy/issuer-subjects.table.ts';
import {
  canMatchSubject,
  describeSubject,
  parseSubject,
  subjectsOf,
  withoutRun,
} from '../../src/policy/issuer-subjects.ts';
import { issuerKey } from '../../src/policy/provider-claims.ts';

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
    [github, 'repo:octo-org/*', true, true],
    [github, '*', true, true],
    ['gitlab.com', 'project_path:my-group/my-project', false, true],
    ['gitlab.com', 'project_path:my-group/*', true, true],
    [eks, 'serviceaccount:default:app', false, false],
    [eks, 'system:serviceaccount:Default:app', false, false],
    [eks, 'system:serviceaccount:*:app', true, true],
    ['app.terraform.io', 'organization:o:project:p:workspace:w', false, false],
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
