/** The store's contract: typed collections held in memory for reading, written by atomic commits. */

/** A kind of entity. Keys are `ACCOUNT/…`; values are never altered in place, only replaced. */
export interface Collection<T> {
  readonly name: string;
  /** Further names an entity is found by (unique id, access key id); a name belongs to one entity at a time. */
  readonly alias?: (value: T) => readonly string[];
}

export interface Versioned<T> {
  readonly value: T;
  /** 1 for a new entity, then one more with each put. */
  readonly version: number;
}

/** One write of a commit. `expect`: 0 = only if absent, n = only if the version is n, undefined = whatever is there. */
export type Change =
  | {
      readonly verb: 'put';
      readonly collection: Collection<never>;
      readonly key: string;
      readonly value: unknown;
      readonly expect?: number;
    }
  | { readonly verb: 'delete'; readonly collection: Collection<never>; readonly key: string; readonly expect?: number };

/** Thrown by a commit of which one expectation was not met; nothing was written. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';
  readonly collection: string;
  readonly key: string;

  constructor(collection: string, key: string) {
    super(`${collection} ${key} was changed by someone else`);
    this.collection = collection;
    this.key = key;
  }
}

/**
 * Reads are synchronous and from memory, whatever the driver. A commit writes all of its changes or none; the memory
 * driver applies it before it returns, so a handler that reads and commits without waiting in between is atomic.
 */
export interface Store {
  get<T>(collection: Collection<T>, key: string): Versioned<T> | undefined;
  find<T>(collection: Collection<T>, alias: string): Versioned<T> | undefined;
  /** Entities whose key begins with the prefix, in the order of their keys (code units). */
  list<T>(collection: Collection<T>, prefix: string): readonly Versioned<T>[];
  /** Throws StoreConflict (as a rejection) when an expectation is not met. */
  commit(changes: readonly Change[]): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** A put, typed by its collection. */
export const put = <T>(collection: Collection<T>, key: string, value: T, expect?: number): Change => ({
  verb: 'put',
  collection: collection as Collection<never>,
  key,
  value,
  ...(expect === undefined ? {} : { expect }),
});

/** A delete; of an absent entity it is an unmet expectation unless `expect` is left out. */
export const remove = <T>(collection: Collection<T>, key: string, expect?: number): Change => ({
  verb: 'delete',
  collection: collection as Collection<never>,
  key,
  ...(expect === undefined ? {} : { expect }),
});
