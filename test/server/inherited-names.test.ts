/** Names of inherited object properties (`constructor`, `toString`, …) are ordinary names for issuers, tokens and control API calls. */
import { describe, expect, it } from 'vitest';
import { useEmulator } from '../support/emulator.ts';
import { claimsOf, INHERITED, own, PROTO, TRAP } from '../support/inherited-names.ts';

const bed = await useEmulator({ issuers: { open: {}, okta: { preset: 'okta' } } });

const FORBIDDEN = {
  status: 400,
  body: { code: 'forbidden-key', detail: 'the key "__proto__" is not allowed', path: '/__proto__' },
};

/** Sends requests that `bed.control` does not support: other paths, forms, headers. */
async function call(path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
  const answer = await fetch(bed.rolecall.url + path, { redirect: 'manual', ...init });
  return { status: answer.status, text: await answer.text() };
}

const ISSUERS = ['github-actions', 'gitlab-ci', 'buildkite', 'kubernetes', 'entra-v2', 'okta', 'open'];

describe('a claim', () => {
  it.each(INHERITED)('%s is in the token, with its value, for any issuer', async name => {
    for (const issuer of ISSUERS) {
      for (const value of ['x', 1, null, true, { a: 1 }, ['b'], TRAP]) {
        const answer = await bed.control('POST', '/tokens', { issuer, audience: 'a', claims: own(name, value) });
        expect(answer).toMatchObject({ status: 200, body: { claims: own(name, value) } });
        expect(claimsOf((answer.body as { token: string }).token)[name]).toEqual(value);
      }
    }
  });

  it.each(INHERITED)('%s of the query is in the token as text', async name => {
    for (const issuer of ISSUERS) {
      const { status, body } = await bed.control('GET', `/tokens/${issuer}?aud=a&${name}=x`);
      expect(status).toBe(200);
      expect(claimsOf(String(body))[name]).toBe('x');
    }
  });

  it.each(INHERITED)('%s is last, after the claims of the preset, and can be removed', async name => {
    const request = { issuer: 'github-actions', audience: 'a', claims: own(name, 'x') };
    const { body } = await bed.control('POST', '/tokens', request);
    expect(Object.keys((body as { claims: object }).claims).at(-1)).toBe(name);
    const removed = await bed.control('POST', '/tokens', { ...request, removeClaims: [name] });
    expect(Object.keys((removed.body as { claims: object }).claims)).not.toContain(name);
    const absent = await bed.control('POST', '/tokens', { ...request, claims: {}, removeClaims: [name] });
    expect(absent.status).toBe(200);
  });

  it('of a job is in every token that it requests', async () => {
    for (const name of INHERITED) {
      const { body } = await bed.control('POST', '/jobs', {
        issuer: 'github-actions',
        directory: '/job',
        claims: own(name, 'x'),
      });
      const { variables } = body as { variables: Record<string, string> };
      const { pathname } = new URL(variables['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '');
      const authorization = `Bearer ${variables['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}`;
      const { status, text } = await call(`${pathname}?audience=a&${name}=1`, { headers: { authorization } });
      expect(status).toBe(200);
      expect(claimsOf((JSON.parse(text) as { value: string }).value)[name]).toBe('x');
    }
  });

  it('of a declared issuer is in its tokens and in the state', async () => {
    const claims = Object.fromEntries(INHERITED.map(name => [name, { [name]: 1 }]));
    expect(await bed.control('PUT', '/issuers/declared', { claims })).toMatchObject({ status: 200, body: { claims } });
    const minted = await bed.control('POST', '/tokens', { issuer: 'declared', audience: 'a' });
    expect(minted.body).toMatchObject({ claims });
    const { body } = await bed.control('GET', '/state');
    expect(body).toMatchObject({ issuers: { declared: { claims } } });
    expect(await bed.control('PUT', '/state', body)).toMatchObject({ status: 200 });
  });

  it.each([['sub'], ['exp'], ['iat'], ['aud'], ['iss'], ['jti']])(
    '%s that is an object is taken as it is',
    async name => {
      for (const faults of [[], ['tampered-payload'], ['two-audiences'], ['wrong-audience'], ['duplicate-claims']]) {
        const { status } = await bed.control('POST', '/tokens', { issuer: 'open', claims: { [name]: TRAP }, faults });
        expect(status).toBe(200);
      }
    },
  );
});

describe('names of a mint request', () => {
  it.each(INHERITED)('%s', async name => {
    const issuer = 'github-actions';
    const header = await bed.control('POST', '/tokens', { issuer, audience: 'a', headers: own(name, TRAP) });
    expect(header).toMatchObject({ status: 200, body: { header: own(name, TRAP) } });
    expect(await bed.control('POST', '/tokens', { issuer, faults: [name] })).toMatchObject({
      status: 400,
      body: { code: 'unknown-fault', path: '/faults/0', detail: `unknown token defect \`${name}\`` },
    });
    expect(await bed.control('POST', '/tokens', { issuer: name })).toMatchObject({
      status: 404,
      body: { code: 'unknown-issuer', detail: `unknown issuer \`${name}\`` },
    });
    expect(await bed.control('GET', `/tokens/${name}`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-issuer' },
    });
    expect(await bed.control('POST', '/tokens', { issuer, ...own(name, 'x') })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', path: `/${name}` },
    });
    const configured = { issuer, claims: { include_claim_keys: [name] } };
    expect(await bed.control('POST', '/tokens', configured)).toMatchObject({
      status: 400,
      body: { code: 'unknown-claim', path: '/claims/include_claim_keys/0' },
    });
  });
});

describe('names of an issuer', () => {
  it.each(INHERITED.filter(name => /^[a-z]/i.test(name)))('%s is an ordinary ID', async name => {
    expect(await bed.control('GET', `/issuers/${name}`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-issuer' },
    });
    expect((await call(`/idp/${name}/.well-known/openid-configuration`)).status).toBe(404);
    const issuer = `https://${name.toLowerCase()}.example.com`;
    expect(await bed.control('PUT', `/issuers/${name}`, { issuer })).toMatchObject({ status: 200, body: { id: name } });
    expect(await bed.control('GET', `/tokens/${name}?aud=a`)).toMatchObject({ status: 200 });
    const document = await call(`/idp/${name}/.well-known/openid-configuration`);
    expect(JSON.parse(document.text)).toMatchObject({ issuer });
    const { body } = await bed.control('GET', '/state');
    expect(body).toMatchObject({ issuers: own(name, { issuer }) });
    expect(await bed.control('PUT', '/state', body)).toMatchObject({ status: 200 });
    expect((await bed.control('DELETE', `/issuers/${name}`)).status).toBe(204);
  });

  it.each([...INHERITED, PROTO])('%s is not a preset or an algorithm', async name => {
    const put = (body: unknown) => bed.control('PUT', '/issuers/x', body);
    expect(await put({ preset: name })).toMatchObject({
      status: 400,
      body: { code: 'unknown-preset', path: '/preset' },
    });
    expect(await put({ alg: name })).toMatchObject({ status: 400, body: { code: 'wrong-type', path: '/alg' } });
  });

  it.each(INHERITED)('%s is not a parameter, a member of an issuer or a member of a key', async name => {
    const put = (body: unknown) => bed.control('PUT', '/issuers/x', body);
    const parameter = await put({ preset: 'circleci', parameters: own(name, 'x') });
    expect(parameter).toMatchObject({ status: 400, body: { code: 'unknown-member', path: `/parameters/${name}` } });
    expect(await put(own(name, 1))).toMatchObject({ status: 400, body: { code: 'invalid-request', path: `/${name}` } });
    expect(await put({ issuer: 'https://x.example', jwks: { keys: [own(name, TRAP)] } })).toMatchObject({
      status: 200,
    });
    const key = await put({ keys: [{ jwk: { kty: 'oct' }, alg: TRAP }] });
    expect(key).toMatchObject({ status: 400, body: { code: 'invalid-key' } });
  });
});

describe('the key "__proto__"', () => {
  it.each([
    ['POST', '/tokens', { issuer: 'open', claims: own(PROTO, { a: 1 }) }, '/claims'],
    ['POST', '/jobs', { issuer: 'open', directory: '/', claims: own(PROTO, 1) }, '/claims'],
    ['PUT', '/issuers/x', { claims: { deep: own(PROTO, 1) } }, '/claims/deep'],
    ['PUT', '/state', { accounts: own(PROTO, {}) }, '/accounts'],
    ['POST', '/lint', own(PROTO, 1), ''],
    ['POST', '/evaluate', own(PROTO, 1), ''],
    ['POST', '/faults', { match: own(PROTO, 1), respond: { status: 400 } }, '/match'],
  ])('is refused in a body, with its path: %s %s', async (method, path, body, place) => {
    expect(await bed.control(method, path, body)).toMatchObject({
      ...FORBIDDEN,
      body: { ...FORBIDDEN.body, path: `${place}/__proto__` },
    });
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it.each([
    '/tokens/open?aud=a&__proto__=x',
    '/tokens/github-actions?__proto__=x',
    '/decisions?__proto__=x',
    '/state?%5f%5fproto__=x',
  ])('is refused in a query: %s', async path => {
    expect(await bed.control('GET', path)).toMatchObject(FORBIDDEN);
  });
});

describe('a query parameter', () => {
  it.each(INHERITED)('%s is unknown where parameters are checked', async name => {
    for (const path of ['/decisions', '/issuers', '/clock', '/health', '/state', '/faults', '/accounts']) {
      expect(await bed.control('GET', `${path}?${name}=1`)).toMatchObject({
        status: 400,
        body: { code: 'invalid-request', path: `/${name}`, detail: expect.stringContaining(`unknown key "${name}"`) },
      });
    }
    for (const filter of ['action', 'principal', 'role']) {
      expect(await bed.control('GET', `/decisions?${filter}=${name}`)).toMatchObject({
        status: 200,
        body: { decisions: [] },
      });
    }
    expect(await bed.control('GET', `/decisions?outcome=${name}`)).toMatchObject({ status: 400 });
  });
});

describe('an injected fault', () => {
  it.each(INHERITED)('knows no action, issuer or error %s', async name => {
    const respond = { status: 400 };
    const add = (match: object, answer: object = respond) => bed.control('POST', '/faults', { match, respond: answer });
    expect(await add({ action: name })).toMatchObject({ status: 400, body: { code: 'unknown-action' } });
    expect(await add({ issuer: name })).toMatchObject({ status: 400, body: { code: 'unknown-issuer' } });
    expect(await add(own(name, 'x'))).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', path: `/match/${name}` },
    });
    expect(await bed.control('DELETE', `/faults/${name}`)).toMatchObject({ status: 404 });
  });

  it.each(INHERITED.filter(name => /^[A-Za-z]+$/.test(name)))(
    'takes %s as a code of its own, with a status',
    async name => {
      const add = (match: object, respond: object) => bed.control('POST', '/faults', { match, respond });
      expect(await add({}, { error: name })).toMatchObject({ status: 400, body: { code: 'unknown-error' } });
      await add({ action: 'GetCallerIdentity' }, { error: name, status: 418 });
      const answer = await bed.form({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
      expect([answer.status, answer.text]).toEqual([418, expect.stringContaining(`<Code>${name}</Code>`)]);
      await bed.control('DELETE', '/faults');
    },
  );
});
