/** The memo of one entry. */
import { expect, it } from 'vitest';
import { LastValue } from '../../src/kernel/last-value.ts';

it('computes a value once for as long as the key stays the same', () => {
  const computed: (string | undefined)[] = [];
  const lengths = new LastValue((text: string | undefined) => computed.push(text) && text?.length);
  expect(['a', 'a', 'bb', 'a', undefined, undefined].map(text => lengths.get(text))).toEqual([
    1,
    1,
    2,
    1,
    undefined,
    undefined,
  ]);
  expect(computed).toEqual(['a', 'bb', 'a', undefined]);
});

it('keeps the last value when the next one throws', () => {
  const numbers = new LastValue((text: string) => {
    if (text === '') throw new RangeError('empty');
    return Number(text);
  });
  expect(numbers.get('1')).toBe(1);
  expect(() => numbers.get('')).toThrow('empty');
  expect(() => numbers.get('')).toThrow('empty');
  expect(numbers.get('1')).toBe(1);
});
