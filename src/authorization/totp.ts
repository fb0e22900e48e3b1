/** Time-based one-time passwords: RFC 6238 with HMAC-SHA-1, 30 seconds and six digits, as virtual MFA devices use them. */
import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30_000;

/** Base32 (RFC 4648 §6) without padding; the length must be a multiple of five bytes. */
export function base32(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 5) {
    let bits = 0n;
    for (const byte of bytes.subarray(at, at + 5)) bits = (bits << 8n) | BigInt(byte);
    for (let shift = 35n; shift >= 0n; shift -= 5n) text += ALPHABET[Number((bits >> shift) & 31n)];
  }
  return text;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let have = 0;
  for (const char of text) {
    bits = ((bits << 5) | ALPHABET.indexOf(char)) & 0xfff;
    have += 5;
    if (have < 8) continue;
    have -= 8;
    bytes.push((bits >> have) & 0xff);
  }
  return Buffer.from(bytes);
}

/** The time step of a time in epoch milliseconds. */
export const stepAt = (now: number): number => Math.floor(now / STEP_MS);

/** The six-digit code of a time step for a base32 seed. */
export function codeOf(seed: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.max(0, step)));
  const mac = createHmac('sha1', fromBase32(seed)).update(counter).digest();
  const offset = (mac[19] ?? 0) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

/** The first time step within `reach` steps of now and after `used` with this code; undefined when there is none. */
export function matchingStep(
  seed: string,
  code: string,
  now: number,
  { tolerance, used }: { readonly tolerance: number; readonly used: number | undefined },
): number | undefined {
  const middle = stepAt(now);
  for (let step = middle - tolerance; step <= middle + tolerance; step++) {
    if (step > (used ?? -1) && codeOf(seed, step) === code) return step;
  }
  return undefined;
}
