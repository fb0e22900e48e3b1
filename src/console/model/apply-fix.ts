/** Policies as formatted JSON, before and after a fix. */
import type { Fix } from '../../policy/decision.ts';
import { applyPatch } from '../../policy/explain/patch.ts';
import { readJson } from '../../policy/json.ts';

/** A policy with a fix applied; undefined when the fix has no edit, or the edit does not apply to the text. */
export function applyFix(text: string, { patch }: Pick<Fix, 'patch'>): string | undefined {
  const read = readJson(text);
  const changed = read.ok && patch !== undefined ? applyPatch(read.value, patch) : undefined;
  return changed === undefined ? undefined : JSON.stringify(changed, null, 2);
}

export const formatJson = (text: string): string => {
  const read = readJson(text);
  return read.ok ? JSON.stringify(read.value, null, 2) : text;
};
