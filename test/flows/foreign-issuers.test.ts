/** Foreign issuers: a second Rolecall, oauth2-mock-server and oidc-provider, trusted through pinned keys or discovery. */
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { exportJWK, generateKeyPair } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { Provider } from 'oidc-provider';
import * as client from 'openid-client';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type ConfigInput, startRolecall } from '../../src/index.ts';
import { createBrowser } from '../support/browser.ts';
import { ACCOUNT, ADMINISTRATOR, AUDIENCE, refusal } from '../support/emulator.ts';

/** An issuer that this emulator does not host. */
interface Foreign {
  readonly name: string;
  readonly iss: string;
  /** Mints a token for `user-1` and this audience. */
  token(audience: string): Promise<string>;
  close(): Promise<unknown>;
}

async function secondRolecall(): Promise<Foreign> {
  const other = await startRolecall();
  const { issuer: iss } = other.issuers.put('op', { preset: 'custom', issuer: 'served' });
  return {
    name: 'a second Rolecall',
    iss,
    token: async audience => (await other.mint({ issuer: 'op', audience, claims: { sub: 'user-1' } })).token,
    close: () => other.close(),
  };
}

async function mockServer(): Promise<Foreign> {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  return {
    name: 'oauth2-mock-server',
    iss: server.issuer.url ?? '',
    token: audience =>
      server.issuer.buildToken({
        scopesOrTransform: (_header, payload) => Object.assign(payload, { aud: audience, sub: 'user-1' }),
      }),
    close: () => server.stop(),
  };
}

/** Its tokens are ID tokens, obtained with a login and a consent. */
async function oidcProvider(): Promise<Foreign> {
  const callback = 'https://client.example/callback';
  const server = createServer();
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  const iss = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(iss, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'one', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['of a test'] },
    clients: [AUDIENCE, 'other'].map(id => ({ client_id: id, client_secret: 'secret', redirect_uris: [callback] })),
  });
  server.on('request', provider.callback());
  return {
    name: 'oidc-provider',
    iss,
    async token(audience) {
      const config = await client.discovery(new URL(iss), audience, 'secret', undefined, {
        execute: [client.allowInsecureRequests],
      });
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      const browser = createBrowser(callback);
      const login = await browser.open(
        client.buildAuthorizationUrl(config, {
          redirect_uri: callback,
          scope: 'openid',
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        }),
      );
      const consent = await browser.submit(login, { login: 'user-1', password: 'any' });
      const { url } = await browser.submit(consent);
      return (await client.authorizationCodeGrant(config, url, { pkceCodeVerifier })).id_token ?? '';
    },
    async close() {
      server.closeAllConnections();
      await new Promise(closed => server.close(closed));
    },
  };
}

const FOREIGN = await Promise.all([secondRolecall(), mockServer(), oidcProvider()]);
afterAll(() => Promise.all(FOREIGN.map(foreign => foreign.close())));

const json = async (url: string): Promise<Readonly<Record<string, unknown>>> =>
  (await (await fetch(url)).json()) as Readonly<Record<string, unknown>>;
const discoveryOf = (iss: string): string => `${iss}/.well-known/openid-configuration`;
const keysOf = async (iss: string): Promise<{ readonly keys: unknown[] }> =>
  (await json(String((await json(discoveryOf(iss)))['jwks_uri']))) as { readonly keys: unknown[] };

type Declared = NonNullable<ConfigInput['issuers']>[string];

/** The declaration of the issuer in the configuration; undefined: not declared. */
const SOURCES: readonly (readonly [string, (iss: string) => Promise<Declared | undefined>])[] = [
  ['pinned keys', async iss => ({ issuer: iss, jwks: await keysOf(iss) })],
  ['discovery', async iss => ({ issuer: iss, source: 'remote' })],
  [
    'discovery at another URL',
    async iss => ({ issuer: iss, discoveryUrl: discoveryOf(iss), allowPrivateNetwork: true }),
  ],
  ['no declaration: discovery at its iss', async () => undefined],
];

/** Starts an emulator with the issuer registered and a role that trusts its `user-1`. */
async function startTrustingEmulator(iss: string, config: ConfigInput, thumbprints?: string[]) {
  const rolecall = await startRolecall(config);
  const options = { endpoint: rolecall.url, region: 'us-east-1', credentials: ADMINISTRATOR, maxAttempts: 1 };
  const [iam, sts] = [new IAMClient(options), new STSClient(options)];
  const register = { Url: iss, ClientIDList: [AUDIENCE], ...(thumbprints && { ThumbprintList: thumbprints }) };
  const { OpenIDConnectProviderArn: provider } = await iam.send(new CreateOpenIDConnectProviderCommand(register));
  const prefix = provider?.replace(`arn:aws:iam::${ACCOUNT}:oidc-provider/`, '');
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${prefix}:sub`]: 'user-1', [`${prefix}:aud`]: AUDIENCE } },
    },
  };
  const role = { RoleName: 'deploy', AssumeRolePolicyDocument: JSON.stringify(trust) };
  const { Role } = await iam.send(new CreateRoleCommand(role));
  return {
    rolecall,
    assume: (token: string) =>
      sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: Role?.Arn,
          RoleSessionName: 'test',
          WebIdentityToken: token,
        }),
      ),
    async [Symbol.asyncDispose]() {
      iam.destroy();
      sts.destroy();
      await rolecall.close();
    },
  };
}

const NO_KEY = /^Couldn't retrieve verification key from your identity provider/;

describe.each(FOREIGN)('$name', foreign => {
  it.each(SOURCES)(
    'is trusted with %s: a token for the registered audience is accepted, for another audience rejected',
    async (_source, declare) => {
      const declared = await declare(foreign.iss);
      await using emulator = await startTrustingEmulator(foreign.iss, {
        issuers: declared === undefined ? {} : { foreign: declared },
      });
      const allowed = await emulator.assume(await foreign.token(AUDIENCE));
      expect(allowed).toMatchObject({ SubjectFromWebIdentityToken: 'user-1', Audience: AUDIENCE });
      const refused = await refusal(emulator.assume(await foreign.token('other')));
      expect(refused).toMatchObject({ code: 'InvalidIdentityTokenException', status: 400 });
    },
  );

  it('is not trusted when other keys are pinned', async () => {
    const { publicKey } = await generateKeyPair('RS256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'unrelated' }] };
    await using emulator = await startTrustingEmulator(foreign.iss, {
      issuers: { foreign: { issuer: foreign.iss, jwks } },
    });
    const refused = await refusal(emulator.assume(await foreign.token(AUDIENCE)));
    expect(refused).toMatchObject({ code: 'InvalidIdentityTokenException', message: expect.stringMatching(NO_KEY) });
  });
});

describe('rotated keys', () => {
  it('are found by discovery; pinned keys do not change', async () => {
    const other = await startRolecall();
    try {
      const { issuer } = other.issuers.put('op', { preset: 'custom', issuer: 'served' });
      const mint = async () =>
        (await other.mint({ issuer: 'op', audience: AUDIENCE, claims: { sub: 'user-1' } })).token;
      await using pinned = await startTrustingEmulator(issuer, {
        issuers: { op: { issuer, jwks: await keysOf(issuer) } },
      });
      await using discovering = await startTrustingEmulator(issuer, {});
      const before = await mint();
      for (const emulator of [pinned, discovering]) expect((await emulator.assume(before)).Credentials).toBeDefined();
      await other.issuers.rotate('op', { keepOld: false });
      const after = await mint();
      expect((await pinned.assume(before)).Credentials).toBeDefined();
      expect(await refusal(pinned.assume(after))).toMatchObject({ message: expect.stringMatching(NO_KEY) });
      // An unknown kid causes a new fetch after a few seconds.
      const found = await vi.waitFor(() => discovering.assume(after), { timeout: 20_000, interval: 500 });
      expect(found.SubjectFromWebIdentityToken).toBe('user-1');
      expect(await refusal(discovering.assume(before))).toMatchObject({ message: expect.stringMatching(NO_KEY) });
    } finally {
      await other.close();
    }
  });
});

describe('a second Rolecall over HTTPS with an untrusted certificate authority', () => {
  it('requires that the provider has a thumbprint of its certificate chain', async () => {
    const other = await startRolecall({ tls: { enabled: true, port: 0 } });
    const { url = '', certificateAuthority = '' } = other.tls ?? {};
    const issuer = `${url.replace('127.0.0.1', 'localhost')}/idp/op`;
    other.issuers.put('op', { preset: 'custom', issuer });
    const { token } = await other.mint({ issuer: 'op', audience: AUDIENCE, claims: { sub: 'user-1' } });
    const thumbprint = new X509Certificate(certificateAuthority).fingerprint.replaceAll(':', '').toLowerCase();
    try {
      await using right = await startTrustingEmulator(issuer, {}, [thumbprint]);
      expect((await right.assume(token)).SubjectFromWebIdentityToken).toBe('user-1');
      await using wrong = await startTrustingEmulator(issuer, {}, ['0'.repeat(40)]);
      expect(await refusal(wrong.assume(token))).toEqual({
        code: 'InvalidIdentityTokenException',
        status: 400,
        message: "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      });
    } finally {
      await other.close();
    }
  });
});
