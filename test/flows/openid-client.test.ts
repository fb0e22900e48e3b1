/** The certified `openid-client` drives every flow of the hosted OpenID provider. */

import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { PROVIDER_PRESETS } from '../../src/idp/grants/provider.ts';
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

/** The provider at an address, for the client `web` unless told otherwise. */
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

/** The authorization request with everything a careful client sends. */
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

/** Somebody logs in on the page; the address the browser is sent back to. */
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

/** What the provider answered in its refusal. */
const refusal = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'it was not refused',
    (error: unknown) =>
      error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError
        ? error.error
        : error,
  );

/** What the client itself found wrong. */
const objection = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'it was not refused',
    (error: unknown) => String(error instanceof Error ? error.cause : error),
  );

describe('metadata', () => {
  it.each(['oidc', 'oauth2'] as const)('is found as a client looks for it: %s', async algorithm => {
    const metadata = (await discover(base, 'web', undefined, { algorithm })).serverMetadata();
    expect(metadata).toMatchObject({
      issuer: base,
      token_endpoint: `${base}/token`,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    });
    expect(metadata.supportsPKCE()).toBe(true);
  });

  it('names exactly the grants that are answered', async () => {
    const config = await discover();
    const ask = (grant: string) => refusal(client.genericGrantRequest(config, grant, { subject_token_type: 'x' }));
    const named = config.serverMetadata().grant_types_supported ?? [];
    expect(named).toHaveLength(6);
    for (const grant of named) expect(await ask(grant)).not.toBe('unsupported_grant_type');
    expect(await ask('password')).toBe('unsupported_grant_type');
  });
});

describe('authorization code', () => {
  it('with PKCE, state, nonce and the login page: the edited claims are in the ID token, whose signature fits', async () => {
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
  ])('proves itself by %s', async (_what, configure) => {
    expect((await tokens(await configure())).claims()?.sub).toBe('jdoe');
  });

  it('takes the code once', async () => {
    const config = await discover();
    const { url, checks } = await request(config);
    const back = await logIn(url);
    await client.authorizationCodeGrant(config, back, checks);
    expect(await refusal(client.authorizationCodeGrant(config, back, checks))).toBe('invalid_grant');
  });

  it('refuses another verifier, another client and a wrong secret', async () => {
    const config = await discover();
    const { url, checks } = await request(config);
    const back = await logIn(url);
    const grant = (of: client.Configuration, pkceCodeVerifier = checks.pkceCodeVerifier) =>
      refusal(client.authorizationCodeGrant(of, back, { ...checks, pkceCodeVerifier }));
    expect(await grant(config, client.randomPKCECodeVerifier())).toBe('invalid_grant');
    expect(await grant(await native())).toBe('invalid_grant');
    const wrong = await grant(await discover(base, 'web', client.ClientSecretBasic('wrong')));
    expect(wrong).toMatchObject({ code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', status: 401 });
    expect(await grant(config)).toBe('it was not refused');
  });

  it('a state or nonce of another request does not fit', async () => {
    const config = await discover();
    const [one, two] = [await request(config), await request(config)];
    const back = await logIn(one.url);
    const mixed = (checks: Partial<Request['checks']>) =>
      client.authorizationCodeGrant(config, back, { ...one.checks, ...checks });
    expect(await objection(mixed({ expectedState: two.checks.expectedState }))).toContain('"state"');
    expect(await objection(mixed({ expectedNonce: two.checks.expectedNonce }))).toContain('"nonce"');
  });

  it('names itself in the answer against mix-up: a client of another issuer refuses it (RFC 9207)', async () => {
    bed.rolecall.issuers.put('other', { preset: 'custom', issuer: 'served' });
    const { url, checks } = await request(await discover());
    const back = await logIn(url);
    const other = await discover(`${bed.rolecall.url}/idp/other`);
    expect(await objection(client.authorizationCodeGrant(other, back, checks))).toContain('"iss"');
  });

  it.each([
    ['response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a silent login of nobody', { prompt: 'none' }, 'login_required'],
  ])('the client hears of %s by redirect', async (_what, more, error) => {
    const config = await discover();
    const { url, checks } = await request(config, more);
    const { url: back } = await browser.open(url);
    expect(await refusal(client.authorizationCodeGrant(config, back, checks))).toBe(error);
  });

  it.each([
    ['another path', 'http://127.0.0.1:9/other'],
    ['another host', 'https://evil.example/callback'],
    ['the registered one as a prefix', `${CALLBACK}.evil`],
    ['a fragment', `${CALLBACK}#x`],
  ])('sends no code to a redirect_uri with %s: a page says so', async (_what, redirect_uri) => {
    const { url } = await request(await discover(), { redirect_uri });
    const page = await browser.open(url);
    expect(page).toMatchObject({ status: 400, url });
    expect(page.html).toContain('Invalid request');
  });

  it('any port of a loopback address is good for a native client (RFC 8252)', async () => {
    const { url } = await request(await native(), { redirect_uri: 'http://127.0.0.1:51234/callback' });
    const answer = await createBrowser('http://127.0.0.1:51234/').submit(await browser.open(url), { login: 'jdoe' });
    expect(answer.url.searchParams.get('code')).toBeTruthy();
  });
});

describe('every preset that is a provider, under its own iss', () => {
  it.each([...PROVIDER_PRESETS])('%s: discovery, code flow and signature', async id => {
    const iss = bed.rolecall.issuers.get(id)?.issuer ?? '';
    const document = `${iss.endsWith('/') ? iss.slice(0, -1) : iss}/.well-known/openid-configuration`;
    // The issuer's own name would lead to the real one; everything else goes where the document says.
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
  });
});

describe('client credentials', () => {
  it('give an access token for the audience asked for, which assumes a role', async () => {
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

  it('are refused to a client without a secret', async () => {
    await expect(client.clientCredentialsGrant(await native())).rejects.toMatchObject({ status: 401 });
  });
});

describe('refresh', () => {
  it('rotates: the new token is good, the old one is refused', async () => {
    const config = await discover();
    const first = await tokens(config, { email: 'j@example.com' });
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second.claims()).toMatchObject({ sub: 'jdoe', email: 'j@example.com' });
    expect(second.claims()).not.toHaveProperty('nonce');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await refusal(client.refreshTokenGrant(config, first.refresh_token ?? ''))).toBe('invalid_grant');
  });

  it('takes back the new token too when the old one comes again: one of the two was stolen (RFC 9700 §4.14.2)', async () => {
    const config = await discover();
    const first = await tokens(config);
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    const third = await client.refreshTokenGrant(config, second.refresh_token ?? '');
    expect(await refusal(client.refreshTokenGrant(config, first.refresh_token ?? ''))).toBe('invalid_grant');
    expect(await refusal(client.refreshTokenGrant(config, third.refresh_token ?? ''))).toBe('invalid_grant');
    expect((await tokens(config)).refresh_token).toBeTruthy();
  });

  it('narrows scopes and never widens them; the token of another client is none', async () => {
    const config = await discover();
    const { refresh_token: token = '' } = await tokens(config);
    expect(await refusal(client.refreshTokenGrant(config, token, { scope: 'openid admin' }))).toBe('invalid_scope');
    expect(await refusal(client.refreshTokenGrant(await native(), token))).toBe('invalid_grant');
    expect((await client.refreshTokenGrant(config, token, { scope: 'openid' })).scope).toBe('openid');
  });
});

describe('token exchange and JWT bearer', () => {
  it('a token of GitHub becomes one of the provider (RFC 8693)', async () => {
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

  it('an assertion for the provider is taken, one for somebody else is not (RFC 7523)', async () => {
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
  /** The person opens the page that the device shows. */
  const answer = async (address: string, fields: Readonly<Record<string, string>>) =>
    browser.submit(await browser.open(address), fields);

  it('waits for the person, and gets tokens when they have logged in', async () => {
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

  it('hears that the person refused', async () => {
    const config = await native();
    const device = await client.initiateDeviceAuthorization(config, {});
    await answer(device.verification_uri, { user_code: device.user_code, deny: '1' });
    expect(await refusal(client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 }))).toBe(
      'access_denied',
    );
  });

  it('hears that the code is too old', async () => {
    const config = await native();
    const device = await client.initiateDeviceAuthorization(config, {});
    await bed.control('PUT', '/clock', { advance: 'PT11M' });
    expect(await refusal(client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 }))).toBe(
      'expired_token',
    );
  });
});

describe('the endpoints about tokens', () => {
  it('userinfo says who it is, and only of this provider’s tokens', async () => {
    const config = await discover();
    const { access_token: token } = await tokens(config, { email: 'j@example.com' });
    expect(await client.fetchUserInfo(config, token, 'jdoe')).toEqual({ sub: 'jdoe', email: 'j@example.com' });
    expect(await objection(client.fetchUserInfo(config, token, 'somebody-else'))).toContain('"sub"');
    await expect(client.fetchUserInfo(config, await bed.mint(), client.skipSubjectCheck)).rejects.toMatchObject({
      status: 401,
    });
  });

  it('introspection knows both kinds of token; revocation ends them', async () => {
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
    await client.tokenRevocation(config, 'a token of nobody');
  });

  it('end session sends the browser back to the client, and nowhere else', async () => {
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
