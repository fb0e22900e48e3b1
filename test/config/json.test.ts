/** JSON configuration: limits, and the lines of its errors at any size. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { jsonOffsets } from '../../src/config/json-offsets.ts';
import { addLineNumbers, parseConfigText, resolveConfig } from '../../src/config/load.ts';
import { jsonErrorOffset } from '../../src/kernel/json-error-offset.ts';
import { processorMs } from '../support/processor-time.ts';

/** The configuration errors that a call throws. */
function faultsOf(run: () => unknown): ConfigError['faults'] {
  try {
    run();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

const padding = `"claims": ${JSON.stringify(Array.from({ length: 40_000 }, () => 'padding'))}`;

describe('a text', () => {
  it.each([
    [
      '100,000 deep, of a megabyte',
      `{"port": 1,\n"iam": ${'{"a":'.repeat(200_000)}`,
      2,
      'nests deeper than 128 levels',
    ],
    [
      '100,000 deep, of lists',
      `{"port": 1,\n"iam": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      2,
      'nests deeper than 128 levels',
    ],
    ['ten million values', `{"iam":\n[${'0,'.repeat(10_000_000)}0]}`, 2, 'has more than 4000000 values'],
    ['33 megabytes', `{"secret": "\n${'x'.repeat(33 * 1024 * 1024)}"}`, 2, 'is larger than 33554432 characters'],
    [
      'a list',
      `[${'0,'.repeat(200_000)}0]`,
      1,
      'the configuration must be a mapping of settings, such as "port: 4592"',
    ],
  ])('%s', (_, text, line, message) => {
    expect(faultsOf(() => parseConfigText(text, 'c.json'))).toEqual([{ source: 'c.json', line, path: '', message }]);
    expect(processorMs(() => faultsOf(() => parseConfigText(text, 'c.json')))).toBeLessThan(1000);
  });

  it('of any size reports the lines of its errors', () => {
    const text = `{\n"port": "x",\n"issuers": {"a": {${padding}},\n"b": {\n"algo": 1}},\n"hots": 1}`;
    expect(text.length).toBeGreaterThan(256 * 1024);
    const faults = faultsOf(() => parseConfigText(text, 'c.json')).map(({ line, path }) => [line, path]);
    expect(faults).toEqual([
      [2, '/port'],
      [3, '/issuers/a/claims'],
      [5, '/issuers/b/algo'],
      [6, '/hots'],
    ]);
  });

  it('of any size reports the line of the first JSON syntax error', () => {
    const text = `{\n"issuers": {"a": {${padding}}},\n"port": 1,\n}`;
    expect(faultsOf(() => parseConfigText(text, 'c.json'))).toEqual([
      { source: 'c.json', line: 4, path: '', message: expect.stringMatching(/^is not JSON/) },
    ]);
  });

  it('of any size provides lines for errors that are found later', () => {
    const text = `{\n"issuers": {\n"a": {${padding.replace('claims', 'x')}}}}`;
    const fault = { source: 'startup', path: '/issuers/a/alg', message: 'm' };
    expect(addLineNumbers([fault], text, 'c.json')).toEqual([{ ...fault, source: 'c.json', line: 3 }]);
    expect(addLineNumbers([fault], 'port: [', 'c.yaml')).toEqual([{ ...fault, source: 'c.yaml' }]);
  });
});

describe('a value', () => {
  let deep: unknown = {};
  for (let level = 0; level < 100_000; level++) deep = { a: deep };
  const circle: Record<string, unknown> = {};
  circle['a'] = circle;
  const shared = Array.from({ length: 9 }).reduce<unknown>(inner => Array.from({ length: 9 }, () => inner), 'x');
  it.each([
    ['deep claims', { issuers: { a: { claims: deep } } }, 'nests deeper than 128 levels'],
    [
      'a deep trust policy',
      { accounts: { '000000000000': { roles: [{ name: 'a', trust: deep }] } } },
      'nests deeper than 128 levels',
    ],
    ['a circular reference', { issuers: { a: { claims: circle } } }, 'nests deeper than 128 levels'],
    [
      'a value that contains the same array a billion times',
      { issuers: { a: { claims: { shared } } } },
      'has more than 4000000 values',
    ],
    ['bytes', { issuers: { a: { claims: { bytes: new Uint8Array(5_000_000) } } } }, 'has more than 4000000 values'],
  ])('%s is rejected with one sentence', (_, value, message) => {
    expect(faultsOf(() => resolveConfig(value))).toEqual([{ source: 'configuration', path: '', message }]);
  });
});

describe('the offsets of pointers', () => {
  it('are those of members and items, or of the nearest parent', () => {
    const text = ' {"a/b": [1, {"c": "]}"}, 2], "~": {"d\\u0065": 3}, "": 4}';
    const at = (pointer: string): string | undefined => {
      const place = jsonOffsets(text, [pointer]).get(pointer);
      return place === undefined ? undefined : text.slice(place, place + 4);
    };
    expect(at('/a~1b')).toBe('"a/b');
    expect(at('/a~1b/1/c')).toBe('"c":');
    expect(at('/a~1b/2')).toBe('2], ');
    expect(at('/a~1b/7')).toBe('"a/b');
    expect(at('/~0/de')).toBe('"d\\u');
    expect(at('/')).toBe('"": ');
    expect(at('/none')).toBeUndefined();
    expect(at('')).toBeUndefined();
  });
});

describe('the first syntax error of a text', () => {
  it('exists only if JSON.parse fails', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '0',
      '.5',
      'e9',
      'true',
      'null',
      ' ',
      '\\',
      '\\u0041',
      '\n',
      '\u007f',
      '\u0001',
    ];
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map(some => some.join('')),
    );
    fc.assert(
      fc.property(text, one => {
        let isJson = true;
        try {
          JSON.parse(one);
        } catch {
          isJson = false;
        }
        expect(jsonErrorOffset(one) === undefined).toBe(isJson);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a": 1,}', 8],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['[1', 2],
    ['{"a": tru}', 6],
    ['"a\nb"', 0],
    ['1 2', 2],
  ])('of %j is at %i', (text, at) => {
    expect(jsonErrorOffset(text)).toBe(at);
  });
});
