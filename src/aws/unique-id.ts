/** AWS unique IDs and access key IDs: a four-letter prefix, then base32 text that begins with the account number. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const DIGITS = Buffer.from(ALPHABET, 'latin1');

/** Place values of the nine base32 digits within the first 48 bits, the highest first; three bits remain. */
const PLACES = Array.from({ length: 9 }, (_, at) => 2 ** (43 - 5 * at));

// Used only within one synchronous call, so one shared buffer is enough.
const written = Buffer.alloc(32);

/** ID prefixes (IAM User Guide, reference_identifiers). */
type IdPrefix = 'AGPA' | 'AIDA' | 'AIPA' | 'AKIA' | 'ANPA' | 'ANVA' | 'APKA' | 'AROA' | 'ASCA' | 'ASIA';

/**
 * Creates an ID of `length` characters (20 for keys, 21 for entities) that encodes the 12-digit account: of the first 48
 * bits, bit 47 is set and bits 46-7 are the account number. The rest comes from `entropy` (at least 8 bytes).
 */
export function encodeId(prefix: IdPrefix, account: string, entropy: Buffer, length: number): string {
  const need = (length - 4) * 5;
  const have = 48 + (entropy.length - 1) * 8;
  if (have < need) throw new RangeError(`an id of ${length} characters needs ${need} bits, got ${have}`);
  // 48 bits are exact in a double: 2^47 + account * 2^7 + the first seven random bits.
  const head = 2 ** 47 + Number(account) * 128 + ((entropy[0] ?? 0) & 0x7f);
  let at = written.write(prefix, 'latin1');
  for (const place of PLACES) written[at++] = DIGITS[Math.floor(head / place) % 32] ?? 0;
  let pending = head % 8;
  let bits = 3;
  for (let next = 1; at < length; ) {
    if (bits < 5) {
      pending = (pending << 8) | (entropy[next++] ?? 0);
      bits += 8;
    }
    bits -= 5;
    written[at++] = DIGITS[pending >> bits] ?? 0;
    pending &= (1 << bits) - 1;
  }
  return written.toString('latin1', 0, length);
}

/** The account number in an ID; undefined for IDs of the old format (fifth character before Q) and other text. */
export function accountOfId(id: string): string | undefined {
  let bits = 0n;
  for (const char of id.slice(4, 14)) {
    const value = ALPHABET.indexOf(char);
    if (value === -1) return undefined;
    bits = (bits << 5n) | BigInt(value);
  }
  if (id.length < 14) return undefined;
  bits >>= 2n;
  if (bits >> 47n !== 1n) return undefined;
  const account = (bits >> 7n) & ((1n << 40n) - 1n);
  return account > 999_999_999_999n ? undefined : account.toString().padStart(12, '0');
}
