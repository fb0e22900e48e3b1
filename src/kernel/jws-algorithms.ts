/** The signature algorithms of JSON Web Signatures (RFC 7518 §3, RFC 8037) as rows; used to sign and to verify with `node:crypto`. */
import { constants, type KeyObject } from 'node:crypto';
import { table } from './table.ts';

export type JwsAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

interface JwsAlgorithmRow {
  readonly kty: 'RSA' | 'EC' | 'OKP';
  /** JWK `crv`. */
  readonly crv?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519';
  /** Node's name of an EC curve. */
  readonly curve?: string;
  /** Node's name of the hash function; null if the algorithm includes its own. */
  readonly hash: string | null;
  /** The key in the form that `sign` and `verify` of `node:crypto` need for this algorithm. */
  readonly input: (key: KeyObject) => KeyInput;
}

type KeyInput =
  | KeyObject
  | { readonly key: KeyObject; readonly padding: number; readonly saltLength: number }
  | { readonly key: KeyObject; readonly dsaEncoding: 'ieee-p1363' };

const plain = (key: KeyObject): KeyInput => key;

const rsa = (bits: number): JwsAlgorithmRow => ({ kty: 'RSA', hash: `sha${bits}`, input: plain });

const rsaPss = (bits: number): JwsAlgorithmRow => ({
  kty: 'RSA',
  hash: `sha${bits}`,
  input: key => ({
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  }),
});

const ecdsa = (crv: 'P-256' | 'P-384' | 'P-521', curve: string, bits: number): JwsAlgorithmRow => ({
  kty: 'EC',
  crv,
  curve,
  hash: `sha${bits}`,
  input: key => ({ key, dsaEncoding: 'ieee-p1363' }),
});

export const JWS_ALGORITHMS: Readonly<Record<JwsAlgorithm, JwsAlgorithmRow>> = table({
  RS256: rsa(256),
  RS384: rsa(384),
  RS512: rsa(512),
  PS256: rsaPss(256),
  ES256: ecdsa('P-256', 'prime256v1', 256),
  ES384: ecdsa('P-384', 'secp384r1', 384),
  ES512: ecdsa('P-521', 'secp521r1', 512),
  EdDSA: { kty: 'OKP', crv: 'Ed25519', hash: null, input: plain },
});
