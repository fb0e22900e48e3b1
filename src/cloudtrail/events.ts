/** The trail: one event per call that CloudTrail would record, in a ring buffer limited in number and bytes. */

import type { Caller } from '../authorization/principals.ts';
import type { Outcome } from '../aws/dispatch.ts';
import { Ring } from '../kernel/ring.ts';
import { eventInRoleAccount, type TrailRecord } from './cross-account.ts';
import { TrailEvent } from './trail-event.ts';

/** Errors that are not recorded: the caller is unknown, or the token is invalid (re:Post on InvalidIdentityToken). */
const UNRECORDED: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'InvalidIdentityToken',
  'ExpiredTokenException',
  'IDPCommunicationError',
  'InternalFailure',
]);

const MAX_BYTES = 16 * 1024 * 1024;

/** Keeps the newest `capacity` events, up to `maxBytes` in total. */
export class Trail {
  readonly #ring: Ring<TrailEvent>;

  constructor(capacity = 2_000, maxBytes = MAX_BYTES) {
    this.#ring = new Ring({ capacity, maxBytes });
  }

  /** Estimated bytes of all kept events. */
  get bytes(): number {
    return this.#ring.bytes;
  }

  /** Records the outcome of a call, without tokens and secrets. */
  observe(outcome: Outcome<Caller>): void {
    const { call, operation, error } = outcome;
    if (call.service === 'cloudtrail') return;
    if (
      error !== undefined &&
      (UNRECORDED.has(error.code) || (operation.auth === 'signed' && call.caller === undefined))
    )
      return;
    const event = new TrailEvent(outcome, this.#ring.next);
    // No account can look up such an event: a call without a signature whose parameters were not read.
    if (event.account === '') return;
    this.#ring.push(event, event.size);
  }

  /** Events of an account, newest first, older than `before` (a sequence number). */
  *newest(account: string, before?: number): Generator<TrailRecord> {
    for (const event of this.#ring.newest(before)) {
      if (event.account === account) yield event;
      else if (event.shared?.account === account) yield eventInRoleAccount(event, event.shared);
    }
  }

  clear(): void {
    this.#ring.clear();
  }
}
