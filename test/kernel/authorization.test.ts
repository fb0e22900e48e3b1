/** Schemes in any case, credentials whole: what follows them is part of them and makes them others. */
import { describe, expect, it } from 'vitest';
import { credentialsOf, isSameSecret } from '../../src/kernel/authorization.ts';

describe('credentialsOf', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER  abc', 'abc'],
    ['Bearer abc def', 'abc def'],
    ['Bearer abc\tdef', 'abc\tdef'],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Basic abc', undefined],
    ['Bearerabc', undefined],
    [' Bearer abc', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j', (header, expected) => {
    expect(credentialsOf(header, 'bearer')).toBe(expected);
  });
});

it('compares secrets by all of their characters', () => {
  expect(isSameSecret('let-me-in', 'let-me-in')).toBe(true);
  for (const other of ['', 'let-me-i', 'let-me-in ', 'Let-me-in', 'let-me-in\0'])
    expect(isSameSecret(other, 'let-me-in')).toBe(false);
});
