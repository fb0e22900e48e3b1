/** The keywords that shape functions write into a schema, and their readers. */
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import {
  kindOf,
  listItemsOf,
  mapValuesOf,
  membersOf,
  numberKeyword,
  own,
  requiredOf,
  textKeyword,
} from '../../src/aws/kinds.ts';
import {
  blob,
  boolean,
  choice,
  integer,
  list,
  map,
  optional,
  struct,
  text,
  timestamp,
  timestampMs,
} from '../../src/aws/shape.ts';

describe('kinds', () => {
  it.each([
    [text(), 'text'],
    [choice(['A']), 'choice'],
    [integer(), 'integer'],
    [boolean(), 'boolean'],
    [timestamp(), 'timestamp'],
    [timestampMs(), 'timestampMs'],
    [blob(), 'blob'],
    [list(text()), 'list'],
    [map(text()), 'map'],
    [struct('S', {}), 'struct'],
    [optional(text()), 'text'],
    [Type.Object({}), 'struct'],
  ])('%j is %s', (schema, kind) => {
    expect(kindOf(schema)).toBe(kind);
  });

  it('throws TypeError for a schema that is not a shape', () => {
    expect(() => kindOf(Type.String())).toThrow(TypeError);
    expect(() => listItemsOf(text())).toThrow(TypeError);
  });
});

it('reads back the constraints', () => {
  const schema = text({ min: 1, max: 2, pattern: 'a', first: 'length', sensitive: true });
  expect([
    numberKeyword(schema, 'minLength'),
    numberKeyword(schema, 'maxLength'),
    numberKeyword(schema, 'absent'),
  ]).toEqual([1, 2, undefined]);
  expect([textKeyword(schema, 'awsPattern'), textKeyword(schema, 'first'), textKeyword(schema, 'minLength')]).toEqual([
    'a',
    'length',
    undefined,
  ]);
  expect(own(schema, 'sensitive')).toBe(true);
});

it('members keep their order, and the optional ones are not required', () => {
  const schema = struct('S', { B: text(), A: optional(text()), C: list(integer()), D: map(boolean()) });
  expect(membersOf(schema).map(([name]) => name)).toEqual(['B', 'A', 'C', 'D']);
  expect([...requiredOf(schema)]).toEqual(['B', 'C', 'D']);
  expect(requiredOf(struct('S', { A: optional(text()) })).size).toBe(0);
  const inner = new Map(membersOf(schema));
  expect(kindOf(listItemsOf(inner.get('C') ?? schema))).toBe('integer');
  expect(kindOf(mapValuesOf(inner.get('D') ?? schema))).toBe('boolean');
});
