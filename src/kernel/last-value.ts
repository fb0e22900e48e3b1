/** A memo of one entry: the next question is most often the last one again. */
export class LastValue<K, V> {
  readonly #compute: (key: K) => V;
  #last: { readonly key: K; readonly value: V } | undefined;

  constructor(compute: (key: K) => V) {
    this.#compute = compute;
  }

  /** The value of the key. What throws is computed again the next time. */
  get(key: K): V {
    if (this.#last === undefined || this.#last.key !== key) this.#last = { key, value: this.#compute(key) };
    return this.#last.value;
  }
}
