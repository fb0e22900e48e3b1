/** The signature algorithms (RFC 7518 §3, RFC 8037) as rows, and the one function that signs with a row. */
import { constants, createHmac, type KeyObject, sign } from 'node:crypto';
import { defined } from '../../kernel/defined.ts';
import { table } from '../../kernel/table.ts';
import type { Algorithm } from '../types.ts';

export interface AlgorithmRow {
  readonly alg: Algorithm;
  readonly kty: 'RSA' | 'EC' | 'OKP';
  /** JWK `crv`. */
  readonly curve?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519';
  /** Node's digest name; null if the algorithm includes its own digest. */
  readonly digest: string | null;
  readonly padding?: number;
}

const rsa = (alg: Algorithm, bits: number): AlgorithmRow => ({
  alg,
  kty: 'RSA',
  digest: `sha${bits}`,
  padding: constants.RSA_PKCS1_PADDING,
});
const ecdsa = (alg: Algorithm, curve: 'P-256' | 'P-384' | 'P-521', bits: number): AlgorithmRow => ({
  alg,
  kty: 'EC',
  curve,
  digest: `sha${bits}`,
});

export const ALGORITHMS: Readonly<Record<Algorithm, AlgorithmRow>> = table({
  RS256: rsa('RS256', 256),
  RS384: rsa('RS384', 384),
  RS512: rsa('RS512', 512),
  PS256: { ...rsa('PS256', 256), padding: constants.RSA_PKCS1_PSS_PADDING },
  ES256: ecdsa('ES256', 'P-256', 256),
  ES384: ecdsa('ES384', 'P-384', 384),
  ES512: ecdsa('ES512', 'P-521', 512),
  EdDSA: { alg: 'EdDSA', kty: 'OKP', curve: 'Ed25519', digest: null },
});

export const ALGORITHM_NAMES = Object.keys(ALGORITHMS) as readonly Algorithm[];

export const isAlgorithm = (name: unknown): name is Algorithm =>
  typeof name === 'string' && Object.hasOwn(ALGORITHMS, name);

/** Signs on the thread pool, so that the event loop is not blocked; returns base64url (RFC 7515 §3). */
export function signText(row: AlgorithmRow, key: KeyObject, input: string): Promise<string> {
  const options = {
    key,
    ...defined({ padding: row.padding }),
    ...(row.padding === constants.RSA_PKCS1_PSS_PADDING ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {}),
    ...(row.kty === 'EC' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
  };
  return new Promise((resolve, reject) => {
    sign(row.digest, Buffer.from(input), options, (error, signature) => {
      if (error === null) resolve(signature.toString('base64url'));
      else reject(error);
    });
  });
}

/** HMAC of the algorithm confusion attack: the public key is used as the secret (RFC 8725 §2.1). */
export const hmacText = (secret: string, input: string): string =>
  createHmac('sha256', secret).update(input).digest('base64url');
