/** The one reader of YAML: within limits that are kept while it reads, with keys that are unique and aliases that are counted. */
import { createRequire } from 'node:module';
import type { Document, DocumentOptions, ParseOptions, SchemaOptions } from 'yaml';
import { table } from '../kernel/table.ts';
import { boundYaml, tooDeep, tooManyValues, YAML_LIMITS, YamlError, type YamlLimits } from './yaml-bounds.ts';
import { examine, type YamlErrorEntry } from './yaml-nodes.ts';

/** Loaded when a text is first read: an instance that is told everything by its caller needs no YAML. */
const yaml = () => createRequire(import.meta.url)('yaml') as typeof import('yaml');

export interface YamlOptions {
  readonly limits?: YamlLimits;
  /** Tags beside those of the core schema. */
  readonly customTags?: NonNullable<SchemaOptions['customTags']>;
  /** Keys are text, so that account numbers need no quotes. */
  readonly stringKeys?: boolean;
  /** `<<` merges as YAML 1.1 had it. */
  readonly merge?: boolean;
}

export interface YamlText {
  readonly document: Document;
  /** What is wrong with it, in the order of the text; at most a hundred. */
  readonly faults: readonly YamlErrorEntry[];
  /** undefined when there is a fault. */
  readonly value: unknown;
}

/** As many faults are told at once. */
const MOST_FAULTS = 100;
/** Lexical tokens for each value that the estimate allows; a mapping's line has seven for its two. */
const TOKENS_PER_VALUE = 6;

/** Reads the first document of a text; throws YamlError when it exceeds the limits, and nothing for what is wrong with it. */
export function readYaml(text: string, { limits = YAML_LIMITS, ...options }: YamlOptions = {}): YamlText {
  boundYaml(text, limits);
  const { document, faults } = compose(text, limits, {
    ...options,
    schema: 'core',
    // Values as JSON has them: no bytes, dates or sets.
    resolveKnownTags: false,
    // Compares each key with all before it; `examine` does that in one pass.
    uniqueKeys: false,
    logLevel: 'error',
  });
  for (const { code, message, pos } of document.errors)
    faults.push({ message: SENTENCES[code]?.(message) ?? message, at: pos[0] });
  for (const fault of examine(document.contents, limits.unfolded, options.merge === true, yaml())) faults.push(fault);
  faults.sort((one, other) => one.at - other.at);
  if (faults.length > 0) return { document, faults: faults.slice(0, MOST_FAULTS), value: undefined };
  // The aliases have been counted already.
  return { document, faults: [], value: document.toJS({ maxAliasCount: -1 }) };
}

/** Where the reader quotes the text, or says too little, another sentence: what it quotes may be a secret. */
const SENTENCES: Readonly<Record<string, (message: string) => string>> = table({
  BAD_COLLECTION_TYPE: () => 'this tag is of another kind of value',
  BAD_DIRECTIVE: () => 'this directive is neither %YAML nor %TAG; a text that begins with % stands in quotes',
  BAD_DQ_ESCAPE: () => 'there is no such escape; write \\\\ for a backslash, or single quotes',
  BAD_SCALAR_START: () => 'a text that begins with this character stands in quotes',
  TAB_AS_INDENT: () => 'Tabs are not allowed as indentation; write spaces',
  TAG_RESOLVE_FAILED: () => 'there is no such tag; a text that begins with ! stands in quotes',
  // What was found follows the colon.
  UNEXPECTED_TOKEN: (message: string) => message.replace(/: .*$/s, ''),
});

type Options = ParseOptions & DocumentOptions & SchemaOptions;

/** The tokens go on one by one, so that nothing nests, or goes on, beyond the limits. */
function compose(text: string, limits: YamlLimits, options: Options): { document: Document; faults: YamlErrorEntry[] } {
  const { Composer, CST, Lexer, Parser } = yaml();
  const parser = new Parser();
  const composer = new Composer(options);
  const documents: Document.Parsed[] = [];
  const count = counter(limits);
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    // What follows this mark is the text of a scalar, whatever it begins with.
    count(before === CST.SCALAR ? 'scalar' : lexeme.slice(0, 1), parser.offset);
    before = lexeme;
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > limits.depth + 1) throw tooDeep(limits, parser.offset);
    // The first one comes out when the second is read.
    if (documents.length > 0) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(documents.length === 0, text.length));
  const [document, second] = documents;
  if (document === undefined) throw new TypeError('the reader of YAML answers a document whatever the text');
  const faults =
    second === undefined ? [] : [{ message: 'a second document begins here; one is expected', at: second.range[0] }];
  return { document, faults };
}

function counter(limits: YamlLimits): (kind: string, at: number) => void {
  let tokens = 0;
  let anchors = 0;
  let aliases = 0;
  return (kind, at) => {
    if (++tokens > limits.values * TOKENS_PER_VALUE) throw tooManyValues(limits, at);
    if (kind === '&' && ++anchors > limits.anchors)
      throw new YamlError('too-many', `has more than ${limits.anchors} anchors; write some of it out`, at);
    if (kind === '*' && ++aliases > limits.aliases)
      throw new YamlError('too-many', `has more than ${limits.aliases} aliases; write some of it out`, at);
  };
}
