/** Tags of IAM's entities: AWS's rules for adding and removing them, and the condition keys they become. */

import type { Tag } from '../accounts/model.ts';
import type { ExtraContext } from '../aws/operation.ts';
import { invalidInput, limitExceeded } from './errors.ts';

/** Most tags on one entity. */
const MOST = 50;

/** How keys compare: IAM's entities ignore letter case, OIDC providers do not (recorded). */
export type TagCase = 'ignored' | 'kept';

const fold = (key: string, compare: TagCase): string => (compare === 'ignored' ? key.toLowerCase() : key);

/** Tags after adding: a key that is there already gets the new value and spelling. In the order of their keys. */
export function withTags(have: readonly Tag[], added: readonly Tag[], compare: TagCase = 'ignored'): readonly Tag[] {
  const all = new Map(have.map(tag => [fold(tag.Key, compare), tag]));
  const seen = new Set<string>();
  for (const { Key, Value } of added) {
    const folded = fold(Key, compare);
    if (seen.has(folded))
      throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    if (Key.toLowerCase().startsWith('aws:')) {
      throw invalidInput('Caller is not an internal service, so reserved tag keys are not allowed.');
    }
    seen.add(folded);
    all.set(folded, { Key, Value });
  }
  if (all.size > MOST) throw limitExceeded('The number of tags has reached the maximum limit.');
  return [...all.values()].sort((one, other) => (one.Key < other.Key ? -1 : 1));
}

/** Tags after removing; keys that are not there are no fault. */
export function withoutTags(
  have: readonly Tag[],
  keys: readonly string[],
  compare: TagCase = 'ignored',
): readonly Tag[] {
  const gone = new Set(keys.map(key => fold(key, compare)));
  return have.filter(tag => !gone.has(fold(tag.Key, compare)));
}

/** `aws:RequestTag/…` and `aws:TagKeys` of a call that sends tags or only their keys. */
export function requestTagKeys(tags: readonly Tag[] | undefined, keys: readonly string[] = []): ExtraContext {
  if (tags === undefined && keys.length === 0) return {};
  const context: Record<string, string | readonly string[]> = Object.create(null);
  for (const { Key, Value } of tags ?? []) context[`aws:RequestTag/${Key}`] = Value;
  context['aws:TagKeys'] = [...(tags ?? []).map(tag => tag.Key), ...keys];
  return context;
}

/** `aws:ResourceTag/…` and `iam:ResourceTag/…` of what is acted on. */
export function resourceTagKeys(tags: readonly Tag[]): ExtraContext {
  const context: Record<string, string> = Object.create(null);
  for (const { Key, Value } of tags) {
    context[`aws:ResourceTag/${Key}`] = Value;
    context[`iam:ResourceTag/${Key}`] = Value;
  }
  return context;
}
