/** A store that records its changes, so that they can be committed to an empty store. */
import { MemoryStore } from '../store/memory.ts';
import type { Change } from '../store/store.ts';

export class RecordingStore extends MemoryStore {
  readonly #puts = new Map<string, Change>();

  override async commit(changes: readonly Change[]): Promise<void> {
    await super.commit(changes);
    for (const change of changes) {
      const place = `${change.collection.name}\0${change.key}`;
      if (change.verb === 'put') this.#puts.set(place, { ...change, expect: 0 });
      else this.#puts.delete(place);
    }
  }

  /** One commit for an empty store, in the order in which the entities were created. */
  changes(): readonly Change[] {
    return [...this.#puts.values()];
  }
}
