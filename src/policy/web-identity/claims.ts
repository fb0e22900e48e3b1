/** The standard claims of a web identity token, read and checked like AWS does. */
import { isObject } from '../../kernel/json.ts';
import type { Members } from './members.ts';
import {
  type ErrorDetail,
  expiredTokenException,
  invalidIdentityToken,
  missingClaim,
  TOLERANCE,
  tokenExpiredMessage,
  unknownThirdPartyError,
} from './refusals.ts';

const INTEGER_TEXT = /^[+-]?\d{1,19}$/;
/** AWS uses 64-bit integers; a double is exact up to 53 bits, which is enough for dates. */
const MAX_SECONDS = 2 ** 63;

export interface StandardClaims {
  readonly issuer: string;
  readonly subject: string;
  /** `azp` when the token has one, else the only `aud`. */
  readonly audience: string;
  /** All values of `aud`. */
  readonly audiences: readonly string[];
  readonly authorizedParty: boolean;
}

/** Required claims, in the order in which AWS checks them. */
const REQUIRED = ['iss', 'sub', 'aud', 'iat', 'exp'] as const;

const known = (reason: string, detail: string): ErrorDetail => ({ reason, detail });

/** Reads iss, sub, aud and azp. Throws InvalidIdentityToken, or InternalFailure when sub is not a scalar. */
export function readStandardClaims(claims: Members): StandardClaims {
  for (const name of REQUIRED) {
    if (!claims.has(name)) {
      throw missingClaim(name, {
        ...known('missing-claim', `The token has no ${name} claim.`),
        facts: { claim: name, issuer: keyValue(claims.get('iss'))?.slice(0, 255) },
      });
    }
  }
  return { issuer: readIssuer(claims.get('iss')), subject: readSubject(claims.get('sub')), ...readAudience(claims) };
}

function readIssuer(iss: unknown): string {
  if (typeof iss === 'string' && iss !== '') return iss;
  throw invalidIdentityToken('Issuer must be a valid URL', known('bad-issuer', "The token's iss is not a URL."));
}

function readSubject(sub: unknown): string {
  if (typeof sub === 'string') return sub;
  if (typeof sub === 'number' || typeof sub === 'boolean') return String(sub);
  throw unknownThirdPartyError(
    'Unknown error validating third-party token',
    known('bad-subject', "The token's sub is null, a list or an object; AWS returns status 500 for that."),
  );
}

function readAudience(claims: Members): Pick<StandardClaims, 'audience' | 'audiences' | 'authorizedParty'> {
  const aud = claims.get('aud');
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter(isScalar).map(String);
  if (Array.isArray(aud) && aud.length === 0) {
    throw invalidIdentityToken(
      'Claim is not allowed to be empty: aud',
      known('empty-audience', "The token's aud is an empty list."),
    );
  }
  const azp = claims.get('azp');
  if (azp !== undefined && azp !== null) {
    return { audience: isScalar(azp) ? String(azp) : '', audiences, authorizedParty: true };
  }
  if (audiences.length > 1) {
    throw invalidIdentityToken(
      'Token audience contains more than one audience while authorized party is not present',
      known(
        'several-audiences',
        `The token's aud has ${audiences.length} values and there is no azp claim to select one.`,
      ),
    );
  }
  return { audience: audiences[0] ?? '', audiences, authorizedParty: false };
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

interface TokenTimes {
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly notBefore: number | undefined;
}

/** Checks iat, exp and nbf against `now` (epoch milliseconds of the movable clock), with a tolerance of 300 seconds. */
export function checkTimes(claims: Members, now: number): TokenTimes {
  const seconds = Math.floor(now / 1000);
  const issuedAt = readSeconds(claims, 'iat');
  const expiresAt = readSeconds(claims, 'exp');
  const notBefore = claims.has('nbf') ? readSeconds(claims, 'nbf') : undefined;
  const at = (): string => new Date(now).toISOString();
  if (seconds - TOLERANCE >= expiresAt) {
    throw expiredTokenException(
      tokenExpiredMessage(seconds - TOLERANCE, expiresAt),
      known(
        'expired-token',
        `The token expired at ${instant(expiresAt)}, ${seconds - expiresAt} seconds ago (now is ${at()}); AWS tolerates ${TOLERANCE} seconds.`,
      ),
    );
  }
  if (issuedAt > seconds + TOLERANCE) {
    throw invalidIdentityToken(
      `Token issued in the future: ${issuedAt}`,
      known(
        'issued-in-future',
        `The token's iat is ${instant(issuedAt)}; now is ${at()}. AWS tolerates ${TOLERANCE} seconds.`,
      ),
    );
  }
  if (notBefore !== undefined && seconds + TOLERANCE < notBefore) {
    throw invalidIdentityToken(
      `Token not yet valid: current date/time ${seconds + TOLERANCE} must be after or equal to the not-before date/time ${notBefore}`,
      known(
        'not-yet-valid',
        `The token's nbf is ${instant(notBefore)}; now is ${at()}. AWS tolerates ${TOLERANCE} seconds.`,
      ),
    );
  }
  return { issuedAt, expiresAt, notBefore };
}

/** ISO 8601, or the number of seconds for a date outside the range of Date. */
const instant = (seconds: number): string =>
  Math.abs(seconds) < 8.64e12 ? new Date(seconds * 1000).toISOString() : `epoch second ${seconds}`;

function readSeconds(claims: Members, name: string): number {
  const value = claims.get(name);
  const seconds = typeof value === 'string' && INTEGER_TEXT.test(value) ? Number(value) : value;
  if (typeof seconds === 'number' && Number.isInteger(seconds) && Math.abs(seconds) <= MAX_SECONDS) return seconds;
  throw invalidIdentityToken(
    'Invalid timestamp in token claims.',
    known('invalid-timestamp', `The token's ${name} is not a whole number of seconds.`),
  );
}

/** The amr claim as the values of a multi-valued key; undefined when the token has none. */
export function readAmr(claims: Members): readonly string[] | undefined {
  const amr = claims.get('amr');
  if (amr === undefined || amr === null || isObject(amr)) return undefined;
  return (Array.isArray(amr) ? amr : [amr]).filter(isScalar).map(String);
}

/** A claim as the value of a condition key: strings unchanged, numbers and booleans as text; undefined for the rest. */
export function keyValue(value: unknown): string | undefined {
  return isScalar(value) ? String(value) : undefined;
}

/** Tokens issued by AWS (GetWebIdentityToken) cannot be used to assume a role. */
export const isOutboundIssuer = (url: string): boolean => url.endsWith('.tokens.sts.global.api.aws');

/** The issuer without its scheme, as in provider ARNs and condition keys. */
export const withoutScheme = (issuer: string): string =>
  issuer.startsWith('https://')
    ? issuer.slice('https://'.length)
    : issuer.startsWith('http://')
      ? issuer.slice('http://'.length)
      : issuer;
