/** Errors of the control API: an RFC 9457 problem with the place in the request and the nearest known name. */
import { STATUS_CODES } from 'node:http';
import { type Problem, shownProblem } from '../../config/problems.ts';

/** The body of a refused control call. */
export interface ProblemBody {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** One sentence. */
  readonly detail: string;
  /** Stable code. */
  readonly code: string;
  /** JSON Pointer into the request body; absent when nothing in the body is at fault. */
  readonly path?: string;
  readonly suggestion?: string;
  /** Every fault, when there are several. */
  readonly problems?: readonly Problem[];
}

/** Thrown by control handlers; rooms below throw errors of the same form (`status`, `code`, `path`, `suggestion`). */
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

/** The one name that no object here may have: assigned to an ordinary object, it would change what the object is. */
export const FORBIDDEN_KEY = '__proto__';

export const forbiddenKey = (path = `/${FORBIDDEN_KEY}`): ControlError =>
  new ControlError(400, 'forbidden-key', `the key "${FORBIDDEN_KEY}" is not taken`, { path });

/** A body that does not fit its schema. */
export function invalidBody(problems: readonly Problem[]): ControlError {
  // A misspelt member explains the missing one, so it is told first.
  const first = problems.find(problem => problem.suggestion !== undefined) ?? problems[0];
  if (first === undefined) throw new RangeError('an invalid body has at least one problem');
  const place = first.path === '' ? 'the body' : first.path;
  return new ControlError(400, 'invalid-request', `${place}: ${first.message}`, {
    path: first.path,
    ...(first.suggestion === undefined ? {} : { suggestion: first.suggestion }),
    problems: problems.map(shownProblem),
  });
}

/** Any error as a problem; undefined for errors that say nothing fit for the outside. */
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
    ...(path === undefined ? {} : { path }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(problems === undefined || problems.length < 2 ? {} : { problems }),
  };
}
