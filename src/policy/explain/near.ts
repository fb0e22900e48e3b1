/** The words of the search for near misses. Types only. */
import type { EvaluationRequest, LayerName, PatchOperation, StatementVerdict, Why } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';

/** What one element's search finds. */
export interface Found {
  /** JSON Pointer of the element. */
  readonly path: string;
  readonly why: Why;
  /** An edit that would mend this element; a fix only once the evaluator has confirmed it (fixes.ts). */
  readonly patch?: readonly PatchOperation[] | undefined;
}

/** One near miss: which element of which statement, why, and an edit. */
export interface NearMiss extends Found {
  readonly layer: LayerName;
  readonly policy: number;
  readonly statement: number;
  readonly effect: 'Allow' | 'Deny';
  /** How many elements of the statement stand in the way; of a Deny, one. */
  readonly obstacles: number;
}

/** A statement with all that is needed to search it. */
export interface StatementCase {
  readonly verdict: StatementVerdict;
  readonly policy: CompiledPolicy;
  readonly path: string;
  readonly request: EvaluationRequest;
}
