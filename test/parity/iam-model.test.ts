/** Compares IAM's operations with AWS's SDK: operation names, member names, and required members. */
import * as sdk from '@aws-sdk/client-iam';
import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { kindOf, listItemsOf, mapValuesOf, membersOf, requiredOf } from '../../src/aws/kinds.ts';
import { iamService } from '../../src/iam/service.ts';

const exported: Readonly<Record<string, unknown>> = sdk;

/**
 * The client's schemas are tuples: `[9, namespace, name, traits, input, output]` is an operation, `[3, namespace, name,
 * traits, member names, member schemas, required]` a structure whose first `required` members are required (4: a union),
 * `[1, namespace, name, traits, member]` a list, `[schema, traits]` a schema with traits. A function is a forward reference.
 */
function opened(schema: unknown): readonly unknown[] {
  const value = typeof schema === 'function' ? schema() : schema;
  return Array.isArray(value) ? value : [];
}

interface Structure {
  readonly name: string;
  readonly members: ReadonlyMap<string, unknown>;
  readonly required: ReadonlySet<string>;
}

function structure(schema: unknown): Structure | undefined {
  const [tag, , name, , names, schemas, required] = opened(schema);
  if (typeof tag === 'function' || Array.isArray(tag)) return structure(tag);
  if (tag === 1) return structure(opened(schema)[4]);
  if ((tag !== 3 && tag !== 4) || !Array.isArray(names) || !Array.isArray(schemas)) return undefined;
  return {
    name: String(name),
    members: new Map(names.map((member: string, index) => [member, schemas[index]])),
    required: new Set(names.slice(0, Number(required ?? 0))),
  };
}

/** Rolecall's structure of a member: the member itself, or the items of its list or map. */
function ours(schema: TSchema): TSchema | undefined {
  const kind = kindOf(schema);
  if (kind === 'list') return ours(listItemsOf(schema));
  if (kind === 'map') return ours(mapValuesOf(schema));
  return kind === 'struct' ? schema : undefined;
}

/** Differences as text; `withRequired` also compares the required members. */
function differences(schema: TSchema, theirs: Structure, path: string, withRequired: boolean): string[] {
  const members = membersOf(schema);
  const names = members.map(([name]) => name).sort();
  const found: string[] = [];
  const expected = [...theirs.members.keys()].sort();
  if (names.join() !== expected.join()) found.push(`${path}: ${names.join()} instead of ${expected.join()}`);
  if (withRequired) {
    const required = [...requiredOf(schema)].sort().join();
    if (required !== [...theirs.required].sort().join()) found.push(`${path} requires ${required}`);
  }
  for (const [name, member] of members) {
    const mine = ours(member);
    const other = structure(theirs.members.get(name));
    if ((mine === undefined) !== (other === undefined)) found.push(`${path}.${name}: a structure on one side only`);
    if (mine !== undefined && other !== undefined) {
      found.push(...differences(mine, other, `${path}.${name}`, withRequired));
    }
  }
  return found;
}

describe("IAM's operations match AWS's SDK", () => {
  it.each(iamService.operations.map(row => [row.name, row] as const))('%s', (name, row) => {
    const [tag, , , , input, output] = opened(exported[`${name}$`]);
    expect(tag).toBe(9);
    const theirInput = structure(input);
    expect(theirInput === undefined ? membersOf(row.input) : differences(row.input, theirInput, name, true)).toEqual(
      [],
    );
    const theirOutput = structure(output);
    const answers = theirOutput !== undefined && theirOutput.name !== 'Unit' && opened(output)[1] !== 'smithy.api';
    if (row.output === undefined) {
      expect(answers && theirOutput.members.size > 0).toBe(false);
    } else {
      expect(answers ? differences(row.output, theirOutput, name, false) : 'no output').toEqual([]);
    }
  });

  it('contains 131 of the 176 operations of the 2010-05-08 model and lists the other 45', () => {
    const names = iamService.operations.map(({ name }) => name);
    expect(new Set(names).size).toBe(131);
    expect(iamService.notEmulated).toHaveLength(45);
    expect(iamService.notEmulated.filter(name => names.includes(name))).toEqual([]);
    expect(iamService.notEmulated.filter(name => exported[`${name}Command`] === undefined)).toEqual([]);
  });
});
