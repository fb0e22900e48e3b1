/** Claims depend on each other, and invalid ones are refused with a path and the nearest name. */
import { afterAll, describe, expect, it } from 'vitest';
import { IAT, idpUnderTest } from '../under-test.ts';

const { idp } = idpUnderTest();
afterAll(() => idp.close());

const claimsOf = async (issuer: string, claims: Record<string, unknown> = {}): Promise<Record<string, unknown>> => ({
  ...(await idp.mint({ issuer, claims })).claims,
});

describe('subjects of GitHub Actions (docs.github.com, OpenID Connect reference)', () => {
  it.each([
    ['branch', {}, 'repo:octo-org/octo-repo:ref:refs/heads/main'],
    ['branch by name', { branch: 'feature/x' }, 'repo:octo-org/octo-repo:ref:refs/heads/feature/x'],
    ['tag', { ref: 'refs/tags/v1' }, 'repo:octo-org/octo-repo:ref:refs/tags/v1'],
    ['pull request by event', { event_name: 'pull_request' }, 'repo:octo-org/octo-repo:pull_request'],
    ['pull request by ref', { ref: 'refs/pull/7/merge' }, 'repo:octo-org/octo-repo:pull_request'],
    ['pull request by number', { pull_request: 7 }, 'repo:octo-org/octo-repo:pull_request'],
    ['environment', { environment: 'prod' }, 'repo:octo-org/octo-repo:environment:prod'],
    [
      'environment before pull request',
      { environment: 'prod', event_name: 'pull_request' },
      'repo:octo-org/octo-repo:environment:prod',
    ],
    ['colon in an environment', { environment: 'a:b' }, 'repo:octo-org/octo-repo:environment:a%3Ab'],
    ['immutable branch', { use_immutable_subject: true }, 'repo:octo-org@65/octo-repo@74:ref:refs/heads/main'],
    ['immutable tag', { use_immutable_subject: true, tag: 'v1' }, 'repo:octo-org@65/octo-repo@74:ref:refs/tags/v1'],
    [
      'immutable pull request',
      { use_immutable_subject: true, pull_request: 1 },
      'repo:octo-org@65/octo-repo@74:pull_request',
    ],
    [
      'immutable environment',
      { use_immutable_subject: true, environment: 'prod' },
      'repo:octo-org@65/octo-repo@74:environment:prod',
    ],
    [
      'customised',
      { include_claim_keys: ['repository_owner', 'repository_visibility'] },
      'repository_owner:octo-org:repository_visibility:private',
    ],
    [
      'customised with repo and context',
      { include_claim_keys: ['repo', 'context', 'job_workflow_ref'] },
      'repo:octo-org/octo-repo:ref:refs/heads/main:job_workflow_ref:octo-org/octo-repo/.github/workflows/example.yml@refs/heads/main',
    ],
    [
      'customised, reusable workflow',
      { include_claim_keys: ['job_workflow_ref'], job_workflow_ref: 'o/a/.github/workflows/w.yml@refs/heads/main' },
      'job_workflow_ref:o/a/.github/workflows/w.yml@refs/heads/main',
    ],
  ])('%s', async (_when, claims, sub) => {
    expect((await claimsOf('github-actions', claims))['sub']).toBe(sub);
  });

  it('derives owner, workflow and default audience from the repository and ref', async () => {
    const claims = await claimsOf('github-actions', { repository: 'acme/web', ref: 'refs/heads/next' });
    expect(claims).toMatchObject({
      sub: 'repo:acme/web:ref:refs/heads/next',
      aud: 'https://github.com/acme',
      repository_owner: 'acme',
      ref_type: 'branch',
      workflow_ref: 'acme/web/.github/workflows/example.yml@refs/heads/next',
      job_workflow_ref: 'acme/web/.github/workflows/example.yml@refs/heads/next',
    });
    expect(claims).not.toHaveProperty('environment');
    expect(claims).not.toHaveProperty('branch');
  });

  it('fills head_ref and base_ref for pull requests only', async () => {
    expect(await claimsOf('github-actions')).toMatchObject({
      head_ref: '',
      base_ref: '',
      event_name: 'workflow_dispatch',
    });
    expect(await claimsOf('github-actions', { pull_request: 42 })).toMatchObject({
      head_ref: 'feature',
      base_ref: 'main',
      event_name: 'pull_request',
      ref: 'refs/pull/42/merge',
    });
  });

  it.each([
    [
      'head and base',
      { head_ref: 'topic', base_ref: 'next' },
      'repo:octo-org/octo-repo:pull_request',
      'refs/pull/1/merge',
    ],
    ['head alone', { head_ref: 'topic' }, 'repo:octo-org/octo-repo:pull_request', 'refs/pull/1/merge'],
    [
      'another event that is given',
      { head_ref: 'topic', event_name: 'push' },
      'repo:octo-org/octo-repo:ref:refs/heads/main',
      'refs/heads/main',
    ],
    [
      'pull_request_target, which runs on the base',
      { base_ref: 'next', event_name: 'pull_request_target' },
      'repo:octo-org/octo-repo:ref:refs/heads/next',
      'refs/heads/next',
    ],
    ['a tag by its type', { ref_type: 'tag' }, 'repo:octo-org/octo-repo:ref:refs/tags/v1.0.0', 'refs/tags/v1.0.0'],
  ])('follows %s', async (_what, given, sub, ref) => {
    expect(await claimsOf('github-actions', given)).toMatchObject({ ...given, sub, ref });
  });

  it('has head_ref and base_ref for pull_request_target', async () => {
    const claims = await claimsOf('github-actions', { event_name: 'pull_request_target' });
    expect(claims).toMatchObject({ head_ref: 'feature', base_ref: 'main', ref: 'refs/heads/main' });
  });

  it('derives the repository from a given owner, and keeps a given sub', async () => {
    expect(await claimsOf('github-actions', { repository_owner: 'acme' })).toMatchObject({
      repository: 'acme/octo-repo',
      sub: 'repo:acme/octo-repo:ref:refs/heads/main',
    });
    expect(await claimsOf('github-actions', { owner: 'acme', repository_name: 'web' })).toMatchObject({
      repository: 'acme/web',
      repository_owner: 'acme',
    });
    expect((await claimsOf('github-actions', { repository: 'a/b', sub: 'mine' }))['sub']).toBe('mine');
  });

  it('accepts custom properties and unknown claims unchanged', async () => {
    const claims = await claimsOf('github-actions', {
      repo_property_team: 'payments',
      'https://aws.amazon.com/source_identity': 'jdoe',
    });
    expect(claims).toMatchObject({ repo_property_team: 'payments', 'https://aws.amazon.com/source_identity': 'jdoe' });
  });

  it('has times of the documentation sample: nbf ten minutes back, exp in five', async () => {
    expect(await claimsOf('github-actions')).toMatchObject({ iat: IAT, nbf: IAT - 600, exp: IAT + 300 });
  });
});

describe('subjects of GitLab', () => {
  it.each([
    ['branch', {}, 'project_path:my-group/my-project:ref_type:branch:ref:feature-branch-1'],
    ['tag', { tag: 'v1' }, 'project_path:my-group/my-project:ref_type:tag:ref:v1'],
    ['nested group', { project_path: 'a/b/c', branch: 'main' }, 'project_path:a/b/c:ref_type:branch:ref:main'],
    ['by ref_path', { ref_path: 'refs/tags/v2' }, 'project_path:my-group/my-project:ref_type:tag:ref:v2'],
    [
      'components',
      { ci_id_token_sub_claim_components: ['project_path', 'ref_type'] },
      'project_path:my-group/my-project:ref_type:branch',
    ],
    [
      'components of 18.7',
      { ci_id_token_sub_claim_components: ['project_path', 'environment_protected'], environment: 'prod' },
      'project_path:my-group/my-project:environment_protected:false',
    ],
  ])('%s', async (_when, claims, sub) => {
    expect((await claimsOf('gitlab-ci', claims))['sub']).toBe(sub);
  });

  it('derives namespace and paths, and keeps runner_id a number', async () => {
    expect(await claimsOf('gitlab-ci', { project_path: 'a/b/c', branch: 'main' })).toMatchObject({
      namespace_path: 'a/b',
      ref_path: 'refs/heads/main',
      ci_config_ref_uri: 'gitlab.com/a/b/c//.gitlab-ci.yml@refs/heads/main',
      runner_id: 1,
      nbf: IAT - 5,
    });
  });

  it('is valid as long as the job may run, or 300 seconds without a timeout', async () => {
    expect((await claimsOf('gitlab-ci', { job_timeout: 7200 }))['exp']).toBe(IAT + 7200);
    expect((await claimsOf('gitlab-ci', { job_timeout: 0 }))['exp']).toBe(IAT + 300);
  });
});

describe('subjects of CircleCI, Buildkite and Bitbucket', () => {
  const ORG = 'org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a';
  const REST = 'user/5b1f0c9e-3f6b-4f65-9a55-2f3b7c8d9e0f';
  it.each([
    ['circleci', { project_id: 'P' }, `${ORG}/project/P/${REST}`],
    ['circleci', { 'oidc.circleci.com/project-id': 'P' }, `${ORG}/project/P/${REST}`],
    [
      'circleci-v2',
      { project_id: 'P', vcs_origin: 'github.com/a/b', vcs_ref: 'refs/heads/x' },
      `${ORG}/project/P/${REST}/vcs-origin/github.com/a/b/vcs-ref/refs/heads/x`,
    ],
    [
      'buildkite',
      { branch: 'x', build_commit: 'c', step_key: null },
      'organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/x:commit:c:step:',
    ],
    [
      'buildkite',
      { tag: 'v1', build_commit: 'c' },
      'organization:acme-inc:pipeline:super-duper-app:ref:refs/tags/v1:commit:c:step:build',
    ],
  ])('%s %j', async (issuer, given, sub) => {
    expect((await claimsOf(issuer, given))['sub']).toBe(sub);
  });

  it('use the inputs in the claims', async () => {
    expect(await claimsOf('circleci-v2', { vcs_ref: 'refs/heads/x' })).toMatchObject({
      'oidc.circleci.com/vcs-ref': 'refs/heads/x',
    });
    expect(await claimsOf('buildkite', { branch: 'x', tag: 'v1' })).toMatchObject({
      build_branch: 'x',
      build_tag: 'v1',
    });
    expect(await claimsOf('bitbucket-pipelines', { branch: 'x' })).toMatchObject({ branchName: 'x' });
  });
});

describe('service accounts of Kubernetes', () => {
  it.each([
    ['by name', { namespace: 'prod', serviceaccount: 'app' }],
    ['by sub', { sub: 'system:serviceaccount:prod:app' }],
    ['by claim', { 'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'app' } } }],
  ])('%s: sub and claim agree, and the audience is an array', async (_how, given) => {
    expect(await claimsOf('eks-irsa', given)).toMatchObject({
      sub: 'system:serviceaccount:prod:app',
      aud: ['sts.amazonaws.com'],
      'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'app' }, pod: { name: 'my-pod' } },
    });
  });
});

describe('refused requests', () => {
  it.each([
    ['unknown issuer', { issuer: 'github-action' }, 'unknown-issuer', '/issuer', 'github-actions'],
    [
      'misspelled claim',
      { issuer: 'github-actions', claims: { repositry: 'a/b' } },
      'unknown-claim',
      '/claims/repositry',
      'repository',
    ],
    [
      'wrong type of a string',
      { issuer: 'github-actions', claims: { run_id: 7 } },
      'wrong-type',
      '/claims/run_id',
      '"30433642"',
    ],
    [
      'wrong type of a number',
      { issuer: 'gitlab-ci', claims: { runner_id: '7' } },
      'wrong-type',
      '/claims/runner_id',
      '1',
    ],
    [
      'unknown name in a customised sub',
      { issuer: 'github-actions', claims: { include_claim_keys: ['repo', 'repository_ownr'] } },
      'unknown-claim',
      '/claims/include_claim_keys/1',
      'repository_owner',
    ],
    [
      'unknown component of a sub',
      { issuer: 'gitlab-ci', claims: { ci_id_token_sub_claim_components: ['project_path', 'ref_typ'] } },
      'unknown-claim',
      '/claims/ci_id_token_sub_claim_components/1',
      'ref_type',
    ],
    [
      'unknown claim as sub',
      { issuer: 'buildkite', claims: { subject_claim: 'pipline_id' } },
      'unknown-claim',
      '/claims/subject_claim',
      'pipeline_id',
    ],
    ['null', { issuer: 'github-actions', claims: { ref: null } }, 'wrong-type', '/claims/ref', undefined],
    ['unknown fault', { issuer: 'custom', faults: ['expird'] }, 'unknown-fault', '/faults/0', 'expired'],
    [
      'two audiences of GitHub',
      { issuer: 'github-actions', audience: ['a', 'b'] },
      'wrong-type',
      '/audience',
      undefined,
    ],
  ])('%s', async (_what, request, code, path, suggestion) => {
    await expect(idp.mint(request)).rejects.toMatchObject({ name: 'IdpProblem', code, path, suggestion });
  });

  it('refuses deep nesting before it can exhaust the stack', async () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 5000; i++) deep = [deep];
    await expect(idp.mint({ issuer: 'custom', claims: { deep } })).rejects.toMatchObject({ code: 'too-large' });
  });

  it.each(['claims', 'headers'])('counts %s before it parses them', async member => {
    // The first value is not JSON; if it were parsed first, the error would be about it.
    const tooMany = Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`m${at}`, at === 0 ? () => 1 : 1]));
    await expect(idp.mint({ issuer: 'custom', [member]: tooMany })).rejects.toMatchObject({
      code: 'too-large',
      path: `/${member}`,
    });
  });

  it('stops at the first unknown parameter', () => {
    const parameters = { unknown: 'x', other: 'y' };
    expect(() => idp.registry.put('p', { preset: 'github-actions', parameters })).toThrow(
      expect.objectContaining({ code: 'unknown-member', path: '/parameters/unknown' }),
    );
  });

  it('treats names of the prototype as ordinary names', async () => {
    const claims = JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}');
    const minted = await idp.mint({ issuer: 'custom', claims });
    expect(Object.keys(minted.claims)).toContain('__proto__');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const payload = Buffer.from(minted.token.split('.')[1] ?? '', 'base64url').toString();
    expect(payload).toContain('"__proto__":{"polluted":true}');
  });
});

describe('claims of the custom preset', () => {
  it.each([
    ['a numeric sub', { sub: 7 }],
    ['a sub that is null', { sub: null }],
    ['times as text', { exp: '1767229200' }],
    ['an empty audience', { aud: [] }],
  ])('%s', async (_what, claims) => {
    expect(await claimsOf('custom', claims)).toMatchObject(claims);
  });
});

describe('texts of a query', () => {
  it('are converted to the types of the claims', () => {
    expect(
      idp.requestFromQuery('gitlab-ci', { aud: 'x', runner_id: '7', groups_direct: 'a,b', project_path: 'g/p' }),
    ).toEqual({
      issuer: 'gitlab-ci',
      audience: 'x',
      claims: { runner_id: 7, groups_direct: ['a', 'b'], project_path: 'g/p' },
    });
    expect(idp.requestFromQuery('github-actions', { use_immutable_subject: 'true', run_id: '7' })).toEqual({
      issuer: 'github-actions',
      claims: { use_immutable_subject: true, run_id: '7' },
    });
    expect(idp.requestFromQuery('custom', { exp: '7', sub: '7', email_verified: 'true', level: '7' }).claims).toEqual({
      exp: 7,
      sub: '7',
      email_verified: true,
      level: '7',
    });
  });
});

describe('audience, lifetime, removed claims, headers', () => {
  it('are as requested', async () => {
    const minted = await idp.mint({
      issuer: 'github-actions',
      audience: 'sts.amazonaws.com',
      expiresIn: 60,
      headers: { extra: true },
      removeClaims: ['actor', 'environment'],
    });
    expect(minted.claims).toMatchObject({ aud: 'sts.amazonaws.com', exp: IAT + 60 });
    expect(minted.claims).not.toHaveProperty('actor');
    expect(minted.header).toMatchObject({ alg: 'RS256', typ: 'JWT', extra: true });
    expect(minted.expiresAt).toBe('2026-01-01T00:01:00.000Z');
    expect(minted.issuer).toBe('https://token.actions.githubusercontent.com');
  });

  it('gives the same token for the same seed', async () => {
    const again = idpUnderTest();
    const first = idpUnderTest();
    const jti = async (instance: typeof again): Promise<unknown> =>
      (await instance.idp.mint({ issuer: 'custom', claims: {} })).claims;
    expect(await jti(again)).toEqual(await jti(first));
    await Promise.all([again.idp.close(), first.idp.close()]);
  });
});
