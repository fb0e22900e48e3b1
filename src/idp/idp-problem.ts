/** What the issuers refuse, from one catalogue: a status, a stable code, where in the request, and the nearest known name. */
import { nearest } from '../kernel/text.ts';

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

/** Fewer letters begin too many names. */
const SHORTEST_BEGINNING = 3;

/** The known name nearest to a written one, else one that begins like it. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  const found = nearest(written, names);
  if (found !== undefined || written.length < SHORTEST_BEGINNING) return found;
  const folded = written.toLowerCase();
  return names.find(name => name.toLowerCase().startsWith(folded));
}
