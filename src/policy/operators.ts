/**
 * The condition operators, one row each. Source: IAM User Guide, reference_policies_elements_condition_operators; the effect of
 * malformed values is recorded (test/parity/recorded, condition_values).
 */
import { splitArn } from '../aws/arn.ts';
import type { RequestContext } from './decision.ts';
import { compileWildcard, type Wildcard, wildcardMatches } from './match.ts';
import {
  compareNumbers,
  isInBlock,
  parseAddress,
  parseBinary,
  parseBlock,
  parseBool,
  parseDate,
  parseNumber,
} from './values.ts';
import { resolvePattern, resolveTemplate, splitTemplate, type Template } from './variables.ts';

/**
 * The result of comparing one policy value with one request value. `bad-actual` and `bad-expected`: the request's or the policy's value is
 * not of the operator's type; `unresolved`: a variable has no value.
 */
type Answer = 'yes' | 'no' | 'bad-actual' | 'bad-expected' | 'unresolved';
export type Matcher = (actual: string, context: RequestContext) => Answer;

type OperatorFamily = 'string' | 'numeric' | 'date' | 'bool' | 'binary' | 'ip' | 'arn' | 'null';

export interface Operator {
  readonly name: string;
  readonly family: OperatorFamily;
  /** `Not…`: matches when no value does. */
  readonly negated: boolean;
  /** Whether `${…}` is replaced in its values. */
  readonly variables: boolean;
  /** Result of a negated operator for a request value of the wrong type: an invalid number differs, an invalid ARN never matches. */
  readonly badActual: 'differs' | 'never';
  readonly compile: (value: Template) => Matcher;
  /** Whether IAM stores the value; session policies allow any value. */
  readonly storable: (value: string) => boolean;
}

const yesNo = (yes: boolean): Answer => (yes ? 'yes' : 'no');

const equals = (value: Template): Matcher => {
  const { plain } = value;
  if (plain !== undefined) return actual => (actual === plain ? 'yes' : 'no');
  return (actual, context) => {
    const text = resolveTemplate(value, context);
    return text === undefined ? 'unresolved' : yesNo(actual === text);
  };
};

/**
 * Lower-cases both sides, as Java does; it does not fold case. Recorded: K = K (Kelvin), ß = ẞ, Σ = σ, but ſ ≠ s, ı ≠ I, İ ≠ i; a
 * final sigma depends on its position in the word. JavaScript's toLowerCase follows the same Unicode tables.
 */
const equalsIgnoreCase = (value: Template): Matcher => {
  const lower = value.plain?.toLowerCase();
  return (actual, context) => {
    const text = lower ?? resolveTemplate(value, context)?.toLowerCase();
    return text === undefined ? 'unresolved' : yesNo(actual.toLowerCase() === text);
  };
};

const like = (value: Template): Matcher => {
  if (value.plain !== undefined) {
    const wildcard = compileWildcard(value.plain);
    return actual => yesNo(wildcardMatches(wildcard, actual));
  }
  return (actual, context) => {
    const wildcard = resolvePattern(value.tokens, context);
    return wildcard === undefined ? 'unresolved' : yesNo(wildcardMatches(wildcard, actual));
  };
};

/** Parses both sides with `read`, then compares them. A policy value that cannot be parsed matches nothing. */
function typed<T>(read: (text: string) => T | undefined, matches: (actual: T, expected: T) => boolean) {
  return ({ source }: Template): Matcher => {
    const expected = read(source);
    return text => {
      const actual = read(text);
      if (actual === undefined) return 'bad-actual';
      return yesNo(expected !== undefined && matches(actual, expected));
    };
  };
}

const binaryEquals = typed(parseBinary, (actual, expected) => actual === expected);
const boolEquals = typed(parseBool, (actual, expected) => actual === expected);

const ipAddress = ({ source }: Template): Matcher => {
  const block = parseBlock(source);
  return text => {
    const address = parseAddress(text);
    if (address === undefined) return 'bad-actual';
    return block === undefined ? 'bad-expected' : yesNo(isInBlock(block, address));
  };
};

/** An ARN pattern: each of the six parts is matched separately. `*` alone matches every ARN. */
const arnLike = (value: Template): Matcher => {
  if (value.source === '*') return text => (isArn(text) ? 'yes' : 'bad-actual');
  const parts = splitTemplate(value);
  if (value.plain !== undefined) {
    const fixed = isArnPattern(value.plain) ? (splitArn(value.plain) ?? []).map(compileWildcard) : undefined;
    return text => {
      const actual = arnParts(text);
      if (actual === undefined) return 'bad-actual';
      return fixed === undefined ? 'bad-expected' : yesNo(partsMatch(fixed, actual));
    };
  }
  return (text, context) => {
    const actual = arnParts(text);
    if (actual === undefined) return 'bad-actual';
    if (parts.length === 6) {
      const filled = parts.map(part => resolvePattern(part, context));
      return filled.every(part => part !== undefined) ? yesNo(partsMatch(filled, actual)) : 'unresolved';
    }
    // Fewer parts as written: a variable contains a whole ARN or several of its parts.
    const whole = resolvePattern(value.tokens, context);
    return whole === undefined ? 'unresolved' : yesNo(wildcardMatches(whole, text));
  };
};

const arnParts = (text: string): readonly string[] | undefined =>
  text.startsWith('arn:') ? splitArn(text) : undefined;
const isArn = (text: string): boolean => arnParts(text) !== undefined;
const isArnPattern = (text: string): boolean => text === '*' || arnParts(text) !== undefined;

/** Whether each pattern matches the part at its index. */
export function partsMatch(patterns: readonly (Wildcard | undefined)[], parts: readonly string[]): boolean {
  for (let index = 0; index < 6; index += 1) {
    const pattern = patterns[index];
    if (pattern === undefined || !wildcardMatches(pattern, parts[index] ?? '')) return false;
  }
  return true;
}

/** Of the difference of two values. */
type Compares = (order: number) => boolean;
const equal: Compares = order => order === 0;
const less: Compares = order => order < 0;
const atMost: Compares = order => order <= 0;
const greater: Compares = order => order > 0;
const atLeast: Compares = order => order >= 0;

const anything = (): boolean => true;
const numeric = (matches: Compares) => typed(parseNumber, (a, b) => matches(compareNumbers(a, b)));
const date = (matches: Compares) => typed(parseDate, (a, b) => matches(a - b));

type Row = Omit<Operator, 'name'>;
const row = (
  family: OperatorFamily,
  negated: boolean,
  compile: Operator['compile'],
  storable: Operator['storable'] = anything,
): Row => ({
  family,
  negated,
  variables: family === 'string' || family === 'arn',
  badActual: family === 'ip' || family === 'arn' || family === 'binary' ? 'never' : 'differs',
  compile,
  storable,
});

const isNumber = (text: string): boolean => parseNumber(text) !== undefined;
const isDate = (text: string): boolean => parseDate(text) !== undefined;
const isBlock = (text: string): boolean => parseBlock(text) !== undefined;
const isArnValue = (text: string): boolean => isArnPattern(text) || text.includes('${');

const rows: readonly (readonly [string, Row])[] = [
  ['StringEquals', row('string', false, equals)],
  ['StringNotEquals', row('string', true, equals)],
  ['StringEqualsIgnoreCase', row('string', false, equalsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', row('string', true, equalsIgnoreCase)],
  ['StringLike', row('string', false, like)],
  ['StringNotLike', row('string', true, like)],
  ['NumericEquals', row('numeric', false, numeric(equal), isNumber)],
  ['NumericNotEquals', row('numeric', true, numeric(equal), isNumber)],
  ['NumericLessThan', row('numeric', false, numeric(less), isNumber)],
  ['NumericLessThanEquals', row('numeric', false, numeric(atMost), isNumber)],
  ['NumericGreaterThan', row('numeric', false, numeric(greater), isNumber)],
  ['NumericGreaterThanEquals', row('numeric', false, numeric(atLeast), isNumber)],
  ['DateEquals', row('date', false, date(equal), isDate)],
  ['DateNotEquals', row('date', true, date(equal), isDate)],
  ['DateLessThan', row('date', false, date(less), isDate)],
  ['DateLessThanEquals', row('date', false, date(atMost), isDate)],
  ['DateGreaterThan', row('date', false, date(greater), isDate)],
  ['DateGreaterThanEquals', row('date', false, date(atLeast), isDate)],
  ['Bool', row('bool', false, boolEquals)],
  ['BinaryEquals', row('binary', false, binaryEquals)],
  ['IpAddress', row('ip', false, ipAddress, isBlock)],
  ['NotIpAddress', row('ip', true, ipAddress, isBlock)],
  ['ArnEquals', row('arn', false, arnLike, isArnValue)],
  ['ArnNotEquals', row('arn', true, arnLike, isArnValue)],
  ['ArnLike', row('arn', false, arnLike, isArnValue)],
  ['ArnNotLike', row('arn', true, arnLike, isArnValue)],
  // Compares presence, not values; conditions.ts checks `family` first.
  ['Null', row('null', false, boolEquals)],
];

/** By name, letter case as AWS writes it. `IfExists` and the qualifiers are not part of the name. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  rows.map(([name, rest]) => [name, { name, ...rest }] as const),
);

export const qualifiers = ['ForAllValues', 'ForAnyValue'] as const;
