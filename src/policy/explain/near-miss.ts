/** Types of the search for near misses. */
import type { EvaluationRequest, LayerName, PatchOperation, StatementVerdict, Why } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';

/** An edit of the policy that makes an element match. */
export interface Edit {
  readonly patch: readonly PatchOperation[];
  /** Whether the element is right as it is, for others: the edit then adds this caller to them. */
  readonly widens: boolean;
  /** Whether it widens to a pattern, and not to this caller alone. */
  readonly isPattern?: boolean | undefined;
  /** What the person who applies it has to know. */
  readonly caution?: string | undefined;
}

/** What the request would contain if the caller did what the policy expects. */
export interface Send {
  /** Who acts: the caller, by its parameters, or the job that gets the token. */
  readonly side: 'caller' | 'workflow';
  /** Default: the title for the side. */
  readonly title?: string | undefined;
  /** What to do, as an imperative without a full stop. */
  readonly how: string;
  /** The change of the evaluation request; absent when there are several ways. */
  readonly patch?: readonly PatchOperation[] | undefined;
  /** A mistake of the same element: the request is not sufficient without this edit. */
  readonly correction?: Edit | undefined;
}

/** The near miss of one element. */
export interface ElementMiss {
  /** JSON Pointer of the element. */
  readonly path: string;
  readonly why: Why;
  /** The narrowest first; it becomes a fix when the evaluator has confirmed it (fixes.ts). */
  readonly edits?: readonly Edit[] | undefined;
  readonly send?: Send | undefined;
  /** Both values can exist and are easily confused: no edit is right before somebody has said which one is meant. */
  readonly unclear?: boolean | undefined;
  /** Nobody can match the written value, and it does not say who is meant. */
  readonly dead?: boolean | undefined;
}

/** A near miss with its layer, policy and statement. */
export interface NearMiss extends ElementMiss {
  readonly layer: LayerName;
  readonly policy: number;
  readonly statement: number;
  readonly effect: 'Allow' | 'Deny';
  /** How many elements of an Allow statement do not match; 1 for a Deny. */
  readonly mismatchCount: number;
}

/** The input of the search in one statement. */
export interface StatementCase {
  readonly verdict: StatementVerdict;
  readonly policy: CompiledPolicy;
  readonly path: string;
  readonly request: EvaluationRequest;
  /** The audiences that the caller's provider accepts, when they are known. */
  readonly audiences?: readonly string[] | undefined;
}
