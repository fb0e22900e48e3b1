/** Edit distance of texts, the known name that is nearest to a misspelled one, and text from outside in a line of a terminal. */

/**
 * The nearest name in `known` within `limit` edits (by default a third of the word's length, at least one); not
 * case-sensitive. Of equally near names, the first. Undefined when no name is near enough.
 */
export function nearest(word: string, known: Iterable<string>, limit = usualLimit(word)): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    if (least <= 0) break;
    const away = editDistance(lower, candidate.toLowerCase(), least - 1);
    if (away < least) {
      best = candidate;
      least = away;
    }
  }
  return best;
}

/** A third of the word's length, at least one; negative for a word that is too long for a misspelled name. */
const usualLimit = (word: string): number => (word.length > 200 ? -1 : Math.max(1, Math.floor(word.length / 3)));

/**
 * Edit distance of two texts, where a transposition is one edit (optimal string alignment); `limit + 1` when it is more
 * than `limit`. Computes a band of the table only, and stops when the whole band exceeds the limit: at most length times
 * limit steps.
 */
export function editDistance(a: string, b: string, limit: number): number {
  const far = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return far;
  // Of each row the cells from `limit` before the diagonal to `limit` behind it: cell `at` is column `i + at - limit`.
  const width = 2 * limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: width }, (_, at) => (at < limit ? far : at - limit));
  for (let i = 1; i <= a.length; i += 1) {
    const next: number[] = [];
    let closest = far;
    for (let at = 0; at < width; at += 1) {
      const j = i + at - limit;
      let least = far;
      if (j === 0) least = i;
      else if (j > 0 && j <= b.length) {
        const same = a[i - 1] === b[j - 1] ? 0 : 1;
        least = Math.min((row[at] ?? far) + same, (row[at + 1] ?? far) + 1, (next[at - 1] ?? far) + 1);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
          least = Math.min(least, (before[at] ?? far) + 1);
        }
      }
      next.push(Math.min(least, far));
      closest = Math.min(closest, least);
    }
    if (closest >= far) return far;
    before = row;
    row = next;
  }
  return row[b.length - a.length + limit] ?? far;
}

/** The text with control and format characters escaped, so that they neither reach the terminal nor end the line. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, char => `\\u{${char.codePointAt(0)?.toString(16)}}`);
