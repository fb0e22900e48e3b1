/** Near misses between one policy value and one request value, one row each, in the order in which they are tried. */
import { editDistance } from '../../kernel/text.ts';
import type { Why } from '../decision.ts';
import { githubTails } from '../issuer-subjects.table.ts';
import { compileWildcard, hasWildcard, matchWildcard } from '../match.ts';

/** A policy value and the request value that it is compared with. */
interface ValuePair {
  readonly expected: string;
  readonly actual: string;
  /** Whether `*` and `?` are wildcards here. */
  readonly wildcards: boolean;
}

/** Why the values differ, and what the policy value would be without its mistake, if it is one. */
export interface ValueMiss {
  readonly why: Why;
  /** The policy value in the right spelling; it may still have wildcards. */
  readonly corrected?: string | undefined;
}

interface Row {
  readonly code: string;
  readonly find: (pair: ValuePair) => ValueMiss | undefined;
}

const isMatch = ({ expected, actual, wildcards }: ValuePair): boolean =>
  wildcards ? matchWildcard(expected, actual) : expected === actual;

const row = (
  code: string,
  find: (pair: ValuePair) => { operands?: Omit<Why, 'code'>; corrected?: string } | undefined,
): Row => ({
  code,
  find: pair => {
    const found = find(pair);
    if (found === undefined) return undefined;
    const { operands, corrected } = found;
    return { why: { code, expected: pair.expected, actual: pair.actual, ...operands }, corrected };
  },
});

/** The pattern with the letter case of the text; undefined when the two differ in more than letter case. */
function withLetterCaseOf(pattern: string, text: string): string | undefined {
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
  const inTextCase = parts.join('*');
  return matchWildcard(inTextCase, text) ? inTextCase : undefined;
}

/** `repo:OWNER/NAME:REST`, with and without the ids of immutable subjects (`OWNER@1/NAME@2`). */
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

/** The kind of run that a GitHub subject names; `ref`: a branch or a tag. */
function subjectKind(rest: string): string | undefined {
  const tail = githubTails.find(({ template }) => {
    const [head = ''] = template.split('{');
    return head === template ? rest === head : rest.startsWith(head);
  });
  return tail?.kind ?? (rest.startsWith(':ref:') ? 'ref' : undefined);
}

/** Account numbers in two otherwise equal texts that differ in one digit, or in two swapped digits. */
export function findAccountTypo(expected: string, actual: string): { wrong: string; right: string } | undefined {
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
    // An account number stands between colons or alone; the end of a UUID does not.
    const alone = /^:?$/.test(expected[start - 1] ?? '') && /^:?$/.test(expected[start + 12] ?? '');
    if (alone && /^\d{12}$/.test(wrong) && /^\d{12}$/.test(right)) return { wrong, right };
  }
  return undefined;
}

/** Maximum number of segments of a text that is compared segment by segment. */
const maxSegments = 40;

/** The text split at `:` and `/`, each segment with the delimiter before it. */
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

/** Maximum number of adjacent segments that are removed together: `ref:refs/heads` is three. */
const maxMissing = 3;

/** Number of characters that are equal at the start and at the end; Infinity where a star comes first. */
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
 * The adjacent segments without which the longer text matches the other; undefined when there are none. The text before and
 * after them must be equal already, else the segments are not tried.
 */
function findExtraSegments(pair: ValuePair, long: string, fits: (shorter: string) => boolean): string | undefined {
  const ends: number[] = [0];
  for (const part of segmentsOf(long)) ends.push((ends.at(-1) ?? 0) + part.length);
  const count = ends.length - 1;
  if (count > maxSegments) return undefined;
  const { head, tail } = commonEnds(pair);
  for (let size = 1; size <= Math.min(maxMissing, count - 1); size += 1) {
    for (let from = 0; from + size <= count; from += 1) {
      const [start = 0, end = 0] = [ends[from], ends[from + size]];
      // The delimiter before the following segment may be a different one.
      if (start > head || long.length - end - 1 > tail) continue;
      const before = long.slice(0, start);
      const after = long.slice(end);
      // A star without the segments before it would match too much; so would one behind a delimiter that may remain.
      const joined = from > 0 ? [before + after] : [after.slice(1)].filter(rest => !/^[*?]/.test(rest));
      if (from > 0 && !hasWildcard(after)) joined.push(before + long[start] + after.slice(1));
      if (joined.some(fits)) return long.slice(start, end).replace(/^[:/]/, '') || long.charAt(end);
    }
  }
  return undefined;
}

const valueRows: readonly Row[] = [
  row('star-in-string-equals', ({ expected, actual, wildcards }) =>
    !wildcards && hasWildcard(expected) && matchWildcard(expected, actual) ? { corrected: expected } : undefined,
  ),
  row('letter-case', ({ expected, actual, wildcards }) => {
    const inTextCase = wildcards ? withLetterCaseOf(expected, actual) : actual;
    const same = expected.toLowerCase() === actual.toLowerCase() || (wildcards && inTextCase !== undefined);
    return same && inTextCase !== undefined && inTextCase !== expected ? { corrected: inTextCase } : undefined;
  }),
  row('surrounding-blanks', pair => {
    const trimmed = pair.expected.trim();
    return trimmed !== pair.expected && isMatch({ ...pair, expected: trimmed }) ? { corrected: trimmed } : undefined;
  }),
  row('immutable-subject', pair => {
    const wanted = readSubject(pair.expected);
    const real = readSubject(pair.actual);
    if (wanted === undefined || real === undefined || wanted.head === real.head) return undefined;
    if (!wanted.head.includes('@') && !real.head.includes('@')) return undefined;
    if (wanted.head.includes('@') && real.head.includes('@')) return undefined;
    const value = `repo:${withIdsOf(wanted.plainHead, real.head)}${wanted.rest}`;
    const same = isMatch({ ...pair, expected: wanted.plainHead, actual: real.plainHead });
    if (!same || !isMatch({ ...pair, expected: value })) return undefined;
    return { operands: { immutable: real.head.includes('@') }, corrected: value };
  }),
  row('other-ids', pair => {
    const wanted = readSubject(pair.expected);
    const real = readSubject(pair.actual);
    if (wanted?.head.includes('@') !== true || real?.head.includes('@') !== true) return undefined;
    if (isMatch({ ...pair, expected: wanted.head, actual: real.head })) return undefined;
    const same = isMatch({ ...pair, expected: wanted.plainHead, actual: real.plainHead });
    return same ? { operands: { wanted: wanted.head, real: real.head } } : undefined;
  }),
  row('subject-kind', ({ expected, actual }) => {
    const wanted = readSubject(expected);
    const real = readSubject(actual);
    if (wanted === undefined || real === undefined || !matchWildcard(wanted.plainHead, real.plainHead))
      return undefined;
    const wantedKind = subjectKind(wanted.rest);
    const realKind = subjectKind(real.rest);
    if (wantedKind === undefined || realKind === undefined || wantedKind === realKind) return undefined;
    // `ref:` is either kind of ref: the rest differs, not the kind.
    if (real.rest.startsWith(':ref:') && wantedKind === 'ref') return undefined;
    return { operands: { wantedKind, realKind } };
  }),
  row('scheme-in-value', pair => {
    const bare = pair.expected.replace(/^https?:\/\//, '');
    const value = bare === pair.expected ? `https://${bare}` : bare;
    return isMatch({ ...pair, expected: value }) ? { corrected: value } : undefined;
  }),
  row('trailing-slash', pair => {
    const value = pair.expected.endsWith('/') ? pair.expected.slice(0, -1) : `${pair.expected}/`;
    return isMatch({ ...pair, expected: value }) ? { corrected: value } : undefined;
  }),
  row('account-digit', ({ expected, actual }) => {
    const numbers = findAccountTypo(expected, actual);
    return numbers === undefined ? undefined : { operands: numbers, corrected: actual };
  }),
  row('extra-segment', pair => {
    // Without a segment before it, a last star would match anything.
    if (pair.wildcards && pair.expected.endsWith('*')) return undefined;
    const segment = findExtraSegments(pair, pair.expected, shorter => isMatch({ ...pair, expected: shorter }));
    return segment === undefined ? undefined : { operands: { segment }, corrected: pair.actual };
  }),
  row('missing-segment', pair => {
    const segment = findExtraSegments(pair, pair.actual, shorter => isMatch({ ...pair, actual: shorter }));
    return segment === undefined ? undefined : { operands: { segment }, corrected: pair.actual };
  }),
  row('close-spelling', ({ expected, actual, wildcards }) => {
    if (wildcards && hasWildcard(expected)) return undefined;
    const limit = Math.min(expected.length, actual.length) < 5 ? 0 : 2;
    const away = editDistance(expected, actual, limit);
    return away > 0 && away <= limit ? { corrected: actual } : undefined;
  }),
  row('differing-segment', ({ expected, actual, wildcards }) => {
    const wanted = segmentsOf(expected);
    const real = segmentsOf(actual);
    if (wanted.length !== real.length || wanted.length < 2 || wanted.length > maxSegments) return undefined;
    const different = wanted.flatMap((part, at) =>
      isMatch({ expected: part, actual: real[at] ?? '', wildcards }) ? [] : [at],
    );
    const [at] = different;
    if (at === undefined || different.length > 1 || wanted[at]?.[0] !== real[at]?.[0]) return undefined;
    const bare = (part: string | undefined): string => (part ?? '').replace(/^[:/]/, '');
    return { operands: { wanted: bare(wanted[at]), real: bare(real[at]) } };
  }),
];

/** The first row that explains why the values do not match; undefined when they are simply different. */
export function valueMiss(pair: ValuePair): ValueMiss | undefined {
  // An empty value is near to nothing.
  if (pair.expected === '' || pair.expected.length > 2048 || pair.actual.length > 4096) return undefined;
  for (const { find } of valueRows) {
    const miss = find(pair);
    if (miss !== undefined) return miss;
  }
  return undefined;
}
