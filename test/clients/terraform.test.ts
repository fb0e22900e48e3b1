/** Terraform's AWS provider: apply, empty plan, update, destroy. */
import { fileURLToPath } from 'node:url';
import { GetRoleCommand, IAMClient, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { type Emulator, withRolecall } from './emulator.ts';
import { administrator, roleArn } from './end-to-end.ts';
import { absent, CHANGES, inWorkspace } from './terraform-driver.ts';

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

describe.skipIf(absent !== '')(`Terraform${absent}`, () => {
  it('applies, plans without changes, updates and destroys a provider, a role and its policy', () =>
    withRolecall(rolecall =>
      inWorkspace(
        rolecall.url,
        [fileURLToPath(new URL('terraform/main.tf', import.meta.url))],
        async ({ apply, plan, output, destroy }) => {
          await apply();
          expect(await output('role_arn')).toBe(roleArn);
          expect(await plan(), 'applied: no changes').toBe(0);
          expect(await assume(rolecall, 'main')).toBe('arn:aws:sts::000000000000:assumed-role/deploy/main');
          await expect(assume(rolecall, 'release')).rejects.toMatchObject({ name: 'AccessDenied' });

          expect(await plan({ branch: 'release' }), 'another branch').toBe(CHANGES);
          await apply({ branch: 'release' });
          expect(await plan({ branch: 'release' }), 'updated: no changes').toBe(0);
          expect(await assume(rolecall, 'release')).toBe('arn:aws:sts::000000000000:assumed-role/deploy/release');
          await expect(assume(rolecall, 'main')).rejects.toMatchObject({ name: 'AccessDenied' });

          await destroy();
          const iam = new IAMClient({ endpoint: rolecall.url, region: 'us-east-1', credentials: administrator });
          await expect(iam.send(new GetRoleCommand({ RoleName: 'deploy' }))).rejects.toMatchObject({
            name: 'NoSuchEntityException',
          });
          expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([]);
        },
      ),
    ));
});
