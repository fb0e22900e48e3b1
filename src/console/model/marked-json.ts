/** JSON printed in lines of pieces that know their JSON Pointer, so that a part of a policy can be marked in its text. */
import type { Json } from '../../policy/decision.ts';
import { pointerStep } from '../../policy/json.ts';

export type PieceKind = 'name' | 'string' | 'word' | 'mark';

export interface Piece {
  readonly text: string;
  readonly kind: PieceKind;
  /** Of the value the piece belongs to; a member's name has its value's. */
  readonly pointer: string;
}

export interface Line {
  /** Its number, from 0. */
  readonly id: number;
  readonly depth: number;
  readonly pieces: readonly Piece[];
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** The lines of a document as JSON.stringify would break them. */
export function linesOf(document: Json): readonly Line[] {
  const lines: Line[] = [];
  const put = (depth: number, pieces: readonly Piece[]): void => void lines.push({ id: lines.length, depth, pieces });
  const print = (value: Json, pointer: string, depth: number, head: readonly Piece[], tail: string): void => {
    const mark = (text: string): Piece => ({ text, kind: 'mark', pointer });
    if (typeof value !== 'object' || value === null) {
      const kind = typeof value === 'string' ? 'string' : 'word';
      put(depth, [...head, { text: JSON.stringify(value), kind, pointer }, mark(tail)]);
      return;
    }
    const list = isList(value);
    const entries: readonly (readonly [string, Json])[] = list
      ? value.map((item, at) => [String(at), item] as const)
      : Object.entries(value);
    const [open, close] = list ? ['[', ']'] : ['{', '}'];
    if (entries.length === 0) {
      put(depth, [...head, mark(open + close + tail)]);
      return;
    }
    put(depth, [...head, mark(open)]);
    for (const [at, [name, inner]] of entries.entries()) {
      const below = pointer + pointerStep(name);
      const named: readonly Piece[] = list
        ? []
        : [
            { text: JSON.stringify(name), kind: 'name', pointer: below },
            { text: ': ', kind: 'mark', pointer: below },
          ];
      print(inner, below, depth + 1, named, at < entries.length - 1 ? ',' : '');
    }
    put(depth, [mark(close + tail)]);
  };
  print(document, '', 0, [], '');
  return lines;
}

/** Whether one pointer is the other or lies below it. */
export const isWithin = (pointer: string, above: string): boolean =>
  pointer === above || pointer.startsWith(`${above}/`);
