/** Runs the checks of a call, decides, and issues what the call asks for. */

import type { Caller } from '../../authorization/principals.ts';
import { CallDecision } from '../../authorization/stored-decision.ts';
import type { AwsError } from '../../aws/error.ts';
import type { Call } from '../../aws/operation.ts';
import {
  type AssumeTrace,
  outcomeOf,
  type Passed,
  recordPassed,
  recordRefused,
} from '../../policy/web-identity/run.ts';
import type { StsDeps } from '../deps.ts';

/** A check that may be asynchronous; see `Check`. */
export interface AsyncCheck<F> {
  readonly name: string;
  readonly run: (facts: F) => Passed | Promise<Passed>;
}

type Refused = AwsError | undefined;

/** Like `runChecks`: returns the error of the check that refused. Asynchronous only when a check is. */
export function runAsyncChecks<F extends AssumeTrace>(
  checks: readonly AsyncCheck<F>[],
  facts: F,
  from = 0,
): Refused | Promise<Refused> {
  for (let at = from; at < checks.length; at++) {
    const { name, run } = checks[at] as AsyncCheck<F>;
    try {
      const passed = run(facts);
      if (passed instanceof Promise) {
        const proceed = (late: Passed): Refused | Promise<Refused> => {
          recordPassed(name, late, facts);
          return runAsyncChecks(checks, facts, at + 1);
        };
        return passed.then(proceed, error => recordRefused(name, error, facts));
      }
      recordPassed(name, passed, facts);
    } catch (error) {
      return recordRefused(name, error, facts);
    }
  }
  return undefined;
}

/**
 * Runs the checks, passes the decision to the call and returns what `issue` makes of the facts. Throws the error of the check that
 * refused. Synchronous when the checks are.
 */
export function run<F extends AssumeTrace, R>(
  checks: readonly AsyncCheck<F>[],
  facts: F,
  call: Call<Caller>,
  { decisionLog }: Pick<StsDeps, 'decisionLog'>,
  issue: (facts: F) => R,
): R | Promise<R> {
  const finish = (error: AwsError | undefined): R => {
    const decision = new CallDecision(call, outcomeOf(facts, error), decisionLog);
    if (error === undefined) {
      call.decided(decision);
      return issue(facts);
    }
    call.decided(decision, facts.principal);
    throw error;
  };
  const refused = runAsyncChecks(checks, facts);
  return refused instanceof Promise ? refused.then(finish) : finish(refused);
}
