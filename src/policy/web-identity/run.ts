/** Runs a list of named checks: each is recorded as a step, and the first that refuses ends the list. */
import { AwsError } from '../../aws/error.ts';
import type { Decision, Evaluation, EvaluationRequest, Step } from '../decision.ts';
import { evaluate, type PolicySet } from '../evaluate.ts';
import { explain } from '../explain/explain.ts';
import type { Explanation } from '../explain/question.ts';
import { stepFixes } from '../explain/step-fixes.table.ts';

/** The result of a check that did not refuse; undefined: there is nothing to record. `detail` must not contain a token or a secret. */
export type Passed = { readonly code: string; readonly detail?: unknown } | undefined;

/** A check refuses by throwing an AwsError. It may add to the facts that later checks read. */
export interface Check<F> {
  readonly name: string;
  readonly run: (facts: F) => Passed;
}

/** A policy evaluation: its request, the policies and whether they allowed it. */
export interface PolicyEvaluation {
  readonly request: EvaluationRequest;
  readonly policies: PolicySet;
  readonly allowed: boolean;
  /** All actions of the call. */
  readonly actions?: readonly string[] | undefined;
  /** The audiences that the OIDC provider of the caller accepts. */
  readonly audiences?: readonly string[] | undefined;
}

/** What is recorded of one decision while its checks run. */
export class AssumeTrace {
  readonly steps: Step[] = [];
  readonly action: string;
  readonly resource: string;
  principal: Decision['principal'];
  /** The first evaluation, or the one that denied. */
  evaluated: PolicyEvaluation | undefined = undefined;
  /** The audiences that the OIDC provider of the caller accepts. */
  audiences: readonly string[] | undefined = undefined;

  constructor(action: string, resource: string, principal: Decision['principal'] = null) {
    this.action = action;
    this.resource = resource;
    this.principal = principal;
  }

  /** Evaluates the policies for each action. Returns the evaluation of the first action that they deny. */
  firstDenied(
    request: Omit<EvaluationRequest, 'action'>,
    actions: readonly string[],
    policies: PolicySet,
  ): Evaluation | undefined {
    for (const action of actions) {
      const wanted = { ...request, action };
      const evaluation = evaluate(wanted, policies);
      const { allowed } = evaluation;
      if (this.evaluated === undefined || !allowed) {
        const { audiences } = this;
        this.evaluated = { request: wanted, policies, allowed, actions, audiences };
      }
      if (!allowed) return evaluation;
    }
    return undefined;
  }
}

/** Returns the error of the check that refused; undefined when none did. */
export function runChecks<F extends AssumeTrace>(checks: readonly Check<F>[], facts: F): AwsError | undefined {
  for (const { name, run } of checks) {
    try {
      recordPassed(name, run(facts), facts);
    } catch (error) {
      return recordRefused(name, error, facts);
    }
  }
  return undefined;
}

export function recordPassed(name: string, passed: Passed, { steps }: AssumeTrace): void {
  if (passed === undefined) return;
  const { code, detail } = passed;
  steps.push(detail === undefined ? { name, ok: true, code } : { name, ok: true, code, detail });
}

/** Records the failed step. Throws what is not an AwsError. */
export function recordRefused(name: string, error: unknown, { steps }: AssumeTrace): AwsError {
  if (!(error instanceof AwsError)) throw error;
  const { code, reason = code, detail, facts } = error;
  const step = { name, ok: false, code: reason };
  const sentence = detail === undefined ? {} : { sentence: detail };
  steps.push(detail === undefined && facts === undefined ? step : { ...step, detail: { ...sentence, ...facts } });
  return error;
}

/** The members of a decision that its checks determine; `detail` is Rolecall's own explanation of a refusal. */
export function outcomeOf({ steps, evaluated, action, resource, principal }: AssumeTrace, error: AwsError | undefined) {
  return {
    action: evaluated === undefined || evaluated.allowed ? action : evaluated.request.action,
    resource,
    principal,
    allowed: error === undefined,
    reason: error === undefined ? 'allowed' : (error.reason ?? error.code),
    error: error && { status: error.status, code: error.code, message: error.awsMessage ?? '' },
    steps,
    evaluated,
    detail: error?.detail ?? error?.awsMessage,
  };
}

/**
 * Explains an outcome: for a denial by the policies, their explanation is more precise than the detail of the step. `unwanted`: an allow
 * is explained as one that should not be.
 */
export function explainOutcome(
  evaluated: PolicyEvaluation | undefined,
  detail: string | undefined,
  steps: readonly Step[],
  unwanted = false,
): Explanation {
  const own = detail === undefined ? [] : [detail];
  if (evaluated === undefined) return { explanation: own, fixes: stepFixes(steps) };
  // The policies allow it, and another check refuses.
  if (evaluated.allowed && own.length > 0) return { explanation: own, fixes: stepFixes(steps) };
  return explain(evaluate(evaluated.request, evaluated.policies), { ...evaluated, unwanted });
}
