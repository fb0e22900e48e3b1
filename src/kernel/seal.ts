/** Cryptography with the instance secret: an HKDF sub-key per purpose, authenticated encryption (AES-256-GCM), derivation. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { type HmacKey, hmac, hmacKey } from './hmac.ts';

const NONCE = 12;
const TAG = 16;

export interface Sealer {
  /** Encrypts and authenticates; returns nonce, ciphertext and tag in one buffer. */
  seal(purpose: string, plain: Buffer): Buffer;
  /** Decrypts the result of `seal` for the same purpose; undefined for anything else. */
  open(purpose: string, sealed: Buffer): Buffer | undefined;
  /** HMAC-SHA-256 of a text with the purpose's sub-key: 32 bytes, the same for the same instance secret. */
  derive(purpose: string, text: string): Buffer;
}

/**
 * Creates a sealer with an instance secret: any text, by default 32 random bytes. Sub-keys are HKDF-SHA-256 (RFC 5869)
 * with the purpose as info, so that data of one purpose cannot be decrypted or forged with another.
 */
export function createSealer(secret?: string): Sealer {
  const root = secret === undefined ? randomBytes(32) : Buffer.from(secret, 'utf8');
  const subKeys = new Map<string, { readonly key: Buffer; readonly derives: HmacKey }>();
  const subKey = (purpose: string) => {
    let known = subKeys.get(purpose);
    if (known === undefined) {
      const key = Buffer.from(hkdfSync('sha256', root, 'rolecall', purpose, 32));
      known = { key, derives: hmacKey(key) };
      subKeys.set(purpose, known);
    }
    return known;
  };
  return {
    seal(purpose, plain) {
      const nonce = secretBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', subKey(purpose).key, nonce);
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(purpose, sealed) {
      if (sealed.length < NONCE + TAG) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', subKey(purpose).key, sealed.subarray(0, NONCE));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
      const head = decipher.update(sealed.subarray(NONCE, sealed.length - TAG));
      try {
        return Buffer.concat([head, decipher.final()]);
      } catch {
        // final() throws only if the tag does not match: the data is altered, or not sealed by this instance.
        return undefined;
      }
    },
    derive: (purpose, text) => Buffer.from(hmac(subKey(purpose).derives, text, 'hex'), 'hex'),
  };
}

const POOL = 4096;
let pool = Buffer.alloc(0);
let taken = 0;

/**
 * Returns `length` bytes for a nonce, a key ID or a seed: always from the system's random generator, never from the
 * seedable random source. Bytes are read in pages, because each read costs as much as a page; no byte is reused.
 */
export function secretBytes(length: number): Buffer {
  if (length > POOL) return randomBytes(length);
  if (taken + length > pool.length) {
    pool = randomBytes(POOL);
    taken = 0;
  }
  taken += length;
  return pool.subarray(taken - length, taken);
}
