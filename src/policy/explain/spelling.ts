/** How far two texts are apart, for suggesting what was meant. */

/**
 * Letters to insert, delete, replace or swap to make one of the other (optimal string alignment), or `limit + 1` when it is more than
 * `limit`. Looks at a band of the table only, and stops where all of it is beyond: at most length times limit.
 */
export function distance(a: string, b: string, limit: number): number {
  const far = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return far;
  // Of each row the cells from `limit` before the diagonal to `limit` behind it: cell `at` is column `i + at - limit`.
  const width = 2 * limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: width }, (_, at) => (at < limit ? far : at - limit));
  for (let i = 1; i <= a.length; i += 1) {
    const next: number[] = [];
    let nearest = far;
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
      nearest = Math.min(nearest, least);
    }
    if (nearest >= far) return far;
    before = row;
    row = next;
  }
  return row[b.length - a.length + limit] ?? far;
}

/** The nearest of the candidates within `limit`, letter case aside; undefined when none is. */
export function nearest(text: string, candidates: Iterable<string>, limit = 2): string | undefined {
  let best: string | undefined;
  let least = limit + 1;
  const lower = text.toLowerCase();
  for (const candidate of candidates) {
    const away = distance(lower, candidate.toLowerCase(), limit);
    if (away < least) {
      best = candidate;
      least = away;
    }
  }
  return best;
}
