/** Elliptic-curve keys derived from the instance secret, so that replicas and restarts use the same keys. */
import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import type { Sealer } from '../../kernel/seal.ts';
import { table } from '../../kernel/table.ts';
import type { AlgorithmRow } from './algorithms.ts';

interface Curve {
  /** Node's curve name. */
  readonly name: string;
  readonly bytes: number;
  /** Mask of the first byte: P-521 has 521 bits in 66 bytes. */
  readonly mask: number;
}

const CURVES: Readonly<Record<string, Curve>> = table({
  'P-256': { name: 'prime256v1', bytes: 32, mask: 0xff },
  'P-384': { name: 'secp384r1', bytes: 48, mask: 0xff },
  'P-521': { name: 'secp521r1', bytes: 66, mask: 0x01 },
});

const PURPOSE = 'issuer-key';

/** PKCS#8 around a 32-byte Ed25519 seed (RFC 8410 §7). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Derives the private key of a label on the row's curve; the same secret gives the same key. */
export function deriveKey(row: AlgorithmRow, sealer: Sealer, label: string): KeyObject {
  if (row.curve === 'Ed25519') {
    const der = Buffer.concat([ED25519_PKCS8, sealer.derive(PURPOSE, label)]);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  }
  const curve = CURVES[row.curve ?? ''];
  if (curve === undefined) throw new TypeError(`${row.alg} has no curve`);
  return scalarKey(curve, row.curve ?? '', sealer, label);
}

/** Derives candidates until one is in range (FIPS 186-5 A.2.2); on these curves the first one nearly always is. */
function scalarKey(curve: Curve, crv: string, sealer: Sealer, label: string): KeyObject {
  for (let attempt = 0; ; attempt++) {
    const blocks = [0, 1, 2].map(block => sealer.derive(PURPOSE, `${label}\0${attempt}\0${block}`));
    const d = Buffer.concat(blocks).subarray(0, curve.bytes);
    d[0] = (d[0] ?? 0) & curve.mask;
    const point = publicPoint(curve, d);
    if (point === undefined) continue;
    const x = point.subarray(1, 1 + curve.bytes).toString('base64url');
    const y = point.subarray(1 + curve.bytes).toString('base64url');
    return createPrivateKey({ key: { kty: 'EC', crv, x, y, d: d.toString('base64url') }, format: 'jwk' });
  }
}

/** The public point of a private number; undefined if it is zero or not below the order of the group. */
function publicPoint(curve: Curve, d: Buffer): Buffer | undefined {
  const ecdh = createECDH(curve.name);
  try {
    ecdh.setPrivateKey(d);
    return ecdh.getPublicKey();
  } catch {
    // Node throws for a private number out of range; the caller tries the next candidate.
    return undefined;
  }
}
