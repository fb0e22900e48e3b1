/**
 * HMAC-SHA-256 (RFC 2104) over Node's one-shot hash. Every signed call needs one and every session another, and
 * `createHmac` costs twice as much, most of it for the object it makes. The tests hold this one to it.
 */
import { hash } from 'node:crypto';

const BLOCK = 64;
const DIGEST = 32;

/** Texts up to so many bytes need no buffer of their own: a string to sign has some 150. */
const USUAL = 1024;

/** A key ready for use: the two pads of the RFC. */
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

// Used within one call only, so that one of each is enough.
const usual = Buffer.alloc(BLOCK + USUAL);
const second = Buffer.alloc(BLOCK + DIGEST);

/** The code of a text in UTF-8, in the encoding asked for. */
export function hmac(key: HmacKey, text: string, encoding: 'hex' | 'base64' | 'base64url'): string {
  // A character takes three bytes at most.
  const first = text.length * 3 <= USUAL ? usual : Buffer.alloc(BLOCK + text.length * 3);
  key.inner.copy(first);
  const length = BLOCK + first.write(text, BLOCK, 'utf8');
  key.outer.copy(second);
  second.write(hash('sha256', first.subarray(0, length), 'hex'), BLOCK, 'hex');
  return hash('sha256', second, encoding);
}
