/** `rolecall start --watch`: reloads the configuration file when it is saved; sessions stay valid. */
import { statSync } from 'node:fs';
import { ConfigError } from '../config/config-error.ts';
import { addLineNumbers } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Emulator } from '../emulator.ts';
import { readText } from './output.ts';

/** Milliseconds between two checks of the file: the system does not report changes of mounted and renamed files. */
const CHECK_INTERVAL_MS = 300;

/** Settings that a reload applies; all others apply at the next start. */
const RELOADABLE = new Set<keyof Config>(['accounts', 'organization', 'issuers']);

const EMPTY = 'empty';

/** A text that changes when the file is saved; undefined if the file does not exist. */
export function fileStamp(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.size === 0) return EMPTY;
  return stats === undefined ? undefined : `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}

/**
 * Watches a file; `read` loads the configuration from it. `stamp` is the file's stamp before the first read, so that no
 * later save is missed. Returns a function that stops watching.
 */
export function watchConfig(
  file: string,
  stamp: string | undefined,
  emulator: Emulator,
  read: () => Config,
): () => void {
  const { logger: log } = emulator;
  let current = emulator.config;
  let previous: Promise<void> = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      const next = read();
      await emulator.reload(next, file);
      const pending = (Object.keys(next) as (keyof Config)[]).filter(
        name => !RELOADABLE.has(name) && JSON.stringify(next[name]) !== JSON.stringify(current[name]),
      );
      current = next;
      log.info({ file }, `${file} was reloaded`);
      if (pending.length > 0) log.warn({ file, settings: pending }, `restart required to apply: ${pending.join(', ')}`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const placed = error.faults.every(fault => fault.line === undefined && fault.path !== '')
        ? addLineNumbers(error.faults, readText(file), file)
        : error.faults;
      log.error(
        { file, faults: placed },
        `${file} is not valid; the previous configuration stays in effect:\n${new ConfigError(placed).message}`,
      );
    }
  };
  let seen = stamp;
  const check = (): void => {
    const now = fileStamp(file);
    if (now === seen) return;
    seen = now;
    // A file that is being saved can be empty for a moment; the next check reads its content.
    if (now === EMPTY) return;
    previous = previous.then(reload).catch((error: unknown) => {
      log.error({ err: error, file }, `${file} could not be reloaded`);
    });
  };
  const timer = setInterval(check, CHECK_INTERVAL_MS);
  return () => clearInterval(timer);
}
