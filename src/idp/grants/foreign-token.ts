/** A token that somebody presents as a grant: signed by an issuer this server knows, in its time. */
import { hash } from 'node:crypto';
import { readJwt, verifiesWith } from '../keys/verify.ts';
import type { Members } from '../types.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';
import type { ProviderDeps } from './provider.ts';

/** The claims of a JWT of any known issuer, unrevoked; throws OAuthError with the code given. */
export async function checkToken(deps: ProviderDeps, token: string, code: OAuthErrorCode): Promise<Members> {
  const claims = await checkSigned(deps, token, code);
  const { exp, nbf } = claims;
  const now = deps.clock.now() / 1000;
  if (typeof exp !== 'number' || exp <= now) throw new OAuthError(code, 'the token has expired');
  if (typeof nbf === 'number' && nbf > now) throw new OAuthError(code, 'the token is not valid yet');
  if (deps.revoked.has(tokenId(token), exp)) throw new OAuthError(code, 'the token was revoked');
  return claims;
}

/**
 * What a token that was verified is remembered by: the bytes that were signed. Its text would not do, for whoever has
 * one ECDSA signature can write another that verifies too.
 */
export const tokenId = (token: string): string => hash('sha256', token.slice(0, token.lastIndexOf('.')), 'base64url');

/** The same for a token whose time does not matter: one that only says who somebody was. */
export async function checkSigned(deps: ProviderDeps, token: string, code: OAuthErrorCode): Promise<Members> {
  const read = readJwt(token);
  if (read === undefined) throw new OAuthError(code, 'the token is not a JWT');
  const { iss } = read.claims;
  if (typeof iss !== 'string') throw new OAuthError(code, 'the token has no issuer');
  if (!deps.issuers.knows(iss)) throw new OAuthError(code, `the issuer ${iss} is not known here`);
  const kid = read.header['kid'];
  const answer = await deps.issuers.keysOf(iss, { thumbprints: [], ...(typeof kid === 'string' ? { kid } : {}) });
  // Where the keys were looked for, and what came back, is for the operator, not for whoever sends a token.
  if (!answer.ok) throw new OAuthError(code, `the keys of ${iss} could not be had (${answer.reason})`);
  if (await verifiesWith(token, answer.keySet)) return read.claims;
  throw new OAuthError(code, 'the signature of the token is wrong');
}
