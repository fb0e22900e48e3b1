/** The newest of something, bounded in number and in bytes: the oldest leave first. */

export interface RingLimits {
  /** How many are kept at most; 0 keeps none. */
  readonly capacity: number;
  /** Estimated bytes that all of them may take; one that takes more by itself is not kept. */
  readonly maxBytes: number;
}

export class Ring<T> {
  readonly #limits: RingLimits;
  readonly #dropped: ((value: T) => void) | undefined;
  #slots: (T | undefined)[] = [];
  readonly #sizes: number[] = [];
  /** Sequence numbers: of the oldest that is kept, and of the one that comes next. */
  #first = 0;
  #next = 0;
  #bytes = 0;

  /** `dropped` hears of each value that leaves, before the next one is looked at; not of a `clear`. */
  constructor(limits: RingLimits, dropped?: (value: T) => void) {
    this.#limits = limits;
    this.#dropped = dropped;
  }

  get capacity(): number {
    return this.#limits.capacity;
  }

  get length(): number {
    return this.#next - this.#first;
  }

  /** Estimated bytes of everything that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The sequence number that the next value gets: 0, 1, 2, … */
  get next(): number {
    return this.#next;
  }

  push(value: T, bytes: number): void {
    const { capacity, maxBytes } = this.#limits;
    if (capacity === 0) return;
    if (this.length === capacity) this.#drop();
    const at = this.#next % capacity;
    this.#slots[at] = value;
    this.#sizes[at] = bytes;
    this.#next++;
    this.#bytes += bytes;
    while (this.#bytes > maxBytes && this.length > 0) this.#drop();
  }

  /** Counts bytes that several values share, or no longer counts them; takes effect with the next `push`. */
  share(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Newest first; given `before`, those with a smaller sequence number. */
  *newest(before = Number.POSITIVE_INFINITY): Generator<T> {
    for (let at = Math.min(before, this.#next) - 1; at >= this.#first; at--) {
      const value = this.#slots[at % this.#limits.capacity];
      if (value !== undefined) yield value;
    }
  }

  clear(): void {
    this.#slots = [];
    this.#first = 0;
    this.#next = 0;
    this.#bytes = 0;
  }

  #drop(): void {
    const at = this.#first++ % this.#limits.capacity;
    const value = this.#slots[at];
    this.#bytes -= this.#sizes[at] ?? 0;
    this.#slots[at] = undefined;
    if (value !== undefined) this.#dropped?.(value);
  }
}
