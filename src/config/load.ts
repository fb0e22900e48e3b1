/** From a file, the environment and flags to one checked configuration; every fault with its place and the fix. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Value } from 'typebox/value';
import type { Document, LineCounter, Node } from 'yaml';
import { table } from '../kernel/table.ts';
import { ConfigError, type ConfigFault } from './fault.ts';
import { type Problem, problemsOf } from './problems.ts';
import { type Config, type ConfigInput, ConfigSchema } from './schema.ts';
import { secretNames } from './secrets.ts';

/** Loaded when a file is first read: an instance that is told everything by its caller needs no YAML. */
const yaml = () => createRequire(import.meta.url)('yaml') as typeof import('yaml');

const MAX_FILE_BYTES = 32 * 1024 * 1024;

/** Fills defaults into a configuration given as a value (`startRolecall({ … })`); throws ConfigError. */
export function resolveConfig(input: unknown, source = 'configuration'): Config {
  const problems = problemsOf(ConfigSchema, withoutChecked(input));
  if (problems.length > 0) throw new ConfigError(problems.map(problem => ({ source, ...problem })));
  const { tls = {}, credentials = {}, iam = {}, sts = {}, decisions = {}, ...top } = input as ConfigInput;
  if (top.keysFolder !== undefined && top.secret === undefined) {
    const message = 'nobody could open these keys after a restart; set secret or ROLECALL_SECRET too';
    throw new ConfigError([{ source, path: '/keysFolder', message }]);
  }
  const allowedOrigins = (top.allowedOrigins ?? []).map((text, at) =>
    readOrigin(text, `/allowedOrigins/${at}`, source),
  );
  return {
    host: top.host ?? '127.0.0.1',
    port: top.port ?? 4592,
    publicUrl: top.publicUrl,
    tls: {
      enabled: tls.enabled ?? false,
      port: tls.port ?? 4593,
      certificateAuthority: tls.certificateAuthority,
    },
    allowedHosts: top.allowedHosts ?? [],
    allowedOrigins,
    secret: top.secret,
    keysFolder: top.keysFolder,
    adminToken: top.adminToken,
    seed: top.seed,
    logLevel: top.logLevel ?? 'info',
    credentials: {
      enabled: credentials.enabled ?? true,
      defaultAccount: credentials.defaultAccount ?? '000000000000',
      accessKeyId: credentials.accessKeyId ?? 'test',
      secretAccessKey: credentials.secretAccessKey ?? 'test',
      anyAccount: credentials.anyAccount ?? true,
    },
    iam: { providerUrls: iam.providerUrls ?? 'local' },
    sts: {
      errorTexts: sts.errorTexts ?? '2026',
      opaqueTokens: sts.opaqueTokens ?? [],
      disabledRegions: sts.disabledRegions ?? {},
    },
    credentialEndpoints: top.credentialEndpoints ?? [],
    decisions: { capacity: decisions.capacity ?? 1000, maxBytes: decisions.maxBytes ?? 33_554_432 },
    issuers: top.issuers ?? {},
    accounts: top.accounts ?? {},
    organization: top.organization,
  };
}

/** An origin as browsers write it (RFC 6454 §6.1); throws ConfigError. */
function readOrigin(text: string, path: string, source: string): string {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.href === `${url.origin}/`) return url.origin;
  const message = `"${text}" is not an origin; write scheme, host and port, such as http://localhost:3000`;
  throw new ConfigError([{ source, path, message }]);
}

/** Reads YAML or JSON text into a configuration value; faults carry their line. Aliases are limited against bombs. */
export function parseConfigText(contents: string, source: string): ConfigInput {
  const large = contents.length > LARGE ? readLargeJson(contents) : undefined;
  return large ?? parseYaml(contents, source);
}

/** Characters from which on JSON is read by JSON.parse: the YAML reader, which knows lines, needs seconds for these. */
const LARGE = 256 * 1024;

/** Accounts of large files, which need not be checked again when the file has been merged with flags. */
const checkedAccounts = new WeakSet<object>();

function withoutChecked(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('accounts' in input)) return input;
  const { accounts, ...others } = input;
  return typeof accounts === 'object' && accounts !== null && checkedAccounts.has(accounts) ? others : input;
}

/** A large JSON text without a fault, or undefined: then the YAML reader says where the fault is. */
function readLargeJson(contents: string): ConfigInput | undefined {
  if (!/^\s*\{/.test(contents) || contents.includes('"__proto__"')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(contents);
  } catch {
    return undefined;
  }
  if (problemsOf(ConfigSchema, value).length > 0) return undefined;
  const fitting = value as ConfigInput;
  if (fitting.accounts !== undefined) checkedAccounts.add(fitting.accounts);
  return fitting;
}

function parseYaml(contents: string, source: string): ConfigInput {
  const { isMap, LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(contents, { ...READING, lineCounter: lines });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const broken = document.errors.map(({ code, message, pos: [at] }) => ({
    source,
    line: lineAt(at),
    path: '',
    message: BROKEN[code]?.(contents.slice(at), message) ?? message,
  }));
  if (broken.length > 0) throw new ConfigError(broken);
  const value = plainValue(document, name => ({ source, line: lineAt(contents.indexOf(`*${name}`)), path: '' }));
  if (document.contents !== null && !isMap(document.contents)) {
    const message = 'a configuration is a mapping of settings, such as "port: 4592"';
    throw new ConfigError([{ source, line: 1, path: '', message }]);
  }
  const problems = problemsOf(ConfigSchema, value);
  if (problems.length > 0) throw new ConfigError(placed(problems, document.contents, lines, source));
  return value as ConfigInput;
}

/** Keys are text, so that account numbers need no quotes; `<<` merges as YAML 1.1 had it. */
const READING = { prettyErrors: false, uniqueKeys: true, stringKeys: true, merge: true } as const;

/** What the YAML reader says in words of its own, said to people; `rest` begins where the fault is. */
const BROKEN: Readonly<Record<string, (rest: string, message: string) => string>> = table({
  DUPLICATE_KEY: (rest: string) => `Map keys must be unique: ${/^[^\s:]*/.exec(rest)?.[0]} is there twice`,
  MULTIPLE_DOCS: () => 'a second document begins here; a configuration is one',
  TAG_RESOLVE_FAILED: () => 'there is no such tag; a text that begins with ! stands in quotes',
  // What was found follows the colon, and may be a secret.
  UNEXPECTED_TOKEN: (_: string, message: string) => message.replace(/: .*$/s, ''),
  TAB_AS_INDENT: () => 'Tabs are not allowed as indentation; write spaces',
});

/** The document as a value; an alias that leads nowhere, or to too much, is a fault of the file. */
function plainValue(document: Document, placeOf: (name: string) => Omit<ConfigFault, 'message'>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const unknown = /^Unresolved alias .*: (.+)$/.exec(error.message)?.[1];
    const message =
      unknown === undefined
        ? 'its aliases unfold to too much; write some of it out'
        : standsInSecret(document, unknown)
          ? 'this alias has no anchor before it; a text that begins with * stands in quotes'
          : `the alias *${unknown} has no anchor &${unknown} before it`;
    throw new ConfigError([{ ...placeOf(unknown ?? ''), message }], { cause: error });
  }
}

/** Whether the alias of this name is the value of a secret: then its name is, most likely, the secret without its quotes. */
function standsInSecret(document: Document, name: string): boolean {
  const { isAlias, visit } = yaml();
  const names = secretNames(ConfigSchema);
  let isSecret = false;
  visit(document, {
    Pair(_, { key, value }) {
      if (isAlias(value) && value.source === name && names.has(String(key))) isSecret = true;
    },
  });
  return isSecret;
}

/** Faults with the lines of the places they name, in the order of the file. */
function placed(problems: readonly Problem[], root: unknown, lines: LineCounter, source: string): ConfigFault[] {
  const faults = problems.map(problem => {
    const line = lineOf(root, problem.path, lines);
    return { ...problem, source, ...(line === undefined ? {} : { line }) };
  });
  return faults.sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
}

/** Faults found after the file was read, with the lines of the places they name. */
export function placeFaults(faults: readonly ConfigFault[], contents: string, source: string): readonly ConfigFault[] {
  if (contents.length > LARGE) return faults.map(fault => ({ ...fault, source }));
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  return placed(faults, parseDocument(contents, { ...READING, lineCounter: lines }).contents, lines, source);
}

/** The line a JSON Pointer leads to; of the nearest parent when the place itself is missing. */
function lineOf(root: unknown, path: string, lines: LineCounter): number | undefined {
  const { isMap, isScalar } = yaml();
  let at: unknown = root;
  let offset: number | undefined;
  for (const escaped of path.split('/').slice(1)) {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isMap(at)) {
      const pair = at.items.find(item => isScalar(item.key) && String(item.key.value) === key);
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      at = pair.value;
    } else if (typeof at === 'object' && at !== null && 'items' in at && Array.isArray(at.items)) {
      at = at.items[Number(key)];
      offset = (at as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

const UNREADABLE: Readonly<Record<string, string>> = table({
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a folder',
});

/** Reads a configuration file; an unreadable one is a ConfigError that names it. */
export function readConfigFile(path: string): ConfigInput {
  let contents: string;
  try {
    contents = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = UNREADABLE[code] ?? code;
    throw new ConfigError([{ source: path, path: '', message: `cannot read the configuration: ${why}` }], {
      cause: error,
    });
  }
  if (contents.length > MAX_FILE_BYTES) {
    throw new ConfigError([{ source: path, path: '', message: `larger than ${MAX_FILE_BYTES} bytes` }]);
  }
  return parseConfigText(contents, path);
}

/** What the environment sets, by the `env` names of the schema; faults name the variable. */
export function configFromEnvironment(environment: Readonly<Record<string, string | undefined>>): ConfigInput {
  const input = Object.create(null) as Record<string, unknown>;
  const faults: ConfigFault[] = [];
  for (const { env, path, schema } of environmentNames) {
    const value = environment[env];
    if (value === undefined || value === '') continue;
    const converted = Value.Convert(schema, value);
    const [problem] = problemsOf(schema, converted);
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

/** Every variable the configuration knows, with the place it sets. */
export const environmentNames = collectEnvironmentNames(ConfigSchema.properties as PropertySchemas);

function assign(target: Record<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void {
  if (first === undefined) return;
  if (rest.length === 0) target[first] = value;
  else {
    target[first] ??= Object.create(null);
    assign(target[first] as Record<string, unknown>, rest, value);
  }
}

/**
 * The configuration of a file, the environment and the flags of a command, the later ones winning. Throws ConfigError
 * with the faults of all three.
 */
export function loadConfig(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  flags: ConfigInput = {},
): Config {
  const faults: ConfigFault[] = [];
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
    read(() => configFromEnvironment(environment)),
    read(() => {
      resolveConfig(flags, 'command line');
      return flags;
    }),
  ];
  if (faults.length > 0) throw new ConfigError(faults);
  return resolveConfig(mergeConfig(...sources), 'command line');
}

/** Later sources win; sections are merged key by key. */
export function mergeConfig(...sources: readonly ConfigInput[]): ConfigInput {
  const merged: Record<string, unknown> = Object.create(null);
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) {
      if (value === undefined) continue;
      const old = merged[key];
      merged[key] = isSection(old) && isSection(value) ? { ...old, ...value } : value;
    }
  }
  return merged;
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
