/** `rolecall start --watch`: the configuration file in force as soon as it is saved; sessions live on. */
import { statSync } from 'node:fs';
import { ConfigError } from '../config/config-error.ts';
import { placeErrors } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Emulator } from '../emulator.ts';
import { readText } from './output.ts';

/** Milliseconds between two looks at the file: mounted and renamed files tell no system of their change. */
const LOOK_MS = 300;

/** Settings that are in force as soon as the file says so; all others from the next start on. */
const LIVE = new Set<keyof Config>(['accounts', 'organization', 'issuers']);

const EMPTY = 'empty';

/** What changes when a file is saved; undefined while there is none. */
export function fileStamp(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.size === 0) return EMPTY;
  return stats === undefined ? undefined : `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}

/**
 * Follows a file; `read` makes the configuration of it. `stamp` is the file's from before it was read, so that no save
 * since then is missed. The answer ends it.
 */
export function watchConfig(
  file: string,
  stamp: string | undefined,
  emulator: Emulator,
  read: () => Config,
): () => void {
  const { logger: log } = emulator;
  let inForce = emulator.config;
  let before: Promise<void> = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      const next = read();
      await emulator.reload(next, file);
      const waiting = (Object.keys(next) as (keyof Config)[]).filter(
        name => !LIVE.has(name) && JSON.stringify(next[name]) !== JSON.stringify(inForce[name]),
      );
      inForce = next;
      log.info({ file }, `${file} is in force`);
      if (waiting.length > 0) log.warn({ file, settings: waiting }, `at the next start only: ${waiting.join(', ')}`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const placed = error.faults.every(fault => fault.line === undefined && fault.path !== '')
        ? placeErrors(error.faults, readText(file), file)
        : error.faults;
      log.error({ file, faults: placed }, `${file} is refused, all is as before:\n${new ConfigError(placed).message}`);
    }
  };
  let seen = stamp;
  const look = (): void => {
    const now = fileStamp(file);
    if (now === seen) return;
    seen = now;
    // A file that is being saved is empty for a moment; the next look finds what was written.
    if (now === EMPTY) return;
    before = before.then(reload).catch((error: unknown) => {
      log.error({ err: error, file }, `${file} could not be put in force`);
    });
  };
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}
