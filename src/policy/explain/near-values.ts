/** Near misses between one policy value and one request value, as rows in the order in which they are tried. */
import type { Why } from '../decision.ts';
import { compileWildcard, matchWildcard } from '../match.ts';
import { distance } from './spelling.ts';

/** A policy value beside the request value that it should, or should not, have met. */
export interface ValuePair {
  readonly expected: string;
  readonly actual: string;
  /** Whether `*` and `?` are wildcards here. */
  readonly wildcards: boolean;
}

/** How a value is to be changed: put another in its place, add one beside it, or read its wildcards as such. */
export type ValueRemedy =
  | { readonly type: 'replace'; readonly value: string }
  | { readonly type: 'add'; readonly value: string }
  | { readonly type: 'like' };

export interface ValueMiss {
  readonly why: Why;
  readonly remedy?: ValueRemedy | undefined;
}

interface Row {
  readonly code: string;
  readonly find: (pair: ValuePair) => ValueMiss | undefined;
}

const covers = ({ expected, actual, wildcards }: ValuePair): boolean =>
  wildcards ? matchWildcard(expected, actual) : expected === actual;

const hasWildcard = (text: string): boolean => text.includes('*') || text.includes('?');

const row = (
  code: string,
  find: (pair: ValuePair) => { operands?: Omit<Why, 'code'>; remedy?: ValueRemedy } | undefined,
): Row => ({
  code,
  find: pair => {
    const found = find(pair);
    if (found === undefined) return undefined;
    return { why: { code, expected: pair.expected, actual: pair.actual, ...found.operands }, remedy: found.remedy };
  },
});

const replace = (value: string): { remedy: ValueRemedy } => ({ remedy: { type: 'replace', value } });

/** The pattern with its letters as the text has them; undefined when the two differ in more than letter case. */
function recase(pattern: string, text: string): string | undefined {
  const lower = text.toLowerCase();
  if (lower.length !== text.length || !matchWildcard(pattern.toLowerCase(), lower)) return undefined;
  const { segments } = compileWildcard(pattern.toLowerCase());
  let at = 0;
  const parts: string[] = [];
  for (const [index, { text: wanted, holes }] of segments.entries()) {
    const last = index === segments.length - 1 && index > 0;
    const place = last ? text.length - wanted.length : lower.indexOf(wanted, at);
    const start = holes === undefined ? place : at;
    if (start < 0) return undefined;
    const cut = text.slice(start, start + wanted.length);
    parts.push(holes === undefined ? cut : [...cut].map((letter, i) => (holes[i] === true ? '?' : letter)).join(''));
    at = start + wanted.length;
  }
  const recased = parts.join('*');
  return matchWildcard(recased, text) ? recased : undefined;
}

/** `repo:OWNER/NAME:REST`, with the ids of immutable subjects (`OWNER@1/NAME@2`) taken off. */
interface Subject {
  readonly head: string;
  readonly plainHead: string;
  readonly rest: string;
}

function readSubject(text: string): Subject | undefined {
  if (!text.startsWith('repo:')) return undefined;
  const colon = text.indexOf(':', 5);
  const head = colon === -1 ? text.slice(5) : text.slice(5, colon);
  const plainHead = head
    .split('/')
    .map(part => part.split('@')[0] ?? '')
    .join('/');
  return { head, plainHead, rest: colon === -1 ? '' : text.slice(colon) };
}

/** Owner and repository of a pattern as a subject writes them, with its ids or without; a part with a wildcard stays a pattern. */
function withIdsOf(plainHead: string, head: string): string {
  const real = head.split('/');
  return plainHead
    .split('/')
    .map((part, at) => (hasWildcard(part) ? part : (real[at] ?? part)))
    .join('/');
}

/** What a GitHub subject says about the run. */
function subjectKind(rest: string): string | undefined {
  if (rest.startsWith(':ref:refs/heads/')) return 'branch';
  if (rest.startsWith(':ref:refs/tags/')) return 'tag';
  if (rest.startsWith(':ref:')) return 'ref';
  if (rest === ':pull_request') return 'pull-request';
  return rest.startsWith(':environment:') ? 'environment' : undefined;
}

/** Twelve-digit runs that differ in one digit, or in two swapped ones, the rest being equal. */
export function accountTypo(expected: string, actual: string): { wrong: string; right: string } | undefined {
  if (expected.length !== actual.length || expected === actual) return undefined;
  let first = 0;
  while (expected[first] === actual[first]) first += 1;
  let last = expected.length - 1;
  while (expected[last] === actual[last]) last -= 1;
  const swapped = last === first + 1 && expected[first] === actual[last] && expected[last] === actual[first];
  if (last !== first && !swapped) return undefined;
  for (let start = Math.max(0, last - 11); start <= first; start += 1) {
    const wrong = expected.slice(start, start + 12);
    const right = actual.slice(start, start + 12);
    const alone = !/\d/.test(expected[start - 1] ?? '') && !/\d/.test(expected[start + 12] ?? '');
    if (alone && /^\d{12}$/.test(wrong) && /^\d{12}$/.test(right)) return { wrong, right };
  }
  return undefined;
}

/** Texts with more parts than this are not compared part by part. */
const maxSegments = 40;

/** The text cut at `:` and `/`, each part with the delimiter before it. */
function segmentsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] !== ':' && text[at] !== '/') continue;
    parts.push(text.slice(from, at));
    from = at;
  }
  parts.push(text.slice(from));
  return parts;
}

/** Most neighbouring parts that are taken out together: `ref:refs/heads` is three. */
const mostMissing = 3;

/** Up to how many letters, from the front and from the back, the two may be equal; Infinity where a star comes first. */
function commonEnds({ expected, actual, wildcards }: ValuePair): { readonly head: number; readonly tail: number } {
  const common = (at: (text: string, index: number) => string | undefined): number => {
    for (let index = 0; ; index += 1) {
      const wanted = at(expected, index);
      if (wildcards && wanted === '*') return Number.POSITIVE_INFINITY;
      const real = at(actual, index);
      const isEqual = wanted === real || (wildcards && wanted === '?');
      if (wanted === undefined || real === undefined || !isEqual) return index;
    }
  };
  return { head: common((text, index) => text[index]), tail: common((text, index) => text.at(-1 - index)) };
}

/**
 * The part, or neighbouring parts, without which the longer of the two meets the other; undefined when taking them out
 * does not help. What stays before and behind it must be in the other already: else nothing is tried.
 */
function superfluous(pair: ValuePair, long: string, fits: (shorter: string) => boolean): string | undefined {
  const ends: number[] = [0];
  for (const part of segmentsOf(long)) ends.push((ends.at(-1) ?? 0) + part.length);
  const count = ends.length - 1;
  if (count > maxSegments) return undefined;
  const { head, tail } = commonEnds(pair);
  for (let size = 1; size <= Math.min(mostMissing, count - 1); size += 1) {
    for (let from = 0; from + size <= count; from += 1) {
      const [start = 0, end = 0] = [ends[from], ends[from + size]];
      // The delimiter before what follows may be another one.
      if (start > head || long.length - end - 1 > tail) continue;
      const before = long.slice(0, start);
      const after = long.slice(end);
      const joined = from === 0 ? [after.slice(1)] : [before + after];
      // The delimiter before the gap may be the one that stays; before a star it would cover too much.
      if (from > 0 && !hasWildcard(after)) joined.push(before + long[start] + after.slice(1));
      if (joined.some(fits)) return long.slice(start, end).replace(/^[:/]/, '');
    }
  }
  return undefined;
}

export const valueRows: readonly Row[] = [
  row('star-in-string-equals', ({ expected, actual, wildcards }) =>
    !wildcards && hasWildcard(expected) && matchWildcard(expected, actual) ? { remedy: { type: 'like' } } : undefined,
  ),
  row('letter-case', ({ expected, actual, wildcards }) => {
    const recased = wildcards ? recase(expected, actual) : actual;
    const same = expected.toLowerCase() === actual.toLowerCase() || (wildcards && recased !== undefined);
    return same && recased !== undefined && recased !== expected ? replace(recased) : undefined;
  }),
  row('surrounding-blanks', pair => {
    const trimmed = pair.expected.trim();
    return trimmed !== pair.expected && covers({ ...pair, expected: trimmed }) ? replace(trimmed) : undefined;
  }),
  row('immutable-subject', pair => {
    const wanted = readSubject(pair.expected);
    const real = readSubject(pair.actual);
    if (wanted === undefined || real === undefined || wanted.head === real.head) return undefined;
    if (!wanted.head.includes('@') && !real.head.includes('@')) return undefined;
    const value = `repo:${withIdsOf(wanted.plainHead, real.head)}${wanted.rest}`;
    const same = covers({ ...pair, expected: wanted.plainHead, actual: real.plainHead });
    if (!same || !covers({ ...pair, expected: value })) return undefined;
    return { operands: { immutable: real.head.includes('@') }, remedy: { type: 'replace', value } };
  }),
  row('subject-kind', ({ expected, actual }) => {
    const wanted = readSubject(expected);
    const real = readSubject(actual);
    if (wanted === undefined || real === undefined || !matchWildcard(wanted.plainHead, real.plainHead))
      return undefined;
    const wantedKind = subjectKind(wanted.rest);
    const realKind = subjectKind(real.rest);
    if (wantedKind === undefined || realKind === undefined || wantedKind === realKind) return undefined;
    // `ref:` is either kind of ref: what follows it differs, not the kind.
    if (real.rest.startsWith(':ref:') && wantedKind === 'ref') return undefined;
    return { operands: { wantedKind, realKind }, remedy: { type: 'add', value: actual } };
  }),
  row('scheme-in-value', pair => {
    const bare = pair.expected.replace(/^https?:\/\//, '');
    const value = bare === pair.expected ? `https://${bare}` : bare;
    return covers({ ...pair, expected: value }) ? replace(value) : undefined;
  }),
  row('trailing-slash', pair => {
    const value = pair.expected.endsWith('/') ? pair.expected.slice(0, -1) : `${pair.expected}/`;
    return covers({ ...pair, expected: value }) ? replace(value) : undefined;
  }),
  row('account-digit', ({ expected, actual }) => {
    const typo = accountTypo(expected, actual);
    return typo === undefined ? undefined : { operands: typo, ...replace(actual) };
  }),
  row('extra-segment', pair => {
    const segment = superfluous(pair, pair.expected, shorter => covers({ ...pair, expected: shorter }));
    return segment === undefined ? undefined : { operands: { segment }, ...replace(pair.actual) };
  }),
  row('missing-segment', pair => {
    const segment = superfluous(pair, pair.actual, shorter => covers({ ...pair, actual: shorter }));
    return segment === undefined ? undefined : { operands: { segment }, ...replace(pair.actual) };
  }),
  row('close-spelling', ({ expected, actual, wildcards }) => {
    if (wildcards && hasWildcard(expected)) return undefined;
    const limit = Math.min(expected.length, actual.length) < 5 ? 0 : 2;
    const away = distance(expected, actual, limit);
    return away > 0 && away <= limit ? replace(actual) : undefined;
  }),
  row('differing-segment', ({ expected, actual, wildcards }) => {
    const wanted = segmentsOf(expected);
    const real = segmentsOf(actual);
    if (wanted.length !== real.length || wanted.length < 2 || wanted.length > maxSegments) return undefined;
    const different = wanted.flatMap((part, at) =>
      covers({ expected: part, actual: real[at] ?? '', wildcards }) ? [] : [at],
    );
    const [at] = different;
    if (at === undefined || different.length > 1 || wanted[at]?.[0] !== real[at]?.[0]) return undefined;
    const bare = (part: string | undefined): string => (part ?? '').replace(/^[:/]/, '');
    return { operands: { wanted: bare(wanted[at]), real: bare(real[at]) }, remedy: { type: 'add', value: actual } };
  }),
];

/** The first row that explains why the two do not meet; undefined when they are simply different. */
export function valueMiss(pair: ValuePair): ValueMiss | undefined {
  if (pair.expected.length > 2048 || pair.actual.length > 4096) return undefined;
  for (const { find } of valueRows) {
    const miss = find(pair);
    if (miss !== undefined) return miss;
  }
  return undefined;
}
