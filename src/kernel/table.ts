/** Objects without a prototype, for keys from requests: `constructor` and `toString` are keys like any other. */

/**
 * Creates a frozen table by name. A lookup by any string returns its row or undefined, because the object has no
 * inherited members; a table typed by a union of names keeps that type.
 */
export function table<const Name extends string, Row>(rows: Readonly<Record<Name, Row>>): Readonly<Record<Name, Row>> {
  return Object.freeze(Object.assign(Object.create(null), rows));
}

/**
 * `Object.fromEntries` without a prototype, so that a lookup by a key from a request finds only own members. For
 * duplicate keys the last entry is used.
 */
export function recordOf<V>(entries: Iterable<readonly [name: string, value: V]>): Readonly<Record<string, V>> {
  const record: Record<string, V> = Object.create(null);
  for (const [name, value] of entries) record[name] = value;
  return record;
}

/**
 * Converts a value of a request to text: a string unchanged, any other value as JSON. `String` would call the value's
 * own `toString`, which JSON can set to a non-function, and which an object without a prototype does not have.
 */
export const toText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));

/** Converts a value of a request to a number; NaN if it is neither a number nor numeric text. */
export const toNumber = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;

/** The rows of a table by name. Throws if two rows have the same name, because a lookup would never find one of them. */
export function rowsByName<Row>(
  rows: Iterable<readonly [name: string, row: Row]>,
  tableName: string,
): ReadonlyMap<string, Row> {
  const found = new Map<string, Row>();
  for (const [name, row] of rows) {
    if (found.has(name)) throw new Error(`${tableName} has two rows named ${name}`);
    found.set(name, row);
  }
  return found;
}
