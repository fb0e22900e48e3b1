/** Limits the size, depth and number of values of JSON in requests: of texts before they are parsed (RFC 8259), and of objects. */
import { jsonErrorOffset } from './json-error-offset.ts';

/** Limits of a JSON text. */
export interface JsonLimits {
  /** Maximum size in characters (UTF-16 code units). */
  readonly size: number;
  /** Maximum nesting. JSON.parse recurses, so without this limit the sender controls the use of the stack. */
  readonly depth: number;
  /** Maximum number of members and items, at all depths. */
  readonly values: number;
}

/** The limit that a text exceeds, or `not-json`. */
type JsonErrorCode = 'too-large' | 'too-deep' | 'too-many' | 'not-json';

/** Thrown by `readJson`; the message is a predicate without a subject: "nests deeper than 64 levels". */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly code: JsonErrorCode;
  /** Offset in the text, in characters; undefined if it is not known, and for objects. */
  readonly at: number | undefined;

  constructor(code: JsonErrorCode, message: string, options: { readonly at?: number | undefined } = {}) {
    super(message);
    this.code = code;
    this.at = options.at;
  }
}

/** Whether it is a JSON object, as opposed to an array or null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One step of a JSON Pointer (RFC 6901 section 3). */
export const pointerStep = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The JSON Pointer of these steps. */
export const pointer = (...names: readonly (string | number)[]): string => names.map(pointerStep).join('');

/** The names that a JSON Pointer consists of. */
export const readPointer = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Throws JsonError for a text that exceeds its limits, in linear time; does not check its syntax. */
export function checkJsonLimits(text: string, { size, depth, values }: JsonLimits): void {
  if (text.length > size) throw new JsonError('too-large', `is larger than ${size} characters`, { at: size });
  // Each value and each level takes a character: most texts are too short, or have too few brackets, to exceed a limit.
  if (text.length <= values && hasAtMostBrackets(text, depth)) return;
  let level = 0;
  let count = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === 0x7b || code === 0x5b) {
      if (++level > depth) throw tooDeep(depth, at);
      count++;
    } else if (code === 0x7d || code === 0x5d) level--;
    else if (code === COMMA) count++;
    if (count > values) throw tooMany(values, at);
  }
}

const tooDeep = (depth: number, at?: number): JsonError =>
  new JsonError('too-deep', `nests deeper than ${depth} levels`, { at });
const tooMany = (values: number, at?: number): JsonError =>
  new JsonError('too-many', `has more than ${values} values`, { at });

/**
 * Throws JsonError for a value that nests too deep (circular ones included) or has too many values; shared values count
 * each time. Otherwise the sender would control the stack and time of functions that recurse over the value.
 */
export function checkValueLimits(value: unknown, { depth, values }: Omit<JsonLimits, 'size'>): void {
  const waiting: { readonly value: object; readonly level: number }[] = [];
  let count = 0;
  const enter = (value: unknown, level: number): void => {
    if (++count > values) throw tooMany(values);
    if (typeof value !== 'object' || value === null) return;
    if (level > depth) throw tooDeep(depth);
    waiting.push({ value, level });
  };
  enter(value, 1);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, level } = next;
    // JSON prints bytes as one member each.
    if (ArrayBuffer.isView(value)) {
      count += value.byteLength;
      if (count > values) throw tooMany(values);
    } else for (const item of Array.isArray(value) ? value : Object.values(value)) enter(item, level + 1);
  }
}

/** Whether a text has at most `most` opening brackets, in strings or not: a cheap upper bound of its depth. */
function hasAtMostBrackets(text: string, limit: number): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1))
      if (++count > limit) return false;
  }
  return true;
}

/** The index of the closing quote of the string that begins at `start`; the length of the text if the string is unclosed. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

/** Maximum length of a text for which the position of a syntax error is reported. */
const MAX_EXAMINED = 256 * 1024;

/**
 * Parses a JSON text within limits; throws JsonError. For duplicate members the last one is used. A member named
 * `__proto__` is an ordinary member, but the objects have a prototype: use Object.hasOwn for names from requests.
 */
export function readJson(text: string, limits: JsonLimits): unknown {
  checkJsonLimits(text, limits);
  try {
    return JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes the text, which may contain a secret, so it is not passed on.
    const at = text.length <= MAX_EXAMINED ? jsonErrorOffset(text) : undefined;
    if (at === text.length) throw new JsonError('not-json', 'is not JSON: unexpected end of text', { at });
    throw new JsonError('not-json', `is not JSON${at === undefined ? '' : `: unexpected text at character ${at}`}`, {
      at,
    });
  }
}
