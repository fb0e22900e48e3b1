/** The parser of compact JWSs: callers with different limits share no headers. */
import { expect, it } from 'vitest';
import type { JsonLimits } from '../../src/kernel/json.ts';
import { parseJws } from '../../src/kernel/jws.ts';

const limits = (depth: number): JsonLimits => ({ size: 1_000, depth, values: 1_000 });

it('a header that one caller accepts is still refused by a caller with narrower limits', () => {
  const header = Buffer.from(`{"x":${'['.repeat(150)}${']'.repeat(150)}}`).toString('base64url');
  const [wide, narrow] = [limits(151), limits(150)];
  for (let round = 0; round < 2; round++) {
    expect(parseJws(`${header}.e30.AAAA`, narrow)).toBe('encoding');
    expect(parseJws(`${header}.e30.AAAA`, wide)).toMatchObject({ header: { x: expect.any(Array) } });
  }
});

it('a header that is read again with the same limits is the same object', () => {
  const header = Buffer.from('{"alg":"ES256","kid":"again"}').toString('base64url');
  const same = limits(10);
  const [first, second] = [parseJws(`${header}.e30.AAAA`, same), parseJws(`${header}.e30.BBBB`, same)];
  expect(first).toHaveProperty('header', { alg: 'ES256', kid: 'again' });
  expect(typeof first === 'object' && typeof second === 'object' && first.header === second.header).toBe(true);
});
