/** Wildcard matching in near-linear time: a pattern is split at its stars once, then each segment is searched from left to right. */

/** The text between two stars. `holes[i]` is true for a `?`; `holes` is undefined when the text has none. */
interface Segment {
  readonly text: string;
  readonly holes?: readonly boolean[] | undefined;
}

/**
 * A pattern split at its stars: one segment means no star. The first is anchored at the start of the text, the last at its end.
 * Characters are UTF-16 code units, as in Java.
 */
export interface Wildcard {
  readonly segments: readonly Segment[];
}

/** Up to this product of lengths, indexOf is used; above it Knuth-Morris-Pratt, so that the search is never quadratic. */
const plainSearchWork = 4096;

/** Builds a Wildcard; `star` and `any` add wildcards, `text` adds literal text. */
export class WildcardBuilder {
  private readonly segments: Segment[] = [];
  private text_ = '';
  private holes: boolean[] | undefined;

  text(literal: string): void {
    this.text_ += literal;
  }

  any(): void {
    this.holes ??= [];
    this.holes[this.text_.length] = true;
    this.text_ += '?';
  }

  star(): void {
    // Consecutive stars are equivalent to one.
    if (this.segments.length > 0 && this.text_ === '') return;
    this.close();
  }

  build(): Wildcard {
    this.close();
    return { segments: this.segments };
  }

  private close(): void {
    this.segments.push(this.holes === undefined ? { text: this.text_ } : { text: this.text_, holes: this.holes });
    this.text_ = '';
    this.holes = undefined;
  }
}

/** Adds text in which `*` and `?` are wildcards. */
export function addPattern(builder: WildcardBuilder, pattern: string): void {
  let from = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern[at];
    if (letter !== '*' && letter !== '?') continue;
    if (at > from) builder.text(pattern.slice(from, at));
    if (letter === '*') builder.star();
    else builder.any();
    from = at + 1;
  }
  if (from < pattern.length) builder.text(pattern.slice(from));
}

export function compileWildcard(pattern: string): Wildcard {
  const builder = new WildcardBuilder();
  addPattern(builder, pattern);
  return builder.build();
}

/** Whether the pattern matches the whole text; `*` is any number of characters, `?` exactly one. */
export function matchWildcard(pattern: string, text: string): boolean {
  return wildcardMatches(compileWildcard(pattern), text);
}

export function wildcardMatches({ segments }: Wildcard, text: string): boolean {
  const first = segments[0];
  if (first === undefined) return text === '';
  if (segments.length === 1 && first.holes === undefined) return text === first.text;
  if (!isMatchAt(first, text, 0)) return false;
  if (segments.length === 1) return text.length === first.text.length;
  const last = segments[segments.length - 1];
  if (last === undefined) return false;
  const end = text.length - last.text.length;
  let at = first.text.length;
  if (end < at || !isMatchAt(last, text, end)) return false;
  for (let index = 1; index < segments.length - 1; index += 1) {
    const segment = segments[index];
    if (segment === undefined) return false;
    const found = find(segment, text, at, end);
    if (found === -1) return false;
    at = found + segment.text.length;
  }
  return true;
}

function isMatchAt({ text: searched, holes }: Segment, text: string, at: number): boolean {
  if (holes === undefined) return text.startsWith(searched, at);
  if (at + searched.length > text.length) return false;
  for (let index = 0; index < searched.length; index += 1) {
    if (holes[index] !== true && searched.charCodeAt(index) !== text.charCodeAt(at + index)) return false;
  }
  return true;
}

/** Leftmost index from `from` on at which the segment matches and ends by `end`; -1 when there is none. */
function find(segment: Segment, text: string, from: number, end: number): number {
  const { text: searched, holes } = segment;
  if (searched.length > end - from) return -1;
  if (holes !== undefined) return findWithHoles(segment, text, from, end);
  if (searched.length * (end - from) <= plainSearchWork) {
    const found = text.indexOf(searched, from);
    return found === -1 || found + searched.length > end ? -1 : found;
  }
  return findLong(searched, text, from, end);
}

/** Knuth-Morris-Pratt: linear in text and pattern together. */
function findLong(searched: string, text: string, from: number, end: number): number {
  const borders = new Int32Array(searched.length);
  for (let at = 1, border = 0; at < searched.length; at += 1) {
    while (border > 0 && searched.charCodeAt(at) !== searched.charCodeAt(border)) border = borders[border - 1] ?? 0;
    if (searched.charCodeAt(at) === searched.charCodeAt(border)) border += 1;
    borders[at] = border;
  }
  for (let at = from, matched = 0; at < end; at += 1) {
    const letter = text.charCodeAt(at);
    while (matched > 0 && letter !== searched.charCodeAt(matched)) matched = borders[matched - 1] ?? 0;
    if (letter === searched.charCodeAt(matched)) matched += 1;
    if (matched === searched.length) return at - searched.length + 1;
  }
  return -1;
}

/** Shift-and algorithm over 32-bit words: text length times pattern length / 32. */
function findWithHoles({ text: searched, holes }: Segment, text: string, from: number, end: number): number {
  const size = (searched.length + 31) >>> 5;
  const open = new Int32Array(size);
  const places = new Map<number, Int32Array>();
  for (let at = 0; at < searched.length; at += 1) {
    if (holes?.[at] === true) open[at >>> 5] = (open[at >>> 5] ?? 0) | (1 << (at & 31));
  }
  for (let at = 0; at < searched.length; at += 1) {
    if (holes?.[at] === true) continue;
    const letter = searched.charCodeAt(at);
    let mask = places.get(letter);
    if (mask === undefined) {
      mask = open.slice();
      places.set(letter, mask);
    }
    mask[at >>> 5] = (mask[at >>> 5] ?? 0) | (1 << (at & 31));
  }
  const state = new Int32Array(size);
  const lastWord = size - 1;
  const lastBit = 1 << ((searched.length - 1) & 31);
  for (let at = from; at < end; at += 1) {
    const mask = places.get(text.charCodeAt(at)) ?? open;
    let carry = 1;
    for (let word = 0; word < size; word += 1) {
      const before = state[word] ?? 0;
      state[word] = ((before << 1) | carry) & (mask[word] ?? 0);
      carry = before >>> 31;
    }
    if (((state[lastWord] ?? 0) & lastBit) !== 0) return at - searched.length + 1;
  }
  return -1;
}

/** Whether a text has a wildcard. */
export const hasWildcard = (text: string): boolean => text.includes('*') || text.includes('?');
