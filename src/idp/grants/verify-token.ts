/** Verifies a token that is presented as a grant: signed by a known issuer, not expired and not revoked. */
import { hash } from 'node:crypto';
import { toText } from '../../kernel/table.ts';
import { type ExpectedClaims, type JwtVerdict, readJwt, verifyJwt } from '../keys/verify.ts';
import type { Members } from '../types.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';
import type { ProviderDeps } from './provider.ts';

/**
 * The claims of a valid, unrevoked JWT of any known issuer; with audiences, of an assertion for one of them (RFC 7523 §3).
 * Throws OAuthError with the given code.
 */
export async function verifyToken(
  deps: ProviderDeps,
  token: string,
  code: OAuthErrorCode,
  audience?: readonly string[],
): Promise<Members> {
  const claims = await verifySignedToken(deps, token, code, {
    currentDate: new Date(deps.clock.now()),
    ...(audience === undefined ? {} : { audience: [...audience] }),
  });
  // `exp` is a number: it was verified.
  if (deps.revoked.has(tokenId(token), Number(claims['exp']))) throw new OAuthError(code, 'the token was revoked');
  return claims;
}

/**
 * Identifies a verified token by the hash of its signed bytes. The whole text is not unique: from one ECDSA signature,
 * anybody can compute another valid one.
 */
export const tokenId = (token: string): string => hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64url');

/** The claims of a JWT of any known issuer. Without expected claims, for a token that only identifies a user: it may have expired. */
export async function verifySignedToken(
  deps: ProviderDeps,
  token: string,
  code: OAuthErrorCode,
  expected?: ExpectedClaims,
): Promise<Members> {
  const read = readJwt(token);
  if (read === undefined) throw new OAuthError(code, 'the token is not a JWT');
  const { iss } = read.claims;
  if (typeof iss !== 'string') throw new OAuthError(code, 'the token has no iss claim');
  if (!deps.issuers.knows(iss)) throw new OAuthError(code, `unknown issuer ${iss}`);
  const kid = read.header['kid'];
  const answer = await deps.issuers.keysOf(iss, { thumbprints: [], ...(typeof kid === 'string' ? { kid } : {}) });
  // The details of the fetch are for the operator; the sender of a token must not see them.
  if (!answer.ok) throw new OAuthError(code, `the keys of ${iss} are not available (${answer.reason})`);
  const verdict = await verifyJwt(token, answer.keySet, expected);
  if (verdict === 'valid') return read.claims;
  const [wanted] = [expected?.audience].flat();
  const isOtherAudience = typeof verdict === 'object' && 'claim' in verdict && verdict.claim === 'aud';
  if (isOtherAudience && verdict.problem === 'value' && wanted !== undefined) {
    const audiences = [read.claims['aud']].flat().map(toText).join();
    throw new OAuthError(code, `the audience of the assertion is ${audiences}, not ${wanted}`);
  }
  throw new OAuthError(code, sentenceOf('token', verdict));
}

/** Why a token or assertion is refused. */
export function sentenceOf(noun: 'token' | 'assertion', verdict: Exclude<JwtVerdict, 'valid'>): string {
  if (verdict === 'signature') return `the signature of the ${noun} is invalid`;
  if ('unknownKid' in verdict) return `no key has the kid of the ${noun}, ${verdict.unknownKid.slice(0, 60)}`;
  const { claim, problem } = verdict;
  if (problem === 'value' && claim === 'exp') return `the ${noun} has expired`;
  if (problem === 'value' && claim === 'nbf') return `the ${noun} is not valid yet`;
  return `the claim ${claim} of the ${noun} is ${problem === 'missing' ? 'missing' : 'invalid'}`;
}
