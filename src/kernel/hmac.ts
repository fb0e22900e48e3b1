/**
 * HMAC-SHA-256 (RFC 2104) with Node's one-shot hash. Every signed call and every session needs one, and `createHmac`
 * costs twice as much, mostly for the object it creates. The tests compare the results with `createHmac`.
 */
import { hash } from 'node:crypto';

const BLOCK = 64;
const DIGEST = 32;

/** Texts up to this size in bytes use a shared buffer; a string to sign has about 150 bytes. */
const SHARED_BYTES = 1024;

/** A prepared key: the inner and outer pad of RFC 2104. */
export interface HmacKey {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** Prepares a key of any length. */
export function hmacKey(key: Buffer): HmacKey {
  const block = Buffer.alloc(BLOCK);
  if (key.length > BLOCK) block.write(hash('sha256', key, 'hex'), 'hex');
  else key.copy(block);
  return { inner: padded(block, 0x36), outer: padded(block, 0x5c) };
}

const padded = (block: Buffer, pad: number): Buffer => Buffer.from(block.map(byte => byte ^ pad));

// Used only within one synchronous call, so shared buffers are enough.
const sharedBuffer = Buffer.alloc(BLOCK + SHARED_BYTES);
const second = Buffer.alloc(BLOCK + DIGEST);

/** The HMAC of a text in UTF-8, in the given encoding. */
export function hmac(key: HmacKey, text: string, encoding: 'hex' | 'base64' | 'base64url'): string {
  // A UTF-16 code unit takes at most three bytes.
  const first = text.length * 3 <= SHARED_BYTES ? sharedBuffer : Buffer.alloc(BLOCK + text.length * 3);
  key.inner.copy(first);
  const length = BLOCK + first.write(text, BLOCK, 'utf8');
  key.outer.copy(second);
  second.write(hash('sha256', first.subarray(0, length), 'hex'), BLOCK, 'hex');
  return hash('sha256', second, encoding);
}
