/** A statement that lets in an unwanted caller, and a change of it. */
import type { Json, LayerName, PatchOperation, StatementVerdict } from '../../decision.ts';

/** A statement that lets the caller in, with its place in the document. */
export interface Grant {
  readonly layer: LayerName;
  readonly verdict: StatementVerdict;
  readonly document: Json;
  readonly path: string;
}

/** A change of one statement or policy: of the value that lets the caller in, by an exclusion, or by a statement that denies. */
export interface Change {
  readonly kind: 'value' | 'exclusion' | 'deny';
  readonly sentence: string;
  readonly patch: readonly PatchOperation[];
  readonly caution?: string;
}
