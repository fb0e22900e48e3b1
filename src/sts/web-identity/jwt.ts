/** A JSON Web Token taken apart (RFC 7515 section 3, RFC 7519): compact form only, duplicates as AWS reads them. */

/** Deepest nesting of brackets that is read. */
const MAX_DEPTH = 1000;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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

export interface ParsedJwt {
  readonly algorithm: Algorithm;
  /** undefined: the header has none. */
  readonly kid: unknown;
  readonly claims: Members;
  /** The bytes that were signed: header and payload with the dot between them. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

export type JwtResult =
  | { readonly ok: true; readonly jwt: ParsedJwt }
  /** `detail` says what is wrong without showing any part of the token. */
  | { readonly ok: false; readonly code: string; readonly detail: string };

const broken = (code: string, detail: string): JwtResult => ({ ok: false, code, detail });

/** Reads a token of at most 20,000 characters, in time linear in its length. Verifies nothing. */
export function parseJwt(token: string): JwtResult {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first === -1 || second === -1) return broken('not-a-jwt', 'The token does not have three parts.');
  const parts = [token.slice(0, first), token.slice(first + 1, second), token.slice(second + 1)] as const;
  for (const [at, part] of parts.entries()) {
    // The signature of an unsigned token is empty; its alg is what is wrong with it.
    if (at === 2 && part === '') continue;
    if (!BASE64URL.test(part) || part.length % 4 === 1) {
      return broken('not-a-jwt', 'The token is not three base64url parts with a dot between them.');
    }
  }
  const header = readObject(parts[0]);
  if (header === undefined) return broken('not-a-jwt', "The token's header is not a JSON object.");
  const claims = readObject(parts[1]);
  if (claims === undefined) return broken('not-a-jwt', "The token's payload is not a JSON object.");
  const algorithm = header.get('alg');
  if (!isAlgorithm(algorithm)) {
    return broken(
      'unsupported-algorithm',
      `The token's alg is ${shown(algorithm)}; AWS accepts ${[...algorithms].join(', ')}.`,
    );
  }
  if (parts[2] === '') return broken('not-a-jwt', 'The token has no signature.');
  if (header.has('crit')) {
    return broken('critical-header', 'The token has a crit header; AWS understands no critical extension.');
  }
  return {
    ok: true,
    jwt: {
      algorithm,
      kid: header.get('kid'),
      claims,
      signed: Buffer.from(token.slice(0, second), 'latin1'),
      signature: Buffer.from(parts[2], 'base64url'),
    },
  };
}

const isAlgorithm = (value: unknown): value is Algorithm => typeof value === 'string' && algorithms.has(value);

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'not a string');

/** The members of a part's JSON object, the last of two that share a name; undefined when it is not one. */
function readObject(part: string): Members | undefined {
  try {
    const text = utf8.decode(Buffer.from(part, 'base64url'));
    if (text.length > MAX_DEPTH && tooDeep(text)) return undefined;
    const value: unknown = JSON.parse(text);
    return isObject(value) ? new Members(value) : undefined;
  } catch {
    // Neither UTF-8 nor JSON: the caller says that the part is not an object.
    return undefined;
  }
}

/** A JSON object, as opposed to an array or null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function tooDeep(text: string): boolean {
  let depth = 0;
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inside) {
      if (char === '\\') at++;
      else if (char === '"') inside = false;
    } else if (char === '"') inside = true;
    else if (char === '{' || char === '[') {
      if (++depth > MAX_DEPTH) return true;
    } else if (char === '}' || char === ']') depth--;
  }
  return false;
}
