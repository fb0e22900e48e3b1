/** Tokens that are sent to their provider: parsed within limits. */
import { describe, expect, it } from 'vitest';
import { readJwt, verifyJwt } from '../../../src/idp/keys/verify.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const token = (payload: string, header = '{"alg":"RS256"}'): string => `${encode(header)}.${encode(payload)}.`;
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('a token', () => {
  it('is read with its header and claims', () => {
    expect(readJwt(token('{"sub":"a"}'))).toEqual({ header: { alg: 'RS256' }, claims: { sub: 'a' } });
    expect(readJwt(token(nested(100)))).toBeDefined();
  });

  it.each([
    ['a payload with too deep nesting', token(nested(1000))],
    ['a payload of brackets', token('['.repeat(70_000))],
    ['a payload with more values than a token can have', token(`{"a":[${'0,'.repeat(30_000)}0]}`)],
    ['a header with too deep nesting', token('{}', nested(1000))],
    ['more characters than a token can have', token(JSON.stringify({ a: 'x'.repeat(100_000) }))],
  ])('with %s is invalid', (_, text) => {
    expect(readJwt(text)).toBeUndefined();
  });
});

describe('a key set', () => {
  it.each([
    ['a point that is not on its curve', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, 'ES256'],
    ['numbers as members', { kty: 'RSA', n: 5, e: {} }, 'RS256'],
    ['no members', { kty: 'RSA' }, 'RS256'],
  ])('with %s verifies nothing', async (_, key, alg) => {
    const text = `${token('{}', JSON.stringify({ alg, kid: 'k' }))}AAAA`;
    expect(await verifyJwt(text, { keys: [{ ...key, kid: 'k' }] })).toBe('signature');
  });
});
