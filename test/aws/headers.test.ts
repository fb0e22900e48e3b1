/** Headers by name, as SigV4 joins them. */
import { expect, it } from 'vitest';
import { acceptsJson, mediaType, readHeaders } from '../../src/aws/headers.ts';

it('are found by lower-case name; repeated headers are joined with a comma and trimmed', () => {
  const headers = readHeaders(['Host', 'a', 'X-My', ' one ', 'x-my', '\ttwo  three', 'X-Last']);
  expect([...headers]).toEqual([
    ['host', 'a'],
    ['x-my', 'one,two  three'],
  ]);
});

it('keep a trailing byte 0xA0, which may be part of a character', () => {
  expect(readHeaders(['x', 'Ã\u00a0']).get('x')).toBe('Ã\u00a0');
});

it.each([
  [undefined, ''],
  ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded'],
  ['Application/X-WWW-Form-Urlencoded; charset=utf-8', 'application/x-www-form-urlencoded'],
  [';', ''],
])('the media type of %s is %j', (value, type) => {
  expect(mediaType(readHeaders(value === undefined ? [] : ['Content-Type', value]))).toBe(type);
});

it.each([
  [undefined, false],
  ['*/*', false],
  ['application/json', true],
  ['text/html, application/json;q=0.9', true],
])('Accept: %s requests JSON: %s', (value, wanted) => {
  expect(acceptsJson(readHeaders(value === undefined ? [] : ['Accept', value]))).toBe(wanted);
});
