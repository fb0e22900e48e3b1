/** A JSON Web Token taken apart (RFC 7515 section 3, RFC 7519): compact form only, duplicates as AWS reads them. */
import { isUtf8 } from 'node:buffer';
import { readBase64 } from '../../kernel/base64.ts';
import { JsonError, type JsonLimits, readJson } from '../../kernel/json.ts';
import { ownText } from '../../kernel/size.ts';

/** A token has at most 20,000 characters; no text of that size has more values. */
const LIMITS: JsonLimits = { size: 100_000, depth: 1000, values: 100_000 };

/** The algorithms AWS accepts (STS API reference, AssumeRoleWithWebIdentity). */
export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512';

const algorithms: ReadonlySet<string> = new Set(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512']);

/** Members of a JSON object by name, whatever the names are: those an object has by itself are not among them. */
export class Members {
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(object: Readonly<Record<string, unknown>>) {
    this.#object = object;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  /** The member, or undefined when there is none. */
  get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  names(): readonly string[] {
    return Object.keys(this.#object);
  }
}

/** A signed object of which nothing is proven yet (RFC 7515 section 3.1). */
export interface ParsedJws {
  readonly algorithm: Algorithm;
  /** undefined: the header has none. */
  readonly kid: unknown;
  readonly payload: Buffer;
  /** The bytes that were signed: header and payload with the dot between them. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

export interface ParsedJwt extends ParsedJws {
  readonly claims: Members;
}

/** `detail` says what is wrong without showing any part of the token. */
type Broken = { readonly ok: false; readonly code: string; readonly detail: string };

const broken = (code: string, detail: string): Broken => ({ ok: false, code, detail });

/** Reads a token of at most 20,000 characters, in time linear in its length. Verifies nothing. */
export function parseJwt(token: string): { readonly ok: true; readonly jwt: ParsedJwt } | Broken {
  const parsed = parseJws(token);
  if (!parsed.ok) return parsed;
  const claims = readObject(parsed.jws.payload);
  return claims === undefined
    ? broken('not-a-jwt', "The token's payload is not a JSON object.")
    : { ok: true, jwt: { ...parsed.jws, claims } };
}

/** Reads the compact form and its header; the payload may be anything. */
export function parseJws(token: string): { readonly ok: true; readonly jws: ParsedJws } | Broken {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first === -1 || second === -1) return broken('not-a-jwt', 'The token does not have three parts.');
  const payload = readBase64(token.slice(first + 1, second), 'base64url');
  // `echo "$TOKEN" > file`, as the guides of GitLab and Bitbucket have it, ends the file with a line feed that no SDK takes away.
  const signature = readBase64(token.slice(second + 1).replace(/\r?\n$/, ''), 'base64url');
  const header = readHeader(token.slice(0, first));
  if (header === undefined || payload === undefined || signature === undefined) {
    return broken(
      'not-a-jwt',
      'The token is not a JSON header, a payload and a signature in base64url with dots between.',
    );
  }
  const algorithm = header.get('alg');
  if (!isAlgorithm(algorithm)) {
    return broken(
      'unsupported-algorithm',
      `The token's alg is ${shown(algorithm)}; AWS accepts ${[...algorithms].join(', ')}.`,
    );
  }
  // The signature of an unsigned token is empty too; its alg is what is wrong with that.
  if (signature.length === 0) return broken('not-a-jwt', 'The token has no signature.');
  if (header.has('crit')) {
    return broken('critical-header', 'The token has a crit header; AWS understands no critical extension.');
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

/** Headers are few, since an issuer has few keys; of those of usual length the last ones are remembered. */
const REMEMBERED = { headers: 200, characters: 500 };
const headers = new Map<string, Members>();

function readHeader(part: string): Members | undefined {
  const known = headers.get(part);
  if (known !== undefined) return known;
  const bytes = readBase64(part, 'base64url');
  const header = bytes === undefined ? undefined : readObject(bytes);
  if (header === undefined || part.length > REMEMBERED.characters) return header;
  // A part of a token would keep the whole request.
  headers.set(ownText(part), header);
  const [oldest] = headers.keys();
  if (headers.size > REMEMBERED.headers && oldest !== undefined) headers.delete(oldest);
  return header;
}

const isAlgorithm = (value: unknown): value is Algorithm => typeof value === 'string' && algorithms.has(value);

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'not a string');

/** The members of a JSON object, the last of two that share a name; undefined when the bytes are not one. */
function readObject(bytes: Buffer): Members | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const value = readJson(bytes.toString('utf8'), LIMITS);
    return isObject(value) ? new Members(value) : undefined;
  } catch (error) {
    // Not JSON, or too much of it: the caller says that the part is not an object.
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** A JSON object, as opposed to an array or null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
