/** When access keys and roles were last used: kept in memory beside the store, one entry each. */
import type { Call } from '../aws/operation.ts';
import { cutText, ownText } from '../kernel/size.ts';
import type { Caller } from './principals.ts';

export interface Use {
  /** Epoch milliseconds of the movable clock. */
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

type Kept = { -readonly [Name in keyof Use]: Use[Name] };

/** Bytes of a region; the credential scope of a caller may name anything. */
const REGION_BYTES = 64;
/** Entries below which nobody looks for those whose keys and roles are gone. */
const FEW = 1000;

export class LastUse {
  /** By access key id of users, by unique id of roles. */
  readonly #uses = new Map<string, Kept>();
  readonly #exists: (id: string) => boolean;
  #sweepAt = FEW;

  /** `exists` says whether a key or role is still there; entries of others are forgotten when there are twice as many. */
  constructor(exists: (id: string) => boolean = () => true) {
    this.#exists = exists;
  }

  /** Entries, of what is there and of what is gone and not yet forgotten. */
  get count(): number {
    return this.#uses.size;
  }

  /** Notes a call whose signature was right, allowed or not. */
  observe({ caller, now, service, region }: Call<Caller>): void {
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

  /** Of an access key id or of a role's unique id. */
  of(id: string): Use | undefined {
    return this.#uses.get(id);
  }

  clear(): void {
    this.#uses.clear();
    this.#sweepAt = FEW;
  }

  #add(id: string, use: Kept): void {
    // The id of a key is part of a header, which it would keep.
    this.#uses.set(ownText(id), use);
    if (this.#uses.size < this.#sweepAt) return;
    for (const known of this.#uses.keys()) if (!this.#exists(known)) this.#uses.delete(known);
    this.#sweepAt = Math.max(FEW, 2 * this.#uses.size);
  }
}
