/** Condition blocks: compiled once, then evaluated key by key. Source: IAM User Guide, reference_policies_condition-logic-multiple-context-keys-or-values, and recorded answers. */
import type { ConditionVerdict, Qualifier, RequestContext, Why } from './decision.ts';
import { type Matcher, type Operator, operators, qualifiers } from './operators.ts';
import { fill, parseTemplate, type Template } from './variables.ts';

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
export function readOperator(text: string): OperatorSpelling | undefined {
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
interface Judgement {
  readonly outcome: Outcome;
  readonly why: Why;
}

const judgement = (outcome: Outcome, code: string): Judgement => ({ outcome, why: { code } });
const judgements = {
  matched: judgement('true', 'value-matched'),
  unmatched: judgement('false', 'no-value-matched'),
  different: judgement('true', 'no-excluded-value'),
  excluded: judgement('false', 'excluded-value'),
  badActual: judgement('false', 'malformed-request-value'),
  badActualDiffers: judgement('true', 'malformed-request-value-differs'),
  badExpected: judgement('error', 'malformed-policy-value'),
  unresolved: judgement('false', 'variable-without-value'),
  absent: judgement('false', 'key-absent'),
  absentIfExists: judgement('true', 'key-absent-if-exists'),
  absentNegated: judgement('true', 'key-absent-negated'),
  absentForAll: judgement('true', 'key-absent-for-all-values'),
  absentForAny: judgement('false', 'key-absent-for-any-value'),
  multivalued: judgement('false', 'multivalued-key'),
  allMatched: judgement('true', 'all-values-matched'),
  notAllMatched: judgement('false', 'not-all-values-matched'),
  anyMatched: judgement('true', 'some-value-matched'),
  noneMatched: judgement('false', 'no-request-value-matched'),
  present: judgement('true', 'key-present-as-demanded'),
  presentUnwanted: judgement('false', 'key-present'),
  absentWanted: judgement('true', 'key-absent-as-demanded'),
} as const;

/** Evaluates one operator and key; `deny` is the result for a malformed policy value. */
export function judgeCondition(condition: CompiledCondition, context: RequestContext, deny: boolean): ConditionVerdict {
  const value = context.get(condition.lowerKey);
  const actual = value === undefined ? null : typeof value === 'string' ? [value] : value.length === 0 ? null : value;
  const { outcome, why } = judge(condition, value, actual, context);
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
  templates.map(template => fill(template, context) ?? template.source);

function judge(
  condition: CompiledCondition,
  value: string | readonly string[] | undefined,
  actual: readonly string[] | null,
  context: RequestContext,
): Judgement {
  const { operator, qualifier, ifExists } = condition;
  if (operator.family === 'null') return judgePresence(condition, actual !== null);
  if (actual === null) {
    if (ifExists) return judgements.absentIfExists;
    if (qualifier === 'ForAllValues') return judgements.absentForAll;
    if (qualifier === 'ForAnyValue') return judgements.absentForAny;
    return operator.negated ? judgements.absentNegated : judgements.absent;
  }
  if (qualifier === null) {
    return typeof value === 'string' ? judgeValue(condition, value, context) : judgements.multivalued;
  }
  return judgeSet(condition, qualifier, actual, context);
}

/** `Null: "true"` matches an absent key, any other value a present one; several values are alternatives. */
function judgePresence({ values }: CompiledCondition, present: boolean): Judgement {
  const wanted = values.some(value => (value.toLowerCase() === 'true') !== present);
  if (present) return wanted ? judgements.present : judgements.presentUnwanted;
  return wanted ? judgements.absentWanted : judgements.absent;
}

function judgeSet(
  condition: CompiledCondition,
  qualifier: Qualifier,
  actual: readonly string[],
  context: RequestContext,
): Judgement {
  const all = qualifier === 'ForAllValues';
  let error: Judgement | undefined;
  for (const value of actual) {
    const one = judgeValue(condition, value, context);
    if (one.outcome === 'error') error ??= one;
    else if ((one.outcome === 'true') !== all) return all ? judgements.notAllMatched : judgements.anyMatched;
  }
  return error ?? (all ? judgements.allMatched : judgements.noneMatched);
}

/** Policy values are tried in order: the first match decides; a malformed value before it is an error. */
function judgeValue({ operator, matchers }: CompiledCondition, actual: string, context: RequestContext): Judgement {
  let unresolved = false;
  for (const matcher of matchers) {
    const answer = matcher(actual, context);
    if (answer === 'yes') return operator.negated ? judgements.excluded : judgements.matched;
    if (answer === 'bad-expected') return judgements.badExpected;
    if (answer === 'bad-actual') {
      return operator.negated && operator.badActual === 'differs' ? judgements.badActualDiffers : judgements.badActual;
    }
    if (answer === 'unresolved') unresolved = true;
  }
  if (unresolved) return judgements.unresolved;
  return operator.negated ? judgements.different : judgements.unmatched;
}
