/** Optional members: absent instead of undefined, as `exactOptionalPropertyTypes` requires and as JSON and Object.keys show them. */

type Defined<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy without the members that are undefined, in the same order; to be spread into an object literal. */
export function defined<const T extends object>(members: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const name in members) {
    const value = members[name];
    if (value === undefined) continue;
    // An assignment would set the prototype.
    if (name === '__proto__')
      Object.defineProperty(kept, name, { value, enumerable: true, writable: true, configurable: true });
    else kept[name] = value;
  }
  return kept as Defined<T>;
}
