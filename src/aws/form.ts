/** The form encoding of the Query protocol: names and values of a query string or a body, decoded. */
import { isUtf8 } from 'node:buffer';
import { ownText } from '../kernel/size.ts';
import { errorRow, malformedInput } from './error.ts';

/** Parameters in the order of their arrival; of a name given twice, the first value. */
export type Parameters = ReadonlyMap<string, string>;

/** More parameters than this are refused; the widest AWS call, 50 tags and all, has some hundred. */
export const PARAMETER_LIMIT = 2000;

/** Values of larger requests are copied, so that whoever keeps a name of an entity does not keep the request. */
const SHARED_BYTES = 4096;

const malformedQueryString = errorRow('MalformedQueryString', 400);

export const NO_PARAMETERS: Parameters = new Map();

/**
 * Reads a query string (as Node has it: one character per byte) and a body. Throws MalformedQueryString for a broken
 * percent escape or bytes that are not UTF-8, MalformedInput above the limit of parameters.
 */
export function readForm(query: string, body: Buffer | undefined): Parameters {
  if (query === '' && (body === undefined || body.length === 0)) return NO_PARAMETERS;
  const parameters = new Map<string, string>();
  let count = 0;
  const ownValue = query.length + (body?.length ?? 0) > SHARED_BYTES ? ownText : (text: string): string => text;
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

/** The decoded pairs of a raw query string, in order. */
export function pairs(query: string): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  eachPair(wireText(query), (name, value) => found.push([name, value]));
  return found;
}

/** Text of bytes that Node read as Latin-1; ASCII, which is all that a proper client sends, stays as it is. */
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
    // decodeURIComponent does not say which of the two rules was broken.
    throw brokenEscape(spaced);
  }
}

function brokenEscape(text: string): Error {
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
