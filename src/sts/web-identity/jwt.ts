/** Parser for JSON Web Tokens (RFC 7519) by AWS's rules: compact serialization only; duplicate members as AWS reads them. */
import type { JsonLimits } from '../../kernel/json.ts';
import { type CompactJws, parseJws as parseCompactJws, readJsonObject } from '../../kernel/jws.ts';
import type { JwsAlgorithm } from '../../kernel/jws-algorithms.ts';
import { Members } from '../../policy/web-identity/members.ts';

/** A token has at most 20,000 characters, so these limits are never reached. */
const LIMITS: JsonLimits = { size: 100_000, depth: 1000, values: 100_000 };

/** The algorithms AWS accepts (STS API reference, AssumeRoleWithWebIdentity). */
export type Algorithm = Exclude<JwsAlgorithm, 'PS256' | 'EdDSA'>;

const algorithms: ReadonlySet<string> = new Set(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']);

/** A parsed but not verified JWS (RFC 7515 section 3.1). */
export interface ParsedJws extends Omit<CompactJws, 'header'> {
  readonly algorithm: Algorithm;
  /** Undefined when the header has no kid. */
  readonly kid: unknown;
}

export interface ParsedJwt extends ParsedJws {
  readonly claims: Members;
}

/** `detail` explains the error and shows nothing of the token except an unsupported alg. */
type ParseError = { readonly ok: false; readonly code: string; readonly detail: string };

const parseError = (code: string, detail: string): ParseError => ({ ok: false, code, detail });

/** Parses a token of at most 20,000 characters, in linear time. Does not verify the signature. */
export function parseJwt(token: string): { readonly ok: true; readonly jwt: ParsedJwt } | ParseError {
  const parsed = parseJws(token);
  if (!parsed.ok) return parsed;
  const claims = readJsonObject(parsed.jws.payload, LIMITS);
  return claims === undefined
    ? parseError('not-a-jwt', "The token's payload is not a JSON object.")
    : { ok: true, jwt: { ...parsed.jws, claims: new Members(claims) } };
}

/** Maximum length of a token, in characters. */
const MAX_LENGTH = 20_000;

/** The `iss` of a token that is not verified; undefined if the text is not a token with an iss. */
export function unverifiedIssuer(token: string): string | undefined {
  const parsed = token.length > MAX_LENGTH ? undefined : parseJwt(token);
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
  const header = new Members(parsed.header);
  const algorithm = header.get('alg');
  if (!isAlgorithm(algorithm)) {
    return parseError(
      'unsupported-algorithm',
      `The token's alg is ${shown(algorithm)}; AWS accepts ${[...algorithms].join(', ')}.`,
    );
  }
  // Checked after alg: for an unsigned token, the error is about its alg.
  if (signature.length === 0) return parseError('not-a-jwt', 'The token has no signature.');
  if (header.has('crit')) {
    return parseError('critical-header', 'The token has a crit header; AWS supports no critical extensions.');
  }
  return { ok: true, jws: { algorithm, kid: header.get('kid'), payload, signed, signature } };
}

const isAlgorithm = (value: unknown): value is Algorithm => typeof value === 'string' && algorithms.has(value);

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'not a string');
