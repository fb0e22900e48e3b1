/** Parses the text of a configuration, YAML or JSON, within limits; each error has its line. */
import { isObject, JsonError, type JsonLimits, readJson } from '../kernel/json.ts';
import { jsonErrorOffset } from '../kernel/json-error-offset.ts';
import { ConfigError, type ConfigErrorEntry } from './config-error.ts';
import { jsonOffsets } from './json-offsets.ts';
import { createLineLookup } from './lines.ts';
import { type ConfigInput, ConfigSchema } from './schema.ts';
import { type Problem, validateValue } from './validate.ts';
import { parseYaml, type YamlOptions } from './yaml.ts';
import { checkYamlLimits, YAML_LIMITS, YamlError } from './yaml-limits.ts';
import { yamlOffsets } from './yaml-offsets.ts';

/** Maximum number of characters of a configuration; 10,000 roles have 20 million. */
const MAX_SIZE = 32 * 1024 * 1024;

/** A configuration of 10,000 roles has 1.5 million values. */
const JSON_LIMITS: JsonLimits = { size: MAX_SIZE, depth: YAML_LIMITS.depth, values: 4_000_000 };

/** Above this many characters, JSON is read by JSON.parse, which is fast but does not detect duplicate names. */
const LARGE = 256 * 1024;

const READING: YamlOptions = { stringKeys: true, merge: true };

/** Parses YAML or JSON text into a configuration value; throws ConfigError with the line of each error. */
export function parseConfigText(contents: string, source: string): ConfigInput {
  const { value, placesOf } = read(contents, source);
  if (!isObject(value)) {
    const message = 'the configuration must be a mapping of settings, such as "port: 4592"';
    throw new ConfigError([{ source, line: 1, path: '', message }]);
  }
  const problems = validateValue(ConfigSchema, value);
  if (problems.length > 0) throw new ConfigError(placed(problems, contents, source, placesOf));
  const input = value as ConfigInput;
  if (contents.length > LARGE && input.accounts !== undefined) checkedAccounts.add(input.accounts);
  return input;
}

/** Adds lines to errors that were found after the file was parsed. */
export function addLineNumbers(
  faults: readonly ConfigErrorEntry[],
  contents: string,
  source: string,
): readonly ConfigErrorEntry[] {
  try {
    return placed(faults, contents, source, read(contents, source).placesOf);
  } catch (error) {
    // The file has changed since: the errors are reported without lines.
    if (!(error instanceof ConfigError)) throw error;
    return faults.map(fault => ({ ...fault, source }));
  }
}

/** Accounts of large files that are already validated; they are not validated again after the merge with flags. */
const checkedAccounts = new WeakSet<object>();

/** The input without accounts that were validated when the file was parsed. */
export function omitValidatedAccounts(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('accounts' in input)) return input;
  const { accounts, ...others } = input;
  return typeof accounts === 'object' && accounts !== null && checkedAccounts.has(accounts) ? others : input;
}

type PlacesOf = (pointers: readonly string[]) => ReadonlyMap<string, number>;

interface Read {
  readonly value: unknown;
  /** Returns the text offsets of JSON Pointers. */
  readonly placesOf: PlacesOf;
}

function read(contents: string, source: string): Read {
  return (isForJson(contents) ? asJson(contents, source) : undefined) ?? asYaml(contents, source);
}

/** Whether a text that looks like JSON exceeds the limits of the YAML reader. */
function isForJson(contents: string): boolean {
  if (!/^\uFEFF?\s*[[{]/.test(contents.slice(0, 1000))) return false;
  return contents.length > LARGE || !fitsYaml(contents);
}

function fitsYaml(contents: string): boolean {
  try {
    checkYamlLimits(contents, YAML_LIMITS);
    return true;
  } catch (error) {
    if (error instanceof YamlError) return false;
    throw error;
  }
}

/** Returns undefined if the text is not JSON: YAML may begin with a bracket too. */
function asJson(contents: string, source: string): Read | undefined {
  const text = contents.startsWith('\uFEFF') ? contents.slice(1) : contents;
  try {
    return { value: readJson(text, JSON_LIMITS), placesOf: paths => jsonOffsets(text, paths) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (error.code === 'not-json' && fitsYaml(contents)) return undefined;
    const at = error.at ?? (error.code === 'not-json' ? jsonErrorOffset(text) : undefined);
    throw new ConfigError([faultAt(text, source, at, error.message)], { cause: error });
  }
}

function asYaml(contents: string, source: string): Read {
  try {
    const { document, faults, value } = parseYaml(contents, READING);
    if (faults.length > 0) {
      const lineOf = createLineLookup(contents);
      throw new ConfigError(faults.map(({ message, at }) => ({ source, line: lineOf(at), path: '', message })));
    }
    return { value: value ?? {}, placesOf: paths => yamlOffsets(document, paths) };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const { code, at, message } = error;
    const text = code === 'unfolds' ? 'its aliases expand to too many values; write some of them out' : message;
    throw new ConfigError([faultAt(contents, source, at, text)], { cause: error });
  }
}

function faultAt(contents: string, source: string, at: number | undefined, message: string): ConfigErrorEntry {
  return { source, ...(at === undefined ? {} : { line: createLineLookup(contents)(at) }), path: '', message };
}

/** Adds lines to errors and sorts them in the order of the file. */
function placed(
  problems: readonly Problem[],
  contents: string,
  source: string,
  placesOf: PlacesOf,
): ConfigErrorEntry[] {
  const lineOf = createLineLookup(contents);
  const places = placesOf(problems.map(({ path }) => path));
  const faults = problems.map(problem => {
    const at = places.get(problem.path);
    return { ...problem, source, ...(at === undefined ? {} : { line: lineOf(at) }) };
  });
  return faults.sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
}
