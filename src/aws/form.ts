/** Decodes the form encoding of the Query protocol: the parameters of a query string and a body. */
import { isUtf8 } from 'node:buffer';
import { copyText } from '../kernel/size.ts';
import { malformedInput, malformedQueryString } from './error.ts';

/** Parameters in the order of the request; for a repeated name, the first value. */
export type Parameters = ReadonlyMap<string, string>;

/** Maximum number of parameters; the AWS call with the most, 50 tags included, has about a hundred. */
export const PARAMETER_LIMIT = 2000;

/** Above this size in bytes, values are copied, so that an entity that keeps a name does not keep the request in memory. */
const SHARED_BYTES = 4096;

export const NO_PARAMETERS: Parameters = new Map();

/**
 * Reads a query string (from Node: one character per byte) and a body. Throws MalformedQueryString for an invalid
 * percent escape or bytes that are not UTF-8, MalformedInput for too many parameters.
 */
export function readForm(query: string, body: Buffer | undefined): Parameters {
  if (query === '' && (body === undefined || body.length === 0)) return NO_PARAMETERS;
  const parameters = new Map<string, string>();
  let count = 0;
  const ownValue = query.length + (body?.length ?? 0) > SHARED_BYTES ? copyText : (text: string): string => text;
  const take = (name: string, value: string): void => {
    if (++count > PARAMETER_LIMIT) throw tooMany();
    if (!parameters.has(name)) parameters.set(name, ownValue(value));
  };
  eachPair(wireText(query), take);
  if (body === undefined) return parameters;
  if (!isUtf8(body)) throw notUtf8();
  eachPair(body.toString('utf8'), take);
  return parameters;
}

/** Decodes the name-value pairs of a raw query string, in order. */
export function decodePairs(query: string): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  eachPair(wireText(query), (name, value) => found.push([name, value]));
  return found;
}

/** Decodes bytes that Node read as Latin-1. Correct clients send only ASCII, which needs no decoding. */
function wireText(raw: string): string {
  if (isAscii(raw)) return raw;
  const bytes = Buffer.from(raw, 'latin1');
  if (!isUtf8(bytes)) throw notUtf8();
  return bytes.toString('utf8');
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function eachPair(text: string, take: (name: string, value: string) => void): void {
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('&', start);
    const end = next === -1 ? text.length : next;
    if (end > start) {
      const equals = text.indexOf('=', start);
      const cut = equals === -1 || equals > end ? end : equals;
      take(decode(text.slice(start, cut)), decode(text.slice(Math.min(cut + 1, end), end)));
    }
    start = end + 1;
  }
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // decodeURIComponent does not report which of the two rules is broken.
    throw invalidEscape(spaced);
  }
}

function invalidEscape(text: string): Error {
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at + 3)) {
    const digits = text.slice(at + 1, at + 3);
    if (digits.length < 2) return malformedQueryString('Incomplete trailing escape % sequence');
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) {
      return malformedQueryString(`Illegal hex character in escape % pattern: %${digits}`);
    }
  }
  return notUtf8();
}

const notUtf8 = (): Error => malformedQueryString('The request is not valid UTF-8.');
const tooMany = (): Error => malformedInput(`The request has more than ${PARAMETER_LIMIT} parameters.`);
