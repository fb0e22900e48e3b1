/** Tables and records with keys from requests: the names of Object.prototype are ordinary keys. */
import { describe, expect, it } from 'vitest';
import { recordOf, rowsByName, table, toNumber, toText } from '../../src/kernel/table.ts';

const INHERITED = Object.getOwnPropertyNames(Object.prototype);

describe('a table', () => {
  const colours: Readonly<Record<string, number>> = table({ red: 1, green: 2 });

  it('has its rows in order and is frozen', () => {
    expect(Object.entries(colours)).toEqual([
      ['red', 1],
      ['green', 2],
    ]);
    expect(Object.isFrozen(colours)).toBe(true);
  });

  it.each(INHERITED)('has no row %s', name => {
    expect(colours[name]).toBeUndefined();
    expect(name in colours).toBe(false);
  });
});

describe('a record', () => {
  it.each(INHERITED)('treats %s as an ordinary key', name => {
    const record = recordOf([[name, { a: 1 }]]);
    expect(record[name]).toEqual({ a: 1 });
    expect(Object.keys(record)).toEqual([name]);
    expect(JSON.stringify(record)).toBe(`{${JSON.stringify(name)}:{"a":1}}`);
    expect(recordOf([])[name]).toBeUndefined();
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it('uses the last of two entries with the same key', () => {
    expect(recordOf(new Map([['a', 1]]))).toEqual({ a: 1 });
    expect({
      ...recordOf([
        ['a', 1],
        ['a', 2],
      ]),
    }).toEqual({ a: 2 });
  });
});

describe('a value of a request', () => {
  const trap = JSON.parse('{"toString":1,"valueOf":1}') as unknown;

  it.each([
    ['text', 'text'],
    [7, '7'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [['a'], '["a"]'],
    [trap, '{"toString":1,"valueOf":1}'],
    [recordOf([['a', 1]]), '{"a":1}'],
  ])('%j as text is %s', (value, text) => {
    expect(toText(value)).toBe(text);
  });

  it.each([
    [7, 7],
    ['7', 7],
    ['seven', Number.NaN],
    [null, Number.NaN],
    [true, Number.NaN],
    [[7], Number.NaN],
    [trap, Number.NaN],
    [recordOf([['a', 1]]), Number.NaN],
  ])('%j as a number is %d', (value, number) => {
    expect(toNumber(value)).toBe(number);
  });
});

describe('rows by name', () => {
  it('has every row', () => {
    expect([
      ...rowsByName(
        [
          ['a', 1],
          ['b', 2],
        ],
        'colours',
      ),
    ]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it.each(['a', ...INHERITED])('refuses two rows named %s', name => {
    const rows = [
      [name, 1],
      ['b', 2],
      [name, 3],
    ] as const;
    expect(() => rowsByName(rows, 'the table of colours')).toThrow(`the table of colours has two rows named ${name}`);
  });
});
