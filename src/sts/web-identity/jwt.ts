/** Parser for JSON Web Tokens (RFC 7515 section 3, RFC 7519): compact serialization only; duplicate members as AWS reads them. */
import { isUtf8 } from 'node:buffer';
import { readBase64 } from '../../kernel/base64.ts';
import { isObject, JsonError, type JsonLimits, readJson } from '../../kernel/json.ts';
import { copyText } from '../../kernel/size.ts';
import { Members } from '../../policy/web-identity/members.ts';

/** A token has at most 20,000 characters, so these limits are never reached. */
const LIMITS: JsonLimits = { size: 100_000, depth: 1000, values: 100_000 };

/** The algorithms AWS accepts (STS API reference, AssumeRoleWithWebIdentity). */
export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512';

const algorithms: ReadonlySet<string> = new Set(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']);

/** A parsed but not verified JWS (RFC 7515 section 3.1). */
export interface ParsedJws {
  readonly algorithm: Algorithm;
  /** Undefined when the header has no kid. */
  readonly kid: unknown;
  readonly payload: Buffer;
  /** The JWS signing input: header, dot, payload. */
  readonly signed: Buffer;
  readonly signature: Buffer;
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
  const claims = readObject(parsed.jws.payload);
  return claims === undefined
    ? parseError('not-a-jwt', "The token's payload is not a JSON object.")
    : { ok: true, jwt: { ...parsed.jws, claims } };
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
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first === -1 || second === -1) return parseError('not-a-jwt', 'The token does not have three parts.');
  const payload = readBase64(token.slice(first + 1, second), 'base64url');
  // `echo "$TOKEN" > file`, as in the guides of GitLab and Bitbucket, adds a line feed that the SDKs do not remove.
  const signature = readBase64(token.slice(second + 1).replace(/\r?\n$/, ''), 'base64url');
  const header = readHeader(token.slice(0, first));
  if (header === undefined || payload === undefined || signature === undefined) {
    return parseError(
      'not-a-jwt',
      'The token is not a JSON header, a payload and a signature, each in base64url and separated by dots.',
    );
  }
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
  return {
    ok: true,
    jws: {
      algorithm,
      kid: header.get('kid'),
      payload,
      signed: Buffer.from(token.slice(0, second), 'latin1'),
      signature,
    },
  };
}

/** Cache of parsed headers: an issuer has few keys, so tokens share headers. */
const HEADER_CACHE_LIMITS = { headers: 200, characters: 500 };
const headers = new Map<string, Members>();

function readHeader(part: string): Members | undefined {
  const known = headers.get(part);
  if (known !== undefined) return known;
  const bytes = readBase64(part, 'base64url');
  const header = bytes === undefined ? undefined : readObject(bytes);
  if (header === undefined || part.length > HEADER_CACHE_LIMITS.characters) return header;
  // A slice of the token would keep the whole request in memory.
  headers.set(copyText(part), header);
  const [oldest] = headers.keys();
  if (headers.size > HEADER_CACHE_LIMITS.headers && oldest !== undefined) headers.delete(oldest);
  return header;
}

const isAlgorithm = (value: unknown): value is Algorithm => typeof value === 'string' && algorithms.has(value);

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'not a string');

/** The members of a JSON object, the last of duplicates; undefined when the bytes are not a JSON object. */
function readObject(bytes: Buffer): Members | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const value = readJson(bytes.toString('utf8'), LIMITS);
    return isObject(value) ? new Members(value) : undefined;
  } catch (error) {
    // Not JSON, or over the limits: the caller reports it.
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
