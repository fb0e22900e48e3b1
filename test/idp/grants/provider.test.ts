/** The OpenID provider: each grant, client authentication, and the endpoints for tokens. */
import { createHash, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { createLocalJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newEcKey } from '../../../src/kernel/new-key.ts';
import { appUnderTest, IAT, idpUnderTest, NOW } from '../under-test.ts';

const { idp, clock } = idpUnderTest({ publicUrl: 'http://localhost:4592' });
const REDIRECT = 'http://127.0.0.1:9/callback';
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
let app: FastifyInstance;

beforeAll(async () => {
  app = await appUnderTest(idp);
  idp.registry.put('op', { preset: 'custom', issuer: 'served' });
  idp.registry.put('strict', {
    preset: 'custom',
    issuer: 'https://strict.example.com',
    clients: [
      { clientId: 'web', clientSecret: 's3cret', redirectUris: ['http://localhost:1/cb'] },
      { clientId: 'native', redirectUris: ['http://127.0.0.1/cb'] },
    ],
  });
});
afterAll(async () => {
  await app.close();
  await idp.close();
});

/** A text whose claims JSON.parse reads, but JSON cannot represent. */
const INFINITE = [{ alg: 'RS256' }, { iss: 'http://localhost:4592/idp/op', x: 0 }]
  .map(part => Buffer.from(JSON.stringify(part).replace('"x":0', '"x":1e999')).toString('base64url'))
  .concat('AAAA')
  .join('.');

const form = (members: Record<string, string>): string => new URLSearchParams(members).toString();

const post = (path: string, members: Record<string, string>, headers: Record<string, string> = {}, id = 'op') =>
  app.inject({
    method: 'POST',
    url: `/idp/${id}${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: form(members),
  });

const token = (members: Record<string, string>, headers: Record<string, string> = {}, id = 'op') =>
  post('/token', members, headers, id);
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

const REQUEST = {
  response_type: 'code',
  client_id: 'app',
  redirect_uri: REDIRECT,
  scope: 'openid offline_access',
  state: 'st',
  nonce: 'no',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

async function codeFor(
  more: Record<string, string> = {},
  login: Record<string, string> = { login: 'jdoe' },
): Promise<string> {
  const answer = await post('/authorize', { ...REQUEST, ...more, ...login });
  expect(answer.statusCode).toBe(303);
  return new URL(String(answer.headers.location)).searchParams.get('code') ?? '';
}

const redeem = (code: string, more: Record<string, string> = {}) =>
  token({
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    client_id: 'app',
    code_verifier: VERIFIER,
    ...more,
  });

describe('authorization code with PKCE', () => {
  it('shows a page with the request parameters, and redirects back with code, state and iss', async () => {
    const page = await app.inject({ url: `/idp/op/authorize?${form({ ...REQUEST, state: '"><script>' })}` });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'/);
    expect(page.body).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(page.body).not.toContain('<script>');
    const answer = await post('/authorize', { ...REQUEST, login: 'jdoe' });
    const { searchParams } = new URL(String(answer.headers.location));
    expect(Object.fromEntries(searchParams)).toEqual({
      code: expect.any(String),
      state: 'st',
      iss: 'http://localhost:4592/idp/op',
    });
  });

  it('returns access, ID and refresh token; the ID token has nonce, auth_time and at_hash', async () => {
    const code = await codeFor({}, { login: 'jdoe', login_claims: '{"email":"j@example.com","groups":["a"]}' });
    const answer = (await redeem(code)).json();
    expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'openid offline_access' });
    const jwks = (await app.inject({ url: '/idp/op/.well-known/jwks.json' })).json();
    const { payload } = await jwtVerify(answer.id_token, createLocalJWKSet(jwks), {
      issuer: 'http://localhost:4592/idp/op',
      audience: 'app',
      currentDate: new Date(NOW),
    });
    const half = createHash('sha256').update(answer.access_token).digest().subarray(0, 16).toString('base64url');
    expect(payload).toMatchObject({
      sub: 'jdoe',
      nonce: 'no',
      auth_time: IAT,
      at_hash: half,
      email: 'j@example.com',
      groups: ['a'],
    });
    expect(decodeJwt(answer.access_token)).toMatchObject({
      sub: 'jdoe',
      client_id: 'app',
      scope: 'openid offline_access',
    });
  });

  it('accepts a code once, for a minute, from its client, with its redirect_uri and verifier', async () => {
    const code = await codeFor();
    expect((await redeem(code)).statusCode).toBe(200);
    const again = await redeem(code);
    expect(again.statusCode).toBe(400);
    expect(again.json().error).toBe('invalid_grant');
    const wrong = [
      { client_id: 'other' },
      { redirect_uri: 'http://127.0.0.1:9/other' },
      { code_verifier: 'w'.repeat(43) },
      { code_verifier: '' },
    ];
    for (const more of wrong) expect((await redeem(await codeFor(), more)).json().error).toBe('invalid_grant');
    const late = await codeFor();
    clock.advance(61_000);
    expect((await redeem(late)).json().error).toBe('invalid_grant');
    clock.set(NOW);
  });

  it('requires PKCE of a client without a secret', async () => {
    const { code_challenge: _challenge, code_challenge_method: _method, ...plain } = REQUEST;
    const answer = await post('/authorize', { ...plain, login: 'jdoe' });
    const code = new URL(String(answer.headers.location)).searchParams.get('code') ?? '';
    const request = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT };
    expect((await token({ ...request, client_id: 'app' })).json().error).toBe('invalid_grant');
    expect((await token(request, basic('app', 'secret'))).statusCode).toBe(200);
  });

  it.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['nobody logged in', { prompt: 'none' }, 'login_required'],
  ])('reports %s to the client by redirect', async (_what, more, error) => {
    const answer = await app.inject({ url: `/idp/op/authorize?${form({ ...REQUEST, ...more })}` });
    expect(answer.statusCode).toBe(303);
    expect(new URL(String(answer.headers.location)).searchParams.get('error')).toBe(error);
  });

  it('shows no page for prompt=none with a login_hint', async () => {
    const answer = await app.inject({
      url: `/idp/op/authorize?${form({ ...REQUEST, prompt: 'none', login_hint: 'robot' })}`,
    });
    const code = new URL(String(answer.headers.location)).searchParams.get('code') ?? '';
    expect(decodeJwt((await redeem(code)).json().id_token).sub).toBe('robot');
  });

  it.each([
    ['no redirect_uri', { redirect_uri: '' }],
    ['plain http elsewhere', { redirect_uri: 'http://evil.example/cb' }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ['a fragment', { redirect_uri: `${REDIRECT}#x` }],
    ['no client', { client_id: '' }],
  ])('shows a page, and redirects nowhere, for %s', async (_what, more) => {
    const answer = await app.inject({ url: `/idp/op/authorize?${form({ ...REQUEST, ...more })}` });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
  });

  it('refuses the login form from another site', async () => {
    const answer = await post('/authorize', { ...REQUEST, login: 'jdoe' }, { 'sec-fetch-site': 'cross-site' });
    expect(new URL(String(answer.headers.location)).searchParams.get('error')).toBe('access_denied');
  });
});

describe('declared clients', () => {
  const login = (client_id: string, redirect_uri: string) =>
    post('/authorize', { ...REQUEST, client_id, redirect_uri, login: 'x' }, {}, 'strict');

  it('are the only accepted ones, with their own redirect URIs; loopback addresses may have any port', async () => {
    expect((await login('web', 'http://localhost:1/cb')).statusCode).toBe(303);
    expect((await login('native', 'http://127.0.0.1:54321/cb')).statusCode).toBe(303);
    expect((await login('native', 'http://127.0.0.1:54321/other')).statusCode).toBe(400);
    expect((await login('web', 'https://evil.example/cb')).statusCode).toBe(400);
    expect((await login('unknown', 'http://localhost:1/cb')).statusCode).toBe(401);
  });

  it('authenticate with their secret in the header or in the body, not in both', async () => {
    const request = { grant_type: 'client_credentials' };
    expect((await token(request, basic('web', 's3cret'), 'strict')).statusCode).toBe(200);
    expect((await token({ ...request, client_id: 'web', client_secret: 's3cret' }, {}, 'strict')).statusCode).toBe(200);
    const refused = await token(request, basic('web', 'wrong'), 'strict');
    expect(refused.statusCode).toBe(401);
    expect(refused.headers['www-authenticate']).toMatch(/^Basic/);
    expect((await token({ ...request, client_secret: 's3cret' }, basic('web', 's3cret'), 'strict')).json().error).toBe(
      'invalid_request',
    );
    expect((await token({ ...request, client_id: 'native' }, {}, 'strict')).json().error).toBe('invalid_client');
    expect((await token({ ...request, client_id: 'native' }, basic('web', 's3cret'), 'strict')).json().error).toBe(
      'invalid_request',
    );
  });

  it('authenticate with a secret of any characters (RFC 6749 §2.3.1)', async () => {
    const secrets = { plain: 's3cret', signs: 'a&b=c+d%e é' };
    idp.registry.put('signs', {
      preset: 'custom',
      issuer: 'https://signs.example.com',
      clients: Object.entries(secrets).map(([clientId, clientSecret]) => ({ clientId, clientSecret })),
    });
    const status = async (id: string, secret: string) =>
      (await token({ grant_type: 'client_credentials' }, basic(id, secret), 'signs')).statusCode;
    expect(await status('signs', encodeURIComponent(secrets.signs))).toBe(200);
    expect(await status('signs', encodeURIComponent(secrets.signs).replaceAll('%20', '+'))).toBe(200);
    for (const [id, secret] of [
      ['plain', 's3cret&junk'],
      ['plain', 's3cret&x=1'],
      ['plain&evil', 's3cret'],
      ['plain', 's3cret%'],
      ['plain', 's3cret '],
      ['signs', secrets.signs],
    ] as const)
      expect(await status(id, secret), secret).toBe(401);
  });

  it('without a secret stay public, even if they send one', async () => {
    const invented = await token({ grant_type: 'client_credentials' }, basic('native', 'invented'), 'strict');
    expect(invented.json().error).toBe('invalid_client');
    const { code_challenge: _challenge, code_challenge_method: _method, ...plain } = REQUEST;
    const redirect_uri = 'http://127.0.0.1:5/cb';
    const answer = await post('/authorize', { ...plain, client_id: 'native', redirect_uri, login: 'x' }, {}, 'strict');
    const code = new URL(String(answer.headers.location)).searchParams.get('code') ?? '';
    const request = { grant_type: 'authorization_code', code, redirect_uri };
    expect((await token(request, basic('native', 'invented'), 'strict')).json()).toMatchObject({
      error: 'invalid_grant',
      error_description: expect.stringContaining('PKCE'),
    });
  });
});

describe('client assertions (RFC 7523 §2.2)', () => {
  const [own, unrelated] = [newEcKey('P-256'), newEcKey('P-256')];
  const ADDRESS = 'http://localhost:4592/idp/asserting';
  beforeAll(() => {
    const jwk = createPublicKey(own).export({ format: 'jwk' });
    idp.registry.put('asserting', {
      preset: 'custom',
      issuer: 'https://asserting.example.com',
      clients: ['service', 'other'].map(clientId => ({ clientId, jwks: { keys: [{ ...jwk, kid: 'one' }] } })),
    });
  });

  const JTI = 'the claim jti of the assertion must be a string of 1 to 255 characters';
  const now = () => Math.floor(clock.now() / 1000);
  const sign = (claims: object = {}, key = own, kid = 'one') =>
    new SignJWT({
      iss: 'service',
      sub: 'service',
      aud: 'https://asserting.example.com',
      exp: now() + 60,
      jti: randomUUID(),
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(key);
  const ask = (client_assertion: string, more: Record<string, string> = {}) =>
    token(
      {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
        ...more,
      },
      {},
      'asserting',
    );

  it('authenticate a client with declared keys, each once', async () => {
    const assertion = await sign();
    const answer = await ask(assertion);
    expect(answer.statusCode).toBe(200);
    expect(decodeJwt(answer.json().access_token)).toMatchObject({ client_id: 'service' });
    const again = await ask(assertion);
    expect([again.statusCode, again.json().error_description]).toEqual([401, 'the assertion was already used']);
    expect((await ask(await sign({ aud: [`${ADDRESS}/token`] }), { client_id: 'service' })).statusCode).toBe(200);
  });

  it('have a jti that each client uses once, at most 24 hours before it expires', async () => {
    const jti = 'x'.repeat(255);
    expect((await ask(await sign({ jti, exp: now() + 86_400 }))).statusCode).toBe(200);
    const again = await ask(await sign({ jti, exp: now() + 30 }));
    expect([again.statusCode, again.json().error_description]).toEqual([401, 'the assertion was already used']);
    const other = { iss: 'other', sub: 'other' };
    expect((await ask(await sign({ ...other, jti }))).statusCode).toBe(200);
    expect((await ask(await sign({ ...other, jti }))).statusCode).toBe(401);
  });

  it('expire by the movable clock', async () => {
    const assertions = await Promise.all([sign(), sign(), sign({ nbf: now() + 30 })]);
    const [inTime = '', late = '', early = ''] = assertions;
    const soon = await ask(early);
    expect([soon.statusCode, soon.json().error_description]).toEqual([401, 'the assertion is not valid yet']);
    clock.advance(59_000);
    expect((await ask(inTime)).statusCode).toBe(200);
    clock.advance(1_000);
    const after = await ask(late);
    expect([after.statusCode, after.json().error_description]).toEqual([401, 'the assertion has expired']);
    clock.set(NOW);
    expect((await ask(late)).statusCode).toBe(200);
  });

  it.each([
    ['another audience', () => sign({ aud: 'https://other.example.com' }), 'the claim aud of the assertion is invalid'],
    ['another issuer', () => sign({ iss: 'web' }), 'the claim iss of the assertion is invalid'],
    ['no expiration', () => sign({ exp: undefined }), 'the claim exp of the assertion is missing'],
    [
      'a validity of more than 24 hours',
      () => sign({ exp: now() + 86_401 }),
      'the assertion expires more than 24 hours after the time of the server',
    ],
    [
      'an expiration in the farthest future',
      () => sign({ exp: 1e300 }),
      'the assertion expires more than 24 hours after the time of the server',
    ],
    ['no jti', () => sign({ jti: undefined }), JTI],
    ['an empty jti', () => sign({ jti: '' }), JTI],
    // jose's type says text; a client may send anything.
    ['a number as jti', () => sign({ jti: 5 as unknown as string }), JTI],
    ['a long jti', () => sign({ jti: 'x'.repeat(256) }), JTI],
    ['a number that is not finite', async () => INFINITE, 'the assertion is not a JWT'],
    ['another key', () => sign({}, unrelated), 'the signature of the assertion is invalid'],
    ['an unknown kid', () => sign({}, own, 'two'), 'no key has the kid of the assertion, two'],
    ['an unknown client', () => sign({ iss: 'x', sub: 'x' }), 'unknown client x of issuer asserting'],
    ['no JWT', async () => 'a.b.c', 'the assertion is not a JWT'],
  ])('are refused with %s', async (_, assertion, sentence) => {
    const answer = await ask(await assertion());
    expect([answer.statusCode, answer.json()]).toEqual([
      401,
      expect.objectContaining({ error: 'invalid_client', error_description: sentence }),
    ]);
  });

  const { n = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  it.each([
    ['a private key', own.export({ format: 'jwk' }), '', 'these keys must be public; `d` is private'],
    ['a prime factor', { kty: 'RSA', n, e: 'AQAB', p: 'AQAB' }, '', 'these keys must be public; `p` is private'],
    ['a shared secret', { kty: 'oct', k: 'AQAB' }, '', 'these keys must be public; `k` is private'],
    ['no key', {}, '/jwk', 'the key cannot be read: kty must be one of RSA, EC, OKP'],
    ['an exponent of 1', { kty: 'RSA', n, e: 'AQ' }, '', 'an RSA key must have an exponent of at least 3'],
  ])('need keys that can verify: a declaration with %s is refused', (_, key, at, message) => {
    const clients = [{ clientId: 'service', jwks: { keys: [key] } }];
    expect(() => idp.registry.put('leaking', { preset: 'custom', clients })).toThrow(
      expect.objectContaining({ code: 'invalid-key', path: `/clients/0/jwks/keys/0${at}`, message }),
    );
  });

  it('are the only method of such a client, and exclude a secret', async () => {
    const without = await token({ grant_type: 'client_credentials', client_id: 'service' }, {}, 'asserting');
    expect([without.statusCode, without.json().error]).toEqual([401, 'invalid_client']);
    const both = await ask(await sign(), { client_secret: 'x' });
    expect([both.statusCode, both.json().error]).toEqual([400, 'invalid_request']);
    const type = await ask(await sign(), { client_assertion_type: 'saml' });
    expect([type.statusCode, type.json().error]).toEqual([400, 'invalid_request']);
  });
});

describe('client credentials', () => {
  it.each([
    ['op', '/token', { sub: 'machine', client_id: 'machine', aud: 'sts.amazonaws.com', scope: 'read write' }],
    ['okta', '/v1/token', { sub: 'machine', cid: 'machine', scp: ['read', 'write'], aud: 'api://default' }],
    [
      'auth0',
      '/oauth/token',
      { sub: 'machine@clients', azp: 'machine', scope: 'read write', gty: 'client-credentials' },
    ],
  ])('%s: claims as the preset names them', async (id, path, claims) => {
    const answer = await post(
      path,
      { grant_type: 'client_credentials', scope: 'read write' },
      basic('machine', 'x'),
      id,
    );
    expect(answer.statusCode).toBe(200);
    expect(decodeJwt(answer.json().access_token)).toMatchObject(claims);
    expect(answer.json()).not.toHaveProperty('refresh_token');
  });

  it('accepts an audience', async () => {
    const answer = await token({ grant_type: 'client_credentials', audience: 'https://api' }, basic('machine', 'x'));
    expect(decodeJwt(answer.json().access_token).aud).toBe('https://api');
  });
});

describe('refresh', () => {
  it('rotates: the old token is invalid, the new one is valid; scopes can only be narrowed', async () => {
    const first = (await redeem(await codeFor())).json();
    const refresh = (refresh_token: string, more: Record<string, string> = {}) =>
      token({ grant_type: 'refresh_token', refresh_token, client_id: 'app', ...more });
    const second = (await refresh(first.refresh_token)).json();
    expect(decodeJwt(second.id_token)).toMatchObject({ sub: 'jdoe', aud: 'app' });
    expect((await refresh(second.refresh_token, { scope: 'openid admin' })).json().error).toBe('invalid_scope');
    expect((await refresh(second.refresh_token, { client_id: 'other' })).json().error).toBe('invalid_grant');
    const narrow = (await refresh(second.refresh_token, { scope: 'openid' })).json();
    expect(narrow.scope).toBe('openid');
    expect((await refresh(narrow.refresh_token)).json().scope).toBe('openid offline_access');
    expect((await refresh(first.refresh_token)).json().error).toBe('invalid_grant');
  });

  it.each(['code', 'refresh token'])('is revoked with its whole login when a %s is used twice', async twice => {
    const code = await codeFor();
    const first = (await redeem(code)).json();
    const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token, client_id: 'app' });
    const second = (await refresh(first.refresh_token)).json();
    const again = twice === 'code' ? redeem(code) : refresh(first.refresh_token);
    expect((await again).json().error).toBe('invalid_grant');
    expect((await refresh(second.refresh_token)).json().error).toBe('invalid_grant');
    const other = (await redeem(await codeFor())).json();
    expect((await refresh(other.refresh_token)).statusCode).toBe(200);
  });

  it('is not revoked by introspection of an old token', async () => {
    const first = (await redeem(await codeFor())).json();
    const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token, client_id: 'app' });
    const second = (await refresh(first.refresh_token)).json();
    const looked = await post('/introspect', { token: first.refresh_token }, basic('app', 'x'));
    expect(looked.json()).toEqual({ active: false });
    expect((await refresh(second.refresh_token)).statusCode).toBe(200);
  });
});

describe('token exchange and JWT bearer', () => {
  it('exchanges a token of any known issuer, and adds the actor', async () => {
    const subject = await idp.mint({ issuer: 'github-actions', audience: 'x' });
    const actor = await idp.mint({ issuer: 'eks-irsa' });
    const answer = (
      await token({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client_id: 'app',
        subject_token: subject.token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        actor_token: actor.token,
        audience: 'sts.amazonaws.com',
      })
    ).json();
    expect(answer.issued_token_type).toBe('urn:ietf:params:oauth:token-type:access_token');
    expect(decodeJwt(answer.access_token)).toMatchObject({
      sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
      act: { sub: 'system:serviceaccount:my-namespace:my-serviceaccount' },
      aud: 'sts.amazonaws.com',
    });
  });

  it.each(['expired', 'wrong-key', 'alg-none', 'unknown-kid', 'tampered-payload', 'hs256-with-public-key', 'crit'])(
    'refuses a subject token with the fault %s',
    async fault => {
      const subject = await idp.mint({ issuer: 'github-actions', faults: [fault] });
      const answer = await token({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client_id: 'app',
        subject_token: subject.token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      });
      expect(answer.statusCode).toBe(400);
    },
  );

  it('accepts an assertion whose audience is this issuer', async () => {
    const bearer = async (audience: string) => {
      const { token: assertion } = await idp.mint({ issuer: 'custom', audience, claims: { sub: 'robot' } });
      return token({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_id: 'app', assertion });
    };
    expect(decodeJwt((await bearer('http://localhost:4592/idp/op/token')).json().access_token).sub).toBe('robot');
    expect((await bearer('https://elsewhere')).json().error).toBe('invalid_grant');
  });

  it('refuses a token that has expired or is not valid yet, by the movable clock', async () => {
    const exchange = (subject: string) =>
      token({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client_id: 'app',
        subject_token: subject,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      });
    const bearer = (assertion: string) =>
      token({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_id: 'app', assertion });
    const { token: minted } = await idp.mint({
      issuer: 'custom',
      audience: 'http://localhost:4592/idp/op',
      claims: { sub: 'robot', nbf: IAT + 10 },
      expiresIn: 60,
    });
    for (const [claims, sentence] of [
      [{ nbf: 'x' }, 'the claim nbf of the token is invalid'],
      [{ exp: 'x' }, 'the claim exp of the token is invalid'],
    ] as const) {
      const { token: wrong } = await idp.mint({ issuer: 'custom', audience: 'http://localhost:4592/idp/op', claims });
      expect((await bearer(wrong)).json().error_description).toBe(sentence);
    }
    for (const [seconds, status, sentence] of [
      [9, 400, 'the token is not valid yet'],
      [10, 200, undefined],
      [59, 200, undefined],
      [60, 400, 'the token has expired'],
    ] as const) {
      clock.set(NOW + seconds * 1000);
      for (const answer of [await exchange(minted), await bearer(minted)])
        expect([answer.statusCode, answer.json().error_description]).toEqual([status, sentence]);
    }
    clock.set(NOW);
  });

  it('fetches nothing for an undeclared issuer', async () => {
    const { token: assertion } = await idp.mint({ issuer: 'custom', claims: { iss: 'https://stranger.example.com' } });
    const answer = await token({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      client_id: 'app',
      assertion,
    });
    expect(answer.json()).toEqual({
      error: 'invalid_grant',
      error_description: 'unknown issuer https://stranger.example.com',
    });
  });
});

describe('device authorization', () => {
  const start = async () => (await post('/device', { client_id: 'tv', scope: 'openid' })).json();
  const poll = (device_code: string) =>
    token({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'tv', device_code });

  it('waits for the user, then returns tokens once', async () => {
    const device = await start();
    expect(device).toMatchObject({
      verification_uri: 'http://localhost:4592/idp/op/device',
      expires_in: 600,
      interval: 5,
    });
    expect(device.user_code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
    expect((await poll(device.device_code)).json().error).toBe('authorization_pending');
    const page = await app.inject({
      url: new URL(device.verification_uri_complete).pathname + new URL(device.verification_uri_complete).search,
    });
    expect(page.body).toContain(device.user_code);
    expect((await post('/device', { user_code: device.user_code.toLowerCase(), login: 'jdoe' })).statusCode).toBe(200);
    const answer = (await poll(device.device_code)).json();
    expect(decodeJwt(answer.id_token)).toMatchObject({ sub: 'jdoe', aud: 'tv' });
    expect((await poll(device.device_code)).json().error).toBe('invalid_grant');
  });

  it('answers slow_down to a device that polls too early, and increases the interval (RFC 8628 §3.5)', async () => {
    const { device_code: code, user_code } = await start();
    const pollAfter = async (seconds: number) => {
      clock.advance(seconds * 1000);
      return (await poll(code)).json().error;
    };
    expect(await pollAfter(0)).toBe('authorization_pending');
    expect(await pollAfter(5)).toBe('authorization_pending');
    expect(await pollAfter(4)).toBe('slow_down');
    expect(await pollAfter(9)).toBe('slow_down');
    expect(await pollAfter(15)).toBe('authorization_pending');
    await post('/device', { user_code, login: 'jdoe' });
    expect(await pollAfter(0)).toBeUndefined();
    clock.set(NOW);
  });

  it('can be denied', async () => {
    const device = await start();
    await post('/device', { user_code: device.user_code, deny: '1' });
    expect((await poll(device.device_code)).json().error).toBe('access_denied');
  });
});

describe('issued tokens', () => {
  const accessToken = async () =>
    (await redeem(await codeFor({}, { login: 'jdoe', login_claims: '{"email":"j@e.com"}' }))).json();
  const userinfo = (access: string) =>
    app.inject({ url: '/idp/op/userinfo', headers: { authorization: `Bearer ${access}` } });
  const introspect = async (given: string) => (await post('/introspect', { token: given }, basic('app', 'x'))).json();

  it('userinfo returns the claims of the user', async () => {
    expect((await userinfo((await accessToken()).access_token)).json()).toEqual({ sub: 'jdoe', email: 'j@e.com' });
    const refused = await userinfo('x');
    expect(refused.statusCode).toBe(401);
    expect(refused.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  it('introspection supports access and refresh tokens; revocation revokes both', async () => {
    const given = await accessToken();
    expect(await introspect(given.access_token)).toMatchObject({
      active: true,
      sub: 'jdoe',
      client_id: 'app',
      scope: 'openid offline_access',
    });
    expect(await introspect(given.refresh_token)).toMatchObject({ active: true, sub: 'jdoe' });
    expect(await introspect('nonsense')).toEqual({ active: false });
    for (const revoked of [given.access_token, given.refresh_token, 'nonsense']) {
      expect((await post('/revoke', { token: revoked }, basic('app', 'x'))).statusCode).toBe(200);
      expect(await introspect(revoked)).toEqual({ active: false });
    }
    expect((await userinfo(given.access_token)).statusCode).toBe(401);
  });

  it('a text that is no JWT, because a number is not finite, is an invalid token', async () => {
    expect(await introspect(INFINITE)).toEqual({ active: false });
    expect((await post('/revoke', { token: INFINITE }, basic('app', 'x'))).statusCode).toBe(200);
    const refused = await userinfo(INFINITE);
    expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
    expect(refused.json()).toEqual({ error: 'invalid_token', error_description: 'the token is not a JWT' });
  });

  it('of an issuer with an RSA key of 1,024 bits are valid', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    idp.registry.put('small', { preset: 'custom', issuer: 'https://small.example.com', keys: [{ pem }] });
    const request = { grant_type: 'client_credentials' };
    const { access_token: access } = (await token(request, basic('app', 'x'), 'small')).json();
    const answer = await app.inject({ url: '/idp/small/userinfo', headers: { authorization: `Bearer ${access}` } });
    expect([answer.statusCode, answer.json()]).toEqual([200, { sub: 'app' }]);
    const introspected = await post('/introspect', { token: access }, basic('app', 'x'), 'small');
    expect(introspected.json()).toMatchObject({ active: true, client_id: 'app' });
  });

  it('only the client of a token may revoke it, and a refresh token revokes its whole login', async () => {
    const given = await accessToken();
    for (const token of [given.access_token, given.refresh_token]) {
      expect((await post('/revoke', { token }, basic('other', 'x'))).json().error).toBe('invalid_request');
      expect(await introspect(token)).toMatchObject({ active: true });
    }
    const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token, client_id: 'app' });
    const next = (await refresh(given.refresh_token)).json();
    await post('/revoke', { token: next.refresh_token }, basic('app', 'x'));
    expect((await refresh(next.refresh_token)).json().error).toBe('invalid_grant');
  });

  it('a revoked token cannot be used as a grant', async () => {
    const { access_token: revoked } = await accessToken();
    await post('/revoke', { token: revoked }, basic('app', 'x'));
    const exchange = await token({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: revoked,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      client_id: 'app',
    });
    expect(exchange.json()).toMatchObject({ error: 'invalid_request', error_description: 'the token was revoked' });
  });

  it('introspection returns only active: false for an expired token; logout accepts it', async () => {
    const { access_token: access, id_token: hint } = await accessToken();
    clock.advance(3_601_000);
    try {
      expect(await introspect(access)).toEqual({ active: false });
      const members = { id_token_hint: hint, post_logout_redirect_uri: REDIRECT };
      const back = await app.inject({ url: `/idp/op/end-session?${form(members)}` });
      expect(back.headers.location).toBe(REDIRECT);
      const other = await app.inject({ url: `/idp/op/end-session?${form({ ...members, client_id: 'other' })}` });
      expect(other.statusCode).toBe(400);
    } finally {
      clock.set(NOW);
    }
  });

  it('end session redirects to a registered URI, else shows a page', async () => {
    const { id_token: hint } = await accessToken();
    const back = await app.inject({
      url: `/idp/op/end-session?${form({ id_token_hint: hint, post_logout_redirect_uri: REDIRECT, state: 's' })}`,
    });
    expect(back.headers.location).toBe(`${REDIRECT}?state=s`);
    expect((await app.inject({ url: '/idp/op/end-session' })).body).toContain('Logged out');
    const evil = form({ client_id: 'app', post_logout_redirect_uri: 'http://evil.example/' });
    expect((await app.inject({ url: `/idp/op/end-session?${evil}` })).statusCode).toBe(400);
  });
});

describe('metadata and unusual requests', () => {
  it('OAuth metadata is the OpenID document, in both places', async () => {
    const openid = (await app.inject({ url: '/idp/op/.well-known/openid-configuration' })).json();
    expect(openid).toMatchObject({
      issuer: 'http://localhost:4592/idp/op',
      token_endpoint: 'http://localhost:4592/idp/op/token',
      token_endpoint_auth_signing_alg_values_supported: [
        ...['RS256', 'RS384', 'RS512', 'PS256'],
        ...['ES256', 'ES384', 'ES512', 'EdDSA'],
      ],
    });
    for (const url of [
      '/idp/op/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/idp/op',
    ]) {
      expect((await app.inject({ url })).json()).toEqual(openid);
    }
  });

  it.each([
    [{}, 'invalid_request'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: 'authorization_code', client_id: 'app' }, 'invalid_request'],
    [{ grant_type: 'authorization_code' }, 'invalid_client'],
  ])('%j is %s', async (members, error) => {
    expect((await token(members)).json().error).toBe(error);
  });

  it('a repeated parameter is ignored', async () => {
    const payload = 'grant_type=client_credentials&grant_type=refresh_token&client_id=a';
    const answer = await app.inject({
      method: 'POST',
      url: '/idp/op/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    });
    expect(answer.json()).toEqual({
      error: 'invalid_request',
      error_description: 'the parameter grant_type is missing',
    });
  });

  it('issuers that are not providers have no such endpoints', async () => {
    expect((await post('/oauth/token', { grant_type: 'client_credentials' }, {}, 'gitlab-ci')).statusCode).toBe(404);
  });
});
