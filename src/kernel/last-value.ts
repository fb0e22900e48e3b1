/** A cache of one entry, for calls that usually repeat the previous key. */
export class LastValue<K, V> {
  readonly #compute: (key: K) => V;
  #last: { readonly key: K; readonly value: V } | undefined;

  constructor(compute: (key: K) => V) {
    this.#compute = compute;
  }

  /** The value of the key. If `compute` throws, nothing is cached. */
  get(key: K): V {
    if (this.#last === undefined || this.#last.key !== key) this.#last = { key, value: this.#compute(key) };
    return this.#last.value;
  }

  clear(): void {
    this.#last = undefined;
  }
}
