/** The flows of docs/ARCHITECTURE.md: two calls run in the listed files only. */

import { writeFileSync } from 'node:fs';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, describe, expect, it } from 'vitest';
import { startMeasured } from './flows.ts';

const emulator = await startMeasured();
const iam = new IAMClient({
  endpoint: emulator.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
afterAll(async () => {
  iam.destroy();
  await emulator.close();
});
const trust = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo-org/*' },
      },
    },
  ],
};
let n = 0;
const createRole = () =>
  iam.send(new CreateRoleCommand({ RoleName: `role-${n++}`, AssumeRolePolicyDocument: JSON.stringify(trust) }));
const show = (functions: readonly { file: string; name: string }[]) => {
  const by = new Map<string, string[]>();
  for (const { file, name } of functions) by.set(file, [...(by.get(file) ?? []), name]);
  return `${by.size} files, ${functions.length} functions\n${[...by]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, names]) => `${file}: ${names.join(' ')}`)
    .join('\n')}\n`;
};
describe('flows', () => {
  it('CreateRole', async () => {
    writeFileSync('/tmp/fl/create.txt', show(await emulator.functionsOf(createRole)));
  });
  it('assume', async () => {
    await iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: 'https://token.actions.githubusercontent.com',
        ClientIDList: ['sts.amazonaws.com'],
      }),
    );
    await createRole();
    const tokens = [
      await emulator.mint('sts.amazonaws.com'),
      await emulator.mint('sts.amazonaws.com'),
      await emulator.mint('sts.amazonaws.com'),
    ];
    let t = 0;
    writeFileSync(
      '/tmp/fl/assume.txt',
      show(
        await emulator.functionsOf(async () => {
          const answer = await fetch(emulator.url, {
            method: 'POST',
            body: new URLSearchParams({
              Action: 'AssumeRoleWithWebIdentity',
              Version: '2011-06-15',
              RoleArn: 'arn:aws:iam::000000000000:role/role-0',
              RoleSessionName: 'test-session',
              WebIdentityToken: tokens[t++]!,
            }),
          });
          expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<Credentials>')]);
        }),
      ),
    );
  });
});
