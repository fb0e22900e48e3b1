import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchWildcard } from '../../src/policy/index.ts';

describe('matchWildcard', () => {
  it.each<[string, string, boolean]>([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['**', 'abc', true],
    ['?', '', false],
    ['?', 'a', true],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['*ab*ab', 'abab', true],
    ['*ab*ab', 'ab', false],
    ['a?*?d', 'abcd', true],
    ['a?*?d', 'abd', false],
    ['*?b', 'ab', true],
    ['*?b?*', 'xaby', true],
    ['*??', 'a', false],
    ['repo:o/*:ref:*', 'repo:o/r:ref:refs/heads/x/y', true],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
  ])('%j over %j: %s', (pattern, text, result) => {
    expect(matchWildcard(pattern, text)).toBe(result);
  });

  /** The definition, by dynamic programming: slow and simple. */
  function slow(pattern: string, text: string): boolean {
    let row = [true, ...new Array<boolean>(text.length).fill(false)];
    for (const letter of pattern) {
      const next = [letter === '*' && row[0] === true];
      for (let at = 1; at <= text.length; at += 1) {
        next[at] =
          letter === '*'
            ? row[at] === true || next[at - 1] === true
            : row[at - 1] === true && (letter === '?' || letter === text[at - 1]);
      }
      row = next;
    }
    return row[text.length] === true;
  }

  const letters = (alphabet: string, maxLength: number) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength }).map(list => list.join(''));

  it('agrees with the definition', () => {
    fc.assert(
      fc.property(letters('ab*?', 14), letters('ab', 24), (pattern, text) => {
        expect(matchWildcard(pattern, text)).toBe(slow(pattern, text));
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees with the definition for texts that need the long-text algorithms', () => {
    fc.assert(
      fc.property(letters('ab?', 120), letters('ab', 20), fc.nat(300), (middle, tail, length) => {
        const text = `${'ab'.repeat(length)}${tail}${'a'.repeat(length)}`;
        const pattern = `*${middle.replaceAll('?', 'a?')}*${tail}*`;
        expect(matchWildcard(pattern, text)).toBe(slow(pattern, text));
      }),
      { numRuns: 200 },
    );
  });

  it('is fast for the worst patterns at the size limits', () => {
    const text = 'a'.repeat(131_072);
    expect(matchWildcard(`${'*a'.repeat(3000)}*b`, text)).toBe(false);
    expect(matchWildcard(`*${'a'.repeat(3000)}b*`, text)).toBe(false);
    expect(matchWildcard(`*${'a?'.repeat(1000)}b*`, text)).toBe(false);
    expect(matchWildcard(`${'*a?'.repeat(2000)}*`, text)).toBe(true);
  });
});
