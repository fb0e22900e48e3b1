/** A decision as stored in the decision log: request and result. Statement verdicts are recomputed when it is read. */
import type { AwsError } from '../aws/error.ts';
import { type Call, LARGE_REQUEST, type PendingDecision } from '../aws/operation.ts';
import { defined } from '../kernel/defined.ts';
import { type CutLimits, cutText, cutValue, estimateSize } from '../kernel/size.ts';
import type { Decision, Evaluation, EvaluationRequest, Step } from '../policy/decision.ts';
import { evaluate, type PolicySet } from '../policy/index.ts';
import { explainOutcome, type PolicyEvaluation } from '../policy/web-identity/run.ts';
import type { DecisionEntry, DecisionLog, NewDecision } from './decision-log.ts';
import type { Caller } from './principals.ts';
import { refusedAfterwards } from './refusals.ts';

type CallFacts = Pick<Call<Caller>, 'now' | 'requestId' | 'requestSize'>;

/** A decision until its call ends. */
export class CallDecision implements PendingDecision {
  readonly #call: CallFacts;
  readonly #made: NewDecision;
  readonly #decisionLog: Pick<DecisionLog, 'record'>;
  #id: string | undefined;

  constructor(call: CallFacts, made: NewDecision, decisionLog: Pick<DecisionLog, 'record'>) {
    this.#call = call;
    this.#made = made;
    this.#decisionLog = decisionLog;
  }

  get allowed(): boolean {
    return this.#made.allowed;
  }

  record(error?: AwsError): string {
    const made = error === undefined || !this.allowed ? this.#made : refusedAfterwards(this.#made, error);
    this.#id ??= this.#decisionLog.record(new StoredDecision(this.#call, made));
    return this.#id;
  }
}

/** Bytes of an entry without its request data, and bytes of a context key: measured and rounded up. */
const OWN_BYTES = 1024;
const KEY_BYTES = 128;

export class StoredDecision implements DecisionEntry {
  id?: string;
  readonly atMs: number;
  readonly requestId: string;
  readonly size: number;
  readonly action: string;
  readonly resource: string;
  readonly principal: Decision['principal'];
  readonly allowed: boolean;
  readonly reason: string;
  readonly error: Decision['error'];
  readonly steps: readonly Step[];
  readonly #evaluation: PolicyEvaluation | undefined;
  readonly #detail: string | undefined;

  /**
   * With `isTruncated`, texts are truncated and copied; by default those of a large request. Otherwise a text can keep the whole
   * request in memory; `size` includes that.
   */
  constructor(
    { now, requestId, requestSize }: CallFacts,
    made: NewDecision,
    isTruncated: boolean = requestSize > LARGE_REQUEST,
  ) {
    const kept = isTruncated ? truncate(made) : made;
    this.atMs = now;
    this.requestId = requestId;
    this.action = kept.action;
    this.resource = kept.resource;
    this.principal = kept.principal;
    this.allowed = kept.allowed;
    this.reason = kept.reason;
    this.error = kept.error;
    this.steps = kept.steps;
    this.#evaluation = kept.evaluated;
    this.#detail = kept.detail;
    const keys = kept.evaluated?.request.context.size ?? 0;
    this.size =
      OWN_BYTES +
      (isTruncated
        ? estimateSize({ ...kept, evaluated: kept.evaluated?.request })
        : KEY_BYTES * keys + 2 * requestSize + sizeOfRefusal(kept));
  }

  get policies(): PolicySet | undefined {
    return this.#evaluation?.policies;
  }

  get layers(): DecisionEntry['layers'] {
    return this.#evaluation === undefined ? [] : evaluate(this.#evaluation.request, this.#evaluation.policies).layers;
  }

  get trustPolicy(): DecisionEntry['trustPolicy'] {
    const { kind, resource } = this.#evaluation?.policies ?? {};
    return kind === 'trust' ? resource?.document : undefined;
  }

  explain(): ReturnType<DecisionEntry['explain']> {
    return explainOutcome(this.#evaluation, this.#detail, this.steps);
  }
}

/** The sentences of a refusal are new texts; each may be kept twice, because an explanation contains it. */
const sizeOfRefusal = ({ error, detail = '' }: NewDecision): number =>
  error === undefined ? 0 : 2 * (error.message.length + detail.length);

/** AWS accepts ARNs of up to 2,048 characters. */
const LIMITS: CutLimits = { text: 2048, items: 100, depth: 6 };

const TOO_LONG = 'The decision depends on a value that is too long to store, so the policies are not shown.';

function truncate(made: NewDecision): NewDecision {
  const { evaluated, error, detail } = made;
  const kept = evaluated === undefined ? undefined : truncateEvaluation(evaluated);
  const own = evaluated !== undefined && kept === undefined ? (detail ?? TOO_LONG) : detail;
  return {
    ...made,
    resource: cutText(made.resource, LIMITS.text),
    principal: cutValue(made.principal, LIMITS) as Decision['principal'],
    ...defined({ error: error && { ...error, message: cutText(error.message, LIMITS.text) } }),
    steps: cutValue(made.steps, LIMITS) as readonly Step[],
    evaluated: kept,
    detail: own === undefined ? undefined : cutText(own, LIMITS.text),
  };
}

/** The evaluation with truncated values; undefined when truncation would change a verdict. */
function truncateEvaluation({
  request,
  policies,
  allowed,
  actions,
  audiences,
}: PolicyEvaluation): PolicyEvaluation | undefined {
  const shorter: EvaluationRequest = {
    ...request,
    principal: cutValue(request.principal, LIMITS) as EvaluationRequest['principal'],
    resource: cutText(request.resource, LIMITS.text),
    context: new Map(
      [...request.context].map(([key, value]) => [
        cutText(key, LIMITS.text),
        typeof value === 'string'
          ? cutText(value, LIMITS.text)
          : value.slice(0, LIMITS.items).map(item => cutText(item, LIMITS.text)),
      ]),
    ),
  };
  const isSame = outcomes(evaluate(shorter, policies)) === outcomes(evaluate(request, policies));
  return isSame ? { request: shorter, policies, allowed, actions, audiences } : undefined;
}

/** All verdicts as one comparable string. */
const outcomes = ({ allowed, layers }: Evaluation): string =>
  [allowed, ...layers.flatMap(layer => [layer.outcome, ...layer.statements.map(({ applies }) => applies)])].join();
