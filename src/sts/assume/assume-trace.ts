/** The recorded steps of one assume call, its requester and policy evaluation, and its entry in the decision log. */

import type { DecisionLog } from '../../authorization/decision-log.ts';
import type { Caller } from '../../authorization/principals.ts';
import { type PolicyEvaluation, StoredDecision } from '../../authorization/stored-decision.ts';
import { AwsError } from '../../aws/error.ts';
import type { Call } from '../../aws/operation.ts';
import { defined } from '../../kernel/defined.ts';
import type { Decision, Evaluation, EvaluationRequest, Step } from '../../policy/decision.ts';
import { evaluate, type PolicySet } from '../../policy/index.ts';

type Requester = Decision['principal'];

export class AssumeTrace {
  readonly steps: Step[] = [];
  readonly action: string;
  readonly resource: string;
  principal: Requester;
  evaluated: PolicyEvaluation | undefined;

  constructor(action: string, resource: string, principal: Requester = null) {
    this.action = action;
    this.resource = resource;
    this.principal = principal;
  }

  /** Records a passed step. `detail` must not contain a token or a secret. */
  pass(name: string, code: string, detail?: unknown): void {
    this.steps.push(detail === undefined ? { name, ok: true, code } : { name, ok: true, code, detail });
  }

  /** Records a failed step. Returns the error for the caller to throw. */
  refuse(name: string, error: AwsError, detail?: Readonly<Record<string, unknown>>): AwsError {
    this.steps.push({
      name,
      ok: false,
      code: error.reason ?? error.code,
      ...(detail === undefined && error.detail === undefined
        ? {}
        : { detail: { ...defined({ sentence: error.detail }), ...detail } }),
    });
    return error;
  }

  /** Runs a step. Records it as failed when `run` throws an AwsError. */
  attempt<T>(name: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw error instanceof AwsError ? this.refuse(name, error) : error;
    }
  }

  /** Asynchronous form of `attempt`. */
  async await<T>(name: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw error instanceof AwsError ? this.refuse(name, error) : error;
    }
  }

  /** Evaluates the policies. The decision shows the first evaluation, or the one that denies. */
  evaluatePolicies(request: EvaluationRequest, policies: PolicySet): Evaluation {
    const evaluation = evaluate(request, policies);
    const { allowed } = evaluation;
    if (this.evaluated === undefined || !allowed) this.evaluated = { request, policies, allowed };
    return evaluation;
  }
}

/** The decision log entry of a finished call, with or without an error. Of the request it keeps only what the steps contain. */
export class AssumeTraceEntry extends StoredDecision {
  constructor(
    { steps, evaluated, action, resource, principal }: AssumeTrace,
    call: Pick<Call<Caller>, 'now' | 'requestId' | 'requestSize'>,
    error: AwsError | undefined,
  ) {
    super(call, {
      action: evaluated === undefined || evaluated.allowed ? action : evaluated.request.action,
      resource,
      principal,
      allowed: error === undefined,
      reason: error === undefined ? 'allowed' : (error.reason ?? error.code),
      error: error && { status: error.status, code: error.code, message: error.awsMessage ?? '' },
      steps,
      evaluated,
      detail: error?.detail ?? error?.awsMessage ?? undefined,
    });
  }
}

/**
 * Decides, records the decision, then issues. `grant` throws an AwsError or returns what can be issued; `issue` creates
 * the response from it. Synchronous when `grant` is.
 */
export function decide<G, R>(
  trace: AssumeTrace,
  call: Call<Caller>,
  decisionLog: DecisionLog,
  grant: () => G | Promise<G>,
  issue: (granted: G) => R,
): R | Promise<R> {
  const refused = (error: unknown): never => {
    if (error instanceof AwsError) {
      call.decided(decisionLog.record(new AssumeTraceEntry(trace, call, error)), trace.principal);
    }
    throw error;
  };
  const allowed = (granted: G): R => {
    call.decided(decisionLog.record(new AssumeTraceEntry(trace, call, undefined)));
    return issue(granted);
  };
  let granted: G | Promise<G>;
  try {
    granted = grant();
  } catch (error) {
    return refused(error);
  }
  return granted instanceof Promise ? granted.then(allowed, refused) : allowed(granted);
}
