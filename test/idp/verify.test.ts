/** Tokens that come back to their provider: read within limits. */
import { describe, expect, it } from 'vitest';
import { readJwt } from '../../src/idp/key/verify.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const token = (payload: string, header = '{"alg":"RS256"}'): string => `${encode(header)}.${encode(payload)}.`;
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('a token', () => {
  it('is read with its header and claims', () => {
    expect(readJwt(token('{"sub":"a"}'))).toEqual({ header: { alg: 'RS256' }, claims: { sub: 'a' } });
    expect(readJwt(token(nested(100)))).toBeDefined();
  });

  it.each([
    ['a payload that nests too deep', token(nested(1000))],
    ['a payload of brackets', token('['.repeat(70_000))],
    ['a payload of more values than a token has', token(`{"a":[${'0,'.repeat(30_000)}0]}`)],
    ['a header that nests too deep', token('{}', nested(1000))],
    ['more characters than a token has', token(JSON.stringify({ a: 'x'.repeat(100_000) }))],
  ])('with %s is none', (_, text) => {
    expect(readJwt(text)).toBeUndefined();
  });
});
