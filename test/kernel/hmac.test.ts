/** HMAC-SHA-256: the test cases of RFC 4231, and a comparison with Node's createHmac. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hmac, hmacKey } from '../../src/kernel/hmac.ts';

it.each([
  ['1', '0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    '2',
    Buffer.from('Jefe').toString('hex'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    '6',
    'aa'.repeat(131),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
])('RFC 4231 test case %s', (_, key, text, code) => {
  expect(hmac(hmacKey(Buffer.from(key, 'hex')), text, 'hex')).toBe(code);
});

it('equals createHmac for any key and text', () => {
  const key = fc.uint8Array({ maxLength: 200 });
  const text = fc.string({ unit: 'binary', maxLength: 3000, size: 'max' });
  const encoding = fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const);
  fc.assert(
    fc.property(key, text, encoding, (bytes, message, as) => {
      const secret = Buffer.from(bytes);
      expect(hmac(hmacKey(secret), message, as)).toBe(createHmac('sha256', secret).update(message).digest(as));
    }),
  );
});

it('does not mix a long text into the next result', () => {
  const key = hmacKey(Buffer.from('k'));
  hmac(key, 'x'.repeat(300), 'hex');
  expect(hmac(key, '', 'hex')).toBe(createHmac('sha256', 'k').update('').digest('hex'));
});
