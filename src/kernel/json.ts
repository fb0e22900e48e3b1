/** JSON from outside, bounded in size, depth and number of values: texts before they are parsed (RFC 8259), and values that arrive as objects. */
import { jsonErrorOffset } from './json-error-offset.ts';

/** What a text may be at most. */
export interface JsonLimits {
  /** Characters (UTF-16 code units). */
  readonly size: number;
  /** Brackets within brackets. JSON.parse recurses, so that a text without this bound chooses how much stack it takes. */
  readonly depth: number;
  /** Members and items, at every depth. */
  readonly values: number;
}

/** How a text exceeds its limits, or that it is no JSON. */
export type JsonErrorCode = 'too-large' | 'too-deep' | 'too-many' | 'not-json';

/** Thrown by `readJson`; the message is a clause without a subject: "nests deeper than 64 levels". */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly code: JsonErrorCode;
  /** Where in the text, in characters from its start; undefined when that is not known, and for values. */
  readonly at: number | undefined;

  constructor(code: JsonErrorCode, message: string, options: { readonly at?: number | undefined } = {}) {
    super(message);
    this.code = code;
    this.at = options.at;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** Throws JsonError for a text that exceeds its limits, in time linear in its size; says nothing about its grammar. */
export function boundJson(text: string, { size, depth, values }: JsonLimits): void {
  if (text.length > size) throw new JsonError('too-large', `is larger than ${size} characters`, { at: size });
  // Each value and each level takes a character: most texts are too short, or have too few brackets, to exceed anything.
  if (text.length <= values && opensAtMost(text, depth)) return;
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
 * Throws JsonError for a value that nests too deep, a circular one too, or holds too much; what it holds twice counts
 * twice. Whatever walks or prints such a value by recursion would take as much stack and time as its sender likes.
 */
export function boundValue(value: unknown, { depth, values }: Omit<JsonLimits, 'size'>): void {
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
    // Bytes are printed as so many members.
    if (ArrayBuffer.isView(value)) {
      count += value.byteLength;
      if (count > values) throw tooMany(values);
    } else for (const item of Array.isArray(value) ? value : Object.values(value)) enter(item, level + 1);
  }
}

/** Whether no more brackets open than so, in strings or not: a bound of the depth that costs little. */
function opensAtMost(text: string, most: number): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1))
      if (++count > most) return false;
  }
  return true;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

/** Characters of a text of which is said where it stops being JSON. */
const EXAMINED = 256 * 1024;

/**
 * Reads a text within its limits; throws JsonError. Of two members with one name the later counts. A member named
 * `__proto__` is a member like any other, but objects do have a prototype: look names from outside up with Object.hasOwn.
 */
export function readJson(text: string, limits: JsonLimits): unknown {
  boundJson(text, limits);
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse quotes the text, which may be a secret: neither its sentence nor its error goes on.
    const at = text.length <= EXAMINED ? jsonErrorOffset(text) : undefined;
    if (at === text.length) throw new JsonError('not-json', 'is not JSON: it ends too early', { at });
    throw new JsonError('not-json', `is not JSON${at === undefined ? '' : `: unexpected text at character ${at}`}`, {
      at,
    });
  }
}
