/** A strict JSON parser (RFC 8259): reports duplicate members, limits depth and size, and reports the position of an error. */
import { pointerStep } from '../kernel/json.ts';
import type { Json } from './decision.ts';

/** For the console, which may import from policy only. */
export { isObject, pointerStep } from '../kernel/json.ts';

/** Maximum nesting depth; a policy needs six levels. */
const maxDepth = 32;
/** Maximum number of reported duplicates. */
const maxDuplicates = 20;
/** Maximum length of the text, in characters: the limit of a policy document in the IAM service model. */
export const maxText = 131_072;

interface Duplicate {
  /** JSON Pointer of the second occurrence. */
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

export type JsonResult =
  | { readonly ok: true; readonly value: Json; readonly duplicates: readonly Duplicate[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

class ParseFailure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const escapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const words: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

// Fixed, anchored patterns without nesting: linear time.
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const blanks = /[ \t\n\r]*/y;
const plainText = /[^"\\\p{Cc}]*/uy;

/** Parses one JSON text of at most `limit` characters. Never throws. Keeps the last of two duplicate members. */
export function readJson(text: string, limit = maxText): JsonResult {
  if (text.length > limit) {
    return { ok: false, code: 'too-large', message: `The document has more than ${limit} characters.` };
  }
  const reader = new Reader(text);
  try {
    const value = reader.document();
    return { ok: true, value, duplicates: reader.duplicates };
  } catch (failure) {
    if (failure instanceof ParseFailure) return { ok: false, code: failure.code, message: failure.message };
    throw failure;
  }
}

class Reader {
  readonly duplicates: Duplicate[] = [];
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): Json {
    this.skip();
    const value = this.value('', 0);
    this.skip();
    if (this.at < this.text.length) throw this.unexpected();
    return value;
  }

  private value(path: string, depth: number): Json {
    if (depth > maxDepth) throw new ParseFailure('too-deep', `The document is nested deeper than ${maxDepth} levels.`);
    const first = this.text[this.at];
    if (first === '{') return this.object(path, depth);
    if (first === '[') return this.array(path, depth);
    if (first === '"') return this.string();
    for (const [word, value] of words) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    numberForm.lastIndex = this.at;
    const number = numberForm.exec(this.text)?.[0];
    if (number === undefined) throw this.unexpected();
    const value = Number(number);
    if (!Number.isFinite(value)) throw new ParseFailure('not-json', `The number ${number.slice(0, 20)} is too large.`);
    this.at += number.length;
    return value;
  }

  private object(path: string, depth: number): Json {
    const object: Record<string, Json> = Object.create(null);
    this.at += 1;
    this.skip();
    if (this.take('}')) return object;
    for (;;) {
      const start = this.at;
      if (this.text[this.at] !== '"') throw this.unexpected();
      const name = this.string();
      const step = path + pointerStep(name);
      if (name in object && this.duplicates.length < maxDuplicates) {
        this.duplicates.push({ path: step, name, ...this.place(start) });
      }
      this.skip();
      this.expect(':');
      this.skip();
      object[name] = this.value(step, depth + 1);
      this.skip();
      if (this.take('}')) return object;
      this.expect(',');
      this.skip();
    }
  }

  private array(path: string, depth: number): Json {
    const items: Json[] = [];
    this.at += 1;
    this.skip();
    if (this.take(']')) return items;
    for (;;) {
      items.push(this.value(path + pointerStep(items.length), depth + 1));
      this.skip();
      if (this.take(']')) return items;
      this.expect(',');
      this.skip();
    }
  }

  private string(): string {
    this.at += 1;
    let value = '';
    for (;;) {
      plainText.lastIndex = this.at;
      const run = plainText.exec(this.text)?.[0] ?? '';
      value += run;
      this.at += run.length;
      if (this.take('"')) return value;
      // DEL and the C1 controls are control characters to Unicode but not to JSON.
      const code = this.text.charCodeAt(this.at);
      if (code >= 0x7f) {
        value += this.text[this.at];
        this.at += 1;
      } else if (this.text[this.at] === '\\') value += this.escape();
      else throw this.unexpected();
    }
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? '';
    const plain = escapes.get(letter);
    if (plain !== undefined) {
      this.at += 2;
      return plain;
    }
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.unexpected();
    this.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  private skip(): void {
    blanks.lastIndex = this.at;
    blanks.exec(this.text);
    this.at = blanks.lastIndex;
  }

  private take(letter: string): boolean {
    if (this.text[this.at] !== letter) return false;
    this.at += 1;
    return true;
  }

  private expect(letter: string): void {
    if (!this.take(letter)) throw this.unexpected();
  }

  private place(at: number): { line: number; column: number } {
    const before = this.text.slice(0, at);
    const lastBreak = before.lastIndexOf('\n');
    return { line: before.split('\n').length, column: at - lastBreak };
  }

  private unexpected(): ParseFailure {
    const { line, column } = this.place(this.at);
    const letter = this.text[this.at];
    const problem = letter === undefined ? 'the text ends too early' : `unexpected ${JSON.stringify(letter)}`;
    return new ParseFailure('not-json', `Not JSON at line ${line}, column ${column}: ${problem}.`);
  }
}
