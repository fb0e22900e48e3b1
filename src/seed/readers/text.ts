/** From the text of a file to its values: JSON pages one after the other, or YAML with CloudFormation's short tags. */
import { type CollectionTag, parseDocument, type ScalarTag, YAMLMap, type YAMLSeq } from 'yaml';

/** Why a text could not be read; the message is a sentence without the file's name. */
export class UnreadableText extends Error {
  override readonly name = 'UnreadableText';
}

const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_DEPTH = 200;

/** Every document of a text. An array of objects counts as so many documents, as `jq -s` writes pages. */
export function documentsOf(contents: string): readonly unknown[] {
  if (contents.length > MAX_CHARACTERS) throw new UnreadableText(`it is larger than ${MAX_CHARACTERS} characters`);
  const start = contents.search(/\S/);
  if (start === -1) throw new UnreadableText('it is empty');
  const first = contents[start];
  const values = first === '{' || first === '[' ? jsonValues(contents, start) : [yamlValue(contents)];
  return values.flatMap(value => (Array.isArray(value) ? value : [value]));
}

/** JSON values that follow one another: what the CLI prints for several pages or calls. */
function jsonValues(contents: string, start: number): unknown[] {
  const values: unknown[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < contents.length; at++) {
    const code = contents.charCodeAt(at);
    if (code === 0x22) at = endOfString(contents, at);
    else if (code === 0x7b || code === 0x5b) {
      if (depth++ === 0) from = at;
      if (depth > MAX_DEPTH) throw new UnreadableText(`it nests deeper than ${MAX_DEPTH} levels`);
    } else if (code === 0x7d || code === 0x5d) {
      if (--depth === 0) values.push(parseJson(contents.slice(from, at + 1)));
      else if (depth < 0) throw new UnreadableText(`it is not JSON: a bracket closes nothing at character ${at}`);
    }
  }
  if (depth !== 0) throw new UnreadableText('it is not JSON: it ends before all brackets are closed');
  return values;
}

function endOfString(contents: string, at: number): number {
  for (let end = at + 1; end < contents.length; end++) {
    const char = contents.charCodeAt(end);
    if (char === 0x5c) end++;
    else if (char === 0x22) return end;
  }
  return contents.length;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreadableText(`it is not JSON: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function yamlValue(contents: string): unknown {
  try {
    const document = parseDocument(contents, { customTags: SHORT_FORMS, prettyErrors: true });
    const [error] = document.errors;
    if (error !== undefined) throw new UnreadableText(`it is neither JSON nor YAML: ${error.message}`);
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // The YAML reader recurses, so a text that nests too deep ends in a RangeError; too many aliases in a ReferenceError.
    if (error instanceof RangeError) throw new UnreadableText('it nests too deep', { cause: error });
    if (error instanceof ReferenceError) throw new UnreadableText(error.message, { cause: error });
    throw error;
  }
}

const longName = (short: string): string => (short === 'Ref' || short === 'Condition' ? short : `Fn::${short}`);

const wrapped = (name: string, value: unknown): YAMLMap => {
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

const SHORT_FORMS = [
  ...SCALARS.map(scalarTag),
  ...SEQUENCES.map(short => collectionTag(short, 'seq')),
  ...MAPPINGS.map(short => collectionTag(short, 'map')),
];
