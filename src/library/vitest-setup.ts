/** Vitest's `globalSetup`: one emulator for the whole run, which the SDKs of every test find by the environment. */
import { mergeConfig, readConfigFile } from '../config/load.ts';
import { type ConfigInput, startRolecall } from '../index.ts';
import { enterEnvironment } from './environment.ts';

/** Ends the run: closes the emulator and puts the environment back. */
export type Teardown = () => Promise<void>;

/**
 * Starts the emulator from the options, and from the file that the variable ROLECALL_CONFIG names. Throws ConfigError.
 *
 * @example
 * // a set-up file of your own
 * export const setup = () => startForRun({ accounts: { '000000000000': { roles: [] } } });
 */
export async function startForRun(options: ConfigInput = {}): Promise<Teardown> {
  const file = process.env['ROLECALL_CONFIG'];
  const declared = file === undefined || file === '' ? {} : readConfigFile(file);
  const rolecall = await startRolecall(mergeConfig({ ...declared, port: 0, logLevel: 'silent' }, options));
  const leaveEnvironment = enterEnvironment({ ...rolecall.env(), ROLECALL_URL: rolecall.url });
  return async () => {
    leaveEnvironment();
    await rolecall.close();
  };
}

/** What Vitest calls for `globalSetup: ['rolecall/vitest/setup']`. */
export const setup = (): Promise<Teardown> => startForRun();
