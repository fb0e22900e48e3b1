/** Condition blocks: compiled once, then evaluated key by key. Source: IAM User Guide, reference_policies_condition-logic-multiple-context-keys-or-values, and recorded answers. */
import type { ConditionVerdict, Qualifier, RequestContext, Why } from './decision.ts';
import { type Matcher, type Operator, operators, qualifiers } from './operators.ts';
import { parseTemplate, resolveTemplate, type Template } from './variables.ts';

/** An operator as written: `ForAllValues:StringEqualsIfExists`. */
export interface OperatorSpelling {
  readonly operator: Operator;
  readonly qualifier: Qualifier | null;
  readonly ifExists: boolean;
}

/** One operator and key with its values, ready for evaluation. */
export interface CompiledCondition extends OperatorSpelling {
  /** As written, qualifier included; a member name of the Condition block. */
  readonly spelling: string;
  /** As shown in a verdict: without the qualifier. */
  readonly shown: string;
  readonly key: string;
  readonly lowerKey: string;
  readonly values: readonly string[];
  readonly templates: readonly Template[];
  readonly matchers: readonly Matcher[];
  /** No value has a variable: `values` are the expected values. */
  readonly fixed: boolean;
}

const suffix = 'IfExists';

/** Parses an operator's name; undefined when there is no such operator. `Null` allows no `IfExists`. */
export function parseOperator(text: string): OperatorSpelling | undefined {
  const colon = text.indexOf(':');
  const qualifier = colon === -1 ? null : qualifiers.find(name => name === text.slice(0, colon));
  if (qualifier === undefined) return undefined;
  const rest = text.slice(colon + 1);
  const ifExists = rest.endsWith(suffix);
  const operator = operators.get(ifExists ? rest.slice(0, -suffix.length) : rest);
  if (operator === undefined || (ifExists && operator.family === 'null')) return undefined;
  return { operator, qualifier, ifExists };
}

export function compileCondition(
  spelling: string,
  written: OperatorSpelling,
  key: string,
  values: readonly string[],
  variables: boolean,
): CompiledCondition {
  const { operator } = written;
  const templates = values.map(value => parseTemplate(value, variables && operator.variables));
  return {
    ...written,
    spelling,
    shown: spelling.slice(spelling.indexOf(':') + 1),
    key,
    lowerKey: key.toLowerCase(),
    values,
    templates,
    matchers: templates.map(operator.compile),
    fixed: templates.every(template => template.plain !== undefined),
  };
}

/** `error`: a malformed policy value; an Allow then does not apply and a Deny does (recorded for ARNs). */
type Outcome = 'true' | 'false' | 'error';
interface ConditionResult {
  readonly outcome: Outcome;
  readonly why: Why;
}

const conditionResult = (outcome: Outcome, code: string): ConditionResult => ({ outcome, why: { code } });
const conditionResults = {
  matched: conditionResult('true', 'value-matched'),
  unmatched: conditionResult('false', 'no-value-matched'),
  different: conditionResult('true', 'no-excluded-value'),
  excluded: conditionResult('false', 'excluded-value'),
  badActual: conditionResult('false', 'malformed-request-value'),
  badActualDiffers: conditionResult('true', 'malformed-request-value-differs'),
  badExpected: conditionResult('error', 'malformed-policy-value'),
  unresolved: conditionResult('false', 'variable-without-value'),
  absent: conditionResult('false', 'key-absent'),
  absentIfExists: conditionResult('true', 'key-absent-if-exists'),
  absentNegated: conditionResult('true', 'key-absent-negated'),
  absentForAll: conditionResult('true', 'key-absent-for-all-values'),
  absentForAny: conditionResult('false', 'key-absent-for-any-value'),
  multivalued: conditionResult('false', 'multivalued-key'),
  allMatched: conditionResult('true', 'all-values-matched'),
  notAllMatched: conditionResult('false', 'not-all-values-matched'),
  anyMatched: conditionResult('true', 'some-value-matched'),
  noneMatched: conditionResult('false', 'no-request-value-matched'),
  present: conditionResult('true', 'key-present-as-demanded'),
  presentUnwanted: conditionResult('false', 'key-present'),
  absentWanted: conditionResult('true', 'key-absent-as-demanded'),
} as const;

/** Evaluates one operator and key; `deny` is the result for a malformed policy value. */
export function evaluateCondition(
  condition: CompiledCondition,
  context: RequestContext,
  deny: boolean,
): ConditionVerdict {
  const value = context.get(condition.lowerKey);
  const actual = value === undefined ? null : typeof value === 'string' ? [value] : value.length === 0 ? null : value;
  const { outcome, why } = evaluateValues(condition, value, actual, context);
  return {
    operator: condition.shown,
    qualifier: condition.qualifier,
    key: condition.key,
    expected: condition.fixed ? condition.values : expected(condition, context),
    actual,
    ok: outcome === 'true' || (outcome === 'error' && deny),
    why,
  };
}

const expected = ({ templates }: CompiledCondition, context: RequestContext): readonly string[] =>
  templates.map(template => resolveTemplate(template, context) ?? template.source);

function evaluateValues(
  condition: CompiledCondition,
  value: string | readonly string[] | undefined,
  actual: readonly string[] | null,
  context: RequestContext,
): ConditionResult {
  const { operator, qualifier, ifExists } = condition;
  if (operator.family === 'null') return evaluatePresence(condition, actual !== null);
  if (actual === null) {
    if (ifExists) return conditionResults.absentIfExists;
    if (qualifier === 'ForAllValues') return conditionResults.absentForAll;
    if (qualifier === 'ForAnyValue') return conditionResults.absentForAny;
    return operator.negated ? conditionResults.absentNegated : conditionResults.absent;
  }
  if (qualifier === null) {
    return typeof value === 'string' ? evaluateValue(condition, value, context) : conditionResults.multivalued;
  }
  return evaluateSet(condition, qualifier, actual, context);
}

/** `Null: "true"` matches an absent key, any other value a present one; several values are alternatives. */
function evaluatePresence({ values }: CompiledCondition, present: boolean): ConditionResult {
  const wanted = values.some(value => (value.toLowerCase() === 'true') !== present);
  if (present) return wanted ? conditionResults.present : conditionResults.presentUnwanted;
  return wanted ? conditionResults.absentWanted : conditionResults.absent;
}

function evaluateSet(
  condition: CompiledCondition,
  qualifier: Qualifier,
  actual: readonly string[],
  context: RequestContext,
): ConditionResult {
  const all = qualifier === 'ForAllValues';
  let error: ConditionResult | undefined;
  for (const value of actual) {
    const one = evaluateValue(condition, value, context);
    if (one.outcome === 'error') error ??= one;
    else if ((one.outcome === 'true') !== all)
      return all ? conditionResults.notAllMatched : conditionResults.anyMatched;
  }
  return error ?? (all ? conditionResults.allMatched : conditionResults.noneMatched);
}

/** Policy values are tried in order: the first match decides; a malformed value before it is an error. */
function evaluateValue(
  { operator, matchers }: CompiledCondition,
  actual: string,
  context: RequestContext,
): ConditionResult {
  let unresolved = false;
  for (const matcher of matchers) {
    const answer = matcher(actual, context);
    if (answer === 'yes') return operator.negated ? conditionResults.excluded : conditionResults.matched;
    if (answer === 'bad-expected') return conditionResults.badExpected;
    if (answer === 'bad-actual') {
      return operator.negated && operator.badActual === 'differs'
        ? conditionResults.badActualDiffers
        : conditionResults.badActual;
    }
    if (answer === 'unresolved') unresolved = true;
  }
  if (unresolved) return conditionResults.unresolved;
  return operator.negated ? conditionResults.different : conditionResults.unmatched;
}
