/** One assume call while it is decided: the steps so far, who asks, what the policies said; and its entry in the book. */

import { type Judged, KeptDecision } from '../../authorization/decision-entry.ts';
import type { DecisionLog } from '../../authorization/decision-log.ts';
import type { Caller } from '../../authorization/principals.ts';
import { AwsError } from '../../aws/error.ts';
import type { Call } from '../../aws/operation.ts';
import type { Decision, Evaluation, EvaluationRequest, Step } from '../../policy/decision.ts';
import { evaluate, type PolicySet } from '../../policy/index.ts';

type Requester = Decision['principal'];

export class AssumeTrace {
  readonly steps: Step[] = [];
  readonly action: string;
  readonly resource: string;
  principal: Requester;
  judged: Judged | undefined;

  constructor(action: string, resource: string, principal: Requester = null) {
    this.action = action;
    this.resource = resource;
    this.principal = principal;
  }

  /** A step that was passed. `detail` must not hold a token or a secret. */
  pass(name: string, code: string, detail?: unknown): void {
    this.steps.push(detail === undefined ? { name, ok: true, code } : { name, ok: true, code, detail });
  }

  /** A step that failed; answers the error, to be thrown. */
  refuse(name: string, error: AwsError, detail?: Readonly<Record<string, unknown>>): AwsError {
    this.steps.push({
      name,
      ok: false,
      code: error.reason ?? error.code,
      ...(detail === undefined && error.detail === undefined
        ? {}
        : { detail: { ...(error.detail === undefined ? {} : { sentence: error.detail }), ...detail } }),
    });
    return error;
  }

  /** Runs a step that answers or throws an AwsError. */
  attempt<T>(name: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw error instanceof AwsError ? this.refuse(name, error) : error;
    }
  }

  /** The same for a step that takes time. */
  async await<T>(name: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw error instanceof AwsError ? this.refuse(name, error) : error;
    }
  }

  /** Asks the policies. The decision shows the first answer, or the one that refuses. */
  judge(request: EvaluationRequest, policies: PolicySet): Evaluation {
    const evaluation = evaluate(request, policies);
    const { allowed } = evaluation;
    if (this.judged === undefined || !allowed) this.judged = { request, policies, allowed };
    return evaluation;
  }
}

/** The entry of a handshake that ended, with an error or without. Holds nothing of the request but what the steps say. */
export class AssumeTraceEntry extends KeptDecision {
  constructor(
    { steps, judged, action, resource, principal }: AssumeTrace,
    call: Pick<Call<Caller>, 'now' | 'requestId' | 'requestSize'>,
    error: AwsError | undefined,
  ) {
    super(call, {
      action: judged === undefined || judged.allowed ? action : judged.request.action,
      resource,
      principal,
      allowed: error === undefined,
      reason: error === undefined ? 'allowed' : (error.reason ?? error.code),
      error: error && { status: error.status, code: error.code, message: error.awsMessage ?? '' },
      steps,
      judged,
      detail: error?.detail ?? error?.awsMessage ?? undefined,
    });
  }
}

/**
 * Decides, records, and only then issues. `grant` throws an AwsError or answers what may be issued; `issue` makes the
 * reply of it. Synchronous whenever `grant` is.
 */
export function decide<G, R>(
  handshake: AssumeTrace,
  call: Call<Caller>,
  decisionLog: DecisionLog,
  grant: () => G | Promise<G>,
  issue: (granted: G) => R,
): R | Promise<R> {
  const refused = (error: unknown): never => {
    if (error instanceof AwsError) {
      call.decided(decisionLog.record(new AssumeTraceEntry(handshake, call, error)), handshake.principal);
    }
    throw error;
  };
  const allowed = (granted: G): R => {
    call.decided(decisionLog.record(new AssumeTraceEntry(handshake, call, undefined)));
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
