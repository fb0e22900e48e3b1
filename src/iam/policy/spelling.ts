/** How far two texts are apart, for suggesting what was meant. */

/**
 * Letters to insert, delete, replace or swap to make one of the other (optimal string alignment), or `limit + 1` when it is more than
 * `limit`. Looks at a band of the table only: length times limit.
 */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  const far = limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => Math.min(index, far));
  for (let i = 1; i <= a.length; i += 1) {
    const next = new Array<number>(b.length + 1).fill(far);
    next[0] = Math.min(i, far);
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j - 1] ?? far) + same, (row[j] ?? far) + 1, (next[j - 1] ?? far) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? far) + 1);
      }
      next[j] = Math.min(least, far);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? far;
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
