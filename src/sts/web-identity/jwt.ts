/** Parser for JSON Web Tokens (RFC 7519) by AWS's rules: compact serialization only; duplicate members as AWS reads them. */
import type { JsonLimits } from '../../kernel/json.ts';
import { type CompactJws, parseJws as parseCompactJws, readJsonObject } from '../../kernel/jws.ts';
import { type Algorithm, type ParseError, parseError, readHeader } from '../../policy/web-identity/header.ts';
import { Members } from '../../policy/web-identity/members.ts';
import { WEB_IDENTITY_TOKEN } from '../../policy/web-identity/parameters.ts';

/** A token has at most 20,000 characters, so these limits are never reached. */
const LIMITS: JsonLimits = { size: 100_000, depth: 1000, values: 100_000 };

/** A parsed but not verified JWS (RFC 7515 section 3.1). */
export interface ParsedJws extends Omit<CompactJws, 'header'> {
  readonly algorithm: Algorithm;
  /** Undefined when the header has no kid. */
  readonly kid: unknown;
}

export interface ParsedJwt extends ParsedJws {
  readonly claims: Members;
}

/** Parses a token of at most 20,000 characters, in linear time. Does not verify the signature. */
export function parseJwt(token: string): { readonly ok: true; readonly jwt: ParsedJwt } | ParseError {
  const parsed = parseJws(token);
  if (!parsed.ok) return parsed;
  const claims = readJsonObject(parsed.jws.payload, LIMITS);
  return claims === undefined
    ? parseError('not-a-jwt', "The token's payload is not a JSON object.")
    : { ok: true, jwt: { ...parsed.jws, claims: new Members(claims) } };
}

/** The `iss` of a token that is not verified; undefined if the text is not a token with an iss. */
export function unverifiedIssuer(token: string): string | undefined {
  const parsed = token.length > WEB_IDENTITY_TOKEN.max ? undefined : parseJwt(token);
  const iss = parsed?.ok === true ? parsed.jwt.claims.get('iss') : undefined;
  return typeof iss === 'string' ? iss : undefined;
}

/** Parses the compact serialization and its header; the payload can be any bytes. */
export function parseJws(token: string): { readonly ok: true; readonly jws: ParsedJws } | ParseError {
  // `echo "$TOKEN" > file`, as in the guides of GitLab and Bitbucket, adds a line feed that the SDKs do not remove.
  const parsed = parseCompactJws(token.replace(/\r?\n$/, ''), LIMITS);
  if (parsed === 'parts') return parseError('not-a-jwt', 'The token does not have three parts.');
  if (parsed === 'encoding') {
    return parseError(
      'not-a-jwt',
      'The token is not a JSON header, a payload and a signature, each in base64url and separated by dots.',
    );
  }
  const { payload, signed, signature } = parsed;
  const header = readHeader(new Members(parsed.header), signature.length > 0);
  if (!header.ok) return header;
  const { algorithm, kid } = header;
  return { ok: true, jws: { algorithm, kid, payload, signed, signature } };
}
