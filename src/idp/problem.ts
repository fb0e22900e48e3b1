/** What the issuers refuse, from one catalogue: a status, a stable code, where in the request, and the nearest known name. */

/** Status by code (RFC 9457 problems of the control API). */
const STATUS = {
  'unknown-issuer': 404,
  'unknown-path': 404,
  'unknown-preset': 400,
  'unknown-fault': 400,
  'unknown-claim': 400,
  'unknown-member': 400,
  'wrong-type': 400,
  'missing-parameter': 400,
  'invalid-issuer': 400,
  'invalid-key': 400,
  'contradicts-issuer': 400,
  'not-hosted': 409,
  'issuer-taken': 409,
  'no-token': 409,
  'too-large': 413,
} as const;

export type IdpProblemCode = keyof typeof STATUS;

/** Thrown by everything in this room that refuses what it was asked. */
export class IdpProblem extends Error {
  override readonly name = 'IdpProblem';
  readonly status: number;
  readonly code: IdpProblemCode;
  /** JSON pointer (RFC 6901) into the request; empty for the whole of it. */
  readonly path: string;
  readonly suggestion: string | undefined;

  constructor(code: IdpProblemCode, path: string, message: string, suggestion?: string) {
    super(message);
    this.status = STATUS[code];
    this.code = code;
    this.path = path;
    this.suggestion = suggestion;
  }
}

/** A JSON pointer of names (RFC 6901 §3). */
export const pointer = (...names: readonly (string | number)[]): string =>
  names.map(name => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const LONGEST_COMPARED = 80;

/** The known name nearest to a written one: by edit distance and case when that is small, else one that begins like it. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  if (written.length > LONGEST_COMPARED) return undefined;
  const names = [...known];
  const folded = written.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(folded, name.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  if (best !== undefined || folded.length < 3) return best;
  return names.find(name => name.toLowerCase().startsWith(folded));
}

/** Optimal string alignment distance; answers `limit` as soon as it is reached. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    if (Math.min(...row) >= limit) return limit;
    beforeLast = last;
    last = row;
  }
  return Math.min(limit, last[b.length] ?? limit);
}
