/** A ring buffer, limited in number and bytes: the oldest values are dropped first. */

interface RingLimits {
  /** Maximum number of values; 0 keeps none. */
  readonly capacity: number;
  /** Maximum of the estimated bytes of all values; a single larger value is not kept. */
  readonly maxBytes: number;
}

export class Ring<T> {
  readonly #limits: RingLimits;
  readonly #dropped: ((value: T) => void) | undefined;
  #slots: (T | undefined)[] = [];
  readonly #sizes: number[] = [];
  /** Sequence numbers of the oldest kept value and of the next value. */
  #first = 0;
  #next = 0;
  #bytes = 0;

  /** `dropped` is called for each dropped value, before the next one is checked; not for `clear`. */
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

  /** Estimated bytes of all kept values. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The sequence number of the next value: 0, 1, 2, … */
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

  /** Adds or subtracts bytes that several values share; takes effect at the next `push`. */
  share(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Values, newest first; only those with a sequence number smaller than `before`, if given. */
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
