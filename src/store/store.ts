/** The interface of the store: typed collections that are read from memory and written by atomic commits. */

/** A type of entity. Keys are `ACCOUNT/…`; values are never modified, only replaced. */
export interface Collection<T> {
  readonly name: string;
  /** Additional names by which an entity is found (unique ID, access key ID); a name belongs to one entity at a time. */
  readonly alias?: (value: T) => readonly string[];
}

export interface Versioned<T> {
  readonly value: T;
  /** 1 for a new entity; each put increases it by one. */
  readonly version: number;
}

/** One write of a commit. `expect`: 0 = only if absent, n = only if the version is n, undefined = unconditional. */
export type Change =
  | {
      readonly verb: 'put';
      readonly collection: Collection<never>;
      readonly key: string;
      readonly value: unknown;
      readonly expect?: number;
    }
  | { readonly verb: 'delete'; readonly collection: Collection<never>; readonly key: string; readonly expect?: number };

/** Thrown by a commit if an expected version does not match; nothing is written. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';
  readonly collection: string;
  readonly key: string;

  constructor(collection: string, key: string) {
    super(`${collection} ${key} was changed by another commit`);
    this.collection = collection;
    this.key = key;
  }
}

/**
 * Reads are synchronous and from memory, for every driver. A commit writes all of its changes or none; the memory
 * driver applies it before it returns, so a handler that reads and commits without an await in between is atomic.
 */
export interface Store {
  get<T>(collection: Collection<T>, key: string): Versioned<T> | undefined;
  find<T>(collection: Collection<T>, alias: string): Versioned<T> | undefined;
  /** Entities whose key begins with the prefix, sorted by key (code units). */
  list<T>(collection: Collection<T>, prefix: string): readonly Versioned<T>[];
  /** Rejects with StoreConflict if an expected version does not match. */
  commit(changes: readonly Change[]): Promise<void>;
  /** Removes all entities. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Creates a put change, typed by its collection. */
export const put = <T>(collection: Collection<T>, key: string, value: T, expect?: number): Change => ({
  verb: 'put',
  collection: collection as Collection<never>,
  key,
  value,
  ...(expect === undefined ? {} : { expect }),
});

/** Creates a delete change; deleting an absent entity is a conflict unless `expect` is undefined. */
export const remove = <T>(collection: Collection<T>, key: string, expect?: number): Change => ({
  verb: 'delete',
  collection: collection as Collection<never>,
  key,
  ...(expect === undefined ? {} : { expect }),
});
