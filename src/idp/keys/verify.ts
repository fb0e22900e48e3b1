/** Reads and verifies JWTs that are sent to the provider, with jose. STS has its own verification, by AWS's rules. */
import type { JWK, JWTVerifyOptions } from 'jose';
import type { PublishedKeySet } from '../../kernel/issuer-keys.ts';
import type { JsonLimits } from '../../kernel/json.ts';
import { parseJws, readJsonObject } from '../../kernel/jws.ts';
import { readMembers } from '../json.ts';
import type { Members } from '../types.ts';
import { ALGORITHM_NAMES } from './algorithms.ts';

const MAX_LENGTH = 100_000;
const LIMITS: JsonLimits = { size: MAX_LENGTH, depth: 101, values: 20_000 };

/** The unverified header and claims of a JWT; undefined if the text is not a well-formed JWT. */
export function readJwt(token: string): { readonly header: Members; readonly claims: Members } | undefined {
  const jws = token.length > MAX_LENGTH ? 'encoding' : parseJws(token, LIMITS);
  if (typeof jws === 'string') return undefined;
  const claims = readJsonObject(jws.payload, LIMITS);
  return claims && { header: readMembers(jws.header, ''), claims: readMembers(claims, '') };
}

/** `valid`; `signature` if no key verifies the token; `claim` with the first claim that is missing or has another value. */
export type JwtVerdict = 'valid' | 'signature' | { readonly claim: string };

/** The claims to verify; `exp` is required, and all times are compared with `currentDate`, the movable clock. */
export type ExpectedClaims = Required<Pick<JWTVerifyOptions, 'currentDate'>> &
  Pick<JWTVerifyOptions, 'audience' | 'issuer' | 'subject'>;

/** Verifies a JWT with the last key that has its kid, and its claims if any are expected. */
export async function verifyJwt(
  token: string,
  keySet: PublishedKeySet,
  expected?: ExpectedClaims,
): Promise<JwtVerdict> {
  const { header } = readJwt(token) ?? {};
  const jwk = keySet.keys.findLast(key => key['kid'] === header?.['kid']);
  // jose would accept `crit` with `b64`, whose payload is not the text that `readJwt` decodes.
  if (header === undefined || header['crit'] !== undefined || jwk === undefined) return 'signature';
  const [{ compactVerify }, { jwtVerify }, errors] = await Promise.all([
    import('jose/jws/compact/verify'),
    import('jose/jwt/verify'),
    import('jose/errors'),
  ]);
  const options = { algorithms: [...ALGORITHM_NAMES] };
  try {
    if (expected === undefined) await compactVerify(token, jwk as JWK, options);
    else await jwtVerify(token, jwk as JWK, { ...options, ...expected, requiredClaims: ['exp'] });
    return 'valid';
  } catch (error) {
    if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed)
      return { claim: error.claim };
    // TypeError and DOMException: the published key is invalid, or not for this algorithm.
    const isRefusal = [errors.JOSEError, TypeError, DOMException].some(type => error instanceof type);
    if (isRefusal) return 'signature';
    throw error;
  }
}
