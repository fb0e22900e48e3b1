/** Stores RSA keys across restarts: one file per key in a configured folder, encrypted with the instance secret. */
import { mkdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sealer } from '../../kernel/seal.ts';
import type { KeyFileStore } from './key-ring.ts';

const PURPOSE = 'issuer-key-at-rest';

/** Number of reads, and milliseconds between them, of a file that another process may still be writing. */
const RETRIES = { reads: 40, pauseMs: 25 };

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/**
 * Stores keys in a folder, which is created if missing (its parent must exist). If two replicas generate the same key at
 * the same time, both use the one written first. File names are derived from the secret, so another secret uses other
 * files; a file that cannot be decrypted is corrupt, and is replaced.
 */
export function openKeyFileStore(folder: string, sealer: Sealer): KeyFileStore {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const pathOf = (label: string): string => join(folder, `${sealer.derive(PURPOSE, label).toString('hex')}.key`);
  const load = (label: string): Buffer | undefined => {
    try {
      return sealer.open(PURPOSE, Buffer.from(readFileSync(pathOf(label), 'utf8'), 'base64'));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  };
  return {
    load,
    async keep(label, pkcs8) {
      const sealed = sealer.seal(PURPOSE, pkcs8).toString('base64');
      try {
        await writeFile(pathOf(label), sealed, { mode: 0o600, flag: 'wx' });
        return pkcs8;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
      for (let attempt = 0; attempt < RETRIES.reads; attempt++) {
        const first = load(label);
        if (first !== undefined) return first;
        await sleep(RETRIES.pauseMs);
      }
      await writeFile(pathOf(label), sealed, { mode: 0o600 });
      return pkcs8;
    },
  };
}
