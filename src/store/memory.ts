/** The in-memory driver: the default store, and the read side of every other driver. */
import { type Change, type Collection, type Store, StoreConflict, type Versioned } from './store.ts';

interface Table {
  readonly entries: Map<string, Versioned<unknown>>;
  readonly aliases: Map<string, string>;
  /** Sorted keys; created at the first listing after keys were added or removed. */
  sorted: string[] | undefined;
}

export class MemoryStore implements Store {
  readonly #tables = new Map<string, Table>();

  get<T>(collection: Collection<T>, key: string): Versioned<T> | undefined {
    return this.#table(collection).entries.get(key) as Versioned<T> | undefined;
  }

  find<T>(collection: Collection<T>, alias: string): Versioned<T> | undefined {
    const table = this.#table(collection);
    const key = table.aliases.get(alias);
    return key === undefined ? undefined : (table.entries.get(key) as Versioned<T> | undefined);
  }

  list<T>(collection: Collection<T>, prefix: string): readonly Versioned<T>[] {
    const table = this.#table(collection);
    table.sorted ??= [...table.entries.keys()].sort();
    const found: Versioned<T>[] = [];
    for (let at = lowerBound(table.sorted, prefix); at < table.sorted.length; at++) {
      const key = table.sorted[at];
      if (key === undefined || !key.startsWith(prefix)) break;
      const entry = table.entries.get(key);
      if (entry !== undefined) found.push(entry as Versioned<T>);
    }
    return found;
  }

  commit(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      if (change.expect === undefined) continue;
      const version = this.#table(change.collection).entries.get(change.key)?.version ?? 0;
      if (version !== change.expect) return Promise.reject(new StoreConflict(change.collection.name, change.key));
    }
    for (const change of changes) this.#apply(change);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.#tables.clear();
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.clear();
  }

  #apply(change: Change): void {
    const table = this.#table(change.collection);
    const aliasOf = (change.collection.alias ?? none) as (value: unknown) => readonly string[];
    const old = table.entries.get(change.key);
    for (const alias of old === undefined ? [] : aliasOf(old.value)) {
      // In a rename that puts before it deletes, the alias already belongs to the new entity.
      if (table.aliases.get(alias) === change.key) table.aliases.delete(alias);
    }
    if (change.verb === 'delete') {
      if (table.entries.delete(change.key)) table.sorted = undefined;
      return;
    }
    if (old === undefined) table.sorted = undefined;
    table.entries.set(change.key, { value: change.value, version: (old?.version ?? 0) + 1 });
    for (const alias of aliasOf(change.value)) table.aliases.set(alias, change.key);
  }

  #table(collection: { readonly name: string }): Table {
    let table = this.#tables.get(collection.name);
    if (table === undefined) {
      table = { entries: new Map(), aliases: new Map(), sorted: undefined };
      this.#tables.set(collection.name, table);
    }
    return table;
  }
}

const none = (): readonly string[] => [];

function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
