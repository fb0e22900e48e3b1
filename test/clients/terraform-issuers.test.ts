/** Federation of GitHub and GitLab in Terraform. */
import { GetOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import type { TokenRequest } from './emulator.ts';
import { absent } from './terraform-driver.ts';
import { arn, assumed, branch, replay, type Scenario, TIMEOUT } from './terraform-scenario.ts';

const SHA1 = '6938fd4d98bab03faadb97b34396831e3780aea1';

/** GitLab's audience and branch. */
const gitlab = (audience: string, project = 'octo-group/octo-project'): TokenRequest => ({
  issuer: 'gitlab-ci',
  audience,
  claims: { project_path: project, ref: 'main', ref_type: 'branch' },
});

const scenarios: readonly Scenario[] = [
  {
    name: 'GitHub: a provider without and then with a thumbprint, and a role for one branch',
    folder: 'github',
    change: { branch: 'release', thumbprints: [SHA1] },
    imports: [
      ['aws_iam_openid_connect_provider.github', arn('oidc-provider/token.actions.githubusercontent.com')],
      ['aws_iam_role.pipeline', 'pipeline'],
    ],
    async applied(workspace) {
      const role = await workspace.terraform.output('role_arn');
      expect(role).toBe(arn('role/pipeline'));
      expect(await workspace.assume(role, branch('main'))).toBe(assumed('pipeline'));
      expect(await workspace.assume(role, branch('release'))).toBe('AccessDenied');
      expect(await workspace.assume(role, { ...branch('main'), audience: 'https://github.com/octo-org' })).toBe(
        'InvalidIdentityTokenException',
      );
    },
    async changed(workspace) {
      const role = arn('role/pipeline');
      expect(await workspace.assume(role, branch('release'))).toBe(assumed('pipeline'));
      expect(await workspace.assume(role, branch('main'))).toBe('AccessDenied');
      const provider = await workspace.iam().send(
        new GetOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: arn('oidc-provider/token.actions.githubusercontent.com'),
        }),
      );
      expect(provider.ThumbprintList).toEqual([SHA1]);
    },
  },
  {
    name: 'GitLab: custom audiences, and a role for each',
    folder: 'gitlab',
    change: { environments: ['staging', 'production', 'review'] },
    imports: [
      ['aws_iam_openid_connect_provider.gitlab', arn('oidc-provider/gitlab.com')],
      ['aws_iam_role.environment["staging"]', 'gitlab-staging'],
    ],
    async applied(workspace) {
      const role = arn('role/ci/gitlab-staging');
      expect(await workspace.assume(role, gitlab('https://staging.example.com'))).toBe(assumed('gitlab-staging'));
      expect(await workspace.assume(role, gitlab('https://production.example.com'))).toBe('AccessDenied');
      expect(await workspace.assume(role, gitlab('https://staging.example.com', 'other/project'))).toBe('AccessDenied');
      expect(await workspace.assume(role, gitlab('https://review.example.com'))).toBe('InvalidIdentityTokenException');
    },
    async changed(workspace) {
      const role = arn('role/ci/gitlab-review');
      expect(await workspace.assume(role, gitlab('https://review.example.com'))).toBe(assumed('gitlab-review'));
    },
  },
  {
    name: 'an organization: audiences added later, a trust policy of version 2008-10-17, a large deployment policy',
    folder: 'audiences',
    change: { audiences: ['sts.amazonaws.com', 'https://github.com/octo-org'], functions: 30 },
    imports: [
      ['aws_iam_role.deployment', 'deployment'],
      ['aws_iam_role_policy.deployment', 'deployment:deployment'],
    ],
    async applied(workspace) {
      const role = arn('role/deployment');
      expect(await workspace.assume(role, branch('any'))).toBe(assumed('deployment'));
      expect(await workspace.assume(role, { claims: { repository: 'other/repo' } })).toBe('AccessDenied');
      expect(await workspace.assume(role, { audience: 'https://github.com/octo-org' })).toBe(
        'InvalidIdentityTokenException',
      );
      const octo = 'arn:aws:lambda:eu-west-1:000000000000:function:octo-39';
      expect(await workspace.decision(role, 'lambda:PublishVersion', octo)).toBe('allowed');
      expect(await workspace.decision(role, 'cloudformation:DeleteStack')).toBe('explicitDeny');
      expect(await workspace.decision(role, 's3:GetObject')).toBe('implicitDeny');
    },
    async changed(workspace) {
      const role = arn('role/deployment');
      expect(await workspace.assume(role, { audience: 'https://github.com/octo-org' })).toBe(assumed('deployment'));
      const gone = 'arn:aws:lambda:eu-west-1:000000000000:function:octo-39';
      expect(await workspace.decision(role, 'lambda:PublishVersion', gone)).toBe('implicitDeny');
    },
  },
];

describe.skipIf(absent !== '')(`Terraform, issuers${absent}`, () => {
  it.each(scenarios)('$name', { timeout: TIMEOUT }, replay);
});
