/**
 * The compact serialization of JSON Web Signatures (RFC 7515 §3.1): the only parser and writer of Rolecall's own. The
 * parser verifies nothing. The writer writes any header and signature, because tokens with defects need invalid ones.
 */
import { isUtf8 } from 'node:buffer';
import { type KeyObject, sign } from 'node:crypto';
import { readBase64 } from './base64.ts';
import { isObject, JsonError, type JsonLimits, readJson } from './json.ts';
import { JWS_ALGORITHMS, type JwsAlgorithm } from './jws-algorithms.ts';
import { copyText } from './size.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A parsed but not verified JWS. */
export interface CompactJws {
  /** As parsed: the caller looks up own members only. */
  readonly header: JsonObject;
  readonly payload: Buffer;
  /** The JWS signing input: header, dot, payload. */
  readonly signed: Buffer;
  /** May be empty. */
  readonly signature: Buffer;
}

/** `parts`: fewer than three parts; `encoding`: not a JSON object and two further parts, each in canonical base64url. */
type JwsError = 'parts' | 'encoding';

/** Parses a JWS in linear time; the caller limits its length and passes one constant limits object. The payload can be any bytes. */
export function parseJws(token: string, limits: JsonLimits): CompactJws | JwsError {
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  if (first === -1 || second === -1) return 'parts';
  const payload = readBase64(token.slice(first + 1, second), 'base64url');
  const signature = readBase64(token.slice(second + 1), 'base64url');
  const header = readHeader(token.slice(0, first), limits);
  if (header === undefined || payload === undefined || signature === undefined) return 'encoding';
  return { header, payload, signed: Buffer.from(token.slice(0, second), 'latin1'), signature };
}

/**
 * Cache of parsed headers: an issuer has few keys, so tokens share headers. Each limits object has its own, because a
 * header within the limits of one caller may exceed those of another.
 */
const HEADER_CACHE_LIMITS = { headers: 200, characters: 500 };
const headersByLimits = new WeakMap<JsonLimits, Map<string, JsonObject>>();

function readHeader(part: string, limits: JsonLimits): JsonObject | undefined {
  const headers = headersByLimits.get(limits) ?? new Map<string, JsonObject>();
  headersByLimits.set(limits, headers);
  const known = headers.get(part);
  if (known !== undefined) return known;
  const bytes = readBase64(part, 'base64url');
  const header = bytes === undefined ? undefined : readJsonObject(bytes, limits);
  if (header === undefined || part.length > HEADER_CACHE_LIMITS.characters) return header;
  // A slice of the token would keep the whole request in memory.
  headers.set(copyText(part), header);
  const [oldest] = headers.keys();
  if (headers.size > HEADER_CACHE_LIMITS.headers && oldest !== undefined) headers.delete(oldest);
  return header;
}

/** A JSON object with the last of duplicate members; undefined when the bytes are not a JSON object within the limits. */
export function readJsonObject(bytes: Buffer, limits: JsonLimits): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const value = readJson(bytes.toString('utf8'), limits);
    return isObject(value) ? value : undefined;
  } catch (error) {
    // Not JSON, or over the limits: the caller reports it.
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** The text that is signed, of a header and a payload in JSON. */
export const signingInput = (header: string, payload: string): string => `${encode(header)}.${encode(payload)}`;

/** A signing input and its signature. */
export const compactJws = (input: string, signature: Buffer): string => `${input}.${signature.toString('base64url')}`;

/** Signs on the thread pool, so that the event loop is not blocked. The algorithm need not be the header's. */
export function signInput(alg: JwsAlgorithm, key: KeyObject, input: string): Promise<Buffer> {
  const row = JWS_ALGORITHMS[alg];
  return new Promise((resolve, reject) => {
    sign(row.hash, Buffer.from(input), row.input(key), (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}
