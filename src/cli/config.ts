/** `rolecall config`: checks a configuration, prints it with its defaults, prints its schema. */
import { stringify } from 'yaml';
import { ConfigError, type ConfigErrorEntry } from '../config/config-error.ts';
import { addLineNumbers, loadConfig } from '../config/load.ts';
import { ConfigSchema } from '../config/schema.ts';
import { redactSecrets } from '../config/secrets.ts';
import { createEmulator } from '../emulator.ts';
import { print, readText } from './output.ts';

interface ConfigOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** The errors that `rolecall start` would report for a configuration; opens no port and writes no file. */
async function faultsOf(file: string | undefined): Promise<readonly ConfigErrorEntry[]> {
  try {
    const config = loadConfig(file, process.env);
    const { close } = await createEmulator({ ...config, keysFolder: undefined, logLevel: 'silent' });
    await close();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const hasNoLines = error.faults.every(({ line, path }) => line === undefined && path !== '');
    return file !== undefined && hasNoLines ? addLineNumbers(error.faults, readText(file), file) : error.faults;
  }
}

/** Reports every error and exits with code 2; with `--json`, prints the errors as JSON. */
export async function checkCommand({ config: file, json }: ConfigOptions): Promise<void> {
  const faults = await faultsOf(file);
  if (json === true) print(JSON.stringify({ ok: faults.length === 0, faults }, null, 2));
  else if (faults.length > 0) throw new ConfigError(faults);
  else print('the configuration is valid');
  if (faults.length > 0) process.exitCode = 2;
}

/** Prints the configuration including all defaults; a secret is printed as `(set)`. */
export function printCommand(options: ConfigOptions): void {
  // The JSON round trip removes undefined members.
  const shown: unknown = JSON.parse(
    JSON.stringify(redactSecrets(ConfigSchema, loadConfig(options.config, process.env))),
  );
  print(options.json === true ? JSON.stringify(shown, null, 2) : stringify(shown).trimEnd());
}

/** Prints the JSON Schema, which editors use for completion. */
export function schemaCommand(): void {
  print(JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...ConfigSchema }, null, 2));
}
