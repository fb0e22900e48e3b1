/** Terraform's AWS provider: declare, find nothing to change, change, and take away. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetRoleCommand, IAMClient, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { findTerraform } from './available.ts';
import { type Emulator, withRolecall } from './emulator.ts';
import { type Ended, inFolder, run } from './run.ts';
import { administrator, roleArn } from './walk.ts';

const terraform = findTerraform();

/** The exit code of `plan -detailed-exitcode` that tells there is something to change. */
const CHANGES = 2;

async function assume(rolecall: Emulator, branch: string): Promise<string | undefined> {
  const sts = new STSClient({ endpoint: rolecall.url, region: 'us-east-1', credentials: administrator });
  const assumed = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: branch,
      WebIdentityToken: await rolecall.mint({ claims: { ref: `refs/heads/${branch}` } }),
    }),
  );
  return assumed.AssumedRoleUser?.Arn;
}

const absent = terraform === undefined ? ' (absent: terraform or its AWS provider is not on this machine)' : '';

describe.skipIf(terraform === undefined)(`Terraform${absent}`, () => {
  it('applies, plans without a change, updates and destroys a provider, a role and its policy', () =>
    withRolecall(rolecall =>
      inFolder(async folder => {
        await copyFile(fileURLToPath(new URL('terraform/main.tf', import.meta.url)), join(folder, 'main.tf'));
        const settings = join(folder, 'terraform.rc');
        await writeFile(
          settings,
          `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(terraform?.mirror)}\n  }\n}\n`,
        );
        const call = (...args: string[]): Promise<Ended> =>
          run(String(terraform?.binary), args, {
            cwd: folder,
            env: {
              HOME: folder,
              TF_CLI_CONFIG_FILE: settings,
              TF_IN_AUTOMATION: '1',
              TF_INPUT: '0',
              CHECKPOINT_DISABLE: '1',
              AWS_EC2_METADATA_DISABLED: 'true',
              TF_VAR_endpoint: rolecall.url,
            },
          });
        const done = async (...args: string[]) => {
          const ended = await call(...args);
          expect(ended, `${ended.stdout}\n${ended.stderr}`).toMatchObject({ code: 0 });
          return ended.stdout;
        };
        const plan = (...args: string[]) => call('plan', '-no-color', '-detailed-exitcode', ...args);

        await done('init', '-no-color');
        await done('apply', '-no-color', '-auto-approve');
        expect((await done('output', '-raw', 'role_arn')).trim()).toBe(roleArn);
        expect(await plan(), 'applied: nothing to change').toMatchObject({ code: 0 });
        expect(await assume(rolecall, 'main')).toBe('arn:aws:sts::000000000000:assumed-role/deploy/main');
        await expect(assume(rolecall, 'release')).rejects.toMatchObject({ name: 'AccessDenied' });

        expect(await plan('-var', 'branch=release'), 'another branch').toMatchObject({ code: CHANGES });
        await done('apply', '-no-color', '-auto-approve', '-var', 'branch=release');
        expect(await plan('-var', 'branch=release'), 'updated: nothing to change').toMatchObject({ code: 0 });
        expect(await assume(rolecall, 'release')).toBe('arn:aws:sts::000000000000:assumed-role/deploy/release');
        await expect(assume(rolecall, 'main')).rejects.toMatchObject({ name: 'AccessDenied' });

        await done('destroy', '-no-color', '-auto-approve');
        const iam = new IAMClient({ endpoint: rolecall.url, region: 'us-east-1', credentials: administrator });
        await expect(iam.send(new GetRoleCommand({ RoleName: 'deploy' }))).rejects.toMatchObject({
          name: 'NoSuchEntityException',
        });
        expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([]);
      }),
    ));
});
