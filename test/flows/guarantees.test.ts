/** Guarantees about issuers and keys, time, and sessions, each with a test. */
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from 'jose';
import { describe, expect, it } from 'vitest';
import { startRolecall } from '../../src/index.ts';
import { ACCOUNT, ADMINISTRATOR, AUDIENCE, GITHUB, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();

const json = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

interface Discovery {
  readonly issuer: string;
  readonly jwks_uri: string;
}

describe('issuers and keys', () => {
  it('a hosted issuer has an iss that is separate from where it is served', async () => {
    const document = await json<Discovery>(`${bed.rolecall.url}/idp/github-actions/.well-known/openid-configuration`);
    expect(document.issuer).toBe(`https://${GITHUB}`);
    expect(document.jwks_uri.startsWith(`${bed.rolecall.url}/idp/github-actions/`)).toBe(true);
  });

  it('an unchanged production trust policy accepts a minted token', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    expect((await bed.assume(role, await bed.mint())).accessKeyId).toMatch(/^ASIA/);
  });

  it('iss does not depend on the Host header; the URLs in the discovery document do', async () => {
    const { port } = new URL(bed.rolecall.url);
    const document = await json<Discovery>(
      `http://localhost:${port}/idp/github-actions/.well-known/openid-configuration`,
    );
    expect(document.issuer).toBe(`https://${GITHUB}`);
    expect(new URL(document.jwks_uri).host).toBe(`localhost:${port}`);
  });

  it('publicUrl, if set, is the base of these URLs', async () => {
    const other = await startRolecall({ publicUrl: 'http://rolecall.test:8080' });
    try {
      const document = await json<Discovery>(`${other.url}/idp/github-actions/.well-known/openid-configuration`);
      expect(document.jwks_uri.startsWith('http://rolecall.test:8080/idp/github-actions/')).toBe(true);
    } finally {
      await other.close();
    }
  });

  it('a token verifies against the served keys', async () => {
    const keys = await json<JSONWebKeySet>(`${bed.rolecall.url}/idp/github-actions/.well-known/jwks`);
    const { payload } = await jwtVerify(await bed.mint(), createLocalJWKSet(keys), {
      issuer: `https://${GITHUB}`,
      audience: AUDIENCE,
    });
    expect(payload.sub).toBe('repo:octo-org/octo-repo:ref:refs/heads/main');
  });

  it('keys belong to the iss: two issuers with the same iss share them', async () => {
    expect(await bed.control('PUT', '/issuers/second', { preset: 'github-actions' })).toMatchObject({ status: 200 });
    expect(await bed.control('GET', '/issuers/secnd')).toMatchObject({
      status: 404,
      body: { code: 'unknown-issuer', suggestion: 'second' },
    });
    const of = (id: string) => json<{ keys: { kid: string }[] }>(`${bed.rolecall.url}/idp/${id}/.well-known/jwks`);
    expect((await of('second')).keys.map(({ kid }) => kid)).toEqual(
      (await of('github-actions')).keys.map(({ kid }) => kid),
    );
  });

  it('one key signs; the other published keys are decoys without a private key', async () => {
    const { keys } = await json<JSONWebKeySet>(`${bed.rolecall.url}/idp/github-actions/.well-known/jwks`);
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(key).not.toHaveProperty('d');
    const kids = await Promise.all(Array.from({ length: 8 }, async () => header(await bed.mint()).kid));
    expect(new Set(kids).size).toBe(1);
  });

  it('tokens of a foreign issuer with pinned keys verify with those keys only', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const unrelated = await generateKeyPair('RS256');
    const issuer = 'https://ci.example.org/tenant';
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig' };
    expect(await bed.control('PUT', '/issuers/foreign', { issuer, jwks: { keys: [jwk] } })).toMatchObject({
      status: 200,
      body: { source: 'pinned', issuer },
    });
    await bed.iam().send(new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: [AUDIENCE] }));
    const role = await createTrustingRole(`arn:aws:iam::${ACCOUNT}:oidc-provider/ci.example.org/tenant`);
    const sign = (key: CryptoKey) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(issuer)
        .setSubject('job')
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(key);
    expect((await bed.assume(role, await sign(privateKey))).accessKeyId).toMatch(/^ASIA/);
    expect(await refusal(bed.assume(role, await sign(unrelated.privateKey)))).toMatchObject({
      code: 'InvalidIdentityTokenException',
      status: 400,
    });
  });

  it('after a rotation, a new key signs; if the old key is removed, earlier tokens are rejected', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const before = await bed.mint();
    await bed.control('POST', '/issuers/github-actions/keys/rotate', { keepOld: true });
    expect((await bed.assume(role, before)).accessKeyId).toMatch(/^ASIA/);
    expect(header(await bed.mint()).kid).not.toBe(header(before).kid);
    await bed.control('POST', '/issuers/github-actions/keys/rotate', { keepOld: false });
    expect(await refusal(bed.assume(role, before))).toMatchObject({ code: 'InvalidIdentityTokenException' });
    expect((await bed.assume(role, await bed.mint())).accessKeyId).toMatch(/^ASIA/);
  });

  it.each([
    ['local', 'http://keycloak:8080/realms/test', true],
    ['local', 'https://kind.local:6443', true],
    ['local', 'http://127.0.0.1:9000', true],
    ['local', 'http://issuer.example.com', false],
    ['aws', 'https://issuer.example.com', true],
    ['aws', 'http://keycloak:8080/realms/test', false],
    ['any', 'http://issuer.example.com:8080', true],
  ] as const)('provider URLs with iam.providerUrls %s: %s', async (providerUrls, url, accepted) => {
    const other = await startRolecall({ iam: { providerUrls } });
    const { IAMClient } = await import('@aws-sdk/client-iam');
    const iam = new IAMClient({ endpoint: other.url, region: 'us-east-1', credentials: ADMINISTRATOR, maxAttempts: 1 });
    try {
      const call = iam.send(new CreateOpenIDConnectProviderCommand({ Url: url, ClientIDList: ['a'] }));
      if (accepted) expect((await call).OpenIDConnectProviderArn).toContain(':oidc-provider/');
      else expect(await refusal(call)).toMatchObject({ status: 400 });
    } finally {
      iam.destroy();
      await other.close();
    }
  });
});

describe('time', () => {
  it('tokens and sessions use the movable clock', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await bed.control('PUT', '/clock', { now: '2030-01-01T00:00:00Z', frozen: true });
    const token = await bed.mint();
    expect(claims(token).iat).toBe(Date.UTC(2030, 0, 1) / 1000);
    expect((await bed.assume(role, token)).expiration.toISOString()).toBe('2030-01-01T01:00:00.000Z');
  });

  it('a token minted before the clock moved has expired, with AWS’s recorded message', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const token = await bed.mint();
    await bed.control('PUT', '/clock', { advance: 'P1D' });
    const refused = await refusal(bed.assume(role, token));
    expect(refused).toMatchObject({ code: 'ExpiredTokenException', status: 400 });
    const { exp } = claims(token);
    expect(refused.message).toMatch(
      new RegExp(`^Token expired: current date/time \\d+ must be before the expiration date/time ${exp}$`),
    );
  });

  it('after the clock moves back, a client receives credentials that are nearly expired by its own clock', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await bed.control('PUT', '/clock', { advance: '-PT58M' });
    const { expiration } = await bed.assume(role, await bed.mint());
    const left = expiration.getTime() - Date.now();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(3 * 60_000);
  });

  it('signatures use real time: signed calls work after the clock moves', async () => {
    await bed.control('PUT', '/clock', { advance: 'P30D' });
    expect(await bed.sts().send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: ACCOUNT });
  });

  it('the Date header is real time', async () => {
    await bed.control('PUT', '/clock', { advance: 'P30D' });
    const { headers } = await bed.form({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
    expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeLessThan(60_000);
  });
});

describe('sessions', () => {
  it('every replica with the same secret accepts every session', async () => {
    const secret = 'shared between replicas';
    const [one, two] = await Promise.all([startRolecall({ secret }), startRolecall({ secret })]);
    const clients = (url: string, credentials: { accessKeyId: string; secretAccessKey: string }) => ({
      endpoint: url,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials,
    });
    const { IAMClient } = await import('@aws-sdk/client-iam');
    try {
      let roleArn = '';
      for (const { url } of [one, two]) {
        const iam = new IAMClient(clients(url, ADMINISTRATOR));
        const provider = await iam.send(
          new CreateOpenIDConnectProviderCommand({ Url: `https://${GITHUB}`, ClientIDList: [AUDIENCE] }),
        );
        const trust = trustOf(provider.OpenIDConnectProviderArn ?? '', {
          StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/*' },
        });
        roleArn =
          (await iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: trust }))).Role?.Arn ??
          '';
        iam.destroy();
      }
      const { token } = await one.mint({ issuer: 'github-actions', audience: AUDIENCE });
      const sts = new STSClient(clients(one.url, ADMINISTRATOR));
      const { Credentials: session } = await sts.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn: roleArn, RoleSessionName: 'job', WebIdentityToken: token }),
      );
      const elsewhere = new STSClient({
        ...clients(two.url, ADMINISTRATOR),
        credentials: {
          accessKeyId: session?.AccessKeyId ?? '',
          secretAccessKey: session?.SecretAccessKey ?? '',
          sessionToken: session?.SessionToken ?? '',
        },
      });
      expect((await elsewhere.send(new GetCallerIdentityCommand({}))).Arn).toBe(
        `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/job`,
      );
      sts.destroy();
      elsewhere.destroy();
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });

  it('a sealed token is shorter than 8 KiB and does not reveal the session', async () => {
    await bed.registerGitHub();
    const { sessionToken = '' } = await bed.assume(await bed.createRole('deploy'), await bed.mint());
    expect(sessionToken.length).toBeLessThan(8192);
    expect(Buffer.from(sessionToken, 'base64').toString('latin1')).not.toContain('deploy');
  });

  it('a session of a role that was deleted and created again is rejected', async () => {
    await bed.registerGitHub();
    const keys = await bed.assume(await bed.createRole('deploy'), await bed.mint());
    await bed.iam().send(new DeleteRoleCommand({ RoleName: 'deploy' }));
    await bed.createRole('deploy');
    expect(await refusal(bed.sts(keys).send(new GetCallerIdentityCommand({})))).toMatchObject({
      code: 'InvalidClientTokenId',
      status: 403,
    });
  });

  it('two sessions of one token are valid without stored state', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const token = await bed.mint();
    const [one, two] = [await bed.assume(role, token), await bed.assume(role, token)];
    expect(one.accessKeyId).not.toBe(two.accessKeyId);
    await bed.control('PUT', '/clock', { advance: 'PT30M' });
    expect((await bed.sts(one).send(new GetCallerIdentityCommand({}))).Account).toBe(ACCOUNT);
  });

  it('ids are the same with the same secret, and change after a reset', async () => {
    const secret = 'the same';
    const ids: string[] = [];
    const { IAMClient, CreateUserCommand } = await import('@aws-sdk/client-iam');
    const idOf = async (url: string) => {
      const iam = new IAMClient({ endpoint: url, region: 'us-east-1', credentials: ADMINISTRATOR });
      const { User: user } = await iam.send(new CreateUserCommand({ UserName: 'ann' }));
      iam.destroy();
      return user?.UserId ?? '';
    };
    for (let run = 0; run < 2; run++) {
      const rolecall = await startRolecall({ secret });
      ids.push(await idOf(rolecall.url));
      if (run === 1) {
        await rolecall.reset();
        ids.push(await idOf(rolecall.url));
      }
      await rolecall.close();
    }
    expect(ids[0]).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});

describe('a second audience', () => {
  it('is accepted as soon as its client id is added', async () => {
    const provider = await bed.registerGitHub(['first']);
    const role = await createTrustingRole(provider, { StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/*' } });
    const token = await bed.mint({}, { audience: 'second' });
    expect(await refusal(bed.assume(role, token))).toMatchObject({ code: 'InvalidIdentityTokenException' });
    await bed
      .iam()
      .send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: provider, ClientID: 'second' }));
    expect((await bed.assume(role, token)).accessKeyId).toMatch(/^ASIA/);
  });
});

const part = (token: string, at: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString());
const header = (token: string) => part(token, 0) as { kid: string; alg: string };
const claims = (token: string) => part(token, 1) as { iat: number; exp: number; sub: string };

const trustOf = (provider: string, condition?: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });

async function createTrustingRole(provider: string, condition?: unknown): Promise<string> {
  const { Role: role } = await bed
    .iam()
    .send(new CreateRoleCommand({ RoleName: 'trusting', AssumeRolePolicyDocument: trustOf(provider, condition) }));
  return role?.Arn ?? '';
}
