/** Finds the known name that is nearest to a misspelled one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/kernel/text.ts';

const KNOWN = ['StringEquals', 'StringLike', 'NumericEquals', 'Bool', 'Null'];

describe('nearest', () => {
  it.each<[string, string | undefined]>([
    ['StringEquals', 'StringEquals'],
    ['stringequals', 'StringEquals'],
    ['StringEqual', 'StringEquals'],
    ['StirngLike', 'StringLike'],
    ['Boole', 'Bool'],
    ['Nul', 'Null'],
    ['Frobnicate', undefined],
    ['', undefined],
    ['x'.repeat(201), undefined],
  ])('the name nearest to %.20s is %s', (word, expected) => {
    expect(nearest(word, KNOWN)).toBe(expected);
  });

  it('returns undefined without known names', () => {
    expect(nearest('a', [])).toBeUndefined();
  });

  it('finds a word with one changed letter', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN), fc.nat(11), (word, place) => {
        const at = place % word.length;
        expect(nearest(`${word.slice(0, at)}#${word.slice(at + 1)}`, KNOWN)).toBe(word);
      }),
    );
  });
});

it('the edit distance is symmetric, zero only for equal words, one for a transposition', () => {
  expect(editDistance('ab', 'ba', 9)).toBe(1);
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b, 50)).toBe(editDistance(b, a, 50));
      expect(editDistance(a, b, 50) === 0).toBe(a === b);
    }),
  );
});
