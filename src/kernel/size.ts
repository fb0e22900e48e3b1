/** Estimates the memory of kept values, and creates copies that do not keep larger data in memory. */

/** Minimum length of a substring that shares memory in V8; shorter ones are copies. */
const SHARED = 13;

/**
 * Copies a text to its own memory. A substring shares the memory of the whole text, so that an ARN from a body of 1 MiB
 * keeps the whole body; data that outlives its request is copied with this. Lone surrogates become U+FFFD.
 */
export const copyText = (text: string): string => (text.length < SHARED ? text : Buffer.from(text).toString());

const encoder = new TextEncoder();

/** The leading characters that fit into `most` bytes of UTF-8, copied to their own memory. */
export function cutBytes(text: string, most: number): string {
  if (text.length * 3 <= most) return copyText(text);
  const bytes = Buffer.allocUnsafe(most);
  return bytes.toString('utf8', 0, encoder.encodeInto(text, bytes).written);
}

const ELLIPSIS = '…';

/** Cuts a text to `most` bytes of UTF-8, copied to its own memory; a cut text ends with an ellipsis. `most` is at least 3. */
export function cutText(text: string, most: number): string {
  if (text.length <= most && Buffer.byteLength(text) <= most) return copyText(text);
  return `${cutBytes(text, most - Buffer.byteLength(ELLIPSIS))}${ELLIPSIS}`;
}

/** Limits of a cut value. */
export interface CutLimits {
  /** Bytes of UTF-8 of each text, member names included. */
  readonly text: number;
  /** Items of each array and members of each object. */
  readonly items: number;
  /** Nesting of arrays and objects; deeper values are replaced by an ellipsis. */
  readonly depth: number;
}

/** Copies plain data (as in JSON) within limits, to its own memory. */
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

/** Estimated bytes of the header of a text, array or object, and of one element. */
const HEAD = 32;
const PLACE = 16;

/** Estimated bytes of plain data, maps included. Visits the whole value, so it is too slow for use in every call. */
export function estimateSize(value: unknown): number {
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
