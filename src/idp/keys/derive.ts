/** Elliptic-curve keys derived from the instance secret, so that replicas and restarts use the same keys. */
import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import { JWS_ALGORITHMS } from '../../kernel/jws-algorithms.ts';
import type { Sealer } from '../../kernel/seal.ts';
import { table } from '../../kernel/table.ts';
import type { Algorithm } from '../types.ts';

interface Scalar {
  readonly bytes: number;
  /** Mask of the first byte: P-521 has 521 bits in 66 bytes. */
  readonly mask: number;
}

const SCALARS: Readonly<Record<string, Scalar>> = table({
  'P-256': { bytes: 32, mask: 0xff },
  'P-384': { bytes: 48, mask: 0xff },
  'P-521': { bytes: 66, mask: 0x01 },
});

const PURPOSE = 'issuer-key';

/** PKCS#8 around a 32-byte Ed25519 seed (RFC 8410 §7). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Derives the private key of a label for the algorithm; the same secret gives the same key. */
export function deriveKey(alg: Algorithm, sealer: Sealer, label: string): KeyObject {
  const { crv = '', curve = '' } = JWS_ALGORITHMS[alg];
  if (crv === 'Ed25519') {
    const der = Buffer.concat([ED25519_PKCS8, sealer.derive(PURPOSE, label)]);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  }
  const scalar = SCALARS[crv];
  if (scalar === undefined) throw new TypeError(`${alg} has no curve`);
  return scalarKey(scalar, { crv, curve }, sealer, label);
}

/** Derives candidates until one is in range (FIPS 186-5 A.2.2); on these curves the first one nearly always is. */
function scalarKey(
  { bytes, mask }: Scalar,
  { crv, curve }: { readonly crv: string; readonly curve: string },
  sealer: Sealer,
  label: string,
): KeyObject {
  for (let attempt = 0; ; attempt++) {
    const blocks = [0, 1, 2].map(block => sealer.derive(PURPOSE, `${label}\0${attempt}\0${block}`));
    const d = Buffer.concat(blocks).subarray(0, bytes);
    d[0] = (d[0] ?? 0) & mask;
    const point = publicPoint(curve, d);
    if (point === undefined) continue;
    const x = point.subarray(1, 1 + bytes).toString('base64url');
    const y = point.subarray(1 + bytes).toString('base64url');
    return createPrivateKey({ key: { kty: 'EC', crv, x, y, d: d.toString('base64url') }, format: 'jwk' });
  }
}

/** The public point of a private number; undefined if it is zero or not below the order of the group. */
function publicPoint(curve: string, d: Buffer): Buffer | undefined {
  const ecdh = createECDH(curve);
  try {
    ecdh.setPrivateKey(d);
    return ecdh.getPublicKey();
  } catch {
    // Node throws for a private number out of range; the caller tries the next candidate.
    return undefined;
  }
}
