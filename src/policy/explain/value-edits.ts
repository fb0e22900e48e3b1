/** The edits of a condition or a resource list that make a value of the request match. */
import type { Json, PatchOperation } from '../decision.ts';
import type { Assessment } from './assess-value.ts';
import { addValue, type ConditionPlace, changeOperator, replaceValue } from './near-edits.ts';
import type { Edit } from './near-miss.ts';

/** Where a value stands: under a condition key, or in a list of resources. */
export interface ValuePlace {
  readonly document: Json;
  readonly path: string;
  /** The policy value that was compared. */
  readonly written: string;
  /** The condition, and the operator with wildcards that is like its own; undefined for a resource. */
  readonly condition?: { readonly block: string; readonly place: ConditionPlace; readonly like: string | undefined };
}

/** The edits for an assessed value, the narrowest first. */
export function editsFor(assessment: Assessment, at: ValuePlace): readonly Edit[] {
  if (assessment.type === 'unclear') return [];
  if (assessment.type === 'others') {
    const patch = setValue(at, assessment.value, 'add');
    const caution = assessment.namesOnly
      ? 'The policy has numeric ids; this value has none, so it also lets in whoever takes over the names.'
      : undefined;
    return patch === undefined ? [] : [{ patch, widens: true, caution }];
  }
  const { exact, pattern, stays, caution } = assessment;
  const how = stays === true ? 'add' : 'replace';
  const edits: Edit[] = [];
  const narrow = setValue(at, exact, how);
  if (narrow !== undefined) edits.push({ patch: narrow, widens: false, caution });
  const wide = pattern === undefined ? undefined : setValue(at, pattern, how);
  if (wide !== undefined) edits.push({ patch: wide, widens: true, isPattern: true, caution });
  return edits;
}

/** Writes a value into the list, under an operator with wildcards if it has one. */
export function setValue(at: ValuePlace, value: string, how: 'add' | 'replace'): readonly PatchOperation[] | undefined {
  const { document, path, written, condition } = at;
  const needsLike = /[*?]/.test(value) && condition !== undefined && condition.like !== condition.place.spelling;
  if (needsLike) {
    if (condition.like === undefined) return undefined;
    const replaced = how === 'replace' ? written : undefined;
    return changeOperator(document, condition.block, condition.place, condition.like, replaced, value);
  }
  if (how === 'add') return addValue(document, path, value);
  return written === value ? [] : replaceValue(document, path, written, value);
}
