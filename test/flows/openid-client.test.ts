/** Every flow of the hosted OpenID provider, with the certified `openid-client`. */

import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/idp/presets.ts';
import { createBrowser } from '../support/browser.ts';
import { ACCOUNT, AUDIENCE, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();
const CALLBACK = 'http://127.0.0.1:9/callback';
const SECRET = 'p@ss: w/rd+%&';
const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:';
const base = `${bed.rolecall.url}/idp/op`;
const browser = createBrowser(CALLBACK);

beforeEach(() => {
  bed.rolecall.issuers.put('op', {
    preset: 'custom',
    issuer: 'served',
    clients: [
      { clientId: 'web', clientSecret: SECRET, redirectUris: [CALLBACK] },
      { clientId: 'native', redirectUris: ['http://127.0.0.1/callback'] },
    ],
  });
});

const INSECURE = { execute: [client.allowInsecureRequests] };

/** The client's configuration for the provider at an address; default client: `web`. */
const discover = (
  address = base,
  clientId = 'web',
  proof = client.ClientSecretBasic(SECRET),
  options: client.DiscoveryRequestOptions = {},
): Promise<client.Configuration> =>
  client.discovery(new URL(address), clientId, undefined, proof, { ...INSECURE, ...options });

const native = (): Promise<client.Configuration> => discover(base, 'native', client.None());

interface Request {
  readonly url: URL;
  readonly checks: {
    readonly pkceCodeVerifier: string;
    readonly expectedState: string;
    readonly expectedNonce: string;
  };
}

/** An authorization request with PKCE, state and nonce. */
async function request(config: client.Configuration, more: Readonly<Record<string, string>> = {}): Promise<Request> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  });
  return { url, checks: { pkceCodeVerifier, expectedState, expectedNonce } };
}

/** Logs in on the login page; returns the URL to which the browser is redirected. */
async function logIn(url: URL, claims: Readonly<Record<string, unknown>> = {}): Promise<URL> {
  const page = await browser.open(url);
  expect(page.html).toContain('<form method="post"');
  return (await browser.submit(page, { login: 'jdoe', login_claims: JSON.stringify(claims) })).url;
}

async function tokens(config: client.Configuration, claims: Readonly<Record<string, unknown>> = {}) {
  const { url, checks } = await request(config);
  return client.authorizationCodeGrant(config, await logIn(url, claims), checks);
}

const subject = (response: client.TokenEndpointResponse) => decodeJwt(response.access_token);

/** The OAuth error code of the provider's reply. */
const refusal = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'the call succeeded',
    (error: unknown) =>
      error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError
        ? error.error
        : error,
  );

/** The error that the client itself reports. */
const clientError = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'the call succeeded',
    (error: unknown) => String(error instanceof Error ? error.cause : error),
  );

describe('metadata', () => {
  it.each(['oidc', 'oauth2'] as const)('is available at the client’s discovery URL: %s', async algorithm => {
    const metadata = (await discover(base, 'web', undefined, { algorithm })).serverMetadata();
    expect(metadata).toMatchObject({
      issuer: base,
      token_endpoint: `${base}/token`,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    });
    expect(metadata.supportsPKCE()).toBe(true);
  });

  it('lists exactly the supported grants', async () => {
    const config = await discover();
    const ask = (grant: string) => refusal(client.genericGrantRequest(config, grant, { subject_token_type: 'x' }));
    const named = config.serverMetadata().grant_types_supported ?? [];
    expect(named).toHaveLength(6);
    for (const grant of named) expect(await ask(grant)).not.toBe('unsupported_grant_type');
    expect(await ask('password')).toBe('unsupported_grant_type');
  });
});

describe('authorization code', () => {
  it('with PKCE, state, nonce and the login page: the ID token contains the edited claims and its signature verifies', async () => {
    const config = await discover();
    client.enableNonRepudiationChecks(config);
    const answer = await tokens(config, { email: 'j@example.com', groups: ['a', 'b'] });
    expect(answer.claims()).toMatchObject({
      iss: base,
      sub: 'jdoe',
      aud: 'web',
      email: 'j@example.com',
      groups: ['a', 'b'],
    });
    expect(answer).toMatchObject({ token_type: 'bearer', scope: 'openid email offline_access', expires_in: 3600 });
  });

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])('signs with %s', async alg => {
    bed.rolecall.issuers.put('op', { preset: 'custom', issuer: 'served', alg });
    const config = await discover();
    client.enableNonRepudiationChecks(config);
    expect((await tokens(config)).claims()?.sub).toBe('jdoe');
  });

  it.each([
    ['the secret in the header', () => discover()],
    ['the secret in the form', () => discover(base, 'web', client.ClientSecretPost(SECRET))],
    ['no secret, but PKCE', () => native()],
  ])('authenticates the client with %s', async (_method, configure) => {
    expect((await tokens(await configure())).claims()?.sub).toBe('jdoe');
  });

  it('accepts a code once', async () => {
    const config = await discover();
    const { url, checks } = await request(config);
    const back = await logIn(url);
    await client.authorizationCodeGrant(config, back, checks);
    expect(await refusal(client.authorizationCodeGrant(config, back, checks))).toBe('invalid_grant');
  });

  it('rejects another verifier, another client and a wrong secret', async () => {
    const config = await discover();
    const { url, checks } = await request(config);
    const back = await logIn(url);
    const grant = (of: client.Configuration, pkceCodeVerifier = checks.pkceCodeVerifier) =>
      refusal(client.authorizationCodeGrant(of, back, { ...checks, pkceCodeVerifier }));
    expect(await grant(config, client.randomPKCECodeVerifier())).toBe('invalid_grant');
    expect(await grant(await native())).toBe('invalid_grant');
    const wrong = await grant(await discover(base, 'web', client.ClientSecretBasic('wrong')));
    expect(wrong).toMatchObject({ code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', status: 401 });
    expect(await grant(config)).toBe('the call succeeded');
  });

  it('a client rejects the state or nonce of another request', async () => {
    const config = await discover();
    const [one, two] = [await request(config), await request(config)];
    const back = await logIn(one.url);
    const mixed = (checks: Partial<Request['checks']>) =>
      client.authorizationCodeGrant(config, back, { ...one.checks, ...checks });
    expect(await clientError(mixed({ expectedState: two.checks.expectedState }))).toContain('"state"');
    expect(await clientError(mixed({ expectedNonce: two.checks.expectedNonce }))).toContain('"nonce"');
  });

  it('contains iss in the response: a client of another issuer rejects it (RFC 9207)', async () => {
    bed.rolecall.issuers.put('other', { preset: 'custom', issuer: 'served' });
    const { url, checks } = await request(await discover());
    const back = await logIn(url);
    const other = await discover(`${bed.rolecall.url}/idp/other`);
    expect(await clientError(client.authorizationCodeGrant(other, back, checks))).toContain('"iss"');
  });

  it.each([
    ['response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['prompt=none without a login', { prompt: 'none' }, 'login_required'],
  ])('reports %s to the client by redirect', async (_case, more, error) => {
    const config = await discover();
    const { url, checks } = await request(config, more);
    const { url: back } = await browser.open(url);
    expect(await refusal(client.authorizationCodeGrant(config, back, checks))).toBe(error);
  });

  it.each([
    ['another path', 'http://127.0.0.1:9/other'],
    ['another host', 'https://evil.example/callback'],
    ['the registered URI as a prefix', `${CALLBACK}.evil`],
    ['a fragment', `${CALLBACK}#x`],
  ])('shows an error page for a redirect_uri with %s, and sends no code', async (_case, redirect_uri) => {
    const { url } = await request(await discover(), { redirect_uri });
    const page = await browser.open(url);
    expect(page).toMatchObject({ status: 400, url });
    expect(page.html).toContain('Invalid request');
  });

  it('accepts any port of a loopback address for a native client (RFC 8252)', async () => {
    const { url } = await request(await native(), { redirect_uri: 'http://127.0.0.1:51234/callback' });
    const answer = await createBrowser('http://127.0.0.1:51234/').submit(await browser.open(url), { login: 'jdoe' });
    expect(answer.url.searchParams.get('code')).toBeTruthy();
  });
});

describe('every OpenID provider preset, with its own iss', () => {
  it.each(PRESETS.filter(preset => preset.provider !== undefined).map(preset => preset.id))(
    '%s: discovery, code flow and signature',
    async id => {
      const iss = bed.rolecall.issuers.get(id)?.issuer ?? '';
      const document = `${iss.endsWith('/') ? iss.slice(0, -1) : iss}/.well-known/openid-configuration`;
      // The iss resolves to the real issuer, so its discovery URL is replaced. Other URLs come from the document.
      const customFetch: client.CustomFetch = (url, options) =>
        fetch(url === document ? `${bed.rolecall.url}/idp/${id}/.well-known/openid-configuration` : url, {
          ...options,
          body: options.body ?? null,
        });
      const config = await client.discovery(new URL(iss), 'app', undefined, client.None(), {
        ...INSECURE,
        [client.customFetch]: customFetch,
      });
      client.enableNonRepudiationChecks(config);
      const { url, checks } = await request(config);
      const answer = await client.authorizationCodeGrant(config, await logIn(url), checks);
      expect(answer.claims()).toMatchObject({ iss, sub: 'jdoe', aud: 'app' });
      const again = await client.refreshTokenGrant(config, answer.refresh_token ?? '');
      expect(again.claims()).toMatchObject({ iss, sub: 'jdoe' });
      expect(await client.fetchUserInfo(config, answer.access_token, 'jdoe')).toMatchObject({ sub: 'jdoe' });
    },
  );
});

describe('client credentials', () => {
  it('return an access token for the requested audience, which can assume a role', async () => {
    const answer = await client.clientCredentialsGrant(await discover(), { audience: AUDIENCE, scope: 'deploy' });
    expect(subject(answer)).toMatchObject({ iss: base, sub: 'web', aud: AUDIENCE, scope: 'deploy' });
    expect(answer).not.toHaveProperty('refresh_token');
    const prefix = base.replace('http://', '');
    await bed.iam().send(new CreateOpenIDConnectProviderCommand({ Url: base, ClientIDList: [AUDIENCE] }));
    const trust = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${prefix}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${prefix}:sub`]: 'web' } },
      },
    };
    const { Role } = await bed
      .iam()
      .send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    expect((await bed.assume(Role?.Arn ?? '', answer.access_token)).accessKeyId).toMatch(/^ASIA/);
  });

  it('are rejected for a client without a secret', async () => {
    await expect(client.clientCredentialsGrant(await native())).rejects.toMatchObject({ status: 401 });
  });
});

describe('refresh', () => {
  it('rotates: the new token is valid, the old one is rejected', async () => {
    const config = await discover();
    const first = await tokens(config, { email: 'j@example.com' });
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second.claims()).toMatchObject({ sub: 'jdoe', email: 'j@example.com' });
    expect(second.claims()).not.toHaveProperty('nonce');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await refusal(client.refreshTokenGrant(config, first.refresh_token ?? ''))).toBe('invalid_grant');
  });

  it('revokes the new token too when the old one is reused, because one of the two was stolen (RFC 9700 §4.14.2)', async () => {
    const config = await discover();
    const first = await tokens(config);
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    const third = await client.refreshTokenGrant(config, second.refresh_token ?? '');
    expect(await refusal(client.refreshTokenGrant(config, first.refresh_token ?? ''))).toBe('invalid_grant');
    expect(await refusal(client.refreshTokenGrant(config, third.refresh_token ?? ''))).toBe('invalid_grant');
    expect((await tokens(config)).refresh_token).toBeTruthy();
  });

  it('can reduce scopes but not extend them; rejects the token of another client', async () => {
    const config = await discover();
    const { refresh_token: token = '' } = await tokens(config);
    expect(await refusal(client.refreshTokenGrant(config, token, { scope: 'openid admin' }))).toBe('invalid_scope');
    expect(await refusal(client.refreshTokenGrant(await native(), token))).toBe('invalid_grant');
    expect((await client.refreshTokenGrant(config, token, { scope: 'openid' })).scope).toBe('openid');
  });
});

describe('token exchange and JWT bearer', () => {
  it('exchanges a GitHub token for one of the provider (RFC 8693)', async () => {
    const answer = await client.genericGrantRequest(
      await discover(),
      'urn:ietf:params:oauth:grant-type:token-exchange',
      {
        subject_token: await bed.mint(),
        subject_token_type: `${TOKEN_TYPE}jwt`,
        actor_token: (await bed.rolecall.mint({ issuer: 'eks-irsa' })).token,
        actor_token_type: `${TOKEN_TYPE}jwt`,
        audience: AUDIENCE,
      },
    );
    expect(answer['issued_token_type']).toBe(`${TOKEN_TYPE}access_token`);
    expect(subject(answer)).toMatchObject({
      iss: base,
      sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
      aud: AUDIENCE,
      act: { sub: 'system:serviceaccount:my-namespace:my-serviceaccount' },
    });
  });

  it('accepts an assertion for the provider, and rejects one for another audience (RFC 7523)', async () => {
    const config = await discover();
    const bearer = async (audience: string) => {
      const { token } = await bed.rolecall.mint({ issuer: 'custom', audience, claims: { sub: 'robot' } });
      return client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: token });
    };
    expect(subject(await bearer(`${base}/token`)).sub).toBe('robot');
    expect(subject(await bearer(base)).sub).toBe('robot');
    expect(await refusal(bearer('https://elsewhere.example'))).toBe('invalid_grant');
  });
});

describe('device code', () => {
  /** The user opens the page that the device shows, and submits it. */
  const answer = async (address: string, fields: Readonly<Record<string, string>>) =>
    browser.submit(await browser.open(address), fields);

  it('is pending until the user logs in, then returns tokens', async () => {
    const config = await native();
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid offline_access' });
    expect(device).toMatchObject({ verification_uri: `${base}/device`, interval: 5, expires_in: 600 });
    const pending = client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: device.device_code,
    });
    expect(await refusal(pending)).toBe('authorization_pending');
    await answer(device.verification_uri, { user_code: device.user_code, login: 'jdoe' });
    const given = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.05 });
    expect(given.claims()).toMatchObject({ sub: 'jdoe', aud: 'native' });
    expect((await client.refreshTokenGrant(config, given.refresh_token ?? '')).claims()?.sub).toBe('jdoe');
  });

  it('returns access_denied when the user denies', async () => {
    const config = await native();
    const device = await client.initiateDeviceAuthorization(config, {});
    await answer(device.verification_uri, { user_code: device.user_code, deny: '1' });
    expect(await refusal(client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 }))).toBe(
      'access_denied',
    );
  });

  it('returns expired_token when the code has expired', async () => {
    const config = await native();
    const device = await client.initiateDeviceAuthorization(config, {});
    await bed.control('PUT', '/clock', { advance: 'PT11M' });
    expect(await refusal(client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 }))).toBe(
      'expired_token',
    );
  });
});

describe('the token endpoints', () => {
  it('userinfo returns the user’s claims, and only for this provider’s tokens', async () => {
    const config = await discover();
    const { access_token: token } = await tokens(config, { email: 'j@example.com' });
    expect(await client.fetchUserInfo(config, token, 'jdoe')).toEqual({ sub: 'jdoe', email: 'j@example.com' });
    expect(await clientError(client.fetchUserInfo(config, token, 'somebody-else'))).toContain('"sub"');
    await expect(client.fetchUserInfo(config, await bed.mint(), client.skipSubjectCheck)).rejects.toMatchObject({
      status: 401,
    });
  });

  it('introspection supports both kinds of token; revocation invalidates them', async () => {
    const config = await discover();
    const { access_token: access, refresh_token: refresh = '' } = await tokens(config);
    for (const token of [access, refresh]) {
      expect(await client.tokenIntrospection(config, token)).toMatchObject({
        active: true,
        sub: 'jdoe',
        client_id: 'web',
      });
      await client.tokenRevocation(config, token);
      expect(await client.tokenIntrospection(config, token)).toEqual({ active: false });
    }
    await expect(client.fetchUserInfo(config, access, 'jdoe')).rejects.toMatchObject({ status: 401 });
    expect(await refusal(client.refreshTokenGrant(config, refresh))).toBe('invalid_grant');
    await client.tokenRevocation(config, 'an unknown token');
  });

  it('end session redirects the browser to the client only', async () => {
    const config = await discover();
    const { id_token: hint = '' } = await tokens(config);
    const leave = (uri: string) =>
      browser.open(
        client.buildEndSessionUrl(config, { id_token_hint: hint, post_logout_redirect_uri: uri, state: 's' }),
      );
    expect((await leave(CALLBACK)).url.href).toBe(`${CALLBACK}?state=s`);
    expect(await leave('https://evil.example/')).toMatchObject({ status: 400 });
    expect((await browser.open(client.buildEndSessionUrl(config))).html).toContain('Logged out');
  });
});
