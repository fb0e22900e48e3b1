/** Recorded rows: reads the files, replaces placeholders, and compares field by field. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** A JSON object; empty for anything else. */
export const object = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

/** A JSON list; empty for anything else. */
export const items = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** A text member, or undefined. */
export const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** The rows of a recorded file, in order. */
export function rowsOf(file: string): readonly JsonObject[] {
  const path = join(import.meta.dirname, 'recorded', file);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => object(JSON.parse(line) as Json));
}

const repeated = /\$\{'(.)' x (\d+)\}/gu;

/** Replaces the placeholders in every string of a value. Unknown ones stay, because they may be policy variables. */
export function fill<T extends Json>(value: T, values: Readonly<Record<string, string>>): T;
export function fill(value: Json, values: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string') {
    return value
      .replace(repeated, (_, char: string, times: string) => char.repeat(Number(times)))
      .replace(/\$\{([a-z_+0-9-]+)(\|upper)?\}/gi, (whole, name: string, upper: string | undefined) => {
        const found = values[name];
        return found === undefined ? whole : upper === undefined ? found : found.toUpperCase();
      });
  }
  if (Array.isArray(value)) return value.map((item: Json) => fill(item, values));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [fill(name, values), fill(member, values)]),
    );
  }
  return value;
}

/** One line per different field. Fields that were not recorded are not compared. */
export function differences(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.entries(expected).flatMap(([name, recorded]) => {
    if (recorded === undefined) return [];
    const found = actual[name] ?? null;
    return JSON.stringify(found) === JSON.stringify(recorded)
      ? []
      : [`${name}: AWS ${JSON.stringify(recorded)}, Rolecall ${JSON.stringify(found)}`];
  });
}
