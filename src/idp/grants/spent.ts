/** What must not be used again: kept as long as it could be used, in a bounded number, and never forgotten silently. */
import { OAuthError } from './oauth-error.ts';

/** Entries of each list; an entry takes some 200 bytes. */
const MOST = 50_000;

/** A code or token that can be spent. */
export interface Spendable {
  readonly id: string;
  /** Grows with each grant that is made. */
  readonly serial: number;
  /** Seconds of movable time until which it can be used. */
  readonly until: number;
}

/**
 * Codes, refresh tokens and families that were spent. What has expired is forgotten first, and counts as spent should
 * the clock be set back. If that is not enough, the half that was made first is forgotten, and everything made until
 * then counts as spent: a list that is full fails closed.
 */
export class SpentGrants {
  readonly #spent = new Map<string, Spendable>();
  readonly #most: number;
  #forgottenSerial = 0;
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#spent.size;
  }

  /** `now`: seconds of movable time. */
  add(spent: Spendable, now: number): void {
    // What is that old counts as spent already.
    if (spent.serial <= this.#forgottenSerial) return;
    this.#spent.set(spent.id, spent);
    if (this.#spent.size <= this.#most) return;
    this.#forget(({ until }) => until <= now);
    this.#forgottenUntil = Math.max(this.#forgottenUntil, now);
    if (this.#spent.size <= this.#most) return;
    const serials = [...this.#spent.values()].map(entry => entry.serial).sort((a, b) => a - b);
    const middle = serials[serials.length >> 1] ?? 0;
    this.#forget(({ serial }) => serial <= middle);
    this.#forgottenSerial = middle;
  }

  has({ id, serial, until }: Spendable): boolean {
    return serial <= this.#forgottenSerial || until <= this.#forgottenUntil || this.#spent.has(id);
  }

  /** Everything made until then counts as spent. */
  endUntil(serial: number): void {
    this.#spent.clear();
    this.#forgottenSerial = Math.max(this.#forgottenSerial, serial);
  }

  #forget(isOld: (entry: Spendable) => boolean): void {
    for (const [id, entry] of this.#spent) if (isOld(entry)) this.#spent.delete(id);
  }
}

/**
 * Access tokens that were revoked. What has expired is forgotten when there are too many, and counts as revoked should
 * the clock be set back; a list that is full takes no more, and says so (RFC 7009 §2.2.1).
 */
export class RevokedTokens {
  readonly #revoked = new Map<string, number>();
  readonly #most: number;
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#revoked.size;
  }

  /** `until` and `now`: seconds of movable time. Throws OAuthError `temporarily_unavailable`. */
  add(id: string, until: number, now: number): void {
    if (this.#revoked.size >= this.#most) {
      for (const [old, end] of this.#revoked) if (end <= now) this.#revoked.delete(old);
      this.#forgottenUntil = Math.max(this.#forgottenUntil, now);
    }
    if (this.#revoked.size >= this.#most && !this.#revoked.has(id)) {
      throw new OAuthError('temporarily_unavailable', `${this.#most} revoked tokens are kept; this one is still valid`);
    }
    this.#revoked.set(id, until);
  }

  has(id: string, until: number): boolean {
    return until <= this.#forgottenUntil || this.#revoked.has(id);
  }
}
