/** Reads and verifies JWTs that are sent to the provider, with jose. STS has its own verification, by AWS's rules. */
import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import type { JWTVerifyOptions } from 'jose';
import type { PublishedKey, PublishedKeySet } from '../../kernel/issuer-keys.ts';
import type { JsonLimits } from '../../kernel/json.ts';
import { type CompactJws, parseJws, readJsonObject } from '../../kernel/jws.ts';
import { JWS_ALGORITHMS } from '../../kernel/jws-algorithms.ts';
import { toText } from '../../kernel/table.ts';
import { IdpProblem } from '../idp-problem.ts';
import { readMembers } from '../json.ts';
import type { Algorithm, Members } from '../types.ts';
import { isAlgorithm } from './algorithms.ts';
import { MIN_RSA_BITS, MIN_RSA_EXPONENT } from './import.ts';
import { MIN_JOSE_RSA_BITS } from './sign.ts';

const MAX_LENGTH = 100_000;
const LIMITS: JsonLimits = { size: MAX_LENGTH, depth: 101, values: 20_000 };

interface ParsedJwt {
  readonly jws: CompactJws;
  readonly header: Members;
  readonly claims: Members;
}

/** An unverified JWT; undefined if the text is not a well-formed JWT. */
export function readJwt(token: string): ParsedJwt | undefined {
  const jws = token.length > MAX_LENGTH ? 'encoding' : parseJws(token, LIMITS);
  if (typeof jws === 'string') return undefined;
  const claims = readJsonObject(jws.payload, LIMITS);
  try {
    return claims && { jws, header: readMembers(jws.header, ''), claims: readMembers(claims, '') };
  } catch (error) {
    // A number such as 1e999, which is read as infinite.
    if (error instanceof IdpProblem) return undefined;
    throw error;
  }
}

/**
 * `valid`; `signature` if no key verifies the token; the kid that no key has; or the first claim that is missing, has
 * another type, or does not have an expected value.
 */
export type JwtVerdict =
  | 'valid'
  | 'signature'
  | { readonly unknownKid: string }
  | { readonly claim: string; readonly problem: 'missing' | 'type' | 'value' };

/** The claims to verify; `exp` is required, and all times are compared with `currentDate`, the movable clock. */
export type ExpectedClaims = Required<Pick<JWTVerifyOptions, 'currentDate'>> &
  Pick<JWTVerifyOptions, 'audience' | 'issuer' | 'subject'>;

/** Maximum number of keys that are tried for one token. */
const MAX_TRIES = 100;

/** Verifies a JWT with the keys that have its kid, or with all keys if it has none; and its claims if any are expected. */
export async function verifyJwt(
  token: string,
  keySet: PublishedKeySet,
  expected?: ExpectedClaims,
): Promise<JwtVerdict> {
  const read = readJwt(token);
  // jose would accept `crit` with `b64`, whose payload is not the text that `readJwt` decodes.
  if (read === undefined || read.header['crit'] !== undefined) return 'signature';
  const { alg, kid } = read.header;
  const named = kid === undefined ? keySet.keys : keySet.keys.filter(key => key['kid'] === kid);
  if (kid !== undefined && named.length === 0) return { unknownKid: toText(kid) };
  if (!isAlgorithm(alg)) return 'signature';
  for (const jwk of named.filter(key => isFor(key, alg)).slice(-MAX_TRIES)) {
    const key = keyObject(jwk);
    if (key !== undefined && (await isSignedBy(key, alg, token, read.jws)))
      return expected === undefined ? 'valid' : verifyClaims(token, expected);
  }
  return 'signature';
}

/** Whether a published key is meant to verify signatures of the algorithm (RFC 7517 §4.1 to §4.4). */
function isFor(jwk: PublishedKey, alg: Algorithm): boolean {
  const { kty, crv } = JWS_ALGORITHMS[alg];
  const { use = 'sig', alg: only = alg, key_ops: operations = ['verify'] } = jwk;
  return (
    jwk['kty'] === kty &&
    (crv === undefined || jwk['crv'] === crv) &&
    use === 'sig' &&
    only === alg &&
    Array.isArray(operations) &&
    operations.includes('verify')
  );
}

/** Keys by JWK; undefined for a JWK that is invalid, or an RSA key with which signatures can be forged. */
const keyObjects = new WeakMap<PublishedKey, { readonly key: KeyObject | undefined }>();

function keyObject(jwk: PublishedKey): KeyObject | undefined {
  const known = keyObjects.get(jwk) ?? { key: importPublic(jwk) };
  keyObjects.set(jwk, known);
  return known.key;
}

function importPublic(jwk: PublishedKey): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const { modulusLength = MIN_RSA_BITS, publicExponent = MIN_RSA_EXPONENT } = key.asymmetricKeyDetails ?? {};
    return modulusLength < MIN_RSA_BITS || publicExponent < MIN_RSA_EXPONENT ? undefined : key;
  } catch {
    // Not a point on its curve, a member that is not base64url, …: published keys are not validated before.
    return undefined;
  }
}

/** Verifies a signature with jose; with `node:crypto` for an RSA key that is too small for jose. */
async function isSignedBy(key: KeyObject, alg: Algorithm, token: string, jws: CompactJws): Promise<boolean> {
  if ((key.asymmetricKeyDetails?.modulusLength ?? MIN_JOSE_RSA_BITS) < MIN_JOSE_RSA_BITS) {
    const { hash, input } = JWS_ALGORITHMS[alg];
    return verify(hash, jws.signed, input(key), jws.signature);
  }
  const [{ compactVerify }, { JOSEError }] = await Promise.all([
    import('jose/jws/compact/verify'),
    import('jose/errors'),
  ]);
  try {
    await compactVerify(token, key, { algorithms: [alg] });
    return true;
  } catch (error) {
    if (error instanceof JOSEError) return false;
    throw error;
  }
}

const UNSECURED_HEADER = Buffer.from('{"alg":"none"}').toString('base64url');

/** Verifies the claims of a token whose signature is verified: jose reads its payload as that of an unsigned token. */
async function verifyClaims(token: string, expected: ExpectedClaims): Promise<JwtVerdict> {
  const [{ UnsecuredJWT }, errors] = await Promise.all([import('jose/jwt/unsecured'), import('jose/errors')]);
  const payload = token.split('.')[1] ?? '';
  try {
    UnsecuredJWT.decode(`${UNSECURED_HEADER}.${payload}.`, { ...expected, requiredClaims: ['exp'] });
    return 'valid';
  } catch (error) {
    if (!(error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed)) throw error;
    const { claim, reason } = error;
    return { claim, problem: reason === 'missing' ? 'missing' : reason === 'invalid' ? 'type' : 'value' };
  }
}
