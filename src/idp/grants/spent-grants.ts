/** Bounded lists of spent grants and revoked tokens: entries are kept until they expire and never dropped silently. */
import { OAuthError } from './oauth-error.ts';

/** Maximum number of entries of each list; an entry takes about 200 bytes. */
const MAX_ENTRIES = 50_000;

/** A code or token that can be spent. */
export interface SingleUse {
  readonly id: string;
  /** Increases with each issued grant. */
  readonly serial: number;
  /** Expiration, in seconds of movable time. */
  readonly until: number;
}

/**
 * Spent codes, refresh tokens and families. Expired entries are dropped first, and count as spent if the clock is set
 * back. If that is not enough, the older half is dropped, and everything issued up to that point counts as spent: a
 * full list fails closed.
 */
export class SpentGrants {
  readonly #spent = new Map<string, SingleUse>();
  readonly #maxEntries: number;
  #forgottenSerial = 0;
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  constructor(maxEntries = MAX_ENTRIES) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#spent.size;
  }

  /** `now`: seconds of movable time. */
  add(spent: SingleUse, now: number): void {
    // Anything this old already counts as spent.
    if (spent.serial <= this.#forgottenSerial) return;
    this.#spent.set(spent.id, spent);
    if (this.#spent.size <= this.#maxEntries) return;
    this.#forget(({ until }) => until <= now);
    this.#forgottenUntil = Math.max(this.#forgottenUntil, now);
    if (this.#spent.size <= this.#maxEntries) return;
    const serials = [...this.#spent.values()].map(entry => entry.serial).sort((a, b) => a - b);
    const middle = serials[serials.length >> 1] ?? 0;
    this.#forget(({ serial }) => serial <= middle);
    this.#forgottenSerial = middle;
  }

  has({ id, serial, until }: SingleUse): boolean {
    return serial <= this.#forgottenSerial || until <= this.#forgottenUntil || this.#spent.has(id);
  }

  /** Everything issued up to this point counts as spent. */
  endUntil(serial: number): void {
    this.#spent.clear();
    this.#forgottenSerial = Math.max(this.#forgottenSerial, serial);
  }

  #forget(isOld: (entry: SingleUse) => boolean): void {
    for (const [id, entry] of this.#spent) if (isOld(entry)) this.#spent.delete(id);
  }
}

/**
 * Revoked access tokens. Expired entries are dropped when the list is full, and count as revoked if the clock is set
 * back; if the list is still full, the revocation fails with an error (RFC 7009 §2.2.1).
 */
export class RevokedTokens {
  readonly #revoked = new Map<string, number>();
  readonly #maxEntries: number;
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  constructor(maxEntries = MAX_ENTRIES) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#revoked.size;
  }

  /** `until` and `now`: seconds of movable time. Throws OAuthError `temporarily_unavailable`. */
  add(id: string, until: number, now: number): void {
    if (this.#revoked.size >= this.#maxEntries) {
      for (const [old, end] of this.#revoked) if (end <= now) this.#revoked.delete(old);
      this.#forgottenUntil = Math.max(this.#forgottenUntil, now);
    }
    if (this.#revoked.size >= this.#maxEntries && !this.#revoked.has(id)) {
      throw new OAuthError(
        'temporarily_unavailable',
        `the list of ${this.#maxEntries} revoked tokens is full; this token is still valid`,
      );
    }
    this.#revoked.set(id, until);
  }

  has(id: string, until: number): boolean {
    return until <= this.#forgottenUntil || this.#revoked.has(id);
  }
}
