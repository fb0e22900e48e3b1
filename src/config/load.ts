/** Loads and validates the configuration from a file, the environment and flags; each error has its location and a fix. */
import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { isObject } from '../kernel/json.ts';
import { table } from '../kernel/table.ts';
import { readUrl } from '../kernel/url.ts';
import { ConfigError, type ConfigErrorEntry } from './config-error.ts';
import { fillDefaults } from './defaults.ts';
import { type Config, type ConfigInput, ConfigSchema } from './schema.ts';
import { omitValidatedAccounts, parseConfigText } from './text.ts';
import { validateValue } from './validate.ts';

export { addLineNumbers, parseConfigText } from './text.ts';

/** Validates a configuration value (`startRolecall({ … })`) and fills in the defaults; throws ConfigError. */
export function resolveConfig(input: unknown, source = 'configuration'): Config {
  const problems = validateValue(ConfigSchema, omitValidatedAccounts(input));
  if (problems.length > 0) throw new ConfigError(problems.map(problem => ({ source, ...problem })));
  const config = fillDefaults(ConfigSchema.properties, input as ConfigInput);
  if (config.keysFolder !== undefined && config.secret === undefined) {
    const message =
      'without a secret these keys cannot be decrypted after a restart; also set secret or ROLECALL_SECRET';
    throw new ConfigError([{ source, path: '/keysFolder', message }]);
  }
  const allowedOrigins = config.allowedOrigins.map((text, at) => readOrigin(text, `/allowedOrigins/${at}`, source));
  return { ...config, allowedOrigins };
}

/** Parses an origin in its serialized form (RFC 6454, section 6.1); throws ConfigError. */
function readOrigin(text: string, path: string, source: string): string {
  const url = /^https?:\/\//i.test(text) ? readUrl(text) : undefined;
  if (url !== undefined && url.href === `${url.origin}/`) return url.origin;
  const message = 'not an origin; write scheme, host and port, such as http://localhost:3000';
  throw new ConfigError([{ source, path, message }]);
}

const UNREADABLE: Readonly<Record<string, string>> = table({
  ENOENT: 'the file does not exist',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
});

/** Reads a configuration file; throws ConfigError with the path if the file cannot be read. */
export function readConfigFile(path: string): ConfigInput {
  let contents: string;
  try {
    contents = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reason = UNREADABLE[code] ?? code;
    throw new ConfigError([{ source: path, path: '', message: `cannot read the configuration: ${reason}` }], {
      cause: error,
    });
  }
  return parseConfigText(contents, path);
}

/** Reads the settings of the environment, by the `env` names in the schema; errors name the variable. */
export function readConfigEnvironment(environment: Readonly<Record<string, string | undefined>>): ConfigInput {
  const input = Object.create(null) as Record<string, unknown>;
  const faults: ConfigErrorEntry[] = [];
  for (const { env, path, schema } of environmentVariables) {
    const value = environment[env];
    if (value === undefined || value === '') continue;
    const converted = Value.Convert(schema, value);
    const [problem] = validateValue(schema, converted);
    if (problem !== undefined)
      faults.push({ source: `environment variable ${env}`, path: '', message: problem.message });
    else assign(input, path, converted);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return input as ConfigInput;
}

type PropertySchemas = Record<string, { env?: string; properties?: PropertySchemas }>;

function collectEnvironmentNames(properties: PropertySchemas, path: readonly string[] = []) {
  const found: { env: string; path: readonly string[]; schema: object }[] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const here = [...path, name];
    if (schema.env !== undefined) found.push({ env: schema.env, path: here, schema });
    if (schema.properties !== undefined) found.push(...collectEnvironmentNames(schema.properties, here));
  }
  return found;
}

/** Every environment variable of the configuration, with the path of its setting. */
export const environmentVariables = collectEnvironmentNames(ConfigSchema.properties as PropertySchemas);

function assign(target: Record<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void {
  if (first === undefined) return;
  if (rest.length === 0) target[first] = value;
  else {
    target[first] ??= Object.create(null);
    assign(target[first] as Record<string, unknown>, rest, value);
  }
}

/**
 * Loads the configuration from a file, the environment and command-line flags; later sources take precedence. Throws
 * ConfigError with the errors of all three.
 */
export function loadConfig(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  flags: ConfigInput = {},
): Config {
  const faults: ConfigErrorEntry[] = [];
  const read = (from: () => ConfigInput): ConfigInput => {
    try {
      return from();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
      return {};
    }
  };
  const sources = [
    read(() => (file === undefined ? {} : readConfigFile(file))),
    read(() => readConfigEnvironment(environment)),
    read(() => {
      resolveConfig(flags, 'command line');
      return flags;
    }),
  ];
  if (faults.length > 0) throw new ConfigError(faults);
  return resolveConfig(mergeConfig(...sources), 'command line');
}

/** Merges configurations; later sources take precedence, sections are merged key by key. */
export function mergeConfig(...sources: readonly ConfigInput[]): ConfigInput {
  const merged: Record<string, unknown> = Object.create(null);
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) {
      if (value === undefined) continue;
      const old = merged[key];
      merged[key] = isObject(old) && isObject(value) ? { ...old, ...value } : value;
    }
  }
  return merged;
}
