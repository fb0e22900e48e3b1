/** The two times of the house: the movable clock that tokens and sessions live by, and real time for the wire. */

export interface ClockState {
  /** Movable time, epoch milliseconds. */
  readonly now: number;
  readonly frozen: boolean;
  /** Movable time minus real time, milliseconds; of a frozen clock at this moment. */
  readonly offsetMs: number;
}

/** What most rooms need of a clock. */
export interface Clock {
  /** Movable time in epoch milliseconds: tokens, sessions, policies, MFA codes, certificates. */
  now(): number;
  /** Real time in epoch milliseconds: SigV4 freshness, the Date header, time-outs, logs. */
  real(): number;
}

/** A clock that can be set, advanced, frozen and put back to real time. */
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

  /** Sets movable time to an epoch millisecond; a frozen clock stays frozen there. */
  set(now: number): void {
    this.#offset = now - this.#source();
    if (this.#frozenAt !== undefined) this.#frozenAt = now;
  }

  /** Moves by milliseconds, back when negative. */
  advance(ms: number): void {
    // Not by way of now(): the source may tick meanwhile, and the offset is to be exact.
    this.#offset += ms;
    if (this.#frozenAt !== undefined) this.#frozenAt += ms;
  }

  /** Stops movable time, or lets it run on from where it stands. */
  freeze(frozen: boolean): void {
    const now = this.now();
    this.#offset = now - this.#source();
    this.#frozenAt = frozen ? now : undefined;
  }

  /** Back to real time. */
  reset(): void {
    this.#offset = 0;
    this.#frozenAt = undefined;
  }
}
