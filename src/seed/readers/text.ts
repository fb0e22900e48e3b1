/** Parses the text of a file: consecutive JSON values, or YAML with CloudFormation's short tags. */
import { createRequire } from 'node:module';
import type { CollectionTag, ScalarTag, YAMLMap, YAMLSeq } from 'yaml';
import { createLineLookup } from '../../config/lines.ts';
import { parseYaml } from '../../config/yaml.ts';
import { YAML_LIMITS, YamlError, type YamlLimits } from '../../config/yaml-limits.ts';
import { checkJsonLimits, endOfString, JsonError, type JsonLimits, readJson } from '../../kernel/json.ts';

/** Thrown for a text that cannot be parsed; the message does not contain the file name. */
export class ImportTextError extends Error {
  override readonly name = 'UnreadableText';
}

const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_DOCUMENTS = 10_000;

/** An account with 10,000 roles has about two million values. */
const JSON_LIMITS: JsonLimits = { size: MAX_CHARACTERS, depth: 200, values: 5_000_000 };

/** CloudFormation accepts templates of up to 1 MB. */
const TEMPLATE_LIMITS: YamlLimits = { ...YAML_LIMITS, size: 4 * 1024 * 1024, values: 100_000 };

/** Every document of a text. Each item of an array is one document, because `jq -s` writes pages as an array. */
export function parseDocuments(contents: string): readonly unknown[] {
  if (contents.length > MAX_CHARACTERS) throw new ImportTextError(`it is larger than ${MAX_CHARACTERS} characters`);
  const start = contents.search(/\S/);
  if (start === -1) throw new ImportTextError('it is empty');
  const first = contents[start];
  const values = first === '{' || first === '[' ? jsonValues(contents, start) : [yamlValue(contents)];
  const documents = values.flatMap(value => (Array.isArray(value) ? value : [value]));
  if (documents.length > MAX_DOCUMENTS) throw new ImportTextError(`it contains more than ${MAX_DOCUMENTS} documents`);
  return documents;
}

/** Consecutive JSON values, as the AWS CLI prints them for several pages or calls. */
function jsonValues(contents: string, start: number): unknown[] {
  within(() => checkJsonLimits(contents, JSON_LIMITS));
  const values: unknown[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < contents.length; at++) {
    const code = contents.charCodeAt(at);
    if (code === 0x22) at = endOfString(contents, at);
    else if (code === 0x7b || code === 0x5b) {
      if (depth++ === 0) from = at;
    } else if (code === 0x7d || code === 0x5d) {
      if (--depth === 0) values.push(within(() => readJson(contents.slice(from, at + 1), JSON_LIMITS)));
      else if (depth < 0) throw new ImportTextError(`it is not JSON: unmatched closing bracket at character ${at}`);
    }
  }
  if (depth !== 0) throw new ImportTextError('it is not JSON: it ends before all brackets are closed');
  return values;
}

function within<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonError) throw new ImportTextError(`it ${error.message}`, { cause: error });
    throw error;
  }
}

function yamlValue(contents: string): unknown {
  try {
    const { faults, value } = parseYaml(contents, { limits: TEMPLATE_LIMITS, customTags: shortForms() });
    const [fault] = faults;
    if (fault === undefined) return value;
    throw new ImportTextError(
      `it is neither JSON nor YAML: ${fault.message} at line ${createLineLookup(contents)(fault.at)}`,
    );
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ImportTextError(`it ${error.message}, at line ${createLineLookup(contents)(error.at)}`, { cause: error });
  }
}

const longName = (short: string): string => (short === 'Ref' || short === 'Condition' ? short : `Fn::${short}`);

const wrapped = (name: string, value: unknown): YAMLMap => {
  // The reader has already loaded the library at this point.
  const { YAMLMap } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  const map = new YAMLMap();
  map.set(name, value);
  return map;
};

const scalarTag = (short: string): ScalarTag => ({
  tag: `!${short}`,
  resolve: text => ({ [longName(short)]: text }),
});

const collectionTag = (short: string, collection: 'seq' | 'map'): CollectionTag => ({
  tag: `!${short}`,
  collection,
  resolve: (value: YAMLMap.Parsed | YAMLSeq.Parsed) => wrapped(longName(short), value),
});

const SCALARS = ['Ref', 'Condition', 'GetAtt', 'Sub', 'ImportValue', 'Base64', 'GetAZs'];
const SEQUENCES = ['GetAtt', 'Sub', 'Join', 'Select', 'Split', 'If', 'FindInMap', 'Equals', 'And', 'Or', 'Not', 'Cidr'];
const MAPPINGS = ['ImportValue', 'Base64', 'Transform'];

const shortForms = () => [
  ...SCALARS.map(scalarTag),
  ...SEQUENCES.map(short => collectionTag(short, 'seq')),
  ...MAPPINGS.map(short => collectionTag(short, 'map')),
];
