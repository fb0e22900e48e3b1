/** `rolecall config`: what a configuration comes to, and what is wrong with it. */
import { stringify } from 'yaml';
import { ConfigError, type ConfigErrorEntry } from '../config/config-error.ts';
import { loadConfig, placeErrors } from '../config/load.ts';
import { ConfigSchema } from '../config/schema.ts';
import { withoutSecrets } from '../config/secrets.ts';
import { assemble } from '../emulator.ts';
import { print, readText } from './output.ts';

interface ConfigOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** What is wrong with a configuration, as starting with it would find out; nothing listens and nothing is written. */
async function faultsOf(file: string | undefined): Promise<readonly ConfigErrorEntry[]> {
  try {
    const config = loadConfig(file, process.env);
    const { close } = await assemble({ ...config, keysFolder: undefined, logLevel: 'silent' });
    await close();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const unplaced = error.faults.every(({ line, path }) => line === undefined && path !== '');
    return file !== undefined && unplaced ? placeErrors(error.faults, readText(file), file) : error.faults;
  }
}

/** Ends with every fault and exit code 2; with `--json` the faults are printed for programs. */
export async function checkCommand({ config: file, json }: ConfigOptions): Promise<void> {
  const faults = await faultsOf(file);
  if (json === true) print(JSON.stringify({ ok: faults.length === 0, faults }, null, 2));
  else if (faults.length > 0) throw new ConfigError(faults);
  else print('the configuration is good');
  if (faults.length > 0) process.exitCode = 2;
}

/** The configuration with every default filled in; secrets are shown as set, not as they are. */
export function printCommand(options: ConfigOptions): void {
  // Once through JSON: what is undefined is left out.
  const shown: unknown = JSON.parse(
    JSON.stringify(withoutSecrets(ConfigSchema, loadConfig(options.config, process.env))),
  );
  print(options.json === true ? JSON.stringify(shown, null, 2) : stringify(shown).trimEnd());
}

/** The JSON Schema that editors complete from. */
export function schemaCommand(): void {
  print(JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...ConfigSchema }, null, 2));
}
