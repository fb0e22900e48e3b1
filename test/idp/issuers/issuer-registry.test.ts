/** The issuer registry: presets, declarations, one source of keys for each iss, and reset. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { IssuerSettings } from '../../../src/config/issuers.ts';
import type { IssuerKeysAnswer } from '../../../src/kernel/issuer-keys.ts';
import { idpUnderTest, type UnderTest, verified } from '../under-test.ts';

const open: UnderTest[] = [];
function openIdp(...args: Parameters<typeof idpUnderTest>): UnderTest {
  const made = idpUnderTest(...args);
  open.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ idp }) => idp.close()));
});

const GITHUB = 'https://token.actions.githubusercontent.com';
const wanted = { thumbprints: [] };
const JWKS = { keys: [{ kty: 'EC', crv: 'P-256', x: 'a', y: 'b', kid: '1' }] };

describe('presets', () => {
  it('are available under their own IDs', () => {
    const { idp } = openIdp();
    expect(idp.registry.get('github-actions')).toMatchObject({
      source: 'hosted',
      issuer: GITHUB,
      declared: false,
      jwksPath: '/idp/github-actions/.well-known/jwks',
      discoveryPath: '/idp/github-actions/.well-known/openid-configuration',
    });
  });

  it('accept parameters of their iss, and derive them from a given iss', async () => {
    const { idp } = openIdp();
    idp.registry.put('mine', { preset: 'github-actions-enterprise', parameters: { enterpriseSlug: 'acme' } });
    expect(idp.registry.get('mine')?.issuer).toBe(`${GITHUB}/acme`);
    const eks = 'https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
    expect(idp.registry.put('cluster', { preset: 'eks-irsa', issuer: eks })).toMatchObject({
      issuer: eks,
      parameters: { region: 'eu-central-1', id: '0123456789ABCDEF0123456789ABCDEF' },
    });
    expect((await idp.mint({ issuer: 'cluster' })).claims['iss']).toBe(eks);
  });

  it('apply overrides to every token', async () => {
    const { idp } = openIdp();
    idp.registry.put('acme', { preset: 'github-actions', claims: { repository: 'acme/web' } });
    expect((await idp.mint({ issuer: 'acme', claims: { branch: 'next' } })).claims['sub']).toBe(
      'repo:acme/web:ref:refs/heads/next',
    );
  });

  it('with one iss share their keys', async () => {
    const { idp } = openIdp();
    idp.registry.put('second', { preset: 'eks-irsa' });
    const minted = await idp.mint({ issuer: 'second' });
    await expect(verified(idp, 'eks-irsa', minted)).resolves.toBeDefined();
  });

  it('may have the served URL as iss', () => {
    const { idp } = openIdp({ publicUrl: 'https://idp.example.test/' });
    expect(idp.registry.put('op', { preset: 'custom', issuer: 'served' }).issuer).toBe(
      'https://idp.example.test/idp/op',
    );
    const { idp: unserved } = openIdp();
    expect(() => unserved.registry.put('op', { issuer: 'served' })).toThrow(
      expect.objectContaining({ code: 'missing-parameter' }),
    );
    unserved.setServedUrl('http://localhost:4592');
    expect(unserved.registry.put('op', { preset: 'custom', issuer: 'served' }).issuer).toBe(
      'http://localhost:4592/idp/op',
    );
  });
});

describe('verification keys', () => {
  it('are a promise while being generated, then synchronous, and the same object until they change', async () => {
    const { idp } = openIdp();
    const first = idp.issuerKeys(GITHUB, wanted);
    expect(first).toBeInstanceOf(Promise);
    const made = await first;
    const again = idp.issuerKeys(GITHUB, wanted) as IssuerKeysAnswer;
    expect(again).toMatchObject({ ok: true, source: 'hosted' });
    expect(made.ok && again.ok && made.keySet === again.keySet).toBe(true);
    await idp.registry.rotate('github-actions');
    const rotated = idp.issuerKeys(GITHUB, wanted) as IssuerKeysAnswer;
    expect(rotated.ok && again.ok && rotated.keySet !== again.keySet).toBe(true);
  });

  it('are found by the exact iss', async () => {
    const { idp } = openIdp();
    for (const iss of [
      `${GITHUB}/`,
      GITHUB.toUpperCase(),
      'http://token.actions.githubusercontent.com.public.example',
    ]) {
      expect(await idp.issuerKeys(iss, wanted)).toMatchObject({ ok: false });
    }
  });

  it('are the pinned ones, synchronously', () => {
    const { idp } = openIdp();
    idp.registry.put('partner', { issuer: 'https://partner.example.com', jwks: JWKS });
    expect(idp.issuerKeys('https://partner.example.com', wanted)).toEqual({ ok: true, source: 'pinned', keySet: JWKS });
    expect(idp.registry.get('partner')).toMatchObject({ source: 'pinned', declared: true });
  });

  it('come from the declared source if a preset iss is declared as pinned or remote', () => {
    const { idp } = openIdp();
    idp.registry.put('real-github', { issuer: GITHUB, jwks: JWKS });
    expect(idp.issuerKeys(GITHUB, wanted)).toMatchObject({ ok: true, source: 'pinned' });
    idp.registry.remove('real-github');
    expect(idp.issuerKeys(GITHUB, wanted)).toBeInstanceOf(Promise);
  });

  it('of an iss that is not a URL have no source', () => {
    const { idp } = openIdp();
    expect(idp.issuerKeys('not a url', wanted)).toMatchObject({ ok: false, source: 'none', reason: 'no-source' });
  });
});

describe('declarations', () => {
  it.each<[string, IssuerSettings, string, string, string | undefined]>([
    ['unknown preset', { preset: 'github-acitons' }, 'unknown-preset', '/preset', 'github-actions'],
    [
      'unknown parameter',
      { preset: 'eks-irsa', parameters: { regoin: 'x' } },
      'unknown-member',
      '/parameters/regoin',
      'region',
    ],
    [
      'claim of a wrong type',
      { preset: 'github-actions', claims: { run_id: 7 } },
      'wrong-type',
      '/claims/run_id',
      '"30433642"',
    ],
    [
      'misspelled claim',
      { preset: 'github-actions', claims: { repositry: 'a/b' } },
      'unknown-claim',
      '/claims/repositry',
      'repository',
    ],
    [
      'claim against the iss',
      { preset: 'circleci-v2', claims: { 'oidc.circleci.com/org-id': 'o' }, parameters: { org_id: 'p' } },
      'contradicts-issuer',
      '/claims/oidc.circleci.com~1org-id',
      'p',
    ],
    [
      'parameter that makes no URL',
      { preset: 'spiffe', parameters: { jwtIssuer: 'spire' } },
      'invalid-issuer',
      '/issuer',
      undefined,
    ],
    ['no URL', { preset: 'custom', issuer: 'nonsense' }, 'invalid-issuer', '/issuer', undefined],
    ['a query', { preset: 'custom', issuer: 'https://x.test/?a=b' }, 'invalid-issuer', '/issuer', undefined],
    ['algorithm', { preset: 'custom', alg: 'RS265' }, 'wrong-type', '/alg', 'RS256'],
    ['pinned without keys', { issuer: 'https://x.test', source: 'pinned' }, 'missing-parameter', '/jwks', undefined],
    [
      'private pinned key',
      { issuer: 'https://x.test', jwks: { keys: [{ kty: 'EC', d: 'x' }] } },
      'invalid-key',
      '/jwks/keys/0',
      undefined,
    ],
    [
      'pinned and preset',
      { issuer: 'https://x.test', jwks: JWKS, preset: 'custom' },
      'unknown-member',
      '/preset',
      undefined,
    ],
    ['pinned without iss', { jwks: JWKS }, 'missing-parameter', '/issuer', undefined],
    ['no discovery URL', { issuer: 'https://x.test', discoveryUrl: 'x' }, 'wrong-type', '/discoveryUrl', undefined],
  ])('%s is refused', (_what, body, code, path, suggestion) => {
    expect(() => openIdp().idp.registry.put('x', body)).toThrow(
      expect.objectContaining({ name: 'IdpProblem', code, path, suggestion }),
    );
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('a pinned key with the private member %s is refused', name => {
    const jwks = { keys: [{ kty: 'RSA' }, { kty: 'RSA', [name]: 'x' }] };
    expect(() => openIdp().idp.registry.put('x', { issuer: 'https://x.test', jwks })).toThrow(
      expect.objectContaining({
        code: 'invalid-key',
        path: '/jwks/keys/1',
        message: `these keys must be public; \`${name}\` is private`,
      }),
    );
  });

  it.each<[IssuerSettings, string, string]>([
    [
      { issuer: 'http://169.254.169.254', source: 'remote' },
      '/issuer',
      'fetches from 169.254.169.254 are never allowed',
    ],
    [
      { issuer: 'https://x.example', discoveryUrl: 'http://0xa9fea9fe/x' },
      '/discoveryUrl',
      'fetches from 169.254.169.254 are never allowed',
    ],
    [{ issuer: 'https://0x7f.1/p', source: 'remote' }, '/issuer', 'write the IP address as 127.0.0.1'],
    [{ issuer: 'https://0x7f.1/p//127.0.0.1', source: 'remote' }, '/issuer', 'write the IP address as 127.0.0.1'],
    [{ issuer: 'https://127.0.0.1./p', source: 'remote' }, '/issuer', 'write the IP address as 127.0.0.1'],
    [{ issuer: 'https://[0:0:0:0:0:0:0:1]/p', source: 'remote' }, '/issuer', 'write the IP address as [::1]'],
    [
      { issuer: 'https://[::ffff:127.0.0.1]/p', source: 'remote' },
      '/issuer',
      'write the IP address as [::ffff:7f00:1]',
    ],
    [{ issuer: 'http://2130706433:8080', source: 'remote' }, '/issuer', 'write the IP address as 127.0.0.1'],
    [
      { issuer: 'https://x.example', discoveryUrl: 'https://017700000001/', allowPrivateNetwork: true },
      '/discoveryUrl',
      'write the IP address as 127.0.0.1',
    ],
    [
      { issuer: 'https://x.example', discoveryUrl: 'http://[::ffff:a9fe:a9fe]/' },
      '/discoveryUrl',
      'fetches from [::ffff:a9fe:a9fe] are never allowed',
    ],
    [
      { issuer: 'https://x.example', discoveryUrl: 'https://[fe80::1]/', allowPrivateNetwork: true },
      '/discoveryUrl',
      'fetches from [fe80::1] are never allowed',
    ],
    [
      { issuer: 'https://x.example', discoveryUrl: 'https://user:hidden@x.example/' },
      '/discoveryUrl',
      '`discoveryUrl` must not contain a user name or password',
    ],
  ])('refuses a source that is never fetched, and does not print passwords: %j', (body, path, message) => {
    const { idp } = idpUnderTest();
    expect(() => idp.registry.put('x', body)).toThrow(
      expect.objectContaining({ code: 'invalid-issuer', path, message }),
    );
  });

  it('refuses IDs that are not a path segment', () => {
    for (const id of ['', '../x', 'a/b', 'ü', '-x', 'x'.repeat(200)]) {
      expect(() => openIdp().idp.registry.put(id, {})).toThrow(expect.objectContaining({ path: '/id' }));
    }
  });

  it('allows one source per iss: a second, different one is refused', () => {
    const { idp } = openIdp();
    idp.registry.put('one', { issuer: 'https://x.example.com', jwks: JWKS });
    expect(() => idp.registry.put('two', { issuer: 'https://x.example.com', allowPrivateNetwork: true })).toThrow(
      expect.objectContaining({ code: 'issuer-taken', status: 409, suggestion: 'one' }),
    );
    expect(idp.registry.put('one', { issuer: 'https://x.example.com', allowPrivateNetwork: true }).source).toBe(
      'remote',
    );
  });

  it('mints only for hosted issuers', async () => {
    const { idp } = openIdp();
    idp.registry.put('partner', { issuer: 'https://partner.example.com', jwks: JWKS });
    await expect(idp.mint({ issuer: 'partner' })).rejects.toMatchObject({ code: 'not-hosted' });
  });
});

describe('the kind of a declaration', () => {
  it.each<[string, IssuerSettings, string]>([
    ['an iss alone', { issuer: 'https://x.example.com' }, 'hosted'],
    ['only the iss of a preset: the real issuer', { issuer: GITHUB }, 'remote'],
    ['a preset', { preset: 'okta' }, 'hosted'],
    ['an explicit source', { source: 'remote', issuer: 'https://x.example.com' }, 'remote'],
    ['a discovery address', { issuer: 'https://x.example.com', discoveryUrl: 'https://y.example.com/doc' }, 'remote'],
    ['keys', { issuer: 'https://x.example.com', jwks: JWKS }, 'pinned'],
    ['nothing', {}, 'hosted'],
  ])('%s', (_what, body, source) => {
    expect(openIdp().idp.registry.put('x', body).source).toBe(source);
  });
});

describe('reset', () => {
  it('removes keys that were imported into a preset', async () => {
    const { idp } = openIdp();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    idp.registry.put('spiffe', { keys: [{ pem, kid: 'brought' }] });
    expect((await idp.mint({ issuer: 'spiffe', audience: 'x' })).header['kid']).toBe('brought');
    idp.reset();
    expect((await idp.mint({ issuer: 'spiffe', audience: 'x' })).header['kid']).not.toBe('brought');
    expect((await idp.registry.jwks('spiffe')).keys).not.toContainEqual(expect.objectContaining({ kid: 'brought' }));
  });

  it('restores presets and configuration, and removes the rest', () => {
    const issuers = { partner: { issuer: 'https://partner.example.com', jwks: JWKS } };
    const { idp } = openIdp({ settings: { issuers } });
    idp.registry.put('mine', { preset: 'custom' });
    expect(idp.registry.remove('partner')).toBe(true);
    idp.registry.put('github-actions', { claims: { repository: 'acme/web' } });
    expect(idp.registry.remove('github-actions')).toBe(true);
    expect(idp.registry.get('github-actions')).toMatchObject({ declared: false, claims: {} });
    expect(idp.registry.remove('github-actions')).toBe(false);
    expect(idp.registry.remove('nobody')).toBe(false);
    idp.registry.put('github-actions', { claims: { repository: 'acme/web' } });
    idp.reset();
    expect(idp.registry.get('mine')).toBeUndefined();
    expect(idp.registry.get('partner')).toBeDefined();
    expect(idp.registry.get('github-actions')).toMatchObject({ declared: false });
  });
});
