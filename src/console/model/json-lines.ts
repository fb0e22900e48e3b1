/** Formats JSON as lines of tokens, each with its JSON Pointer, so that the page can mark parts of a policy. */
import type { Json } from '../../policy/decision.ts';
import { pointerStep } from '../../policy/json.ts';

type JsonTokenKind = 'name' | 'string' | 'literal' | 'punctuation';

interface JsonToken {
  readonly text: string;
  readonly kind: JsonTokenKind;
  /** JSON Pointer of the value that the token belongs to; a member name has the pointer of its value. */
  readonly pointer: string;
}

export interface Line {
  /** Line index, from 0. */
  readonly id: number;
  readonly depth: number;
  readonly tokens: readonly JsonToken[];
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** The lines of a document, broken like `JSON.stringify(document, null, 2)`. */
export function linesOf(document: Json): readonly Line[] {
  const lines: Line[] = [];
  const addLine = (depth: number, tokens: readonly JsonToken[]): void =>
    void lines.push({ id: lines.length, depth, tokens });
  const print = (value: Json, pointer: string, depth: number, head: readonly JsonToken[], tail: string): void => {
    const punctuation = (text: string): JsonToken => ({ text, kind: 'punctuation', pointer });
    if (typeof value !== 'object' || value === null) {
      const kind = typeof value === 'string' ? 'string' : 'literal';
      addLine(depth, [...head, { text: JSON.stringify(value), kind, pointer }, punctuation(tail)]);
      return;
    }
    const list = isList(value);
    const entries: readonly (readonly [string, Json])[] = list
      ? value.map((item, at) => [String(at), item] as const)
      : Object.entries(value);
    const [open, close] = list ? ['[', ']'] : ['{', '}'];
    if (entries.length === 0) {
      addLine(depth, [...head, punctuation(open + close + tail)]);
      return;
    }
    addLine(depth, [...head, punctuation(open)]);
    for (const [at, [name, inner]] of entries.entries()) {
      const below = pointer + pointerStep(name);
      const named: readonly JsonToken[] = list
        ? []
        : [
            { text: JSON.stringify(name), kind: 'name', pointer: below },
            { text: ': ', kind: 'punctuation', pointer: below },
          ];
      print(inner, below, depth + 1, named, at < entries.length - 1 ? ',' : '');
    }
    addLine(depth, [punctuation(close + tail)]);
  };
  print(document, '', 0, [], '');
  return lines;
}

/** Whether `pointer` equals `above` or is below it. */
export const isWithin = (pointer: string, above: string): boolean =>
  pointer === above || pointer.startsWith(`${above}/`);
