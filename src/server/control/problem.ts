/** Errors of the control API: an RFC 9457 problem with a JSON Pointer into the request and a suggestion. */
import { STATUS_CODES } from 'node:http';
import type { Static, TSchema } from 'typebox';
import { type Problem, redactProblem, validateValue } from '../../config/validate.ts';
import { defined } from '../../kernel/defined.ts';

/** The response body of a rejected control API call. */
export interface ProblemBody {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** One sentence. */
  readonly detail: string;
  /** Stable code. */
  readonly code: string;
  /** JSON Pointer into the request body; absent if the body is not the cause. */
  readonly path?: string;
  readonly suggestion?: string;
  /** All problems, if there are several. */
  readonly problems?: readonly Problem[];
}

/** Thrown by control API handlers; other modules throw errors with the same members (`status`, `code`, `path`, `suggestion`). */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;
  readonly code: string;
  readonly path: string | undefined;
  readonly suggestion: string | undefined;
  readonly problems: readonly Problem[] | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { path?: string; suggestion?: string; problems?: readonly Problem[] } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = options.path;
    this.suggestion = options.suggestion;
    this.problems = options.problems;
  }
}

/** Key that no JSON object may have: assigning it to an ordinary object changes the prototype of the object. */
export const FORBIDDEN_KEY = '__proto__';

export const forbiddenKey = (path = `/${FORBIDDEN_KEY}`): ControlError =>
  new ControlError(400, 'forbidden-key', `the key "${FORBIDDEN_KEY}" is not allowed`, { path });

/** The error for a body that does not match its schema. */
export function invalidBody(problems: readonly Problem[]): ControlError {
  // A misspelled member explains a missing one, so report it first.
  const first = problems.find(problem => problem.suggestion !== undefined) ?? problems[0];
  if (first === undefined) throw new RangeError('an invalid body has at least one problem');
  const place = first.path === '' ? 'the body' : first.path;
  return new ControlError(400, 'invalid-request', `${place}: ${first.message}`, {
    path: first.path,
    ...defined({ suggestion: first.suggestion }),
    problems: problems.map(redactProblem),
  });
}

/** Checks a request against its schema. Throws ControlError. */
export function checkRequest<S extends TSchema>(schema: S, value: unknown): Static<S> {
  const problems = validateValue(schema, value);
  if (problems.length > 0) throw invalidBody(problems);
  return value as Static<S>;
}

/** Converts an error to a problem; undefined for errors whose message must not be exposed. */
export function problemOf(error: unknown): ProblemBody | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, statusCode, code, path, suggestion, problems } = error as Partial<ControlError> & {
    statusCode?: number;
  };
  const answered = status ?? statusCode;
  if (answered === undefined || answered >= 500) return undefined;
  return {
    type: 'about:blank',
    title: STATUS_CODES[answered] ?? 'Error',
    status: answered,
    detail: error.message,
    code: code ?? 'invalid-request',
    ...defined({ path, suggestion }),
    ...(problems === undefined || problems.length < 2 ? {} : { problems }),
  };
}
