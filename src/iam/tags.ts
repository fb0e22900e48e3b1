/** Tags of IAM entities: AWS's rules for adding and removing them, and their condition keys. */

import type { Tag } from '../accounts/model.ts';
import type { ExtraContext } from '../aws/operation.ts';
import { invalidInput, limitExceeded } from './errors.ts';

/** Maximum number of tags of one entity. */
const MAX_TAGS = 50;

/** Comparison of tag keys: IAM entities ignore letter case, OIDC providers do not (recorded). */
export type TagCase = 'ignored' | 'kept';

const fold = (key: string, compare: TagCase): string => (compare === 'ignored' ? key.toLowerCase() : key);

/** The tags after an add, sorted by key. An existing key gets the new value and spelling. */
export function withTags(
  existing: readonly Tag[],
  added: readonly Tag[],
  compare: TagCase = 'ignored',
): readonly Tag[] {
  const all = new Map(existing.map(tag => [fold(tag.Key, compare), tag]));
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
  if (all.size > MAX_TAGS) throw limitExceeded('The number of tags has reached the maximum limit.');
  return [...all.values()].sort((one, other) => (one.Key < other.Key ? -1 : 1));
}

/** The tags after a removal; unknown keys are ignored. */
export function withoutTags(
  existing: readonly Tag[],
  keys: readonly string[],
  compare: TagCase = 'ignored',
): readonly Tag[] {
  const removed = new Set(keys.map(key => fold(key, compare)));
  return existing.filter(tag => !removed.has(fold(tag.Key, compare)));
}

/** `aws:RequestTag/…` and `aws:TagKeys` of a request with tags or tag keys. */
export function requestTagKeys(tags: readonly Tag[] | undefined, keys: readonly string[] = []): ExtraContext {
  if (tags === undefined && keys.length === 0) return {};
  const context: Record<string, string | readonly string[]> = Object.create(null);
  for (const { Key, Value } of tags ?? []) context[`aws:RequestTag/${Key}`] = Value;
  context['aws:TagKeys'] = [...(tags ?? []).map(tag => tag.Key), ...keys];
  return context;
}

/** `aws:ResourceTag/…` and `iam:ResourceTag/…` of the resource. */
export function resourceTagKeys(tags: readonly Tag[]): ExtraContext {
  const context: Record<string, string> = Object.create(null);
  for (const { Key, Value } of tags) {
    context[`aws:ResourceTag/${Key}`] = Value;
    context[`iam:ResourceTag/${Key}`] = Value;
  }
  return context;
}
