/** Names of inherited object properties are ordinary names at the endpoints of providers and CI systems. */
import { describe, expect, it } from 'vitest';
import { useEmulator } from '../support/emulator.ts';
import { claimsOf, INHERITED, own, PROTO, TRAP } from '../support/inherited-names.ts';

const bed = await useEmulator({ issuers: { open: {}, okta: { preset: 'okta' } } });

/** Sends requests that `bed.control` does not support: other paths, forms, headers. */
async function call(path: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
  const answer = await fetch(bed.rolecall.url + path, { redirect: 'manual', ...init });
  return { status: answer.status, text: await answer.text() };
}

const json = (value: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

describe('the provider', () => {
  it.each([...INHERITED, PROTO])('accepts %s as a path, parameter or value', async name => {
    const pairs = [
      'client_id',
      'client_secret',
      'grant_type',
      'response_type',
      'scope',
      'token',
      'state',
      'code',
      name,
    ];
    const form = new URLSearchParams(pairs.map((key): [string, string] => [key, name]));
    for (const id of ['open', 'okta']) {
      const document = JSON.parse((await call(`/idp/${id}/.well-known/openid-configuration`)).text) as Record<
        string,
        unknown
      >;
      const paths = Object.entries(document).filter(([key]) => key.endsWith('_endpoint'));
      for (const path of [...paths.map(([, url]) => new URL(String(url)).pathname), `/idp/${id}/${name}`]) {
        for (const init of [{}, { method: 'POST', body: form }, json(own(name, TRAP))]) {
          expect((await call(`${path}?${form}`, init)).status).toBeLessThan(500);
        }
      }
      expect(paths.length).toBeGreaterThanOrEqual(4);
    }
  });

  it.each([...INHERITED, PROTO])('copies %s of login_claims to the access token, ID token and userinfo', async name => {
    const redirect = 'http://localhost/callback';
    const login = new URLSearchParams({
      ...{ response_type: 'code', client_id: 'c', redirect_uri: redirect, scope: 'openid' },
      ...{ login: 'u', login_claims: `{${JSON.stringify(name)}: "x"}`, state: name, nonce: name },
    });
    const answer = await fetch(`${bed.rolecall.url}/idp/open/authorize`, {
      method: 'POST',
      redirect: 'manual',
      body: login,
    });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const secret = { client_id: 'c', client_secret: 's' };
    const grant = { grant_type: 'authorization_code', code, redirect_uri: redirect, ...secret };
    const given = await call('/idp/open/token', { method: 'POST', body: new URLSearchParams(grant) });
    const tokens = JSON.parse(given.text) as { access_token: string; id_token: string };
    for (const token of [tokens.access_token, tokens.id_token]) {
      expect(Object.entries(claimsOf(token))).toContainEqual([name, 'x']);
    }
    const userinfo = await call('/idp/open/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(userinfo.text).toContain(`${JSON.stringify(name)}:"x"`);
  });

  it('exchanges a token whose sub, times and audience are objects', async () => {
    const mint = async (claims: object) => {
      const { body } = await bed.control('POST', '/tokens', { issuer: 'open', claims });
      return (body as { token: string }).token;
    };
    const type = 'urn:ietf:params:oauth:token-type:jwt';
    const exchange = async (token: string) => {
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token_type: type };
      const secret = { client_id: 'c', client_secret: 's', subject_token: token };
      return call('/idp/open/token', { method: 'POST', body: new URLSearchParams({ ...form, ...secret }) });
    };
    const exchanged = await exchange(await mint({ sub: TRAP, aud: [TRAP] }));
    expect(exchanged.status).toBe(200);
    const { access_token: token } = JSON.parse(exchanged.text) as { access_token: string };
    expect(claimsOf(token)['sub']).toBe('{"toString":1,"valueOf":1}');
    const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const assertion = {
      grant_type: bearer,
      assertion: await mint({ aud: [TRAP] }),
      client_id: 'c',
      client_secret: 's',
    };
    const refused = await call('/idp/open/token', { method: 'POST', body: new URLSearchParams(assertion) });
    expect([refused.status, refused.text]).toEqual([
      400,
      expect.stringContaining('the audience of the assertion is {'),
    ]);
  });
});

describe('the endpoints of CI systems', () => {
  it.each([...INHERITED, PROTO])('accept %s as namespace, service account, job and member', async name => {
    const token = `/idp/kubernetes/api/v1/namespaces/${name}/serviceaccounts/${name}/token`;
    const { status, text } = await call(token, json({ spec: { ...own(name, TRAP), boundObjectRef: null } }));
    expect(status).toBe(201);
    const { status: given } = JSON.parse(text) as { status: { token: string } };
    expect(claimsOf(given.token)['sub']).toBe(`system:serviceaccount:${name}:${name}`);
    for (const member of ['expirationSeconds', 'audiences', 'boundObjectRef']) {
      for (const value of [TRAP, [TRAP]])
        expect((await call(token, json({ spec: { [member]: value } }))).status).toBeLessThan(500);
    }
  });

  it('refuse a lifetime that is not a number', async () => {
    const seconds = await call(
      '/idp/kubernetes/api/v1/namespaces/a/serviceaccounts/b/token',
      json({ spec: { expirationSeconds: TRAP } }),
    );
    expect([seconds.status, seconds.text]).toEqual([
      422,
      expect.stringContaining('Invalid value: {\\"toString\\":1,\\"valueOf\\":1}'),
    ]);
    const { body } = await bed.control('POST', '/jobs', { issuer: 'buildkite', directory: '/' });
    const { variables } = body as { variables: Record<string, string> };
    const authorization = { authorization: `Token ${variables['BUILDKITE_AGENT_ACCESS_TOKEN']}` };
    for (const member of ['lifetime', 'claims', 'aws_session_tags', 'audience', 'subject_claim', ...INHERITED]) {
      for (const name of INHERITED) {
        const value = member === 'claims' || member === 'aws_session_tags' ? [name] : TRAP;
        const answer = await call(`/idp/buildkite/jobs/${name}/oidc/tokens`, json({ [member]: value }, authorization));
        expect(answer.status).toBeLessThan(500);
        if (member === 'lifetime')
          expect(answer).toEqual({ status: 422, text: '{"message":"lifetime must be 0 to 7200 seconds"}' });
      }
    }
  });
});
