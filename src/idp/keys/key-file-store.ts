/** RSA keys over a restart: each sealed under the instance secret, a file each in a folder of the configuration. */
import { mkdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sealer } from '../../kernel/seal.ts';
import type { KeyFileStore } from './key-ring.ts';

const PURPOSE = 'issuer-key-at-rest';

/** How often, and with how many milliseconds between, a file is read that somebody may still be writing. */
const PATIENCE = { looks: 40, pauseMs: 25 };

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/**
 * Keeps keys in a folder, made when it is not there (its parent must be). Of two replicas that make the same key at the same time, both use the
 * one that was written first. Names are derived from the secret, so another secret has other files; one that does not open is damaged, and is
 * replaced.
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
      for (let look = 0; look < PATIENCE.looks; look++) {
        const first = load(label);
        if (first !== undefined) return first;
        await sleep(PATIENCE.pauseMs);
      }
      await writeFile(pathOf(label), sealed, { mode: 0o600 });
      return pkcs8;
    },
  };
}
