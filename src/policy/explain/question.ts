/** The input and the result of an explanation. */
import type { EvaluationRequest, Fix } from '../decision.ts';
import type { PolicySet } from '../evaluate.ts';

/** The input of the evaluation, for near misses and fixes; without it, `explain` describes the verdicts alone. */
export interface Question {
  readonly request: EvaluationRequest;
  readonly policies: PolicySet;
  /** All actions that the call needs (sts:TagSession for session tags): a fix has to satisfy each. Default: the action of the request. */
  readonly actions?: readonly string[] | undefined;
  /** The audiences that the caller's OIDC provider accepts. */
  readonly audiences?: readonly string[] | undefined;
  /** Whether an allow is explained as one that should not be. */
  readonly unwanted?: boolean | undefined;
}

export interface Explanation {
  /** One sentence each, most decisive first. */
  readonly explanation: readonly string[];
  /** What to change, in the order in which to consider it. */
  readonly fixes: readonly Fix[];
  /** For an allow that was called unwanted: changes that keep the caller out. */
  readonly narrow?: readonly Fix[];
}
