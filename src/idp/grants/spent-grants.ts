/** Bounded lists of spent grants, revoked tokens and used client assertions: entries are kept until they expire and never dropped silently. */
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
 * IDs with an expiration. Expired entries are dropped when the list is full, and count as entries if the clock is set
 * back; if the list is still full, a further entry is an error.
 */
class ExpiringIds {
  readonly #untils = new Map<string, number>();
  readonly #maxEntries: number;
  readonly #whenFull: string;
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  /** `whenFull`: the error message. */
  constructor(maxEntries: number, whenFull: string) {
    this.#maxEntries = maxEntries;
    this.#whenFull = whenFull;
  }

  get size(): number {
    return this.#untils.size;
  }

  /** `until` and `now`: seconds of movable time. Throws OAuthError `temporarily_unavailable`. */
  add(id: string, until: number, now: number): void {
    if (this.#untils.size >= this.#maxEntries) {
      for (const [old, end] of this.#untils) if (end <= now) this.#untils.delete(old);
      this.#forgottenUntil = Math.max(this.#forgottenUntil, now);
    }
    if (this.#untils.size >= this.#maxEntries && !this.#untils.has(id))
      throw new OAuthError('temporarily_unavailable', this.#whenFull);
    this.#untils.set(id, until);
  }

  has(id: string, until: number): boolean {
    return until <= this.#forgottenUntil || this.#untils.has(id);
  }
}

/** Revoked access tokens; with a full list, a revocation fails (RFC 7009 §2.2.1). */
export class RevokedTokens extends ExpiringIds {
  constructor(maxEntries = MAX_ENTRIES) {
    super(maxEntries, `the list of ${maxEntries} revoked tokens is full; this token is still valid`);
  }
}

/** Used client assertions; with a full list, further assertions are refused until the first of them expire. */
export class UsedAssertions extends ExpiringIds {
  constructor(maxEntries = MAX_ENTRIES) {
    super(maxEntries, `the list of ${maxEntries} used client assertions is full; try again when some have expired`);
  }
}
