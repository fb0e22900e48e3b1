/** Keys of an iss: their formats, rotation, propagation, import, and persistence across restarts. */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  X509Certificate,
} from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { DECOY_MODULI } from '../../../src/idp/keys/decoys.ts';
import { openKeyFileStore } from '../../../src/idp/keys/key-file-store.ts';
import type { PublishedKey } from '../../../src/kernel/issuer-keys.ts';
import { newEcKey } from '../../../src/kernel/new-key.ts';
import { createSealer } from '../../../src/kernel/seal.ts';
import { issuerCertificate } from '../../../src/server/tls/certificate.ts';
import { idpUnderTest, NOW, verified } from '../under-test.ts';

const { idp } = idpUnderTest();
afterAll(() => idp.close());

const kids = (set: { readonly keys: readonly PublishedKey[] }): unknown[] => set.keys.map(key => key['kid']);

describe('key sets as their issuers publish them', () => {
  it('GitHub: four keys with certificates; kid is the upper-case SHA-1 of the certificate, x5t the same digest', async () => {
    const { keys } = await idp.registry.jwks('github-actions');
    expect(keys).toHaveLength(4);
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t']);
      const [der] = key['x5c'] as string[];
      const certificate = new X509Certificate(Buffer.from(der ?? '', 'base64'));
      const sha1 = createHash('sha1').update(certificate.raw).digest();
      expect(key['kid']).toBe(sha1.toString('hex').toUpperCase());
      expect(key['x5t']).toBe(sha1.toString('base64url'));
      expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({ n: key['n'], e: key['e'] });
      expect(Date.parse(certificate.validFrom)).toBeLessThan(NOW);
      expect(Date.parse(certificate.validTo)).toBeGreaterThan(NOW);
    }
  });

  it('GitLab: three keys, one of 4096 bits, kid is the RFC 7638 thumbprint (kid form unconfirmed)', async () => {
    const { keys } = await idp.registry.jwks('gitlab-ci');
    const bits = keys.map(
      key => createPublicKey({ key: key as JsonWebKey, format: 'jwk' }).asymmetricKeyDetails?.modulusLength,
    );
    expect(bits).toEqual([4096, 2048, 2048]);
    for (const key of keys) expect(key['kid']).toBe(await calculateJwkThumbprint(key as JsonWebKey));
  });

  it('EKS: kid is 40 hex digits', async () => {
    const { keys } = await idp.registry.jwks('eks-irsa');
    expect(kids({ keys })).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)]);
  });

  it('publishes no private members', async () => {
    for (const id of ['github-actions', 'gitlab-ci', 'custom']) {
      for (const key of (await idp.registry.jwks(id)).keys) expect(key).not.toHaveProperty('d');
    }
  });

  it('has additional keys with valid moduli, each once', () => {
    const all = Object.entries(DECOY_MODULI).flatMap(([bits, moduli]) => moduli.map(n => [Number(bits), n] as const));
    for (const [bits, n] of all) expect(Buffer.from(n, 'base64url')).toHaveLength(bits / 8);
    expect(new Set(all.map(([, n]) => n)).size).toBe(all.length);
  });
});

describe('algorithms', () => {
  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    '%s signs and verifies',
    async alg => {
      const instance = idpUnderTest();
      instance.idp.registry.put('mine', { preset: 'custom', issuer: `https://${alg.toLowerCase()}.example.test`, alg });
      const minted = await instance.idp.mint({ issuer: 'mine' });
      expect((await verified(instance.idp, 'mine', minted)).protectedHeader.alg).toBe(alg);
      await instance.idp.close();
    },
  );

  it.each(['ES256', 'ES384', 'ES512', 'EdDSA'])(
    '%s keys follow from the secret: replicas publish the same set',
    async alg => {
      const sets = await Promise.all(
        [idpUnderTest(), idpUnderTest()].map(async instance => {
          instance.idp.registry.put('mine', { preset: 'custom', issuer: 'https://mine.example.test', alg });
          const set = await instance.idp.registry.jwks('mine');
          await instance.idp.close();
          return set;
        }),
      );
      expect(sets[0]).toEqual(sets[1]);
    },
  );

  it('stores RSA keys encrypted in a folder: a restart with the same secret publishes the same set', async () => {
    const keysFolder = newFolder();
    const before = idpUnderTest({ keysFolder });
    const first = await before.idp.registry.jwks('eks-irsa');
    const after = idpUnderTest({ keysFolder });
    expect(await after.idp.registry.jwks('eks-irsa')).toEqual(first);
    const [name = ''] = readdirSync(keysFolder);
    expect(statSync(join(keysFolder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(keysFolder, name), 'latin1')).not.toContain('PRIVATE');
    const unrelated = idpUnderTest({ keysFolder, sealer: createSealer('another secret') });
    expect(await unrelated.idp.registry.jwks('eks-irsa')).not.toEqual(first);
    const again = idpUnderTest({ keysFolder });
    expect(await again.idp.registry.jwks('eks-irsa')).toEqual(first);
    await Promise.all([before, after, unrelated, again].map(instance => instance.idp.close()));
  });

  it('two replicas that generate a key at the same time both use the one stored first', async () => {
    const keysFolder = newFolder();
    const replicas = [idpUnderTest({ keysFolder }), idpUnderTest({ keysFolder })];
    const [one, other] = await Promise.all(replicas.map(instance => instance.idp.registry.jwks('eks-irsa')));
    expect(one).toEqual(other);
    await Promise.all(replicas.map(instance => instance.idp.close()));
  });

  it('waits for a key that another replica is writing, and replaces one that cannot be decrypted', async () => {
    const keysFolder = newFolder();
    const sealer = createSealer('shared');
    const keyFiles = openKeyFileStore(keysFolder, sealer);
    await keyFiles.keep('label', Buffer.from('first'));
    const [name = ''] = readdirSync(keysFolder);
    const whole = readFileSync(join(keysFolder, name));
    writeFileSync(join(keysFolder, name), whole.subarray(0, 10));
    const second = keyFiles.keep('label', Buffer.from('second'));
    await new Promise(done => setTimeout(done, 100));
    writeFileSync(join(keysFolder, name), whole);
    expect((await second).toString()).toBe('first');
    writeFileSync(join(keysFolder, name), 'damaged');
    expect((await keyFiles.keep('label', Buffer.from('third'))).toString()).toBe('third');
    expect(keyFiles.load('label')?.toString()).toBe('third');
  });
});

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'rolecall-keys-'));

describe('rotation', () => {
  it('publishes at most the newest hundred keys of an algorithm', async () => {
    const instance = idpUnderTest();
    instance.idp.registry.put('es', { preset: 'custom', issuer: 'https://es.example.com', alg: 'ES256' });
    const first = kids(await instance.idp.registry.rotate('es'));
    let last: unknown[] = [];
    for (let at = 0; at < 105; at++) last = kids(await instance.idp.registry.rotate('es'));
    expect(last).toHaveLength(100);
    expect(last).not.toContain(first.at(-1));
    await instance.idp.close();
  });

  it('keeps the old key by default, and earlier tokens stay valid', async () => {
    const instance = idpUnderTest();
    const before = await instance.idp.mint({ issuer: 'eks-irsa' });
    const set = await instance.idp.registry.rotate('eks-irsa');
    const after = await instance.idp.mint({ issuer: 'eks-irsa' });
    expect(kids(set)).toEqual([before.header['kid'], after.header['kid']]);
    await expect(verified(instance.idp, 'eks-irsa', before)).resolves.toBeDefined();
    await instance.idp.close();
  });

  it('without the old key, earlier tokens are invalid; reset restores the first key', async () => {
    const instance = idpUnderTest();
    const before = await instance.idp.mint({ issuer: 'eks-irsa' });
    const set = await instance.idp.registry.rotate('eks-irsa', { keepOld: false });
    expect(set.keys).toHaveLength(1);
    await expect(verified(instance.idp, 'eks-irsa', before)).rejects.toThrow();
    instance.idp.reset();
    await expect(verified(instance.idp, 'eks-irsa', before)).resolves.toBeDefined();
    await instance.idp.close();
  });

  it('publishes late and withdraws early, by the movable clock', async () => {
    const { idp: rotating, clock } = idpUnderTest();
    const before = await rotating.mint({ issuer: 'eks-irsa' });
    await rotating.registry.rotate('eks-irsa', { publishIn: 60, withdrawOldIn: 30 });
    const after = await rotating.mint({ issuer: 'eks-irsa' });
    expect(after.header['kid']).not.toBe(before.header['kid']);
    expect(kids(await rotating.registry.jwks('eks-irsa'))).toEqual([before.header['kid']]);
    clock.advance(30_000);
    expect(kids(await rotating.registry.jwks('eks-irsa'))).toEqual([]);
    clock.advance(30_000);
    expect(kids(await rotating.registry.jwks('eks-irsa'))).toEqual([after.header['kid']]);
    await rotating.close();
  });
});

describe('imported keys', () => {
  const exchange = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), Buffer.alloc(32, 9)]);
  const x25519 = createPrivateKey({ key: exchange, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = newEcKey('P-256').export({ format: 'jwk' });
  const pem = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

  it.each([
    ['PEM', [{ pem, kid: 'brought' }], 'RS256'],
    [
      'PKCS#1 PEM',
      [{ pem: rsa.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(), kid: 'brought' }],
      'RS256',
    ],
    ['JWK', [{ jwk: { ...ec, kid: 'brought' } }], 'ES256'],
    ['a bare JWK', [{ ...ec, kid: 'brought' }], 'ES256'],
    ['PEM with an algorithm', [{ pem, alg: 'PS256', kid: 'brought' }], 'PS256'],
  ])('%s signs', async (_form, keys, alg) => {
    const instance = idpUnderTest();
    instance.idp.registry.put('mine', { issuer: 'https://mine.example.test', preset: 'custom', keys });
    const minted = await instance.idp.mint({ issuer: 'mine' });
    expect(minted.header).toMatchObject({ alg, kid: 'brought' });
    await expect(verified(instance.idp, 'mine', minted)).resolves.toBeDefined();
    await instance.idp.close();
  });

  it.each(['RS512', 'PS256'])('an RSA key signs what its issuer signs: %s', async alg => {
    const { idp } = idpUnderTest();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    idp.registry.put('own', { preset: 'custom', issuer: 'https://own.example.com', alg, keys: [{ pem, kid: 'mine' }] });
    const minted = await idp.mint({ issuer: 'own' });
    expect(minted.header).toMatchObject({ alg, kid: 'mine' });
    await verified(idp, 'own', minted);
    await idp.close();
  });

  it('a public key is published only', async () => {
    const instance = idpUnderTest();
    const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    instance.idp.registry.put('mine', {
      issuer: 'https://mine.example.test',
      preset: 'custom',
      keys: [{ pem: publicPem, kid: 'decoy' }],
    });
    const minted = await instance.idp.mint({ issuer: 'mine' });
    expect(minted.header['kid']).not.toBe('decoy');
    expect(kids(await instance.idp.registry.jwks('mine'))).toEqual(['decoy', minted.header['kid']]);
    await instance.idp.close();
  });

  it.each([
    ['rubbish', [{ pem: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' }], '/keys/0/pem'],
    ['neither form', [{}], '/keys/0'],
    ['both forms', [{ pem, jwk: {} }], '/keys/0'],
    ['an algorithm it cannot sign', [{ pem, alg: 'ES256' }], '/keys/0/alg'],
    ['an unknown algorithm', [{ pem, alg: 'RS265' }], '/keys/0/alg'],
    ['an encryption key', [{ jwk: x25519 }], '/keys/0'],
  ])('%s is refused', (_what, keys, path) => {
    expect(() => idp.registry.put('mine', { preset: 'custom', keys })).toThrow(
      expect.objectContaining({ code: 'invalid-key', path }),
    );
  });
});

it('a certificate that cannot be created fails one call, and the next call publishes all keys', async () => {
  let isBroken = true;
  const instance = idpUnderTest({
    certify: async content => {
      if (!isBroken) return issuerCertificate(content);
      // The certificates of the additional keys fail after that of the own key.
      if (!content.publicKey.equals(createPublicKey(content.signer))) await setImmediate();
      throw new Error('no certificate');
    },
  });
  await expect(instance.idp.mint({ issuer: 'github-actions' })).rejects.toThrow('no certificate');
  await setImmediate();
  isBroken = false;
  await instance.idp.mint({ issuer: 'github-actions' });
  expect((await instance.idp.registry.jwks('github-actions')).keys).toHaveLength(4);
  await instance.idp.close();
});
