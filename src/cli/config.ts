/** `rolecall config`: what a configuration comes to, and what is wrong with it. */
import { stringify } from 'yaml';
import {
  ConfigError,
  configFromEnvironment,
  mergeConfig,
  placeFaults,
  readConfigFile,
  resolveConfig,
} from '../config/load.ts';
import { type Config, ConfigSchema } from '../config/schema.ts';
import { checkSeed } from '../seed/judge.ts';
import { print, readText } from './output.ts';

interface ConfigOptions {
  readonly config?: string;
  readonly json?: boolean;
}

const SECRETS = new Set(['secret', 'adminToken', 'secretAccessKey', 'keys', 'token', 'authorization']);

function resolved({ config: file }: ConfigOptions): Config {
  return resolveConfig(mergeConfig(file === undefined ? {} : readConfigFile(file), configFromEnvironment(process.env)));
}

/** Throws ConfigError, which ends with every fault and exit code 2. */
export async function checkCommand(options: ConfigOptions): Promise<void> {
  const { config: file } = options;
  await checkSeed(resolved(options)).catch((error: unknown) => {
    if (!(error instanceof ConfigError) || file === undefined) throw error;
    throw new ConfigError(placeFaults(error.faults, readText(file), file), { cause: error });
  });
  print(options.json === true ? JSON.stringify({ ok: true }) : 'the configuration is good');
}

/** The configuration with every default filled in; secrets are shown as set, not as they are. */
export function printCommand(options: ConfigOptions): void {
  const shown = JSON.parse(
    JSON.stringify(resolved(options), (name, value) => (SECRETS.has(name) && value !== undefined ? '(set)' : value)),
  );
  print(options.json === true ? JSON.stringify(shown, null, 2) : stringify(shown).trimEnd());
}

/** The JSON Schema that editors complete from. */
export function schemaCommand(): void {
  print(JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...ConfigSchema }, null, 2));
}
