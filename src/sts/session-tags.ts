/** Rules of session tags: keys are case-insensitive, transitive keys are requested keys, inherited keys cannot be set again. */
import type { Tag } from '../accounts/model.ts';
import type { Session } from '../authorization/principals.ts';
import { duplicateTagKeys, invalidParameterValue } from './errors.ts';

/** Throws InvalidParameterValue when a rule is broken. `session` is the calling session with its transitive tags. */
export function assertTags(
  requested: { readonly tags: readonly Tag[]; readonly transitive: readonly string[] },
  session: Session | undefined,
): void {
  const keys = distinctKeys(requested.tags);
  const unmatched = requested.transitive.find(key => !keys.has(key.toLowerCase()));
  if (unmatched !== undefined) {
    throw invalidParameterValue('The specified transitive tag key must be included in the requested tags.', {
      reason: 'stray-transitive-key',
      detail: `The transitive tag key ${unmatched} is not among the tags of the request.`,
    });
  }
  const inherited = session?.transitive?.find(key => keys.has(key.toLowerCase()));
  if (inherited !== undefined) {
    throw invalidParameterValue(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      {
        reason: 'transitive-conflict',
        detail: `The calling session has the transitive tag ${inherited}; the request cannot set it again.`,
      },
    );
  }
}

/** The tag keys in lower case. Throws InvalidParameterValue when two are equal without case. */
export function distinctKeys(tags: readonly Tag[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { Key } of tags) {
    const key = Key.toLowerCase();
    if (keys.has(key)) throw duplicateTagKeys();
    keys.add(key);
  }
  return keys;
}

/** Condition keys for the tags of a request. Without a prototype, because clients choose the tag keys. */
export function requestTagKeys(tags: readonly Tag[]): Readonly<Record<string, string | readonly string[]>> {
  const keys: Record<string, string | readonly string[]> = Object.create(null);
  for (const tag of tags) keys[`aws:RequestTag/${tag.Key}`] = tag.Value;
  if (tags.length > 0) keys['aws:TagKeys'] = tags.map(tag => tag.Key);
  return keys;
}
