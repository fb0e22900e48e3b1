/** Edit distance, the known name nearest to a misspelled one, and text for a terminal. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest, printable } from '../../src/kernel/text.ts';
import { processorMs } from '../support/processor-time.ts';

const KNOWN = ['StringEquals', 'StringLike', 'NumericEquals', 'Bool', 'Null'];

describe('the nearest', () => {
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
  ])('of %.20s is %s', (word, expected) => {
    expect(nearest(word, KNOWN)).toBe(expected);
  });

  it('is within the given limit, for any length of the word', () => {
    expect(nearest('Stirng', ['String'], 1)).toBe('String');
    expect(nearest('Stirgn', ['String'], 1)).toBeUndefined();
    expect(nearest('x'.repeat(201), ['x'.repeat(200)], 1)).toBe('x'.repeat(200));
  });

  it('of nothing is nothing', () => {
    expect(nearest('a', [])).toBeUndefined();
  });

  it('of a word with one letter changed is the word', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KNOWN), fc.nat(11), (word, place) => {
        const at = place % word.length;
        expect(nearest(`${word.slice(0, at)}#${word.slice(at + 1)}`, KNOWN)).toBe(word);
      }),
    );
  });
});

/** Optimal string alignment with the full table, as in textbooks. */
function fullTableDistance(from: string, to: string): number {
  const rows = Array.from({ length: from.length + 1 }, (_, i) =>
    Array.from({ length: to.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? Number.NaN;
  for (const i of rows.keys()) {
    for (const j of Array(to.length + 1).keys()) {
      if (i === 0 || j === 0) continue;
      const change = cell(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = isSwap ? cell(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      rows[i]?.splice(j, 1, Math.min(change, cell(i - 1, j) + 1, cell(i, j - 1) + 1, swap));
    }
  }
  return cell(from.length, to.length);
}

const text = fc.string({ unit: fc.constantFrom(...'abc'), maxLength: 12 });

it('equals the distance of the full table within the limit, and is limit + 1 otherwise', () => {
  fc.assert(
    fc.property(text, text, fc.nat(14), (a, b, limit) => {
      expect(editDistance(a, b, limit)).toBe(Math.min(fullTableDistance(a, b), limit + 1));
    }),
    { numRuns: 2000 },
  );
});

it('the cost depends on the width of the band, not on the length of the texts', () => {
  const [one, other, swapped] = ['a'.repeat(8000), 'b'.repeat(8000), `${'a'.repeat(7990)}bbbbbbbbbb`];
  expect(
    processorMs(() => {
      for (let round = 0; round < 50; round++) {
        expect(editDistance(one, other, 2)).toBe(3);
        expect(editDistance(one, swapped, 2)).toBe(3);
      }
    }),
  ).toBeLessThan(600);
});

it('the distance is symmetric, zero only for the same, one for a swap', () => {
  expect(editDistance('ab', 'ba', 9)).toBe(1);
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b, 50)).toBe(editDistance(b, a, 50));
      expect(editDistance(a, b, 50) === 0).toBe(a === b);
    }),
  );
});

it('a printable text has no control, format or line separator characters', () => {
  expect(printable('a\u001b[31m\u009b\u202e\u200b\r\n\u2028z')).toBe(
    'a\\u{1b}[31m\\u{9b}\\u{202e}\\u{200b}\\u{d}\\u{a}\\u{2028}z',
  );
  expect(printable('repo:octo-org/ö 日本')).toBe('repo:octo-org/ö 日本');
});
