/** The YAML reader: enforces limits during parsing, requires unique keys and limits alias expansion. */
import { createRequire } from 'node:module';
import type { Document, DocumentOptions, ParseOptions, SchemaOptions } from 'yaml';
import { table } from '../kernel/table.ts';
import { checkYamlLimits, tooDeep, tooManyValues, YAML_LIMITS, YamlError, type YamlLimits } from './yaml-limits.ts';
import { checkYamlNodes, type YamlErrorEntry } from './yaml-nodes.ts';

/** Loads the library at first use: an instance that is configured by its caller needs no YAML. */
const yaml = () => createRequire(import.meta.url)('yaml') as typeof import('yaml');

export interface YamlOptions {
  readonly limits?: YamlLimits;
  /** Tags in addition to those of the core schema. */
  readonly customTags?: NonNullable<SchemaOptions['customTags']>;
  /** Reads keys as text, so that account numbers need no quotes. */
  readonly stringKeys?: boolean;
  /** Supports the YAML 1.1 merge key `<<`. */
  readonly merge?: boolean;
}

interface YamlText {
  readonly document: Document;
  /** Errors in the order of the text; at most 100. */
  readonly faults: readonly YamlErrorEntry[];
  /** undefined if there is an error. */
  readonly value: unknown;
}

/** Maximum number of reported errors. */
const MAX_ERRORS = 100;
/** Lexical tokens allowed for each estimated value; a line of a mapping has seven tokens for two values. */
const TOKENS_PER_VALUE = 6;

/** Parses the first document of a text; throws YamlError if it exceeds the limits. Other errors are in `faults`. */
export function parseYaml(text: string, { limits = YAML_LIMITS, ...options }: YamlOptions = {}): YamlText {
  checkYamlLimits(text, limits);
  const { document, faults } = compose(text, limits, {
    ...options,
    schema: 'core',
    // JSON values only: no bytes, dates or sets.
    resolveKnownTags: false,
    // The library compares each key with all previous keys; `examine` checks uniqueness in one pass.
    uniqueKeys: false,
    logLevel: 'error',
  });
  for (const { code, message, pos } of document.errors)
    faults.push({ message: SENTENCES[code]?.(message) ?? message, at: pos[0] });
  for (const fault of checkYamlNodes(document.contents, limits.expandedValues, options.merge === true, yaml()))
    faults.push(fault);
  faults.sort((one, other) => one.at - other.at);
  if (faults.length > 0) return { document, faults: faults.slice(0, MAX_ERRORS), value: undefined };
  // The aliases are already counted.
  return { document, faults: [], value: document.toJS({ maxAliasCount: -1 }) };
}

/** Replaces messages of the library that are unclear or quote the text, which may contain a secret. */
const SENTENCES: Readonly<Record<string, (message: string) => string>> = table({
  BAD_COLLECTION_TYPE: () => 'this tag does not match the type of its value',
  BAD_DIRECTIVE: () => 'this directive is neither %YAML nor %TAG; put a text that begins with % in quotes',
  BAD_DQ_ESCAPE: () => 'unknown escape sequence; write \\\\ for a backslash, or use single quotes',
  BAD_SCALAR_START: () => 'put a text that begins with this character in quotes',
  TAB_AS_INDENT: () => 'tabs are not allowed as indentation; use spaces',
  TAG_RESOLVE_FAILED: () => 'unknown tag; put a text that begins with ! in quotes',
  // The text after the colon quotes the input.
  UNEXPECTED_TOKEN: (message: string) => message.replace(/: .*$/s, ''),
});

type Options = ParseOptions & DocumentOptions & SchemaOptions;

/** Passes the tokens one by one, so that parsing stops as soon as a limit is exceeded. */
function compose(text: string, limits: YamlLimits, options: Options): { document: Document; faults: YamlErrorEntry[] } {
  const { Composer, CST, Lexer, Parser } = yaml();
  const parser = new Parser();
  const composer = new Composer(options);
  const documents: Document.Parsed[] = [];
  const count = counter(limits);
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    // The lexeme after this mark is the text of a scalar, whatever its first character.
    count(before === CST.SCALAR ? 'scalar' : lexeme.slice(0, 1), parser.offset);
    before = lexeme;
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > limits.depth + 1) throw tooDeep(limits, parser.offset);
    // The composer returns the first document when it reads the second.
    if (documents.length > 0) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(documents.length === 0, text.length));
  const [document, second] = documents;
  if (document === undefined) throw new TypeError('the YAML composer always returns a document');
  const faults =
    second === undefined
      ? []
      : [{ message: 'a second document begins here; only one is allowed', at: second.range[0] }];
  return { document, faults };
}

function counter(limits: YamlLimits): (kind: string, at: number) => void {
  let tokens = 0;
  let anchors = 0;
  let aliases = 0;
  return (kind, at) => {
    if (++tokens > limits.values * TOKENS_PER_VALUE) throw tooManyValues(limits, at);
    if (kind === '&' && ++anchors > limits.anchors)
      throw new YamlError('too-many', `has more than ${limits.anchors} anchors; write some of the values out`, at);
    if (kind === '*' && ++aliases > limits.aliases)
      throw new YamlError('too-many', `has more than ${limits.aliases} aliases; write some of the values out`, at);
  };
}
