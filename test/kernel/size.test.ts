/** Memory estimates of kept values, and copies that do not keep larger data in memory. */
import { describe, expect, it } from 'vitest';
import { copyText, cutBytes, cutText, cutValue, estimateSize } from '../../src/kernel/size.ts';
import { keptMebibytes } from '../support/heap.ts';

const LARGE = 1_000_000;
/** Names of 20 characters, each a substring of a text of 1 MB. */
const names = (copy: (text: string) => string) =>
  Array.from({ length: 40 }, (_, at) => copy(`${at}`.padEnd(LARGE, 'a').slice(0, 20)));

describe('ownText', () => {
  it('returns the same text', () => {
    for (const text of ['', 'short', 'a text of some length', 'ä€😀'.repeat(10)]) expect(copyText(text)).toBe(text);
  });

  it('does not keep the whole text in memory, unlike a substring', () => {
    expect(keptMebibytes(() => names(text => text))).toBeGreaterThan(30);
    expect(keptMebibytes(() => names(copyText))).toBeLessThan(5);
    expect(keptMebibytes(() => names(text => cutText(text, 30)))).toBeLessThan(5);
    expect(keptMebibytes(() => names(text => cutBytes(text, 15)))).toBeLessThan(5);
  });
});

it.each([
  ['abcdef', 10, 'abcdef', 'abcdef'],
  ['abcdef', 6, 'abcdef', 'abcdef'],
  ['abcdefg', 6, 'abcdef', 'abc…'],
  ['äöüäöü', 6, 'äöü', 'ä…'],
  ['aäöü', 6, 'aäö', 'aä…'],
  ['😀😀', 7, '😀', '😀…'],
  ['😀😀', 6, '😀', '…'],
  ['', 3, '', ''],
])('%j within %i bytes', (text, most, bytes, cut) => {
  expect([cutBytes(text, most), cutText(text, most)]).toEqual([bytes, cut]);
});

it('cuts texts, arrays, members and depth of a value', () => {
  const value = {
    text: 'x'.repeat(50),
    list: [1, 2, 3, 4],
    deep: { deeper: { deepest: true } },
    ['n'.repeat(50)]: null,
    fifth: 5,
  };
  expect(cutValue(value, { text: 10, items: 4, depth: 2 })).toEqual({
    text: 'xxxxxxx…',
    list: [1, 2, 3, 4],
    deep: { deeper: '…' },
    'nnnnnnn…': null,
  });
  expect(cutValue([1, 'a', null, true, undefined], { text: 10, items: 3, depth: 1 })).toEqual([1, 'a', null]);
});

it('estimates the size of a value', () => {
  expect(estimateSize('a'.repeat(LARGE))).toBeGreaterThan(LARGE);
  expect(estimateSize('ä'.repeat(LARGE))).toBeGreaterThan(2 * LARGE);
  expect(estimateSize({ a: ['b'.repeat(1000), new Map([['k', 'c'.repeat(1000)]])] })).toBeGreaterThan(2000);
  expect(estimateSize([undefined, null, true])).toBeLessThan(200);
  const objects = () => Array.from({ length: 50_000 }, (_, at) => ({ kid: `key ${at}`, n: 'n'.repeat(at % 90) }));
  const measured = keptMebibytes(objects);
  const estimated = estimateSize(objects()) / 1_048_576;
  expect(estimated / measured).toBeGreaterThan(0.6);
  expect(estimated / measured).toBeLessThan(3);
});

it('measures a value that is nested deeper than the stack', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  expect(estimateSize(deep)).toBeGreaterThan(200_000);
});
