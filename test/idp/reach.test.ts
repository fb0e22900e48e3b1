/** Who may get a token: no page of another origin can log in a user, and an admin token protects minting without login. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINT_REFUSAL } from '../../src/idp/mint/mint-rights.ts';
import { appUnderTest, idpUnderTest } from './under-test.ts';

const HOST = 'localhost:80';
/** The refusal up to its first quotation mark, which JSON escapes. */
const REFUSAL = MINT_REFUSAL.slice(0, MINT_REFUSAL.indexOf('"'));
const REDIRECT = 'http://127.0.0.1:9/callback';
const form = (members: Record<string, string>): string => new URLSearchParams(members).toString();
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const REQUEST = {
  response_type: 'code',
  client_id: 'app',
  redirect_uri: REDIRECT,
  state: 'st',
  code_challenge: 'c'.repeat(43),
  code_challenge_method: 'S256',
};

const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another site, by Origin alone', { origin: 'https://evil.example' }],
  ['another site, by Sec-Fetch-Site alone', { 'sec-fetch-site': 'cross-site' }],
  ['another port', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
  ['a frame without an origin', { origin: 'null' }],
];
const OWN: readonly (readonly [string, Record<string, string>])[] = [
  ['its own page', { origin: 'http://localhost:80', 'sec-fetch-site': 'same-origin' }],
  ['a program', {}],
];

describe('pages', () => {
  const { idp } = idpUnderTest();
  let app: FastifyInstance;
  beforeAll(async () => {
    app = await appUnderTest(idp);
  });
  afterAll(async () => {
    await app.close();
    await idp.close();
  });
  const post = (path: string, members: Record<string, string>, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: `/idp/custom${path}`,
      headers: { host: HOST, ...FORM, ...headers },
      payload: form(members),
    });
  const parameter = (location: unknown, name: string): string | null =>
    new URL(String(location)).searchParams.get(name);
  const silent = (headers: Record<string, string>) =>
    app.inject({
      url: `/idp/custom/authorize?${form({ ...REQUEST, prompt: 'none', login_hint: 'admin' })}`,
      headers: { host: HOST, ...headers },
    });
  const approve = async (headers: Record<string, string>, more: Record<string, string> = { login: 'admin' }) => {
    const device = (await post('/device', { client_id: 'tv' })).json();
    const answer = await post('/device', { user_code: device.user_code, ...more }, headers);
    const poll = await post('/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'tv',
      device_code: device.device_code,
    });
    return [answer.statusCode, poll.json().error ?? 'a token'];
  };

  it.each(FOREIGN)('the login form sent by %s is refused', async (_, headers) => {
    const { headers: answered } = await post('/authorize', { ...REQUEST, login: 'admin' }, headers);
    expect([parameter(answered.location, 'error'), parameter(answered.location, 'code')]).toEqual([
      'access_denied',
      null,
    ]);
  });

  it.each(OWN)('the login form sent by %s gives a code', async (_, headers) => {
    const { headers: answered } = await post('/authorize', { ...REQUEST, login: 'admin' }, headers);
    expect(parameter(answered.location, 'code')).toEqual(expect.any(String));
  });

  it.each(FOREIGN)('prompt=none with a login_hint gives no code to %s', async (_, headers) => {
    const { statusCode, headers: answered } = await silent(headers);
    expect([statusCode, parameter(answered.location, 'error'), parameter(answered.location, 'code')]).toEqual([
      303,
      'login_required',
      null,
    ]);
    expect(parameter(answered.location, 'state')).toBe('st');
  });

  it('prompt=none gives no code to a navigation from a page of this server', async () => {
    const { headers } = await silent({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' });
    expect([parameter(headers.location, 'error'), parameter(headers.location, 'code')]).toEqual([
      'login_required',
      null,
    ]);
  });

  it.each([
    ['the wire', 'http://localhost:80/?Action=CreateUser'],
    ['the login page', 'http://localhost/idp/custom/authorize?prompt=none&login_hint=admin'],
    ['the control API', 'http://LOCALHOST:80/_rolecall/state'],
    ['another loopback name', 'http://127.0.0.1/?Action=CreateUser'],
    ['the loopback address of IPv6', 'http://[::1]:80/_rolecall/state'],
    ['a name below localhost', 'https://app.localhost:80/_rolecall/state'],
    ['another loopback address', 'https://127.0.0.2:80/_rolecall/state'],
    ['an IPv4 address inside IPv6', 'https://[::ffff:127.0.0.1]:80/_rolecall/state'],
    ['the address of every interface', 'https://0.0.0.0:80/_rolecall/state'],
  ])('a login or logout does not redirect to a page of this server: %s', async (_, redirect_uri) => {
    const login = await post('/authorize', { ...REQUEST, redirect_uri, login: 'admin' });
    expect([login.statusCode, login.headers.location]).toEqual([400, undefined]);
    expect(login.body).toContain('redirect_uri must not point to this server');
    const query = form({ client_id: 'app', post_logout_redirect_uri: redirect_uri });
    const logout = await app.inject({ url: `/idp/custom/end-session?${query}`, headers: { host: HOST } });
    expect([logout.statusCode, logout.headers.location]).toEqual([400, undefined]);
  });

  it('a login redirects to a URL of this server that its client has registered', async () => {
    const redirect_uri = 'http://localhost:80/app/callback';
    idp.registry.put('behind-proxy', {
      preset: 'custom',
      clients: [{ clientId: 'app', redirectUris: [redirect_uri] }],
    });
    const answer = await app.inject({
      method: 'POST',
      url: '/idp/behind-proxy/authorize',
      headers: { host: HOST, ...FORM },
      payload: form({ ...REQUEST, redirect_uri, login: 'jdoe' }),
    });
    expect(parameter(answer.headers.location, 'code')).toEqual(expect.any(String));
  });

  it.each(OWN)('prompt=none with a login_hint gives a code to %s', async (_, headers) => {
    expect(parameter((await silent(headers)).headers.location, 'code')).toEqual(expect.any(String));
  });

  it.each(FOREIGN)('the login page opens for a user sent by %s, who then enters a subject', async (_, headers) => {
    const answer = await app.inject({
      url: `/idp/custom/authorize?${form(REQUEST)}`,
      headers: { host: HOST, ...headers },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('action="http://localhost:80/idp/custom/authorize"');
  });

  it.each(FOREIGN)('%s can neither approve nor deny a device', async (_, headers) => {
    expect(await approve(headers)).toEqual([400, 'authorization_pending']);
    expect(await approve(headers, { deny: '1' })).toEqual([400, 'authorization_pending']);
  });

  it.each(OWN)('%s approves a device', async (_, headers) => {
    expect(await approve(headers)).toEqual([200, 'a token']);
  });

  it('a device is approved only by POST', async () => {
    const device = (await post('/device', { client_id: 'tv' })).json();
    const payload = form({ user_code: device.user_code, login: 'admin' });
    await app.inject({ method: 'PUT', url: '/idp/custom/device', headers: { host: HOST, ...FORM }, payload });
    const poll = await post('/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'tv',
      device_code: device.device_code,
    });
    expect(poll.json().error).toBe('authorization_pending');
  });

  it.each(FOREIGN)('%s gets no token with client credentials', async (_, headers) => {
    const request = { grant_type: 'client_credentials', client_id: 'repo:octo-org/octo-repo', client_secret: 'x' };
    const answer = await post('/token', request, headers);
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      {
        error: 'access_denied',
        error_description: 'client_credentials is refused for requests from a page of another origin',
      },
    ]);
  });

  it('forms are sent to the host they were loaded from, independent of publicUrl', async () => {
    const other = idpUnderTest({ publicUrl: 'https://localhost:80' });
    const behindProxy = await appUnderTest(other.idp);
    const action = async (host: string) =>
      /action="([^"]*)"/.exec(
        (await behindProxy.inject({ url: `/idp/custom/authorize?${form(REQUEST)}`, headers: { host } })).body,
      )?.[1];
    expect(await action('localhost:80')).toBe('https://localhost:80/idp/custom/authorize');
    expect(await action('127.0.0.1:4592')).toBe('http://127.0.0.1:4592/idp/custom/authorize');
    await behindProxy.close();
    await other.idp.close();
  });
});

describe('with an admin token', () => {
  const { idp } = idpUnderTest({ adminToken: 'let-me-in' });
  const ADMIN = { authorization: 'Bearer let-me-in' };
  let app: FastifyInstance;
  let subject: string;
  beforeAll(async () => {
    app = await appUnderTest(idp);
    for (const id of ['custom', 'okta', 'fly', 'kubernetes', 'google-compute-metadata']) {
      const preset = id === 'custom' ? { issuer: 'https://open.example.com' } : {};
      idp.registry.put(`open-${id}`, { preset: id, ...preset, open: true });
    }
    subject = (await idp.mint({ issuer: 'custom', audience: 'https://issuer.example.com', claims: { sub: 'x' } }))
      .token;
  });
  afterAll(async () => {
    await app.close();
    await idp.close();
  });

  const discovered = async (id: string): Promise<Record<string, unknown>> =>
    (await app.inject({ url: `/idp/${id}/.well-known/openid-configuration` })).json();
  const audienceOf = (id: string) => idp.registry.get(id)?.issuer ?? '';
  const grant =
    (path: string, members: (id: string) => Promise<Record<string, string>>) =>
    async (id: string, headers: { authorization?: string }) =>
      app.inject({
        method: 'POST',
        url: `/idp/${id}${path}`,
        headers: { ...FORM, ...headers },
        payload: form({ client_id: 'machine', client_secret: 'x', ...(await members(id)) }),
      });
  const JWT = 'urn:ietf:params:oauth:token-type:jwt';

  /** Every endpoint that mints without a login or a job token. */
  const ENDPOINTS: readonly (readonly [
    string,
    string,
    (id: string, headers: { authorization?: string }) => Promise<{ statusCode: number; body: string }>,
    number,
  ])[] = [
    ['client credentials', 'custom', grant('/token', async () => ({ grant_type: 'client_credentials' })), 200],
    ['client credentials at Okta', 'okta', grant('/v1/token', async () => ({ grant_type: 'client_credentials' })), 200],
    [
      'token exchange',
      'custom',
      grant('/token', async () => ({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: subject,
        subject_token_type: JWT,
      })),
      200,
    ],
    [
      'a JWT bearer grant',
      'custom',
      grant('/token', async id => ({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: (await idp.mint({ issuer: 'custom', audience: audienceOf(id) })).token,
      })),
      200,
    ],
    [
      'the TokenRequest of Kubernetes',
      'kubernetes',
      (id, headers) =>
        app.inject({
          method: 'POST',
          url: `/idp/${id}/api/v1/namespaces/prod/serviceaccounts/app/token`,
          headers,
          payload: {},
        }),
      201,
    ],
    [
      'the socket of Fly',
      'fly',
      (id, headers) => app.inject({ method: 'POST', url: `/idp/${id}/v1/tokens/oidc`, headers, payload: {} }),
      200,
    ],
    [
      "Google's metadata server",
      'google-compute-metadata',
      (id, headers) =>
        app.inject({
          url: `/idp/${id}/computeMetadata/v1/instance/service-accounts/default/identity?audience=x`,
          headers: { 'metadata-flavor': 'Google', ...headers },
        }),
      200,
    ],
  ];

  it.each(ENDPOINTS)('%s requires it', async (_, id, ask, status) => {
    for (const authorization of [undefined, 'Bearer wrong', 'Bearer let-me-in x']) {
      const headers: { authorization?: string } = authorization === undefined ? {} : { authorization };
      const refused = await ask(id, headers);
      expect(refused.statusCode, JSON.stringify(headers)).toBe(401);
      if (headers.authorization === undefined) expect(refused.body).toContain(REFUSAL);
    }
    expect((await ask(id, ADMIN)).statusCode).toBe(status);
  });

  it.each(ENDPOINTS)('%s does not require it if the issuer is open', async (_, id, ask, status) => {
    expect((await ask(`open-${id}`, {})).statusCode).toBe(status);
  });

  it.each([
    ['custom', '/authorize'],
    ['auth0', '/authorize'],
    ['okta', '/v1/authorize'],
    ['entra-v2', '/oauth2/v2.0/authorize'],
    ['entra-v1', '/oauth2/authorize'],
    ['cognito-user-pool', '/oauth2/authorize'],
  ])('%s: prompt=none, without a login, requires it', async (id, path) => {
    const found = Object.entries(await discovered(id)).find(([name]) => name === 'authorization_endpoint')?.[1] ?? path;
    const silent = async (headers: { authorization?: string }) => {
      const url = `${new URL(String(found)).pathname}?${form({ ...REQUEST, prompt: 'none', login_hint: 'admin' })}`;
      const { location } = (await app.inject({ url, headers })).headers;
      const { searchParams } = new URL(String(location));
      return [searchParams.get('error'), searchParams.has('code')];
    };
    expect(await silent({})).toEqual(['login_required', false]);
    expect(await silent(ADMIN)).toEqual([null, true]);
  });

  it('a login, the tokens derived from it, and a job token do not require it', async () => {
    const { variables } = await idp.job({ issuer: 'github-actions', baseUrl: 'http://localhost', directory: '/tmp' });
    const response = await app.inject({
      url: String(variables['ACTIONS_ID_TOKEN_REQUEST_URL']).replace('http://localhost', ''),
      headers: { authorization: `Bearer ${variables['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}` },
    });
    expect(response.statusCode).toBe(200);
    const post = (path: string, members: Record<string, string>) =>
      app.inject({ method: 'POST', url: `/idp/custom${path}`, headers: FORM, payload: form(members) });
    const { location } = (
      await post('/authorize', { ...REQUEST, scope: 'offline_access', code_challenge: CHALLENGE, login: 'jdoe' })
    ).headers;
    const code = new URL(String(location)).searchParams.get('code') ?? '';
    const given = await post('/token', {
      grant_type: 'authorization_code',
      client_id: 'app',
      code,
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
    });
    expect(decodeJwt(given.json().access_token).sub).toBe('jdoe');
    const refreshed = await post('/token', {
      grant_type: 'refresh_token',
      client_id: 'app',
      refresh_token: given.json().refresh_token,
    });
    expect(refreshed.statusCode).toBe(200);
  });

  it('a job at Google is refused if its client could not get a token', async () => {
    const job = (issuer: string) => idp.job({ issuer, baseUrl: 'http://localhost', directory: '/tmp' });
    await expect(job('google-compute-metadata')).rejects.toMatchObject({
      name: 'IdpProblem',
      code: 'no-token',
      path: '/issuer',
    });
    expect((await job('open-google-compute-metadata')).variables).toEqual({
      GCE_METADATA_HOST: 'localhost',
      GCE_METADATA_IP: 'localhost',
    });
  });

  it('an issuer view contains open, which only a hosted issuer has', () => {
    expect(idp.registry.get('open-fly')).toMatchObject({ open: true });
    expect(idp.registry.get('fly')).not.toHaveProperty('open');
    expect(() => idp.registry.put('x', { issuer: 'https://x.example', jwks: { keys: [] }, open: true })).toThrow(
      '`open` is only allowed for hosted issuers',
    );
  });
});

const VERIFIER = 'v'.repeat(43);
/** BASE64URL(SHA-256(VERIFIER)), RFC 7636 §4.2. */
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
