/** Runs the playground's exported code on a new instance: a shell with curl, the AWS CLI, and Terraform. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Setup } from '../../src/console/model/setup.ts';
import { snippetsOf } from '../../src/console/model/snippets.ts';
import { awsCli } from './available.ts';
import { type Emulator, withRolecall } from './emulator.ts';
import { issuer } from './end-to-end.ts';
import { awsEnvironment, inFolder, run } from './run.ts';
import { absent, inWorkspace } from './terraform-driver.ts';

/** A trust policy that contains a quotation mark and a policy variable, for a role in the given account. */
const trustedBy = (account: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'main',
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringLike: { [`${issuer}:sub`]: 'repo:octo-org/*' },
            StringNotEquals: { [`${issuer}:sub`]: "${aws:username, 'nobody'}" },
          },
        },
      ],
    },
    null,
    2,
  );

const setups = [
  { account: '000000000000', role: 'role/deploy' },
  { account: '444455556666', role: 'role/teams/ci/deploy' },
];

const setupOf = ({ account, role }: (typeof setups)[number]): Setup => ({
  issuer: 'github-actions',
  audience: 'sts.amazonaws.com',
  clientIds: 'sts.amazonaws.com, other',
  roleArn: `arn:aws:iam::${account}:${role}`,
  sessionName: 'playground',
  policy: trustedBy(account),
  claims: {},
});

async function snippetOf(id: string, setup: Setup, rolecall: Emulator): Promise<string> {
  const token = await rolecall.mint({});
  return snippetsOf(setup, token, `https://${issuer}`, rolecall.url).find(one => one.id === id)?.text ?? '';
}

describe.each(setups)('exported code for $role of account $account', given => {
  const session = `arn:aws:sts::${given.account}:assumed-role/deploy/playground`;

  it.each(['curl', 'cli'])('%s gets credentials', id =>
    withRolecall(rolecall =>
      inFolder(async folder => {
        const text = await snippetOf(id, setupOf(given), rolecall);
        const { HOME, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_EC2_METADATA_DISABLED } = awsEnvironment(
          '',
          folder,
        );
        const env = { HOME, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_EC2_METADATA_DISABLED } as Record<
          string,
          string
        >;
        const { stdout, stderr } = await run('sh', ['-c', `aws() { '${awsCli}' "$@"; }\n${text}`], {
          env,
          cwd: folder,
        });
        expect(stdout, stderr).toContain(session);
      }),
    ),
  );

  it.skipIf(absent !== '')(`Terraform creates the role${absent}`, () =>
    withRolecall(rolecall =>
      inWorkspace(rolecall.url, [], async ({ done }, folder) => {
        await writeFile(join(folder, 'main.tf'), await snippetOf('terraform', setupOf(given), rolecall));
        await done('init', '-no-color');
        await done('apply', '-no-color', '-auto-approve');
        const shown = await done('state', 'show', '-no-color', 'aws_iam_role.role');
        expect(shown).toContain(setupOf(given).roleArn);
      }),
    ),
  );
});
