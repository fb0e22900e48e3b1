/** Ids that contain the account number in AWS's encoding (https://awsteele.com/blog/2020/09/26/aws-access-key-format.html). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountOfId, encodeId } from '../../src/aws/unique-id.ts';

const entropy = fc.uint8Array({ minLength: 8, maxLength: 32 }).map(array => Buffer.from(array));
const long = fc.uint8Array({ minLength: 12, maxLength: 32 }).map(array => Buffer.from(array));
const account = fc
  .nat(999_999_999)
  .chain(low => fc.nat(999).map(high => `${String(high).padStart(3, '0')}${String(low).padStart(9, '0')}`));

describe('an id', () => {
  it.each([
    ['123456789012', 'RZPUZDIK', /[A-P]/],
    ['111122223333', 'RTX3GSDS', /[Q-Z2-7]/],
  ])('of account %s has %s after its prefix', (number, code, next) => {
    fc.assert(
      fc.property(long, random => {
        const id = encodeId('AKIA', number, random, 20);
        expect(id.slice(0, 12)).toBe(`AKIA${code}`);
        expect(id.charAt(12)).toMatch(next);
      }),
    );
  });

  it('decodes to its account', () => {
    fc.assert(
      fc.property(account, long, fc.constantFrom('AKIA', 'ASIA'), (number, random, prefix) => {
        expect(accountOfId(encodeId(prefix, number, random, 20))).toBe(number);
        expect(accountOfId(encodeId('AROA', number, random, 21))).toBe(number);
      }),
    );
  });

  it('has the requested length and only base32 characters', () => {
    fc.assert(
      fc.property(account, long, (number, random) => {
        expect(encodeId('AROA', number, random, 21)).toMatch(/^AROA[A-Z2-7]{17}$/);
        expect(encodeId('ASIA', number, random, 20)).toMatch(/^ASIA[A-Z2-7]{16}$/);
      }),
    );
  });

  it('differs for different random bytes', () => {
    const ids = Array.from({ length: 256 }, (_, at) => encodeId('AIDA', '000000000000', Buffer.alloc(12, at), 21));
    expect(new Set(ids).size).toBe(256);
  });

  it('needs enough random bytes', () => {
    expect(() => encodeId('AKIA', '1', Buffer.alloc(3), 20)).toThrow(RangeError);
    fc.assert(fc.property(entropy, random => encodeId('AKIA', '1', random, 20).length === 20));
  });

  it.each([
    '',
    'AKIA',
    'AKIAIOSFODNN7EXAMPLE',
    'AKIDEXAMPLE',
    'test',
    '000000000000',
    'AKIA1234567890123456',
    'akiarzpuzdikaaaaaaaa',
  ])('%j, of the old or an invalid format, has no account', id => {
    expect(accountOfId(id)).toBeUndefined();
  });
});
