/** The AWS CLI: provider registration, role, assume, errors, refresh. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { awsCli } from './available.ts';
import { withRolecall } from './emulator.ts';
import {
  declareRole,
  issuer,
  moveClockBack,
  providerArn,
  refusals,
  refused,
  roleArn,
  subject,
  trustPolicy,
} from './end-to-end.ts';
import { administrator, awsEnvironment, type Ended, inFolder, run } from './run.ts';

type Aws = (args: readonly string[], env?: Record<string, string>) => Promise<Ended>;

/** Runs `aws` with its own home folder, which contains the CLI's cache. */
const awsOf =
  (url: string, folder: string): Aws =>
  (args, env = administrator) =>
    run(awsCli, [...args, '--output', 'json'], {
      env: { ...awsEnvironment(url, folder), PYTHONDONTWRITEBYTECODE: '1', ...env },
      cwd: folder,
    });

async function answer(call: Promise<Ended>): Promise<Record<string, unknown>> {
  const ended = await call;
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout);
}

const assumeArguments = (token: string, role = roleArn) => [
  'sts',
  'assume-role-with-web-identity',
  '--role-arn',
  role,
  '--role-session-name',
  'session',
  '--web-identity-token',
  token,
];

describe('AWS CLI', () => {
  it('registers the issuer, creates a role, assumes it and gets the caller identity', () =>
    withRolecall(rolecall =>
      inFolder(async folder => {
        const aws = awsOf(rolecall.url, folder);
        await writeFile(join(folder, 'trust.json'), trustPolicy);
        expect(
          await answer(
            aws([
              'iam',
              'create-open-id-connect-provider',
              '--url',
              `https://${issuer}`,
              '--client-id-list',
              'sts.amazonaws.com',
            ]),
          ),
        ).toEqual({ OpenIDConnectProviderArn: providerArn });
        expect(
          await answer(
            aws(['iam', 'create-role', '--role-name', 'deploy', '--assume-role-policy-document', 'file://trust.json']),
          ),
        ).toMatchObject({ Role: { Arn: roleArn, AssumeRolePolicyDocument: JSON.parse(trustPolicy) } });

        const { Credentials, ...assumed } = await answer(aws(assumeArguments(await rolecall.mint())));
        expect(assumed).toMatchObject({
          SubjectFromWebIdentityToken: subject,
          Audience: 'sts.amazonaws.com',
          Provider: providerArn,
          AssumedRoleUser: { Arn: 'arn:aws:sts::000000000000:assumed-role/deploy/session' },
        });
        const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials as Record<string, string>;
        expect(
          await answer(
            aws(['sts', 'get-caller-identity'], {
              AWS_ACCESS_KEY_ID: String(AccessKeyId),
              AWS_SECRET_ACCESS_KEY: String(SecretAccessKey),
              AWS_SESSION_TOKEN: String(SessionToken),
            }),
          ),
        ).toMatchObject({ Account: '000000000000', Arn: 'arn:aws:sts::000000000000:assumed-role/deploy/session' });
      }),
    ));

  it.each(refusals)('is denied with $name: $code', refusal =>
    withRolecall(rolecall =>
      refused(rolecall, refusal, ({ token, roleArn: role, code, message }) =>
        inFolder(async folder => {
          const ended = await awsOf(rolecall.url, folder)(assumeArguments(token, role));
          expect(ended.stdout).toBe('');
          expect(ended.stderr).toContain(
            `An error occurred (${code}) when calling the AssumeRoleWithWebIdentity operation: ${message}`,
          );
          expect(ended.code).not.toBe(0);
        }),
      ),
    ),
  );

  it('refreshes from the web identity token file in its environment', () =>
    withRolecall(rolecall =>
      inFolder(async folder => {
        await declareRole(rolecall);
        await moveClockBack(rolecall);
        const file = join(folder, 'token');
        await writeFile(file, await rolecall.mint());
        const aws = awsOf(rolecall.url, folder);
        const identity = () =>
          aws(['sts', 'get-caller-identity'], {
            AWS_ROLE_ARN: roleArn,
            AWS_WEB_IDENTITY_TOKEN_FILE: file,
            AWS_ROLE_SESSION_NAME: 'refreshed',
          });
        const keyInUse = async () => {
          expect((await answer(identity()))['Arn']).toBe('arn:aws:sts::000000000000:assumed-role/deploy/refreshed');
          return cachedKey(folder);
        };

        expect(await keyInUse(), 'nearly expired: every call requests new credentials').not.toBe(await keyInUse());

        await rolecall.control('DELETE', '/clock');
        expect((await identity()).stderr, 'the token in the file has expired').toContain('(ExpiredTokenException)');
        await writeFile(file, await rolecall.mint({ claims: { ref: 'refs/heads/next' } }));
        expect(await keyInUse(), 'one hour left: the CLI reuses the cached key').toBe(await keyInUse());
      }),
    ));
});

/** The access key that the CLI cached last. The cache has one file per token. */
async function cachedKey(home: string): Promise<string> {
  const cache = join(home, '.aws/cli/cache');
  const files = (await readdir(cache)).filter(name => name.endsWith('.json'));
  const dated = await Promise.all(
    files.map(async name => ({ file: join(cache, name), written: (await stat(join(cache, name))).mtimeMs })),
  );
  const latest = dated.sort((a, b) => b.written - a.written)[0];
  return JSON.parse(await readFile(String(latest?.file), 'utf8')).Credentials.AccessKeyId;
}
