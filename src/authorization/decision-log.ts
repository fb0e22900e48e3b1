/** The decision log: the last decisions of this instance, newest first. Explanations are computed on reading. */
import { defined } from '../kernel/defined.ts';
import type { RandomSource } from '../kernel/random.ts';
import { Ring } from '../kernel/ring.ts';
import type { Decision, Fix, Step } from '../policy/decision.ts';
import type { CompiledPolicy, PolicySet } from '../policy/index.ts';
import type { PolicyEvaluation } from '../policy/web-identity/run.ts';
import { eachPolicy, policyBytes } from './policy-bytes.ts';

/** The content of a new decision. It must not contain a token or a secret. */
export interface NewDecision {
  readonly action: string;
  readonly resource: string;
  readonly principal: Decision['principal'];
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: Decision['error'];
  readonly steps: readonly Step[];
  readonly evaluated: PolicyEvaluation | undefined;
  /** Explanation by Rolecall that is not in AWS's message. */
  readonly detail: string | undefined;
}

/** A decision before it is read; `explain` computes its explanation and fixes. */
export interface DecisionEntry extends Omit<Decision, 'id' | 'at' | 'explanation' | 'fixes'> {
  /** Set by the decision log. */
  id?: string;
  /** Time of the call on the movable clock, epoch milliseconds. */
  readonly atMs: number;
  readonly requestId: string;
  /** Estimated bytes in memory, without its policies. */
  readonly size: number;
  /** The evaluated policies; their size counts once for all entries with the same policies. */
  readonly policies?: PolicySet | undefined;
  /** Explanation and fixes; called at most once per read. Must not contain a token or a secret. */
  explain(): { readonly explanation: readonly string[]; readonly fixes: readonly Fix[] };
}

export interface DecisionFilter {
  readonly action?: string;
  readonly outcome?: 'allowed' | 'denied';
  /** Substring of the principal's ARN or provider. */
  readonly principal?: string;
  /** ARN or name of the target role. */
  readonly role?: string;
  /** Epoch milliseconds; decisions at or after this time. */
  readonly since?: number;
  readonly limit?: number;
}

/** An entry of the decision log, with its id. */
interface RecordedEntry extends DecisionEntry {
  readonly id: string;
}

/** Called for each entry; `read` returns the explained decision, the same object for all listeners. */
type Listener = (entry: RecordedEntry, read: () => Decision) => void;

const MAX_BYTES = 32 * 1024 * 1024;

export class DecisionLog {
  readonly #ring: Ring<RecordedEntry>;
  /** Number of entries that use each policy. */
  readonly #policyUses = new Map<CompiledPolicy, number>();
  readonly #listeners = new Set<Listener>();
  readonly #random: RandomSource;

  /** Keeps `capacity` decisions with at most `maxBytes` in total. With capacity 0 it keeps none but still notifies listeners. */
  constructor(random: RandomSource, capacity = 1000, maxBytes = MAX_BYTES) {
    this.#random = random;
    this.#ring = new Ring({ capacity, maxBytes }, entry => this.#removePolicies(entry));
  }

  /** Number of listeners. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Estimated bytes of all entries. */
  get bytes(): number {
    return this.#ring.bytes;
  }

  /** Records a decision and returns its id. The log keeps the entry object itself, so do not change it afterwards. */
  record(entry: DecisionEntry): string {
    const id = this.#random.uuid();
    entry.id = id;
    const kept = entry as RecordedEntry;
    if (this.#ring.capacity > 0) {
      this.#addPolicies(kept);
      this.#ring.push(kept, kept.size);
    }
    if (this.#listeners.size > 0) this.#notify(kept);
    return id;
  }

  get(id: string): Decision | undefined {
    for (const entry of this.#ring.newest()) if (entry.id === id) return toDecision(entry);
    return undefined;
  }

  /** Newest first. */
  list(filter: DecisionFilter = {}): readonly Decision[] {
    return [...this.each(filter)];
  }

  /** Lazy form of `list`: each decision is explained when it is yielded. Later entries are not included. */
  *each(filter: DecisionFilter = {}): Generator<Decision> {
    const found: RecordedEntry[] = [];
    const limit = filter.limit ?? this.#ring.length;
    for (const entry of this.#ring.newest()) {
      if (found.length >= limit) break;
      if (matchesFilter(entry, filter)) found.push(entry);
    }
    for (const entry of found) yield toDecision(entry);
  }

  /** Calls the listener with every new entry, before it is explained. Returns a function that ends it. */
  watch(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls the listener with every new decision that matches, explained. Returns a function that ends it. Ignores `limit`. */
  subscribe(listener: (decision: Decision) => void, filter: DecisionFilter = {}): () => void {
    return this.watch((entry, read) => {
      if (matchesFilter(entry, filter)) listener(read());
    });
  }

  clear(): void {
    this.#ring.clear();
    this.#policyUses.clear();
  }

  /** Notifies the listeners; the entry is explained at most once. */
  #notify(entry: RecordedEntry): void {
    let decision: Decision | undefined;
    const read = (): Decision => {
      decision ??= toDecision(entry);
      return decision;
    };
    for (const listener of this.#listeners) listener(entry, read);
  }

  #addPolicies({ policies }: RecordedEntry): void {
    if (policies === undefined) return;
    eachPolicy(policies, policy => {
      const holders = this.#policyUses.get(policy) ?? 0;
      if (holders === 0) this.#ring.share(policyBytes(policy));
      this.#policyUses.set(policy, holders + 1);
    });
  }

  #removePolicies({ policies }: RecordedEntry): void {
    if (policies === undefined) return;
    eachPolicy(policies, policy => {
      const holders = (this.#policyUses.get(policy) ?? 0) - 1;
      if (holders > 0) this.#policyUses.set(policy, holders);
      else {
        this.#policyUses.delete(policy);
        this.#ring.share(-policyBytes(policy));
      }
    });
  }
}

/** The entry as a Decision: explained, with its time in ISO 8601. */
export function toDecision(entry: RecordedEntry): Decision {
  const { id, action, resource, principal, allowed, reason, error, steps, layers, trustPolicy } = entry;
  return {
    id,
    at: new Date(entry.atMs).toISOString(),
    action,
    resource,
    principal,
    allowed,
    reason,
    ...defined({ error }),
    steps,
    layers,
    ...defined({ trustPolicy }),
    ...entry.explain(),
  };
}

function matchesFilter(entry: RecordedEntry, filter: DecisionFilter): boolean {
  if (filter.action !== undefined && !sameAction(entry.action, filter.action)) return false;
  if (filter.outcome !== undefined && entry.allowed !== (filter.outcome === 'allowed')) return false;
  if (filter.role !== undefined && entry.resource !== filter.role && !entry.resource.endsWith(`/${filter.role}`))
    return false;
  if (filter.since !== undefined && entry.atMs < filter.since) return false;
  return filter.principal === undefined || JSON.stringify(entry.principal).includes(filter.principal);
}

/** Matches `AssumeRole` and `sts:AssumeRole`, in any letter case. */
function sameAction(action: string, requested: string): boolean {
  const recorded = action.toLowerCase();
  const filtered = requested.toLowerCase();
  return recorded === filtered || recorded.slice(recorded.indexOf(':') + 1) === filtered;
}
