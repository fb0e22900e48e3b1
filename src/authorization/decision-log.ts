/** The book: the last decisions of this instance, newest first; explained when somebody reads one, not before. */
import type { RandomSource } from '../kernel/random.ts';
import { Ring } from '../kernel/ring.ts';
import type { Decision, Fix } from '../policy/decision.ts';
import type { CompiledPolicy, PolicySet } from '../policy/index.ts';
import { eachPolicy, policyBytes } from './policy-bytes.ts';

/** A decision as it is made; sentences and fixes are worked out by `explain` when it is read. */
export interface DecisionEntry extends Omit<Decision, 'id' | 'at' | 'explanation' | 'fixes'> {
  /** Given by the book. */
  id?: string;
  /** Movable time of the call, epoch milliseconds. */
  readonly atMs: number;
  readonly requestId: string;
  /** Estimated bytes that keeping it takes, apart from its policies. */
  readonly size: number;
  /** What it is judged by; counted once, however many entries hold the same policies. */
  readonly policies?: PolicySet | undefined;
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

/** Hears of an entry; `read` answers it explained, the same object to everybody who asks. */
type Listener = (entry: RecordedEntry, read: () => Decision) => void;

const MAX_BYTES = 32 * 1024 * 1024;

export class DecisionLog {
  readonly #ring: Ring<RecordedEntry>;
  /** How many entries hold each policy. */
  readonly #holders = new Map<CompiledPolicy, number>();
  readonly #listeners = new Set<Listener>();
  readonly #random: RandomSource;

  /** `capacity` decisions of `maxBytes` together are kept; a capacity of 0 keeps none and still tells those who watch. */
  constructor(random: RandomSource, capacity = 1000, maxBytes = MAX_BYTES) {
    this.#random = random;
    this.#ring = new Ring({ capacity, maxBytes }, entry => this.#release(entry));
  }

  /** How many hear of each decision. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Estimated bytes of everything that is kept. */
  get bytes(): number {
    return this.#ring.bytes;
  }

  /** Writes a decision down and answers its id. The entry is the book's from now on, getters and all. */
  record(entry: DecisionEntry): string {
    const id = this.#random.uuid();
    entry.id = id;
    const kept = entry as RecordedEntry;
    if (this.#ring.capacity > 0) {
      this.#hold(kept);
      this.#ring.push(kept, kept.size);
    }
    if (this.#listeners.size > 0) this.#tell(kept);
    return id;
  }

  get(id: string): Decision | undefined {
    for (const entry of this.#ring.newest()) if (entry.id === id) return readable(entry);
    return undefined;
  }

  /** Newest first. */
  list(filter: DecisionFilter = {}): readonly Decision[] {
    return [...this.each(filter)];
  }

  /** The same one by one, each explained when its turn comes; what is recorded meanwhile is not among them. */
  *each(filter: DecisionFilter = {}): Generator<Decision> {
    const found: RecordedEntry[] = [];
    const limit = filter.limit ?? this.#ring.length;
    for (const entry of this.#ring.newest()) {
      if (found.length >= limit) break;
      if (fits(entry, filter)) found.push(entry);
    }
    for (const entry of found) yield readable(entry);
  }

  /** Calls the listener with every entry from now on, before anybody has explained it; the answer ends it. */
  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls the listener with every decision from now on that fits, explained; the answer ends it. `limit` is not for this. */
  subscribe(listener: (decision: Decision) => void, filter: DecisionFilter = {}): () => void {
    return this.watch((entry, read) => {
      if (fits(entry, filter)) listener(read());
    });
  }

  clear(): void {
    this.#ring.clear();
    this.#holders.clear();
  }

  /** Explains an entry once, however many read it. */
  #tell(entry: RecordedEntry): void {
    let decision: Decision | undefined;
    const read = (): Decision => {
      decision ??= readable(entry);
      return decision;
    };
    for (const listener of this.#listeners) listener(entry, read);
  }

  #hold({ policies }: RecordedEntry): void {
    if (policies === undefined) return;
    eachPolicy(policies, policy => {
      const holders = this.#holders.get(policy) ?? 0;
      if (holders === 0) this.#ring.share(policyBytes(policy));
      this.#holders.set(policy, holders + 1);
    });
  }

  #release({ policies }: RecordedEntry): void {
    if (policies === undefined) return;
    eachPolicy(policies, policy => {
      const holders = (this.#holders.get(policy) ?? 0) - 1;
      if (holders > 0) this.#holders.set(policy, holders);
      else {
        this.#holders.delete(policy);
        this.#ring.share(-policyBytes(policy));
      }
    });
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
