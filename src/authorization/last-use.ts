/** Last use of access keys and roles: one entry each, in memory, not in the store. */
import type { Outcome } from '../aws/dispatch.ts';
import { copyText, cutText } from '../kernel/size.ts';
import type { Caller } from './principals.ts';

interface Use {
  /** Epoch milliseconds of the movable clock. */
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

type Kept = { -readonly [Name in keyof Use]: Use[Name] };

/** Maximum bytes of a stored region, because a credential scope can contain any text. */
const REGION_BYTES = 64;
/** Number of entries below which entries of deleted keys and roles are not removed. */
const MIN_ENTRIES_FOR_CLEANUP = 1000;

export class LastUse {
  /** By access key id for users, by unique id for roles. */
  readonly #uses = new Map<string, Kept>();
  readonly #exists: (id: string) => boolean;
  #sweepAt = MIN_ENTRIES_FOR_CLEANUP;

  /** `exists` returns whether a key or role still exists; other entries are removed when the number of entries has doubled. */
  constructor(exists: (id: string) => boolean = () => true) {
    this.#exists = exists;
  }

  /** Number of entries, including those of deleted keys and roles that are not removed yet. */
  get count(): number {
    return this.#uses.size;
  }

  /** Records a call with a valid signature, allowed or denied. */
  observe({ call: { caller, now, service, region } }: Pick<Outcome<Caller>, 'call'>): void {
    if (caller === undefined) return;
    if (caller.kind !== 'role' && caller.session !== undefined) return;
    const id = caller.kind === 'role' ? caller.entityId : caller.accessKeyId;
    const use = this.#uses.get(id);
    if (use === undefined) this.#add(id, { at: now, service, region: cutText(region, REGION_BYTES) });
    else {
      use.at = now;
      use.service = service;
      if (use.region !== region) use.region = cutText(region, REGION_BYTES);
    }
  }

  /** Last use by access key id or unique id of a role. */
  of(id: string): Use | undefined {
    return this.#uses.get(id);
  }

  clear(): void {
    this.#uses.clear();
    this.#sweepAt = MIN_ENTRIES_FOR_CLEANUP;
  }

  #add(id: string, use: Kept): void {
    // A key id is a slice of a header and would keep the header in memory.
    this.#uses.set(copyText(id), use);
    if (this.#uses.size < this.#sweepAt) return;
    for (const known of this.#uses.keys()) if (!this.#exists(known)) this.#uses.delete(known);
    this.#sweepAt = Math.max(MIN_ENTRIES_FOR_CLEANUP, 2 * this.#uses.size);
  }
}
