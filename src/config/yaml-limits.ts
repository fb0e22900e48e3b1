/** Limits of a YAML text, and a cheap first check that rejects excessive texts before the parser is loaded. */

export interface YamlLimits {
  /** Characters (UTF-16 code units). */
  readonly size: number;
  /** Nesting depth of collections. The parser recurses, and a stack overflow would end the process. */
  readonly depth: number;
  /** Keys, values and items, by a high estimate: empty lines, comments and lines of long texts count too. */
  readonly values: number;
  readonly anchors: number;
  readonly aliases: number;
  /** Values after each alias is replaced by its anchored value. */
  readonly expandedValues: number;
}

/** Parsing takes about 15 µs for each value: a file of 10,000 lines is parsed in at most half a second. */
export const YAML_LIMITS: YamlLimits = {
  size: 8 * 1024 * 1024,
  depth: 128,
  values: 30_000,
  anchors: 200,
  aliases: 2000,
  expandedValues: 100_000,
};

type YamlLimitCode = 'too-large' | 'too-deep' | 'too-many' | 'unfolds';

/** Thrown for a text that exceeds its limits; the message is a predicate without its subject: "has more than 200 anchors". */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  readonly code: YamlLimitCode;
  /** Offset in the text, in characters. */
  readonly at: number;

  constructor(code: YamlLimitCode, message: string, at: number) {
    super(message);
    this.code = code;
    this.at = at;
  }
}

export const tooManyValues = ({ values }: YamlLimits, at: number): YamlError =>
  new YamlError('too-many', `has more values than the YAML limit (about ${values}); use JSON instead`, at);

export const tooDeep = ({ depth }: YamlLimits, at: number): YamlError =>
  new YamlError('too-deep', `nests deeper than ${depth} levels`, at);

const SPACE = 0x20;
const NEW_LINE = 0x0a;
const COMMA = 0x2c;

/** Throws YamlError for a text that exceeds its limits of size or values; does not check its syntax. */
export function checkYamlLimits(text: string, limits: YamlLimits): void {
  if (text.length > limits.size)
    throw new YamlError('too-large', `is larger than ${limits.size} characters; use JSON instead`, limits.size);
  // Counts half values, so that two quotes count as one value.
  const most = limits.values * 2;
  let halves = 0;
  // Collections that open directly one after another. Other nesting is counted by the parser.
  let opened = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === SPACE) continue;
    const before = halves;
    if (code === NEW_LINE || code === COMMA || isBracket(code)) halves += 2;
    else if (code === 0x22 || code === 0x27) halves += 1;
    else if (isIndicator(code) && isBlankOrEnd(text.charCodeAt(at + 1))) halves += 2;
    else if (isProperty(code) && mayBegin(text.charCodeAt(at - 1))) halves += 2;
    if (halves === before) opened = 0;
    else {
      opened = opens(code) ? opened + 1 : 0;
      if (opened > limits.depth) throw tooDeep(limits, at);
      if (halves > most) throw tooManyValues(limits, at);
    }
  }
}

/** `[ { - ?`, the latter two if a space follows. */
const opens = (code: number): boolean => code === 0x5b || code === 0x7b || code === 0x2d || code === 0x3f;
/** `[ ] { }` */
const isBracket = (code: number): boolean => code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
/** `: - ?` */
const isIndicator = (code: number): boolean => code === 0x3a || code === 0x2d || code === 0x3f;
/** `& * !` */
const isProperty = (code: number): boolean => code === 0x26 || code === 0x2a || code === 0x21;
const isBlankOrEnd = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d) || Number.isNaN(code);
const mayBegin = (code: number): boolean => isBlankOrEnd(code) || code === COMMA || isBracket(code);
