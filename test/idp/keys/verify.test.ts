/** Tokens that are sent to their provider: parsed within limits. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readJwt, verifyJwt } from '../../../src/idp/keys/verify.ts';
import { compactJws, signInput, signingInput } from '../../../src/kernel/jws.ts';
import type { JwsAlgorithm } from '../../../src/kernel/jws-algorithms.ts';
import { newEcKey } from '../../../src/kernel/new-key.ts';
import { parseJws } from '../../../src/sts/web-identity/jwt.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const token = (payload: string, header = '{"alg":"RS256"}'): string => `${encode(header)}.${encode(payload)}.`;
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('a token', () => {
  it('is read with its header and claims', () => {
    expect(readJwt(token('{"sub":"a"}'))).toMatchObject({ header: { alg: 'RS256' }, claims: { sub: 'a' } });
    expect(readJwt(token(nested(100)))).toBeDefined();
  });

  it.each([
    ['a payload with too deep nesting', token(nested(1000))],
    ['a payload of brackets', token('['.repeat(70_000))],
    ['a payload with more values than a token can have', token(`{"a":[${'0,'.repeat(30_000)}0]}`)],
    ['a header with too deep nesting', token('{}', nested(1000))],
    ['a number that is not finite', token('{"x":1e999}')],
    ['a number in the header that is not finite', token('{}', '{"alg":"RS256","x":[1e999]}')],
    ['more characters than a token can have', token(JSON.stringify({ a: 'x'.repeat(100_000) }))],
  ])('with %s is invalid', (_, text) => {
    expect(readJwt(text)).toBeUndefined();
  });

  it('has the limits of the provider, even if STS, whose limits are wider, has read its header', () => {
    const text = token('{}', `{"alg":"RS256","x":${'['.repeat(150)}${']'.repeat(150)}}`);
    expect(readJwt(text)).toBeUndefined();
    expect(parseJws(`${text}AAAA`)).toMatchObject({ ok: true });
    expect(readJwt(text)).toBeUndefined();
    expect(parseJws(`${text}AAAA`)).toMatchObject({ ok: true });
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

describe('keys for a token', () => {
  const rsa = (bits: number): KeyObject => generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
  const keys = { ES256: newEcKey('P-256'), other: newEcKey('P-256'), RS256: rsa(2048), small: rsa(1024) };
  const jwk = (key: KeyObject, more: object = {}) => ({ ...createPublicKey(key).export({ format: 'jwk' }), ...more });
  const NOW = new Date(1_000_000);
  const expected = { currentDate: NOW, audience: 'me' };

  async function signed(alg: JwsAlgorithm, key: KeyObject, header: object = {}, claims: object = {}): Promise<string> {
    const input = signingInput(
      JSON.stringify({ alg, ...header }),
      JSON.stringify({ aud: 'me', exp: 1_060, ...claims }),
    );
    return compactJws(input, await signInput(alg, key, input));
  }

  it('without a kid are all that fit its algorithm', async () => {
    const [es, rs] = [await signed('ES256', keys.ES256), await signed('RS256', keys.RS256)];
    const named = {
      keys: [jwk(keys.other, { kid: 'a' }), jwk(keys.RS256, { kid: 'b' }), jwk(keys.ES256, { kid: 'c' })],
    };
    const unnamed = { keys: [jwk(keys.RS256), jwk(keys.ES256)] };
    for (const text of [es, rs]) {
      expect(await verifyJwt(text, named, expected)).toBe('valid');
      expect(await verifyJwt(text, unnamed, expected)).toBe('valid');
    }
    expect(await verifyJwt(es, { keys: [jwk(keys.other), jwk(keys.RS256)] })).toBe('signature');
  });

  it('with a kid are only those that have it', async () => {
    const text = await signed('ES256', keys.ES256, { kid: 'k' });
    const twice = [jwk(keys.ES256, { kid: 'k' }), jwk(keys.other, { kid: 'k' })];
    expect(await verifyJwt(text, { keys: twice })).toBe('valid');
    expect(await verifyJwt(text, { keys: [jwk(keys.ES256, { kid: 'l' }), jwk(keys.ES256)] })).toEqual({
      unknownKid: 'k',
    });
    expect(await verifyJwt(text, { keys: [jwk(keys.other, { kid: 'k' }), jwk(keys.ES256, { kid: 'l' })] })).toBe(
      'signature',
    );
  });

  it.each([
    ['another use', { use: 'enc' }],
    ['another algorithm', { alg: 'ES384' }],
    ['other operations', { key_ops: ['sign'] }],
    ['operations that are no list', { key_ops: 'verify' }],
  ])('are not those with %s', async (_, members) => {
    const text = await signed('ES256', keys.ES256);
    expect(await verifyJwt(text, { keys: [jwk(keys.ES256, members)] })).toBe('signature');
    expect(await verifyJwt(text, { keys: [jwk(keys.ES256, { use: 'sig', alg: 'ES256', key_ops: ['verify'] })] })).toBe(
      'valid',
    );
  });

  it.each(['RS256', 'RS384', 'RS512', 'PS256'] as const)('can be RSA keys of 1,024 bits: %s', async alg => {
    const text = await signed(alg, keys.small);
    const set = { keys: [jwk(keys.small)] };
    expect(await verifyJwt(text, set, expected)).toBe('valid');
    expect(await verifyJwt(text, set, { ...expected, audience: 'you' })).toEqual({ claim: 'aud', problem: 'value' });
    expect(await verifyJwt(`${text.slice(0, -8)}AAAAAAAA`, set, expected)).toBe('signature');
  });

  it('cannot be RSA keys with the exponent 1, whose signatures anyone can compute', async () => {
    const { n = '' } = createPublicKey(keys.RS256).export({ format: 'jwk' });
    const digestInfo = '3031300d060960864801650304020105000420';
    const input = signingInput('{"alg":"RS256"}', '{}');
    const tail = Buffer.concat([Buffer.from(digestInfo, 'hex'), createHash('sha256').update(input).digest()]);
    const padding = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(256 - 3 - tail.length, 0xff), Buffer.from([0])]);
    const forged = compactJws(input, Buffer.concat([padding, tail]));
    expect(await verifyJwt(forged, { keys: [{ kty: 'RSA', n, e: 'AQ' }] })).toBe('signature');
  });

  it.each([
    [{ exp: undefined }, { claim: 'exp', problem: 'missing' }],
    [{ exp: 'soon' }, { claim: 'exp', problem: 'type' }],
    [{ exp: 1_000 }, { claim: 'exp', problem: 'value' }],
    [{ nbf: 'x' }, { claim: 'nbf', problem: 'type' }],
    [{ nbf: 1_001 }, { claim: 'nbf', problem: 'value' }],
    [{ aud: undefined }, { claim: 'aud', problem: 'missing' }],
  ])('and the claims %j: %j', async (claims, verdict) => {
    const text = await signed('ES256', keys.ES256, {}, claims);
    expect(await verifyJwt(text, { keys: [jwk(keys.ES256)] }, expected)).toEqual(verdict);
  });
});
