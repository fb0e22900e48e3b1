/** What kept values take in memory, estimated, and copies that keep nothing larger alive. */

/** Shorter parts of a text are always copies in V8. */
const SHARED = 13;

/**
 * The same text in memory of its own. A part of a text shares the memory of the whole, so that an ARN cut out of a body
 * of 1 MiB keeps all of the body; what outlives its request is copied by this. Lone surrogates become U+FFFD.
 */
export const ownText = (text: string): string => (text.length < SHARED ? text : Buffer.from(text).toString());

const encoder = new TextEncoder();

/** As many whole characters as fit into `most` bytes of UTF-8, in memory of their own. */
export function cutBytes(text: string, most: number): string {
  if (text.length * 3 <= most) return ownText(text);
  const bytes = Buffer.allocUnsafe(most);
  return bytes.toString('utf8', 0, encoder.encodeInto(text, bytes).written);
}

const ELLIPSIS = '…';

/** At most `most` bytes of UTF-8, in memory of its own; a text that was cut ends with an ellipsis. `most` is at least 3. */
export function cutText(text: string, most: number): string {
  if (text.length <= most && Buffer.byteLength(text) <= most) return ownText(text);
  return `${cutBytes(text, most - Buffer.byteLength(ELLIPSIS))}${ELLIPSIS}`;
}

/** What is left of a value that is cut. */
export interface CutLimits {
  /** Bytes of UTF-8 of each text, member names too. */
  readonly text: number;
  /** Items of each array and members of each object. */
  readonly items: number;
  /** Arrays and objects within each other; what lies deeper is an ellipsis. */
  readonly depth: number;
}

/** A copy of plain data (as JSON has it) within limits, in memory of its own. */
export function cutValue(value: unknown, limits: CutLimits, depth = limits.depth): unknown {
  if (typeof value === 'string') return cutText(value, limits.text);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return ELLIPSIS;
  if (Array.isArray(value)) return value.slice(0, limits.items).map(item => cutValue(item, limits, depth - 1));
  const members = Object.entries(value).slice(0, limits.items);
  return Object.fromEntries(
    members.map(([name, member]) => [cutText(name, limits.text), cutValue(member, limits, depth - 1)]),
  );
}

/** Bytes of the head of a text, array or object, and of a place in one. */
const HEAD = 32;
const PLACE = 16;

/** Bytes that a value of plain data, maps among it, takes. Walks everything, so it is not for what every call has. */
export function sizeOf(value: unknown): number {
  let bytes = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string') bytes += HEAD + next.length * (Buffer.byteLength(next) === next.length ? 1 : 2);
    else if (typeof next === 'number') bytes += PLACE;
    else if (typeof next === 'object' && next !== null) {
      bytes += HEAD;
      const entries = next instanceof Map ? [...next] : Array.isArray(next) ? next : Object.entries(next);
      bytes += entries.length * PLACE;
      for (const entry of entries) {
        if (Array.isArray(next)) waiting.push(entry);
        else waiting.push(entry[0], entry[1]);
      }
    }
  }
  return bytes;
}
