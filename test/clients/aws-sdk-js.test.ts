/** The AWS SDK for JavaScript v3: provider registration, role, assume, errors, refresh. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTokenFile } from '@aws-sdk/credential-providers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Emulator, withRolecall } from './emulator.ts';
import {
  administrator,
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
import { awsEnvironment, inFolder } from './run.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const at = (rolecall: Emulator, credentials: Keys) => ({ endpoint: rolecall.url, region: 'us-east-1', credentials });

async function assume(rolecall: Emulator): Promise<Keys> {
  const { Credentials } = await new STSClient(at(rolecall, administrator)).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: 'session',
      WebIdentityToken: await rolecall.mint(),
    }),
  );
  return {
    accessKeyId: String(Credentials?.AccessKeyId),
    secretAccessKey: String(Credentials?.SecretAccessKey),
    sessionToken: String(Credentials?.SessionToken),
  };
}

const callerOf = (rolecall: Emulator, keys: Keys) =>
  new STSClient(at(rolecall, keys)).send(new GetCallerIdentityCommand({}));

afterEach(() => vi.unstubAllEnvs());

describe('AWS SDK for JavaScript', () => {
  it('registers the issuer, creates a role, assumes it and gets the caller identity', () =>
    withRolecall(async rolecall => {
      const iam = new IAMClient(at(rolecall, administrator));
      const provider = await iam.send(
        new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList: ['sts.amazonaws.com'] }),
      );
      expect(provider.OpenIDConnectProviderArn).toBe(providerArn);
      const role = await iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: trustPolicy }));
      expect(role.Role).toMatchObject({ Arn: roleArn, RoleId: expect.stringMatching(/^AROA[A-Z0-9]{17}$/) });

      const sts = new STSClient(at(rolecall, administrator));
      const assumed = await sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: 'session',
          WebIdentityToken: await rolecall.mint(),
        }),
      );
      expect(assumed).toMatchObject({
        SubjectFromWebIdentityToken: subject,
        Audience: 'sts.amazonaws.com',
        Provider: providerArn,
        AssumedRoleUser: {
          Arn: 'arn:aws:sts::000000000000:assumed-role/deploy/session',
          AssumedRoleId: `${role.Role?.RoleId}:session`,
        },
        Credentials: { AccessKeyId: expect.stringMatching(/^ASIA[A-Z0-9]{16}$/), Expiration: expect.any(Date) },
      });

      const caller = await callerOf(rolecall, {
        accessKeyId: String(assumed.Credentials?.AccessKeyId),
        secretAccessKey: String(assumed.Credentials?.SecretAccessKey),
        sessionToken: String(assumed.Credentials?.SessionToken),
      });
      expect(caller).toMatchObject({
        Account: '000000000000',
        Arn: 'arn:aws:sts::000000000000:assumed-role/deploy/session',
        UserId: `${role.Role?.RoleId}:session`,
      });
    }));

  it.each(refusals)('is denied with $name: $status $code', refusal =>
    withRolecall(rolecall =>
      refused(rolecall, refusal, async ({ token, roleArn, status, code, message }) => {
        const sts = new STSClient(at(rolecall, administrator));
        const call = new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: 'session',
          WebIdentityToken: token,
        });
        await expect(sts.send(call)).rejects.toMatchObject({
          Code: code,
          message,
          $metadata: { httpStatusCode: status },
        });
      }),
    ),
  );

  it.each([
    {
      name: 'an access key that does not exist',
      change: (keys: Keys): Keys => ({ ...keys, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
      code: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    },
    {
      name: 'a session key without its token',
      change: ({ accessKeyId, secretAccessKey }: Keys): Keys => ({ accessKeyId, secretAccessKey }),
      code: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    },
    {
      name: 'a wrong secret',
      change: (keys: Keys): Keys => ({ ...keys, secretAccessKey: 'wrong' }),
      code: 'SignatureDoesNotMatch',
      message:
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    },
  ])('is denied with $name: 403 $code', ({ change, code, message }) =>
    withRolecall(async rolecall => {
      await declareRole(rolecall);
      const keys = await assume(rolecall);
      await expect(callerOf(rolecall, change(keys))).rejects.toMatchObject({
        Code: code,
        message,
        $metadata: { httpStatusCode: 403 },
      });
    }),
  );

  it('is denied with a session that expired by the movable clock: 403 ExpiredToken', () =>
    withRolecall(async rolecall => {
      await declareRole(rolecall);
      const keys = await assume(rolecall);
      await rolecall.control('PUT', '/clock', { advance: 'PT2H' });
      await expect(callerOf(rolecall, keys)).rejects.toMatchObject({
        Code: 'ExpiredToken',
        message: 'The security token included in the request is expired',
        $metadata: { httpStatusCode: 403 },
      });
    }));

  it('is denied with a session of another instance: 403 InvalidClientTokenId', () =>
    withRolecall(async rolecall => {
      await declareRole(rolecall);
      const keys = await assume(rolecall);
      await withRolecall(async other => {
        await declareRole(other);
        await expect(callerOf(other, keys)).rejects.toMatchObject({
          Code: 'InvalidClientTokenId',
          message: 'The security token included in the request is invalid.',
        });
      });
    }));

  it('refreshes from a web identity token file, which it reads each time', () =>
    withRolecall(rolecall =>
      inFolder(async folder => {
        const { sts, keyInUse, file } = await nearlyExpired(
          rolecall,
          folder,
          () => new STSClient({ credentials: fromTokenFile() }),
        );
        expect(await keyInUse(), 'nearly expired: every call requests new credentials').not.toBe(await keyInUse());

        await rolecall.control('DELETE', '/clock');
        await expect(sts.send(new GetCallerIdentityCommand({})), 'the token has expired').rejects.toMatchObject({
          name: 'ExpiredTokenException',
        });
        await writeFile(file, await rolecall.mint({ claims: { ref: 'refs/heads/next' } }));
        expect(await keyInUse(), 'one hour left: the SDK reuses the key').toBe(await keyInUse());
      }),
    ));

  it('finds the web identity token file with its default provider chain, and refreshes in the background', () =>
    withRolecall(rolecall =>
      inFolder(async folder => {
        const { keyInUse } = await nearlyExpired(rolecall, folder, () => new STSClient({}));
        const first = await keyInUse();
        await vi.waitUntil(async () => (await keyInUse()) !== first, { timeout: 30_000 });
      }),
    ));
});

/** A client whose environment sets a role and a token file, and whose credentials are always nearly expired. */
async function nearlyExpired(rolecall: Emulator, folder: string, client: () => STSClient) {
  const file = join(folder, 'token');
  await declareRole(rolecall);
  await moveClockBack(rolecall);
  await writeFile(file, await rolecall.mint());
  const settings: Record<string, string | undefined> = {
    ...awsEnvironment(rolecall.url, folder),
    AWS_ROLE_ARN: roleArn,
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_SESSION_NAME: 'refreshed',
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const sts = client();
  const keyInUse = async () => {
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe('arn:aws:sts::000000000000:assumed-role/deploy/refreshed');
    return (await sts.config.credentials()).accessKeyId;
  };
  return { sts, keyInUse, file };
}
