/** Permissions of roles and users in Terraform, and two applies at the same time. */
import { existsSync } from 'node:fs';
import { ListOpenIDConnectProvidersCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { awsCli } from './available.ts';
import { servedThumbprint } from './certificate-chain.ts';
import { type TokenRequest, withRolecall } from './emulator.ts';
import { awsEnvironment, inFolder, run } from './run.ts';
import { absent, inWorkspace, type Terraform } from './terraform-driver.ts';
import {
  arn,
  assumed,
  type Credentials,
  folder,
  replay,
  type Scenario,
  TIMEOUT,
  Workspace,
} from './terraform-scenario.ts';

const OWN_ISSUER = 'https://issuer.octo.test';

const scenarios: readonly Scenario[] = [
  {
    name: 'a custom issuer pinned by its root certificate, and iam:PassRole for services',
    folder: 'certificate',
    async prepare(rolecall) {
      await rolecall.control('PUT', '/issuers/own', { preset: 'custom', issuer: OWN_ISSUER });
      return { issuer: OWN_ISSUER, thumbprint: await servedThumbprint(new URL(OWN_ISSUER).hostname) };
    },
    change: { services: ['ecs-tasks.amazonaws.com', 'ecs.amazonaws.com'] },
    imports: [
      ['aws_iam_policy.pass', arn('policy/deployer/pass-task-roles')],
      ['aws_iam_role_policy_attachment.deployer["pass"]', `deployer/${arn('policy/deployer/pass-task-roles')}`],
    ],
    async applied(workspace) {
      const role = await workspace.terraform.output('role_arn');
      expect(await workspace.terraform.output('account')).toBe('000000000000');
      const own: TokenRequest = { issuer: 'own', audience: 'deployer', claims: { sub: 'service:deployer' } };
      expect(await workspace.assume(role, own)).toBe(assumed('deployer'));
      expect(await workspace.assume(role, { ...own, claims: { sub: 'service:other' } })).toBe('AccessDenied');
      const pass = (service: string) =>
        workspace.decision(role, 'iam:PassRole', arn('role/task/web'), { 'iam:PassedToService': service });
      expect(await pass('ecs-tasks.amazonaws.com')).toBe('allowed');
      expect(await pass('ecs.amazonaws.com')).toBe('implicitDeny');
      expect(await workspace.decision(role, 'ecs:UpdateService')).toBe('allowed');
    },
    async changed(workspace) {
      const context = { 'iam:PassedToService': 'ecs.amazonaws.com' };
      expect(await workspace.decision(arn('role/deployer'), 'iam:PassRole', arn('role/task/web'), context)).toBe(
        'allowed',
      );
    },
  },
  {
    name: 'a user without permissions who assumes a role for S3',
    folder: 'user',
    change: { hours: 2 },
    imports: [
      ['aws_iam_role.storage', 'storage'],
      ['aws_iam_role_policy_attachment.storage', 'storage/arn:aws:iam::aws:policy/AmazonS3FullAccess'],
    ],
    async applied(workspace) {
      const role = await workspace.terraform.output('role_arn');
      const key = await keyOf(workspace);
      expect((await workspace.sts(key).send(new GetCallerIdentityCommand({}))).Arn).toBe(arn('user/people/analyst'));
      expect(await assumeByCli(workspace, role, key, 3600)).toMatchObject({ code: 0, stdout: assumed('storage') });
      expect(
        (await assumeByCli(workspace, role, key, 7200)).code,
        'longer than the role’s maximum session duration',
      ).not.toBe(0);
      await expect(
        workspace.sts().send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'session' })),
        'the trust policy does not name the administrator',
      ).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(await workspace.decision(role, 's3:PutObject', 'arn:aws:s3:::bucket/key')).toBe('allowed');
      expect(await workspace.decision(role, 'ec2:RunInstances')).toBe('implicitDeny');
      expect(await workspace.decision(arn('user/people/analyst'), 's3:PutObject')).toBe('implicitDeny');
    },
    async changed(workspace) {
      const key = await keyOf(workspace);
      expect(await assumeByCli(workspace, arn('role/storage'), key, 7200)).toMatchObject({ code: 0 });
    },
  },
];

async function keyOf({ terraform }: Workspace): Promise<Credentials> {
  const { access_key_id: id, secret_access_key: secret } = await terraform.outputs();
  return { accessKeyId: String(id), secretAccessKey: String(secret) };
}

const cliAbsent = existsSync(awsCli) ? '' : ' (with the SDK: the AWS CLI is absent)';

/** `aws sts assume-role`; uses the SDK if the CLI is absent. */
function assumeByCli(
  workspace: Workspace,
  roleArn: string,
  key: Credentials,
  seconds: number,
): Promise<{ code: number; stdout: string }> {
  if (cliAbsent !== '') {
    const request = { RoleArn: roleArn, RoleSessionName: 'session', DurationSeconds: seconds };
    return workspace
      .sts(key)
      .send(new AssumeRoleCommand(request))
      .then(
        ({ AssumedRoleUser }) => ({ code: 0, stdout: AssumedRoleUser?.Arn ?? '' }),
        () => ({ code: 254, stdout: '' }),
      );
  }
  const query = ['--query', 'AssumedRoleUser.Arn', '--output', 'text'];
  const options = ['--role-arn', roleArn, '--role-session-name', 'session', '--duration-seconds', String(seconds)];
  return inFolder(async home => {
    const { code, stdout } = await run(awsCli, ['sts', 'assume-role', ...options, ...query], {
      env: {
        ...awsEnvironment(workspace.url, home),
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      },
    });
    return { code, stdout: stdout.trim() };
  });
}

describe.skipIf(absent !== '')(`Terraform, permissions${absent}${cliAbsent}`, () => {
  it.each(scenarios)('$name', { timeout: TIMEOUT }, replay);

  it(
    'two parallel applies: each entity is created once, and the other apply gets EntityAlreadyExists',
    {
      timeout: TIMEOUT,
    },
    () =>
      withRolecall(rolecall =>
        inWorkspace(rolecall.url, folder('github'), one =>
          inWorkspace(rolecall.url, folder('github'), async other => {
            const apply = (terraform: Terraform) => terraform.call('apply', '-no-color', '-auto-approve');
            const ends = await Promise.all([apply(one), apply(other)]);
            const failed = ends.filter(end => end.code !== 0);
            expect(failed.length, ends.map(end => end.stderr).join('\n')).toBeGreaterThan(0);
            for (const { stderr } of failed) expect(stderr).toContain('EntityAlreadyExists');
            const workspace = new Workspace(rolecall, one);
            const providers = await workspace.iam().send(new ListOpenIDConnectProvidersCommand({}));
            expect(providers.OpenIDConnectProviderList).toHaveLength(1);
            const { Roles = [] } = await workspace.iam().send(new ListRolesCommand({}));
            expect(Roles.length, 'no role twice').toBeLessThanOrEqual(1);
          }),
        ),
      ),
  );
});
