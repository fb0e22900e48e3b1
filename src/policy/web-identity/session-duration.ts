/** The duration of a role session: its default, the maximum of the role, and the limit of role chaining. */
import { AwsError, validationError } from '../../aws/error.ts';
import { checkParameters } from './parameters.ts';

/** Default duration of a role session in seconds. */
const DEFAULT_SECONDS = 3600;
/** Maximum duration, in seconds, of a session created with session credentials (role chaining). */
const CHAINING_LIMIT = 3600;

interface LimitedRole {
  readonly arn: string;
  /** In seconds. */
  readonly maxSessionDuration: number;
}

/** The requested duration in seconds, or the default. Throws ValidationError above the role's maximum. */
export function roleSeconds(requested: number | undefined, { arn, maxSessionDuration }: LimitedRole): number {
  const seconds = requested ?? DEFAULT_SECONDS;
  if (seconds <= maxSessionDuration) return seconds;
  throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.', {
    reason: 'duration-over-role-maximum',
    detail: `The request asks for ${seconds} seconds; MaxSessionDuration of ${arn} is ${maxSessionDuration}.`,
    facts: { maximum: maxSessionDuration },
  });
}

/** A session that is created with session credentials of `caller`. Throws ValidationError above the limit. */
export function checkChaining(seconds: number, caller: string): void {
  if (seconds <= CHAINING_LIMIT) return;
  throw validationError(
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    {
      reason: 'duration-over-chaining-limit',
      detail: `${caller} uses session credentials, so the new session can last at most ${CHAINING_LIMIT} seconds; the request asks for ${seconds}.`,
    },
  );
}

/** AWS's message for the duration of a chained session; undefined when AWS accepts it. */
export function chainedDurationError(durationSeconds: number, role: LimitedRole, caller: string): string | undefined {
  try {
    checkParameters({ durationSeconds });
    checkChaining(roleSeconds(durationSeconds, role), caller);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}
