/** The members of a JSON object that a client wrote. */

/** Own members by name; inherited names such as `constructor` are never found. */
export class Members {
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(object: Readonly<Record<string, unknown>>) {
    this.#object = object;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  /** The member, or undefined when there is none. */
  get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  names(): readonly string[] {
    return Object.keys(this.#object);
  }
}
