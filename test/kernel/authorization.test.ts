/** Parsing of the Authorization header: the scheme is not case-sensitive, the credentials are complete. */
import { describe, expect, it } from 'vitest';
import { isSameSecret, parseCredentials } from '../../src/kernel/authorization.ts';

describe('parseCredentials', () => {
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
    expect(parseCredentials(header, 'bearer')).toBe(expected);
  });
});

it('compares all characters of secrets', () => {
  expect(isSameSecret('let-me-in', 'let-me-in')).toBe(true);
  for (const other of ['', 'let-me-i', 'let-me-in ', 'Let-me-in', 'let-me-in\0'])
    expect(isSameSecret(other, 'let-me-in')).toBe(false);
});
