/** Edit distance between two texts, for suggestions ("did you mean"). */

/**
 * Number of characters to insert, delete, replace or swap (optimal string alignment distance), or `limit + 1` when it is more than
 * `limit`. Computes only a band of the table and stops when all of it exceeds the limit: at most length times limit steps.
 */
export function distance(a: string, b: string, limit: number): number {
  const far = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return far;
  // Each row holds the cells from `limit` before to `limit` after the diagonal: cell `at` is column `i + at - limit`.
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

/** The candidate with the smallest distance, at most `limit`, ignoring letter case; undefined when there is none. */
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
