/** When access keys and roles were last used: kept in memory beside the store, one entry each. */
import type { Call } from '../aws/operation.ts';
import type { Caller } from './principals.ts';

export interface Use {
  /** Epoch milliseconds of the movable clock. */
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

export class LastUse {
  /** By access key id of users, by unique id of roles. */
  readonly #uses = new Map<string, Use>();

  /** Notes a call whose signature was right, allowed or not. */
  observe({ caller, now, service, region }: Call<Caller>): void {
    if (caller === undefined) return;
    if (caller.kind === 'role') this.#uses.set(caller.entityId, { at: now, service, region });
    else if (caller.session === undefined) this.#uses.set(caller.accessKeyId, { at: now, service, region });
  }

  /** Of an access key id or of a role's unique id. */
  of(id: string): Use | undefined {
    return this.#uses.get(id);
  }

  clear(): void {
    this.#uses.clear();
  }
}
