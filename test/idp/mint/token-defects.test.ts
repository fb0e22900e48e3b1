/** Each token defect makes a token invalid in exactly one way, and has the answer of AWS. */
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { TOKEN_DEFECTS } from '../../../src/idp/mint/token-defects.ts';
import type { Minted } from '../../../src/idp/types.ts';
import { IAT, idpUnderTest, NOW, verified } from '../under-test.ts';

const { idp } = idpUnderTest();
afterAll(() => idp.close());

const faulty = (...faults: string[]): Promise<Minted> => idp.mint({ issuer: 'github-actions', faults });

const payloadText = (token: string): string => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();

describe('the table of token defects', () => {
  it('has each defect once, with the answer of STS', () => {
    expect(new Set(TOKEN_DEFECTS.map(fault => fault.name)).size).toBe(TOKEN_DEFECTS.length);
    for (const fault of TOKEN_DEFECTS) {
      expect(fault.sts.code).not.toBe('');
      expect(fault.sts.message).not.toBe('');
    }
  });

  it('has every documented defect', () => {
    expect(TOKEN_DEFECTS.map(fault => fault.name)).toEqual(
      expect.arrayContaining([
        ...[
          'expired',
          'not-yet-valid',
          'issued-in-future',
          'wrong-audience',
          'wrong-issuer',
          'unknown-kid',
          'wrong-key',
        ],
        ...['alg-none', 'hs256-with-public-key', 'tampered-payload', 'crit', 'no-sub', 'two-audiences'],
        ...['duplicate-claims', 'oversized'],
      ]),
    );
  });
});

describe('a token with a defect', () => {
  it.each(TOKEN_DEFECTS.map(fault => fault.name))(
    '%s is still three parts whose claims are the ones reported',
    async name => {
      const minted = await faulty(name);
      expect(minted.token.split('.')).toHaveLength(3);
      expect(decodeJwt(minted.token)).toEqual({ ...minted.claims });
      expect(Number.isNaN(Date.parse(minted.expiresAt))).toBe(false);
    },
  );

  it.each([
    'expired',
    'not-yet-valid',
    'wrong-key',
    'tampered-payload',
    'tampered-signature',
    'alg-none',
    'unknown-kid',
    'crit',
  ])('%s does not verify', async name => {
    await expect(verified(idp, 'github-actions', await faulty(name))).rejects.toThrow();
  });

  it.each(['wrong-audience', 'wrong-issuer', 'no-sub', 'two-audiences', 'duplicate-claims', 'oversized'])(
    '%s is well signed: only its content is wrong',
    async name => {
      await expect(verified(idp, 'github-actions', await faulty(name))).resolves.toBeDefined();
    },
  );

  it('exceeds the tolerance of 300 seconds', async () => {
    expect((await faulty('expired')).claims['exp']).toBeLessThan(IAT - 300);
    expect((await faulty('not-yet-valid')).claims['nbf']).toBeGreaterThan(IAT + 300);
    expect((await faulty('issued-in-future')).claims['iat']).toBeGreaterThan(IAT + 300);
  });

  it('hs256-with-public-key is an HMAC with the published key', async () => {
    const { token, header } = await faulty('hs256-with-public-key');
    const jwks = await idp.registry.jwks('github-actions');
    const jwk = jwks.keys.find(key => key['kid'] === header['kid']) as JsonWebKey;
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' }).toString();
    const [head, payload, signature] = token.split('.');
    expect(createHmac('sha256', pem).update(`${head}.${payload}`).digest('base64url')).toBe(signature);
    expect(decodeProtectedHeader(token).alg).toBe('HS256');
  });

  it('wrong-key keeps the kid of the issuer', async () => {
    const right = await faulty();
    expect((await faulty('wrong-key')).header).toEqual(right.header);
  });

  it('duplicate-claims has sub twice, and the last one is used', async () => {
    const { token, claims } = await faulty('duplicate-claims');
    expect(payloadText(token).match(/"sub":/g)).toHaveLength(2);
    expect(claims['sub']).toBe('repo:octo-org/octo-repo:ref:refs/heads/main');
  });

  it('oversized is longer than 20000 characters', async () => {
    expect((await faulty('oversized')).token.length).toBeGreaterThan(20_000);
  });

  it('may have several defects, in any order', async () => {
    const { header, claims } = await faulty('no-sub', 'unknown-kid');
    expect(claims).not.toHaveProperty('sub');
    expect(header['kid']).toMatch(/^unknown-/);
  });

  it('uses the movable clock', async () => {
    const moved = idpUnderTest();
    moved.clock.set(NOW + 86_400_000);
    expect((await moved.idp.mint({ issuer: 'custom' })).claims['iat']).toBe(IAT + 86_400);
    await moved.idp.close();
  });
});
