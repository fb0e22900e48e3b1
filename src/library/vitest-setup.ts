/** For `globalSetup` of Vitest: one emulator for the whole run; environment variables direct the SDKs of every test to it. */
import { mergeConfig, readConfigFile } from '../config/load.ts';
import type { ConfigInput } from '../config/schema.ts';
import { applyEnvironment } from './environment.ts';
import { startRolecall } from './rolecall.ts';

/** Closes the emulator and restores the environment. */
export type Teardown = () => Promise<void>;

/**
 * Starts the emulator with the options and the configuration file in ROLECALL_CONFIG, if it is set. Throws ConfigError.
 *
 * @example
 * // your own setup file
 * export const setup = () => startForRun({ accounts: { '000000000000': { roles: [] } } });
 */
export async function startForRun(options: ConfigInput = {}): Promise<Teardown> {
  const file = process.env['ROLECALL_CONFIG'];
  const declared = file === undefined || file === '' ? {} : readConfigFile(file);
  const rolecall = await startRolecall(mergeConfig({ ...declared, port: 0, logLevel: 'silent' }, options));
  const leaveEnvironment = applyEnvironment({ ...rolecall.env(), ROLECALL_URL: rolecall.url });
  return async () => {
    leaveEnvironment();
    await rolecall.close();
  };
}

/** The function that Vitest calls for `globalSetup: ['rolecall/vitest/setup']`. */
export const setup = (): Promise<Teardown> => startForRun();
