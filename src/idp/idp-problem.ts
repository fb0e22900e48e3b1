/** Errors of the identity providers: a status, a stable code, a JSON Pointer into the request, and a suggestion. */
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

type IdpProblemCode = keyof typeof STATUS;

/** Thrown by all functions of `src/idp` for an invalid request. */
export class IdpProblem extends Error {
  override readonly name = 'IdpProblem';
  readonly status: number;
  readonly code: IdpProblemCode;
  /** JSON Pointer (RFC 6901) into the request; empty for the whole request. */
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

/** Minimum length for a match by prefix; shorter texts are prefixes of too many names. */
const MIN_PREFIX_LENGTH = 3;

/** The known name nearest to the written one; else a known name that begins with it. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  const found = nearest(written, names);
  if (found !== undefined || written.length < MIN_PREFIX_LENGTH) return found;
  const folded = written.toLowerCase();
  return names.find(name => name.toLowerCase().startsWith(folded));
}
