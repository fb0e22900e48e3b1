/** The two clocks: movable time for tokens and sessions, and real time for protocols. */

export interface ClockState {
  /** Movable time, epoch milliseconds. */
  readonly now: number;
  readonly frozen: boolean;
  /** Movable time minus real time in milliseconds; for a frozen clock, the current difference. */
  readonly offsetMs: number;
}

/** The read-only interface of the clock. */
export interface Clock {
  /** Movable time in epoch milliseconds: tokens, sessions, policies, MFA codes, certificates. */
  now(): number;
  /** Real time in epoch milliseconds: SigV4 freshness, the Date header, time-outs, logs. */
  real(): number;
}

/** A clock that can be set, advanced, frozen and reset to real time. */
export class MovableClock implements Clock {
  readonly #source: () => number;
  #offset = 0;
  #frozenAt: number | undefined;

  constructor(source: () => number = Date.now) {
    this.#source = source;
  }

  real(): number {
    return this.#source();
  }

  now(): number {
    return this.#frozenAt ?? this.#source() + this.#offset;
  }

  state(): ClockState {
    const now = this.now();
    return { now, frozen: this.#frozenAt !== undefined, offsetMs: now - this.#source() };
  }

  /** Sets movable time, in epoch milliseconds; a frozen clock stays frozen. */
  set(now: number): void {
    this.#offset = now - this.#source();
    if (this.#frozenAt !== undefined) this.#frozenAt = now;
  }

  /** Advances the clock by milliseconds; moves it back if negative. */
  advance(ms: number): void {
    // Does not use now(): the source may tick in between, and the offset must be exact.
    this.#offset += ms;
    if (this.#frozenAt !== undefined) this.#frozenAt += ms;
  }

  /** Freezes or unfreezes the clock; after unfreezing it continues from the frozen time. */
  freeze(frozen: boolean): void {
    const now = this.now();
    this.#offset = now - this.#source();
    this.#frozenAt = frozen ? now : undefined;
  }

  /** Resets the clock to real time. */
  reset(): void {
    this.#offset = 0;
    this.#frozenAt = undefined;
  }
}
