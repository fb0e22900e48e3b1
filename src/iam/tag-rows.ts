/** The three tag operations of an entity type: `TagX`, `UntagX`, `ListXTags`. */

import type { Tag } from '../accounts/model.ts';
import { type IamDeps, operation } from '../authorization/deps.ts';
import type { Caller } from '../authorization/principals.ts';
import type { ExtraContext, SignedCall, Target } from '../aws/operation.ts';
import { struct } from '../aws/shape.ts';
import { type Collection, put, type Store, type Versioned } from '../store/store.ts';
import { commitChanges } from './commit.ts';
import * as member from './members.ts';
import { pageOf } from './paging.ts';
import { requestTagKeys, type TagCase, withoutTags, withTags } from './tags.ts';

type Call = SignedCall<Caller>;
type Tagged = { readonly tags: readonly Tag[] };

/** The differences between the tag operations of the entity types. */
export interface TagEntityType<V extends Tagged> {
  /** The part of the operation names: `Role` in `TagRole`. */
  readonly name: string;
  /** The input member that names the entity. */
  readonly subject: member.Subject;
  readonly collection: Collection<V>;
  /** Whether tag keys that differ only in letter case are the same key. */
  readonly letterCase: TagCase;
  keyOf(value: V): string;
  /** Finds the entity of a call. Throws NoSuchEntity. */
  find(subject: string, call: Call, store: Store): Versioned<V>;
  /** For reads, where more entities can be read than changed. */
  findToRead?(subject: string, call: Call, store: Store): Tagged;
  target(subject: string, call: Call, deps: IamDeps, context: ExtraContext): Target;
  readTarget(subject: string, call: Call, deps: IamDeps): Target;
}

export function tagRows<V extends Tagged>(entityType: TagEntityType<V>) {
  const { name, subject, letterCase } = entityType;

  async function retag(
    input: object,
    call: Call,
    { store }: IamDeps,
    alter: (tags: readonly Tag[]) => readonly Tag[],
  ): Promise<Record<never, never>> {
    const { value, version } = entityType.find(subject.of(input), call, store);
    const changed = { ...value, tags: alter(value.tags) };
    await commitChanges(store, [put(entityType.collection, entityType.keyOf(value), changed, version)]);
    return {};
  }

  return [
    operation({
      name: `Tag${name}`,
      auth: 'signed',
      input: struct(`Tag${name}Request`, { ...subject.members, Tags: member.tagList }),
      target: (input, call, deps) => entityType.target(subject.of(input), call, deps, requestTagKeys(input.Tags)),
      handle: (input, call, deps) => retag(input, call, deps, tags => withTags(tags, input.Tags, letterCase)),
    }),

    operation({
      name: `Untag${name}`,
      auth: 'signed',
      input: struct(`Untag${name}Request`, { ...subject.members, TagKeys: member.tagKeyList }),
      target: (input, call, deps) =>
        entityType.target(subject.of(input), call, deps, requestTagKeys(undefined, input.TagKeys)),
      handle: (input, call, deps) => retag(input, call, deps, tags => withoutTags(tags, input.TagKeys, letterCase)),
    }),

    operation({
      name: `List${name}Tags`,
      auth: 'signed',
      input: struct(`List${name}TagsRequest`, { ...subject.members, ...member.pageRequest }),
      output: struct(`List${name}TagsResponse`, { Tags: member.tagList, ...member.pageReply }),
      target: (input, call, deps) => entityType.readTarget(subject.of(input), call, deps),
      handle(input, call, { store }) {
        const named = subject.of(input);
        const { tags } = entityType.findToRead?.(named, call, store) ?? entityType.find(named, call, store).value;
        const { members, more } = pageOf(tags, input, tag => tag.Key);
        return { Tags: [...members], ...more };
      },
    }),
  ];
}
