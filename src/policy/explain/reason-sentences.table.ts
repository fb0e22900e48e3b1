/** The reasons of verdicts in words, one row per code. Only explain.ts reads them. */
import type { Why } from '../decision.ts';

export type Sentence = (why: Why) => string;

/** An operand in quotes; a list as `"a", "b"`. */
export const quoted = (value: Why[string]): string =>
  `"${Array.isArray(value) ? value.join('", "') : String(value ?? '')}"`;

/** Reasons of single elements, for statements without a near miss; each completes "Statement 1 does not apply: …". */
export const reasonSentences: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  ['principal-not-named', why => `Principal ${quoted(why['expected'])} does not match the caller`],
  ['principal-excluded', why => `NotPrincipal ${quoted(why['expected'])} matches the caller`],
  ['action-not-listed', why => `Action ${quoted(why['expected'])} does not match the action`],
  ['action-excluded', why => `NotAction ${quoted(why['expected'])} matches the action`],
  ['action-missing', () => 'it has no Action'],
  ['resource-not-listed', why => `Resource ${quoted(why['expected'])} does not match the resource`],
  ['resource-variable-without-value', why => `a variable in NotResource ${quoted(why['expected'])} has no value`],
  ['resource-excluded', why => `NotResource ${quoted(why['expected'])} matches the resource`],
]);

/** The key is not in the request context, and what the operator does then. */
const absent = (why: Why, effect = ''): string => `the request context does not contain ${String(why['key'])}${effect}`;

/** Reasons of conditions; operands: key, operator, expected, actual. */
export const conditionSentences: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  [
    'value-matched',
    why =>
      `${String(why['key'])} is ${quoted(why['actual'])}, which matches ${String(why['operator'])} ${quoted(why['expected'])}`,
  ],
  [
    'no-value-matched',
    why =>
      `${String(why['key'])} is ${quoted(why['actual'])}, which does not match ${String(why['operator'])} ${quoted(why['expected'])}`,
  ],
  [
    'no-excluded-value',
    why =>
      `${String(why['key'])} is ${quoted(why['actual'])}, so ${String(why['operator'])} ${quoted(why['expected'])} is true`,
  ],
  [
    'excluded-value',
    why =>
      `${String(why['key'])} is ${quoted(why['actual'])}, so ${String(why['operator'])} ${quoted(why['expected'])} is false`,
  ],
  [
    'malformed-request-value',
    why =>
      `${String(why['key'])} is ${quoted(why['actual'])}, which is not a valid value for ${String(why['operator'])}`,
  ],
  [
    'malformed-request-value-differs',
    why =>
      `${String(why['key'])} is ${quoted(why['actual'])}, which is not a valid value for ${String(why['operator'])} and therefore counts as different`,
  ],
  [
    'malformed-policy-value',
    why =>
      `one of ${quoted(why['expected'])} is not a valid value for ${String(why['operator'])}, so an Allow does not apply and a Deny does`,
  ],
  ['variable-without-value', why => `a variable in ${quoted(why['expected'])} has no value in this request`],
  ['key-absent', why => absent(why)],
  ['key-absent-if-exists', why => absent(why, `, and ${String(why['operator'])} is true for an absent key`)],
  [
    'key-absent-negated',
    why => absent(why, `, and the negated operator ${String(why['operator'])} is true for an absent key`),
  ],
  ['key-absent-for-all-values', why => absent(why, ', and ForAllValues is true for an empty set of values')],
  ['key-absent-for-any-value', why => absent(why, ', and ForAnyValue requires at least one value')],
  [
    'multivalued-key',
    why =>
      `${String(why['key'])} is multivalued, and ${String(why['operator'])} without ForAllValues or ForAnyValue never matches a multivalued key`,
  ],
  [
    'all-values-matched',
    why =>
      `every value of ${String(why['key'])} (${quoted(why['actual'])}) satisfies ${String(why['operator'])} ${quoted(why['expected'])}`,
  ],
  [
    'not-all-values-matched',
    why =>
      `not every value of ${String(why['key'])} (${quoted(why['actual'])}) satisfies ${String(why['operator'])} ${quoted(why['expected'])}`,
  ],
  [
    'some-value-matched',
    why =>
      `at least one value of ${String(why['key'])} (${quoted(why['actual'])}) satisfies ${String(why['operator'])} ${quoted(why['expected'])}`,
  ],
  [
    'no-request-value-matched',
    why =>
      `no value of ${String(why['key'])} (${quoted(why['actual'])}) satisfies ${String(why['operator'])} ${quoted(why['expected'])}`,
  ],
  ['key-present-as-demanded', why => `the request context contains ${String(why['key'])}, as Null requires`],
  ['key-present', why => `the request context contains ${String(why['key'])}, but Null requires it to be absent`],
  ['key-absent-as-demanded', why => absent(why, ', as Null requires')],
]);
