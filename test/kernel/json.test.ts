/** JSON limits are enforced before a text is parsed, and count the values that JSON.parse would create. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJsonLimits, checkValueLimits, JsonError, type JsonLimits, readJson } from '../../src/kernel/json.ts';

const LIMITS: JsonLimits = { size: 10_000, depth: 8, values: 200 };

function codeOf(text: string, limits = LIMITS): string {
  try {
    readJson(text, limits);
    return 'read';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function thrown(run: () => unknown): JsonError {
  try {
    run();
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('readJson', () => {
  it.each([
    ['an object', '{"a":[1,{"b":null}]}', 'read'],
    ['a text of the largest size', JSON.stringify('x'.repeat(9_998)), 'read'],
    ['a text one character longer', JSON.stringify('x'.repeat(9_999)), 'too-large'],
    ['the deepest nesting', `${'['.repeat(8)}${']'.repeat(8)}`, 'read'],
    ['one level more', `${'['.repeat(9)}${']'.repeat(9)}`, 'too-deep'],
    ['brackets that never close', '['.repeat(5_000), 'too-deep'],
    ['one level more, in objects', `${'{"a":'.repeat(9)}1${'}'.repeat(9)}`, 'too-deep'],
    ['as many values as allowed', `[${Array.from({ length: 199 }, () => '1').join(',')}]`, 'read'],
    ['one value more', `[${Array.from({ length: 201 }, () => '1').join(',')}]`, 'too-many'],
    ['one member more', `{${Array.from({ length: 201 }, (_, at) => `"${at}":1`).join(',')}}`, 'too-many'],
    [
      'brackets and commas in strings',
      JSON.stringify(['[[[[[[[[[[[[{{{{{{', ',,,,'.repeat(200), '\\"[[[[[[[[[[']),
      'read',
    ],
    ['no JSON', '{"a":', 'not-json'],
    ['nothing', '', 'not-json'],
  ])('%s: %s', (_, text, expected) => {
    expect(codeOf(text)).toBe(expected);
  });

  it('has a message without a subject', () => {
    expect(() => readJson('[[1]]', { ...LIMITS, depth: 1 })).toThrow('nests deeper than 1 levels');
    expect(() => readJson('[1,2,3]', { ...LIMITS, values: 3 })).toThrow('has more than 3 values');
    expect(() => readJson('[1]', { ...LIMITS, size: 2 })).toThrow('is larger than 2 characters');
  });

  it.each([
    ['{"secret":hidden}', 'is not JSON: unexpected text at character 10'],
    ['hidden', 'is not JSON: unexpected text at character 0'],
    ['{"a":1,}', 'is not JSON: unexpected text at character 7'],
    ['{"a":1', 'is not JSON: unexpected end of text'],
    ['{hidden:1}', 'is not JSON: unexpected text at character 1'],
    ['{"a":"hidden', 'is not JSON: unexpected text at character 5'],
    ['{"a":"\\hidden"}', 'is not JSON: unexpected text at character 5'],
    ['{"a":"hid\nden"}', 'is not JSON: unexpected text at character 5'],
    ['', 'is not JSON: unexpected end of text'],
    ['"a" hidden', 'is not JSON: unexpected text at character 4'],
  ])('the error of %j has the position and does not quote the text', (text, message) => {
    const error = thrown(() => readJson(text, LIMITS));
    expect([error.message, error.cause]).toEqual([message, undefined]);
  });

  it('keeps a member named __proto__ as a member', () => {
    const value = readJson('{"__proto__":{"polluted":true}}', LIMITS) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect('polluted' in value).toBe(false);
  });
});

describe('an error', () => {
  it.each([
    ['too deep', '[[[1]]]', { ...LIMITS, depth: 2 }, 2],
    ['too many', '[1,2,3]', { ...LIMITS, values: 3 }, 4],
    ['too large', '[1,2,3]', { ...LIMITS, size: 3 }, 3],
  ])('has the position at which a text is %s', (_, text, limits, at) => {
    expect(() => readJson(text, limits)).toThrow(expect.objectContaining({ at }));
  });
});

describe('checkValueLimits', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
    return value;
  };
  const circle: unknown[] = [];
  circle.push(circle);
  const twice = [1, 2, 3];
  it.each([
    ['a number', undefined, () => 1],
    ['the deepest value', undefined, () => nested(8)],
    ['one level more', 'too-deep', () => nested(9)],
    ['a hundred thousand levels more', 'too-deep', () => nested(100_000)],
    ['a circle', 'too-deep', () => circle],
    ['as many values as allowed', undefined, () => Array(199).fill(null)],
    ['one value more', 'too-many', () => Array(200).fill(null)],
    ['one value in many places', 'too-many', () => Array(50).fill(twice)],
    ['bytes', 'too-many', () => new Uint8Array(1e6)],
    ['a member of the prototype only', undefined, () => Object.create({ a: nested(100) })],
  ])('%s: %s', (_, code, build) => {
    const value: unknown = build();
    const bound = () => checkValueLimits(value, LIMITS);
    if (code === undefined) expect(bound).not.toThrow();
    else expect(bound).toThrow(expect.objectContaining({ name: 'JsonError', code, at: undefined }));
    if (code !== undefined) expect(bound).toThrow(JsonError);
  });
});

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
const countOf = (value: unknown): number =>
  1 +
  (typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, item) => sum + countOf(item), 0)
    : 0);

describe('checkJsonLimits', () => {
  it('accepts exactly the texts within the depth limit, and none with too many values', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 10 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 30 }),
        (text, depth, values) => {
          const value: unknown = JSON.parse(text);
          let passed = true;
          try {
            checkJsonLimits(text, { size: 1e6, depth, values });
          } catch {
            passed = false;
          }
          if (depthOf(value) > depth) expect(passed).toBe(false);
          if (countOf(value) > values * 2) expect(passed).toBe(false);
          if (depthOf(value) <= depth && countOf(value) * 2 <= values) expect(passed).toBe(true);
        },
      ),
    );
  });
});
