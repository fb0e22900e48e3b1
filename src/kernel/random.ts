/** The random source for IDs: seedable, so that runs can be repeated; never used for keys, nonces or secrets. */
import { createHash, hash, randomBytes, randomUUID } from 'node:crypto';

export interface RandomSource {
  /** Returns `length` random bytes. */
  bytes(length: number): Buffer;
  /** A version 4 UUID (RFC 9562 §5.4). */
  uuid(): string;
}

/** Creates a random source; with a seed, it returns the same sequence in every run. */
export function createRandomSource(seed?: string): RandomSource {
  const bytes = seed === undefined ? pooledBytes() : seededBytes(seed);
  return { bytes, uuid: seed === undefined ? randomUUID : () => formatUuid(bytes(16)) };
}

function pooledBytes(): (length: number) => Buffer {
  let pool = Buffer.alloc(0);
  let at = 0;
  return length => {
    if (at + length > pool.length) {
      pool = randomBytes(Math.max(4096, length));
      at = 0;
    }
    at += length;
    return pool.subarray(at - length, at);
  };
}

function seededBytes(seed: string): (length: number) => Buffer {
  let counter = 0;
  return length => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(createHash('sha256').update(`${seed}\0${counter++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, length);
  };
}

/** A UUID in version 4 format derived from a text: the same text gives the same UUID. */
export const uuidOf = (text: string): string => formatUuid(Buffer.from(hash('sha256', text, 'hex'), 'hex'));

/** The first 16 bytes as a version 4 UUID. */
function formatUuid(random: Buffer): string {
  const bytes = Buffer.from(random.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
