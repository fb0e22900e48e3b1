/** Edits of values in a policy document, as JSON Patch. */
import { isObject, pointerStep } from '../../kernel/json.ts';
import type { Json, PatchOperation } from '../decision.ts';
import { valueAt } from './patch.ts';

/** One operator and key of a Condition block. */
export interface ConditionPlace {
  readonly spelling: string;
  readonly key: string;
}

/** Moves a condition to another operator or key; undefined when the target exists already. */
export function moveCondition(
  document: Json,
  block: string,
  from: ConditionPlace,
  to: ConditionPlace,
): readonly PatchOperation[] | undefined {
  const operatorPath = block + pointerStep(from.spelling);
  const keyPath = operatorPath + pointerStep(from.key);
  const target = block + pointerStep(to.spelling);
  const value = valueAt(document, keyPath);
  const siblings = valueAt(document, operatorPath);
  if (value === undefined || valueAt(document, target + pointerStep(to.key)) !== undefined) return undefined;
  const alone = isObject(siblings) && Object.keys(siblings).length === 1 && to.spelling !== from.spelling;
  const exists = valueAt(document, target) !== undefined;
  return [
    { op: 'remove', path: alone ? operatorPath : keyPath },
    exists
      ? { op: 'add', path: target + pointerStep(to.key), value }
      : { op: 'add', path: target, value: { [to.key]: value } },
  ];
}

/** Adds `value` to the value or list at `path`. */
export function addValue(document: Json, path: string, value: string): readonly PatchOperation[] {
  const old = valueAt(document, path);
  if (Array.isArray(old)) return [{ op: 'add', path: `${path}/-`, value }];
  return [{ op: 'replace', path, value: old === undefined ? value : [old, value] }];
}

/** Replaces `old`, the value at `path` or an item of its list, by `value`. */
export function replaceValue(document: Json, path: string, old: string, value: string): readonly PatchOperation[] {
  const written = valueAt(document, path);
  const index = Array.isArray(written) ? written.findIndex(item => String(item) === old) : -1;
  return [{ op: 'replace', path: index === -1 ? path : `${path}/${index}`, value }];
}

/**
 * Moves a condition to an operator with wildcards, with one value more, or with `value` in place of `replaced`. Undefined when the target
 * exists already, or another value would begin to match by its wildcards.
 */
export function changeOperator(
  document: Json,
  block: string,
  from: ConditionPlace,
  spelling: string,
  replaced: string | undefined,
  value: string,
): readonly PatchOperation[] | undefined {
  const moved = moveCondition(document, block, from, { spelling, key: from.key });
  if (moved === undefined) return undefined;
  const written = [valueAt(document, block + pointerStep(from.spelling) + pointerStep(from.key)) ?? []].flat();
  const values =
    replaced === undefined ? [...written, value] : written.map(old => (String(old) === replaced ? value : old));
  const path = block + pointerStep(spelling) + pointerStep(from.key);
  const isSame = JSON.stringify(values) === JSON.stringify(written);
  return isSame
    ? moved
    : [...moved, { op: 'replace', path, value: values.length === 1 ? (values[0] ?? value) : values }];
}
