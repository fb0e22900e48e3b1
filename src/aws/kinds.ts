/** Access to the schemas of `shape.ts`, for the readers, checks and serializers that are compiled from them. */
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

/** The kind of a schema; throws TypeError for a schema that `shape.ts` did not create. */
export function kindOf(schema: TSchema): Kind {
  const kind = own(schema, 'kind');
  if (isKind(kind)) return kind;
  if (own(schema, 'type') === 'object') return 'struct';
  throw new TypeError(`an AWS shape needs a kind: ${JSON.stringify(schema)}`);
}

/** The value of a schema keyword. */
export const own = (schema: TSchema, keyword: string): unknown =>
  Object.getOwnPropertyDescriptor(schema, keyword)?.value;

/** The value of a number keyword, or undefined. */
export function numberKeyword(schema: TSchema, keyword: string): number | undefined {
  const value = own(schema, keyword);
  return typeof value === 'number' ? value : undefined;
}

/** The value of a text keyword, or undefined. */
export function textKeyword(schema: TSchema, keyword: string): string | undefined {
  const value = own(schema, keyword);
  return typeof value === 'string' ? value : undefined;
}

const isSchema = (value: unknown): value is TSchema => typeof value === 'object' && value !== null;

function part(schema: TSchema, keyword: string): TSchema {
  const value = own(schema, keyword);
  if (!isSchema(value)) throw new TypeError(`an AWS shape needs ${keyword}: ${JSON.stringify(schema)}`);
  return value;
}

/** Names and schemas of a structure's members, in order. */
export const membersOf = (schema: TSchema): [string, TSchema][] =>
  Object.entries(part(schema, 'properties')).filter((entry): entry is [string, TSchema] => isSchema(entry[1]));

/** Names of a structure's required members. */
export function requiredOf(schema: TObject | TSchema): ReadonlySet<string> {
  const names = own(schema, 'required');
  return new Set(Array.isArray(names) ? names.filter(name => typeof name === 'string') : []);
}

/** The schema of a list's members. */
export const listItemsOf = (schema: TSchema): TSchema => part(schema, 'items');

/** The schema of a map's values. */
export const mapValuesOf = (schema: TSchema): TSchema => part(schema, 'value');
