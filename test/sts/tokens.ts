/** Test tokens: keys of every algorithm, key sets, and a signer for any header and payload. */
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { PublishedKey, PublishedKeySet } from '../../src/kernel/issuer-keys.ts';
import { newEcKey, newRsaKey } from '../../src/kernel/new-key.ts';

export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const pair = (privateKey: KeyObject): TestKey => ({ privateKey, publicKey: createPublicKey(privateKey) });
const ec = (namedCurve: string): TestKey => pair(newEcKey(namedCurve));

export const rsa1 = pair(await newRsaKey(2048));
export const rsa2 = pair(await newRsaKey(2048));
export const ec256 = ec('P-256');
export const ec384 = ec('P-384');
export const ec521 = ec('P-521');

const keyOf: Readonly<Record<string, TestKey>> = {
  RS256: rsa1,
  RS384: rsa1,
  RS512: rsa1,
  ES256: ec256,
  ES384: ec384,
  ES512: ec521,
};

/** A public JWK with additional members. */
export const jwk = (key: TestKey, members: Record<string, unknown> = {}): PublishedKey => ({
  ...key.publicKey.export({ format: 'jwk' }),
  ...members,
});

/** Six keys, one for each algorithm that AWS accepts; kid and alg are its name. */
export const standardKeys = (): PublishedKeySet => ({
  keys: Object.entries(keyOf).map(([alg, key]) => jwk(key, { kid: alg, alg, use: 'sig' })),
});

/** A token with exactly this header and payload text, signed with the algorithm. */
export function signToken(header: object, payload: string, algorithm = 'RS256', key = keyOf[algorithm]): string {
  if (key === undefined) throw new Error(`no key for ${algorithm}`);
  const part = (text: string): string => Buffer.from(text).toString('base64url');
  const input = `${part(JSON.stringify(header))}.${part(payload)}`;
  const hash = `sha${algorithm.slice(2)}`;
  const options = algorithm.startsWith('ES')
    ? ({ key: key.privateKey, dsaEncoding: 'ieee-p1363' } as const)
    : key.privateKey;
  return `${input}.${sign(hash, Buffer.from(input), options).toString('base64url')}`;
}

/** A typical token: kid and alg RS256. */
export const mint = (claims: object, header: object = {}): string =>
  signToken({ alg: 'RS256', kid: 'RS256', typ: 'JWT', ...header }, JSON.stringify(claims));
