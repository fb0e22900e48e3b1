/** Objects whose names come from outside: without a prototype, so that `constructor` and `toString` are names like any other. */

/**
 * A frozen table by name. A lookup by any string answers its row or undefined, for the object has no members of its own
 * making; a table typed by a union of names keeps that type.
 */
export function table<const Name extends string, Row>(rows: Readonly<Record<Name, Row>>): Readonly<Record<Name, Row>> {
  return Object.freeze(Object.assign(Object.create(null), rows));
}

/**
 * `Object.fromEntries` without a prototype: what has been read of a name from outside is there, what has not is undefined.
 * Of two entries with one name the later counts.
 */
export function recordOf<V>(entries: Iterable<readonly [name: string, value: V]>): Readonly<Record<string, V>> {
  const record: Record<string, V> = Object.create(null);
  for (const [name, value] of entries) record[name] = value;
  return record;
}

/**
 * A value from outside as text: a string as it is, everything else as JSON. `String` calls the value's own `toString`,
 * which JSON can set to something that is no function, and which an object without a prototype does not have.
 */
export const shown = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));

/** A value from outside as a number: NaN for what is neither a number nor the text of one. */
export const numberOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
