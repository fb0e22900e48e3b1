/** The helper for optional members. */
import { expect, it } from 'vitest';
import { defined } from '../../src/kernel/defined.ts';

const optional = (text?: string): string | undefined => text;

it('keeps what is not undefined, in order', () => {
  const made = { id: 1, ...defined({ z: optional('z'), gone: optional(), nothing: null, zero: 0, empty: '' }) };
  expect(JSON.stringify(made)).toBe('{"id":1,"z":"z","nothing":null,"zero":0,"empty":""}');
  expect('gone' in made).toBe(false);
});

it('copies a member named __proto__ as a member', () => {
  const made = { ...defined({ ['__proto__']: { polluted: true } }) };
  expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  expect(JSON.stringify(made)).toBe('{"__proto__":{"polluted":true}}');
});
