/** What a schema of `shape.ts` is to the readers, checks and writers that are compiled from it. */
import type { TObject, TSchema } from 'typebox';

const KINDS = [
  'text',
  'choice',
  'integer',
  'boolean',
  'timestamp',
  'timestampMs',
  'blob',
  'list',
  'map',
  'struct',
] as const;

export type Kind = (typeof KINDS)[number];

const known: ReadonlySet<unknown> = new Set(KINDS);
const isKind = (value: unknown): value is Kind => known.has(value);

/** The kind a maker of `shape.ts` wrote into the schema; throws for a schema that none of them made. */
export function kindOf(schema: TSchema): Kind {
  const kind = own(schema, 'kind');
  if (isKind(kind)) return kind;
  if (own(schema, 'type') === 'object') return 'struct';
  throw new TypeError(`a schema of the wire needs a kind: ${JSON.stringify(schema)}`);
}

/** One keyword of a schema. */
export const own = (schema: TSchema, keyword: string): unknown =>
  Object.getOwnPropertyDescriptor(schema, keyword)?.value;

/** A number keyword, or undefined. */
export function limit(schema: TSchema, keyword: string): number | undefined {
  const value = own(schema, keyword);
  return typeof value === 'number' ? value : undefined;
}

/** A text keyword, or undefined. */
export function word(schema: TSchema, keyword: string): string | undefined {
  const value = own(schema, keyword);
  return typeof value === 'string' ? value : undefined;
}

const isSchema = (value: unknown): value is TSchema => typeof value === 'object' && value !== null;

function part(schema: TSchema, keyword: string): TSchema {
  const value = own(schema, keyword);
  if (!isSchema(value)) throw new TypeError(`a schema of the wire needs ${keyword}: ${JSON.stringify(schema)}`);
  return value;
}

/** Names and schemas of a structure's members, in the order they were written. */
export const membersOf = (schema: TSchema): [string, TSchema][] =>
  Object.entries(part(schema, 'properties')).filter((entry): entry is [string, TSchema] => isSchema(entry[1]));

/** Names of the members a structure must have. */
export function requiredOf(schema: TObject | TSchema): ReadonlySet<string> {
  const names = own(schema, 'required');
  return new Set(Array.isArray(names) ? names.filter(name => typeof name === 'string') : []);
}

/** The schema of a list's members. */
export const listItemsOf = (schema: TSchema): TSchema => part(schema, 'items');

/** The schema of a map's values. */
export const mapValuesOf = (schema: TSchema): TSchema => part(schema, 'value');
