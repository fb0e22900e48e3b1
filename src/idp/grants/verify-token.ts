/** Verifies a token that is presented as a grant: signed by a known issuer and not expired. */
import { hash } from 'node:crypto';
import { readJwt, verifiesWith } from '../keys/verify.ts';
import type { Members } from '../types.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';
import type { ProviderDeps } from './provider.ts';

/** The claims of a valid, unrevoked JWT of any known issuer; throws OAuthError with the given code. */
export async function verifyToken(deps: ProviderDeps, token: string, code: OAuthErrorCode): Promise<Members> {
  const claims = await verifySignedToken(deps, token, code);
  const { exp, nbf } = claims;
  const now = deps.clock.now() / 1000;
  if (typeof exp !== 'number' || exp <= now) throw new OAuthError(code, 'the token has expired');
  if (typeof nbf === 'number' && nbf > now) throw new OAuthError(code, 'the token is not valid yet');
  if (deps.revoked.has(tokenId(token), exp)) throw new OAuthError(code, 'the token was revoked');
  return claims;
}

/**
 * Identifies a verified token by the hash of its signed bytes. The whole text is not unique: from one ECDSA signature,
 * anybody can compute another valid one.
 */
export const tokenId = (token: string): string => hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64url');

/** The same without the checks of time and revocation: for a token that only identifies a user. */
export async function verifySignedToken(deps: ProviderDeps, token: string, code: OAuthErrorCode): Promise<Members> {
  const read = readJwt(token);
  if (read === undefined) throw new OAuthError(code, 'the token is not a JWT');
  const { iss } = read.claims;
  if (typeof iss !== 'string') throw new OAuthError(code, 'the token has no iss claim');
  if (!deps.issuers.knows(iss)) throw new OAuthError(code, `unknown issuer ${iss}`);
  const kid = read.header['kid'];
  const answer = await deps.issuers.keysOf(iss, { thumbprints: [], ...(typeof kid === 'string' ? { kid } : {}) });
  // The details of the fetch are for the operator; the sender of a token must not see them.
  if (!answer.ok) throw new OAuthError(code, `the keys of ${iss} are not available (${answer.reason})`);
  if (await verifiesWith(token, answer.keySet)) return read.claims;
  throw new OAuthError(code, 'the signature of the token is invalid');
}
