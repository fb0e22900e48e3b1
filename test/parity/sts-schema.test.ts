/**
 * Compares STS with the AWS SDK's schemas: operation names; members with kind, required and sensitive; and the code and status of
 * each modeled error. The SDK's schemas contain no lengths and patterns; test/sts and the recorded rows test those.
 */
import * as sdk from '@aws-sdk/client-sts';
import type { TObject, TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { COMMON_ERRORS } from '../../src/aws/error.ts';
import { stsService } from '../../src/sts/service.ts';

/** Tags of the SDK's schema tuples (Smithy). */
const LIST = 1;
const STRUCTURE = 3;
const ERROR = -3;
const OPERATION = 9;

type Tuple = readonly unknown[];
const tuples = Object.values(sdk).filter((value): value is never => Array.isArray(value)) as readonly Tuple[];
const named = (tag: number): ReadonlyMap<string, Tuple> =>
  new Map(tuples.filter(tuple => tuple[0] === tag).map(tuple => [String(tuple[2]), tuple]));

/**
 * A member's schema may be a function (a forward reference), or a pair of a schema and its traits. A sensitive simple type is a
 * tuple whose fifth element is the plain type.
 */
function resolve(schema: unknown): unknown {
  if (typeof schema === 'function') return resolve(schema());
  if (!Array.isArray(schema)) return schema;
  if (typeof schema[0] === 'function') return resolve(schema[0]);
  return schema[0] === 0 ? schema[4] : schema;
}

interface Member {
  readonly name: string;
  readonly kind: string;
  readonly required: boolean;
  readonly sensitive: boolean;
}

/** The bit of the trait `sensitive` in a simple type's tuple. */
const SENSITIVE = 8;

function isSensitive(schema: unknown): boolean {
  if (typeof schema === 'function') return isSensitive(schema());
  if (Array.isArray(schema) && typeof schema[0] === 'function') return isSensitive(schema[0]);
  return Array.isArray(schema) && schema[0] === 0 && (Number(schema[3]) & SENSITIVE) !== 0;
}

const simpleKinds: Readonly<Record<number, string>> = {
  0: 'text',
  1: 'integer',
  2: 'boolean',
  4: 'timestamp',
  21: 'blob',
};

function kindOf(schema: unknown): string {
  const value = resolve(schema);
  if (Array.isArray(value)) return value[0] === LIST ? 'list' : value[0] === STRUCTURE ? 'struct' : `tag ${value[0]}`;
  const number = Number(value);
  return number >= 64 && number < 128 ? 'list' : (simpleKinds[number] ?? `simple ${number}`);
}

function theirs(structure: Tuple): readonly Member[] {
  const [, , , , names, schemas, required] = structure as [0, 0, 0, 0, readonly string[], readonly unknown[], number?];
  return names.map((name, at) => ({
    name,
    kind: kindOf(schemas[at]),
    required: at < (required ?? 0),
    sensitive: isSensitive(schemas[at]),
  }));
}

const sameKind: Readonly<Record<string, string>> = { choice: 'text', timestampMs: 'timestamp' };

function ours(schema: TObject): readonly Member[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties).map(([name, member]) => {
    const { kind, sensitive = false } = member as TSchema & { kind: string; sensitive?: boolean };
    return { name, kind: sameKind[kind] ?? kind, required: required.has(name), sensitive };
  });
}

const byName = (members: readonly Member[]): readonly Member[] =>
  [...members].sort((a, b) => (a.name < b.name ? -1 : 1));

const operations = named(OPERATION);

describe('operations', () => {
  it('are exactly those of the model', () => {
    expect(stsService.operations.map(operation => operation.name).sort()).toEqual([...operations.keys()].sort());
  });

  it.each(stsService.operations.map(operation => ({ name: operation.name, operation })))(
    '$name has the members of the model',
    ({ name, operation }) => {
      const [, , , , input, output] = operations.get(name) ?? [];
      expect(byName(ours(operation.input))).toEqual(byName(theirs(resolve(input) as Tuple)));
      const answered = operation.output === undefined ? [] : ours(operation.output);
      const names = (members: readonly Member[]) =>
        byName(members).map(({ name: member, kind }) => `${member}: ${kind}`);
      expect(names(answered)).toEqual(names(theirs(resolve(output) as Tuple)));
    },
  );
});

describe('modeled errors', () => {
  const catalogue = new Map(stsService.errors.concat(COMMON_ERRORS).map(({ code, status }) => [code, status]));

  it.each([...named(ERROR).entries()].filter(([, tuple]) => tuple[3] !== 0).map(([name, tuple]) => ({ name, tuple })))(
    '$name is in the catalogue with its code and status',
    ({ tuple }) => {
      const { awsQueryError } = tuple[3] as { awsQueryError: readonly [string, number] };
      expect([awsQueryError[0], catalogue.get(awsQueryError[0])]).toEqual([...awsQueryError]);
    },
  );
});
