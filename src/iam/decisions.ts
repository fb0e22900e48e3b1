/** The book: the last decisions of this instance, newest first; explained when somebody reads one, not before. */
import type { Dice } from '../kernel/random.ts';
import type { Decision, Fix } from './policy/decision.ts';

/** A decision as it is made; sentences and fixes are worked out by `explain` when it is read. */
export interface DecisionEntry extends Omit<Decision, 'id' | 'at' | 'explanation' | 'fixes'> {
  /** Given by the book. */
  id?: string;
  /** Movable time of the call, epoch milliseconds. */
  readonly atMs: number;
  readonly requestId: string;
  /** Sentences and fixes; called at most once for each reading. Must not hold a token or a secret. */
  explain(): { readonly explanation: readonly string[]; readonly fixes: readonly Fix[] };
}

export interface DecisionFilter {
  readonly action?: string;
  readonly outcome?: 'allowed' | 'denied';
  /** Part of the principal's ARN or provider. */
  readonly principal?: string;
  /** ARN or name of the role acted on. */
  readonly role?: string;
  /** Epoch milliseconds; decisions at or after. */
  readonly since?: number;
  readonly limit?: number;
}

/** An entry that has its place in the book. */
export interface RecordedEntry extends DecisionEntry {
  readonly id: string;
}

export class DecisionBook {
  readonly #ring: (RecordedEntry | undefined)[];
  readonly #listeners = new Set<(entry: RecordedEntry) => void>();
  readonly #dice: Dice;
  #next = 0;

  /** `capacity` decisions are kept; 0 keeps none and still tells those who watch. */
  constructor(dice: Dice, capacity = 1000) {
    this.#dice = dice;
    this.#ring = new Array(capacity).fill(undefined);
  }

  /** Writes a decision down and answers its id. The entry is the book's from now on, getters and all. */
  record(entry: DecisionEntry): string {
    const id = this.#dice.uuid();
    entry.id = id;
    const kept = entry as RecordedEntry;
    if (this.#ring.length > 0) this.#ring[this.#next++ % this.#ring.length] = kept;
    for (const listener of this.#listeners) listener(kept);
    return id;
  }

  get(id: string): Decision | undefined {
    const entry = this.#ring.find(kept => kept?.id === id);
    return entry === undefined ? undefined : readable(entry);
  }

  /** Newest first. */
  list(filter: DecisionFilter = {}): readonly Decision[] {
    const found: Decision[] = [];
    const limit = filter.limit ?? this.#ring.length;
    for (let back = 1; back <= this.#ring.length && found.length < limit; back++) {
      const entry = this.#ring[(this.#next - back + this.#ring.length * 2) % this.#ring.length];
      if (entry === undefined || back > this.#next) break;
      if (fits(entry, filter)) found.push(readable(entry));
    }
    return found;
  }

  /** Calls the listener with every entry from now on, before anybody has explained it; the answer ends it. */
  watch(listener: (entry: RecordedEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls the listener with every decision from now on that fits, explained; the answer ends it. `limit` is not for this. */
  subscribe(listener: (decision: Decision) => void, filter: DecisionFilter = {}): () => void {
    return this.watch(entry => {
      if (fits(entry, filter)) listener(readable(entry));
    });
  }

  clear(): void {
    this.#ring.fill(undefined);
    this.#next = 0;
  }
}

/** The entry as it is answered: explained, and with its time as text. */
export function readable(entry: RecordedEntry): Decision {
  const { id, action, resource, principal, allowed, reason, error, steps, layers, trustPolicy } = entry;
  return {
    id,
    at: new Date(entry.atMs).toISOString(),
    action,
    resource,
    principal,
    allowed,
    reason,
    ...(error === undefined ? {} : { error }),
    steps,
    layers,
    ...(trustPolicy === undefined ? {} : { trustPolicy }),
    ...entry.explain(),
  };
}

function fits(entry: RecordedEntry, filter: DecisionFilter): boolean {
  if (filter.action !== undefined && !sameAction(entry.action, filter.action)) return false;
  if (filter.outcome !== undefined && entry.allowed !== (filter.outcome === 'allowed')) return false;
  if (filter.role !== undefined && entry.resource !== filter.role && !entry.resource.endsWith(`/${filter.role}`))
    return false;
  if (filter.since !== undefined && entry.atMs < filter.since) return false;
  return filter.principal === undefined || JSON.stringify(entry.principal).includes(filter.principal);
}

/** `AssumeRole` and `sts:AssumeRole` both name the action; letter case does not matter. */
function sameAction(action: string, wanted: string): boolean {
  const have = action.toLowerCase();
  const want = wanted.toLowerCase();
  return have === want || have.slice(have.indexOf(':') + 1) === want;
}
