/** The edit distance computed in a band, compared with the distance from the full table. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { editDistance } from '../../../src/kernel/text.ts';
import { distance } from '../../../src/policy/explain/spelling.ts';
import { processorMs } from '../../support/processor.ts';

const text = fc.string({ unit: fc.constantFrom(...'abc'), maxLength: 12 });

it('equals that of the full table within the limit, and exceeds the limit otherwise', () => {
  fc.assert(
    fc.property(text, text, fc.nat(4), (a, b, limit) => {
      expect(distance(a, b, limit)).toBe(Math.min(editDistance(a, b, 99), limit + 1));
    }),
    { numRuns: 2000 },
  );
});

it('costs no more than the band, whatever the length', () => {
  const [one, other, swapped] = ['a'.repeat(8000), 'b'.repeat(8000), `${'a'.repeat(7990)}bbbbbbbbbb`];
  expect(
    processorMs(() => {
      for (let round = 0; round < 50; round++) {
        expect(distance(one, other, 2)).toBe(3);
        expect(distance(one, swapped, 2)).toBe(3);
      }
    }),
  ).toBeLessThan(600);
});
