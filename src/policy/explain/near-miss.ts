/** Types of the search for near misses. */
import type { EvaluationRequest, LayerName, PatchOperation, StatementVerdict, Why } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';

/** The near miss of one element. */
export interface ElementMiss {
  /** JSON Pointer of the element. */
  readonly path: string;
  readonly why: Why;
  /** An edit that makes this element match; it becomes a fix when the evaluator has confirmed it (fixes.ts). */
  readonly patch?: readonly PatchOperation[] | undefined;
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
}
