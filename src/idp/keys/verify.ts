/** Verifies a compact JWS against a key set: for tokens sent to the provider. STS has its own verification. */
import { constants, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { readBase64 } from '../../kernel/base64.ts';
import { defined } from '../../kernel/defined.ts';
import type { PublishedKey, PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { isObject, type JsonLimits, readJson } from '../../kernel/json.ts';
import { readMembers } from '../json.ts';
import type { Members } from '../types.ts';
import { ALGORITHMS, isAlgorithm } from './algorithms.ts';

const MAX_LENGTH = 100_000;
const LIMITS: JsonLimits = { size: MAX_LENGTH, depth: 101, values: 20_000 };

/** The unverified header and claims of a JWT; undefined if the text is not a well-formed JWT. */
export function readJwt(token: string): { readonly header: Members; readonly claims: Members } | undefined {
  const [head = '', payload = '', signature, ...rest] = token.split('.');
  if (token.length > MAX_LENGTH || signature === undefined || rest.length > 0) return undefined;
  const header = decode(head);
  const claims = decode(payload);
  return header === undefined || claims === undefined ? undefined : { header, claims };
}

function decode(part: string): Members | undefined {
  try {
    const bytes = readBase64(part, 'base64url');
    const value = bytes === undefined ? undefined : readJson(bytes.toString(), LIMITS);
    return isObject(value) ? readMembers(value, '') : undefined;
  } catch {
    // Not JSON, or beyond the limits: not a JWT that this server issued.
    return undefined;
  }
}

/** True if the key with the token's kid verifies the signature, with an algorithm that matches the key. */
export function verifiesWith(token: string, keySet: PublishedKeySet): Promise<boolean> {
  const { header } = readJwt(token) ?? {};
  const alg = header?.['alg'];
  const jwk = keySet.keys.findLast(key => key['kid'] === header?.['kid']);
  if (!isAlgorithm(alg) || jwk === undefined || header?.['crit'] !== undefined) return Promise.resolve(false);
  const row = ALGORITHMS[alg];
  if (jwk['kty'] !== row.kty || (row.curve !== undefined && jwk['crv'] !== row.curve)) return Promise.resolve(false);
  const mark = token.lastIndexOf('.');
  const publicKey = readKey(jwk);
  if (publicKey === undefined) return Promise.resolve(false);
  const key = {
    key: publicKey,
    ...defined({ padding: row.padding }),
    ...(row.padding === constants.RSA_PKCS1_PSS_PADDING ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {}),
    ...(row.kty === 'EC' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
  };
  const signature = readBase64(token.slice(mark + 1), 'base64url');
  if (signature === undefined) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verify(row.digest, Buffer.from(token.slice(0, mark)), key, signature, (error, isGood) => {
      if (error === null) resolve(isGood);
      else reject(error);
    });
  });
}

/** Undefined for an invalid published key: not a point of its curve, not base64url, … */
function readKey(jwk: PublishedKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    // No signature verifies with such a key; the caller reports it.
    return undefined;
  }
}
