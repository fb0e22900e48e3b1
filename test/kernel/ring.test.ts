/** The ring buffer, limited in number and bytes. */
import { expect, it } from 'vitest';
import { Ring } from '../../src/kernel/ring.ts';

function ringOf(capacity: number, maxBytes: number) {
  const dropped: string[] = [];
  const ring = new Ring<string>({ capacity, maxBytes }, value => dropped.push(value));
  return { ring, dropped, kept: () => [...ring.newest()].join('') };
}

it.each([
  [3, 100, 'abcde', 10, 'edc', 'ab'],
  [9, 25, 'abcde', 10, 'ed', 'abc'],
  [9, 10, 'abcde', 10, 'e', 'abcd'],
  [9, 9, 'abc', 10, '', 'abc'],
  [0, 100, 'abc', 10, '', ''],
  [1, 100, 'abc', 10, 'c', 'ab'],
])('of %i and %i bytes, after %s of %i bytes each, holds "%s"', (capacity, maxBytes, values, bytes, kept, left) => {
  const { ring, dropped, kept: found } = ringOf(capacity, maxBytes);
  for (const value of values) ring.push(value, bytes);
  expect([found(), dropped.join(''), ring.bytes, ring.length]).toEqual([kept, left, kept.length * bytes, kept.length]);
});

it('returns values before a sequence number', () => {
  const { ring } = ringOf(3, 100);
  for (const value of 'abcde') ring.push(value, 1);
  expect(ring.next).toBe(5);
  expect([...ring.newest(4)]).toEqual(['d', 'c']);
  expect([...ring.newest(2)]).toEqual([]);
  expect([...ring.newest(99)]).toEqual(['e', 'd', 'c']);
});

it('counts bytes that values share', () => {
  const { ring, kept } = ringOf(9, 30);
  ring.push('a', 10);
  ring.share(15);
  ring.push('b', 10);
  expect([kept(), ring.bytes]).toEqual(['b', 25]);
  ring.share(-15);
  ring.push('c', 10);
  expect([kept(), ring.bytes]).toEqual(['cb', 20]);
});

it('starts again after a clear', () => {
  const { ring, dropped, kept } = ringOf(2, 100);
  for (const value of 'abc') ring.push(value, 1);
  ring.clear();
  expect([kept(), ring.bytes, ring.next, dropped]).toEqual(['', 0, 0, ['a']]);
  ring.push('d', 1);
  expect(kept()).toBe('d');
});
