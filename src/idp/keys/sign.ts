/** Signs the tokens of an issuer with jose, which is loaded with the first key. */
import type { KeyObject } from 'node:crypto';
import type { Algorithm, Members } from '../types.ts';

/** Signs a payload in JSON as a compact JWS. The header has the `alg` of the key, and no `crit`. */
export type SignToken = (header: Members & { readonly alg: Algorithm }, payload: string) => Promise<string>;

/** RFC 7518 §3.3 requires this size, and jose neither signs nor verifies with less; an issuer may import smaller keys for tests. */
export const MIN_JOSE_RSA_BITS = 2048;

const encoder = new TextEncoder();

/** The function that signs with a private key; undefined for a key with which jose does not sign. */
export async function tokenSigner(key: KeyObject): Promise<SignToken | undefined> {
  const { modulusLength = MIN_JOSE_RSA_BITS } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_JOSE_RSA_BITS) return undefined;
  const { CompactSign } = await import('jose/jws/compact/sign');
  return (header, payload) => new CompactSign(encoder.encode(payload)).setProtectedHeader(header).sign(key);
}
