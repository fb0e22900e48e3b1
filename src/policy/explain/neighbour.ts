/** A caller, or a call, that is near the one of a request. */
import type { EvaluationRequest } from '../decision.ts';

export interface Neighbour {
  /** In words, with an example: `any pull request of o/r ("repo:o/r:pull_request")`. */
  readonly who: string;
  /** Whether it belongs to somebody else: another owner, tenant or account. */
  readonly stranger: boolean;
  /** Set for the caller itself with another value of this key (lower case): it matters only to a policy that has the key. */
  readonly key?: string | undefined;
  /** Set for the caller itself with another action or resource: it matters only to an edit of this element. */
  readonly element?: 'Action' | 'Resource' | undefined;
  /** Whether another principal makes the call, which has identity policies of its own. */
  readonly otherPrincipal?: boolean | undefined;
  /** What is assumed of the identity policies of another principal: both are possible. Undefined: those of the caller are its own. */
  readonly permissions?: 'all' | 'none' | undefined;
  /** Set for a written subject that nobody has: the policy value has a mistake. */
  readonly isMistake?: boolean | undefined;
  /** Whether the policy of the resource names this principal; the name can be the mistake that is corrected. */
  readonly isNamed?: boolean | undefined;
  readonly request: EvaluationRequest;
}

/** Another value of the same kind: digits stay digits. */
export const another = (value: string): string =>
  /^\d+$/.test(value)
    ? value.slice(0, -1) + ((Number(value.at(-1)) + 1) % 10)
    : value.endsWith('}')
      ? `${value.slice(0, -1)}0}`
      : `${value}-2`;

/** The request with other values of keys; null: without the key. */
export const withKeys = (
  request: EvaluationRequest,
  keys: Readonly<Record<string, string | null>>,
): EvaluationRequest => {
  const context = new Map(request.context);
  for (const [key, value] of Object.entries(keys)) {
    if (value === null) context.delete(key.toLowerCase());
    else context.set(key.toLowerCase(), value);
  }
  return { ...request, context };
};

export const OTHER_ACCOUNT = '999999999999';

/** The ARN with another account number; the same text where it has none. */
export const toOtherAccount = (arn: string): string =>
  arn.replace(/^(arn:[^:]*:[^:]*:[^:]*:)\d{12}:/, `$1${OTHER_ACCOUNT}:`);
