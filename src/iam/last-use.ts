/** When access keys and roles were last used: kept in memory beside the store, one entry each. */
import type { Call } from '../aws/operation.ts';
import type { Caller } from './principals.ts';

export interface Use {
  /** Epoch milliseconds of the movable clock. */
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

type Kept = { -readonly [Name in keyof Use]: Use[Name] };

export class LastUse {
  /** By access key id of users, by unique id of roles. */
  readonly #uses = new Map<string, Kept>();

  /** Notes a call whose signature was right, allowed or not. */
  observe({ caller, now, service, region }: Call<Caller>): void {
    if (caller === undefined) return;
    if (caller.kind !== 'role' && caller.session !== undefined) return;
    const id = caller.kind === 'role' ? caller.entityId : caller.accessKeyId;
    const use = this.#uses.get(id);
    if (use === undefined) this.#uses.set(id, { at: now, service, region });
    else {
      use.at = now;
      use.service = service;
      use.region = region;
    }
  }

  /** Of an access key id or of a role's unique id. */
  of(id: string): Use | undefined {
    return this.#uses.get(id);
  }

  clear(): void {
    this.#uses.clear();
  }
}
