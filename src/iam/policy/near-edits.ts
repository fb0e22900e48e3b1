/** Edits of values in a policy document, as JSON Patch. */
import type { Json, PatchOperation } from './decision.ts';
import { valueAt } from './patch.ts';

/** Puts `value` beside or in place of what stands at `path`. */
export function addValue(document: Json, path: string, value: string): readonly PatchOperation[] {
  const old = valueAt(document, path);
  if (Array.isArray(old)) return [{ op: 'add', path: `${path}/-`, value }];
  return [{ op: 'replace', path, value: old === undefined ? value : [old, value] }];
}

/** Puts `value` in place of `old`, wherever in the list that is. */
export function replaceValue(document: Json, path: string, old: string, value: string): readonly PatchOperation[] {
  const written = valueAt(document, path);
  const index = Array.isArray(written) ? written.findIndex(item => String(item) === old) : -1;
  return [{ op: 'replace', path: index === -1 ? path : `${path}/${index}`, value }];
}
