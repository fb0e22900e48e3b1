/** What the request would have to contain instead: how the caller, or the job that gets its token, sends the value that the policy expects. */
import { pointerStep } from '../../kernel/json.ts';
import { contextKey } from '../context-keys.ts';
import type { EvaluationRequest, Principal } from '../decision.ts';
import type { IssuerSubjects } from '../issuer-subjects.table.ts';
import { exampleSubject, parseSubject, partsWithRole } from '../issuer-subjects.ts';
import { fill, type ParsedSubject } from '../subject-forms.ts';
import { howToSet, type IssuerFact } from './key-roles.ts';
import type { Send } from './near-miss.ts';
import { compareIdentity } from './subject-identity.ts';

/** A value that the policy expects for a key. */
export interface WantedValue {
  readonly key: string;
  readonly expected: string;
  readonly fact: IssuerFact | undefined;
  readonly caller: Principal['type'];
  /** Name of the operator; absent: one that compares for equality. */
  readonly operator?: string | undefined;
}

/** How to give the request the value that the policy expects. */
export function sendFor({ key, expected, fact, caller, operator }: WantedValue): Send {
  const isOpen = /[*?]/.test(expected);
  const isExact = !isOpen && !expected.includes('${') && !(operator !== undefined && comparisons.has(operator));
  const patch = isExact ? setKey(key, expected) : undefined;
  const value = phrase(expected, operator);
  if (fact === undefined) return { side: 'caller', how: howToSet(key, value, caller), patch };
  if (fact.claim === 'aud' || fact.claim === 'oaud')
    return { side: 'caller', how: `Request the token with the audience ${value}`, patch };
  const subjects = fact.claim === 'sub' ? fact.subjects : undefined;
  const parsed = subjects && parseSubject(expected, subjects);
  if (subjects === undefined || parsed === undefined) {
    const such = isOpen && subjects ? exampleSubject(expected, true, subjects, false) : undefined;
    return {
      side: 'workflow',
      how: `Use a token whose ${fact.claim} ${isOpen ? 'matches' : 'is'} ${quoted(expected)}${such === undefined ? '' : `, such as ${quoted(such)}`}`,
      patch: such === undefined ? patch : setKey(key, such),
    };
  }
  const { how } = parsed.form;
  const shown = Object.entries(parsed.values).map(([name, text]) => [
    name,
    text === '*' ? anyValue(name, how, subjects) : text,
  ]);
  return {
    side: 'workflow',
    how: fill(how, Object.fromEntries(shown)),
    patch: patch ?? example(key, expected, parsed, subjects),
  };
}

/** A part of which every value is right, in words; a placeholder where it is joined to other text. */
const anyValue = (name: string, how: string, { parts }: IssuerSubjects): string =>
  [`/{${name}}`, `{{${name}}}`, `{${name}}/`].some(joined => how.includes(joined))
    ? (parts[name]?.words ?? name).toUpperCase().replaceAll(' ', '_')
    : 'of your choice';

/** Operators that compare otherwise than for equality, in words before the value. */
const comparisons: ReadonlyMap<string, string> = new Map([
  ['NumericLessThan', 'less than'],
  ['NumericLessThanEquals', 'of at most'],
  ['NumericGreaterThan', 'greater than'],
  ['NumericGreaterThanEquals', 'of at least'],
  ['DateLessThan', 'before'],
  ['DateLessThanEquals', 'not after'],
  ['DateGreaterThan', 'after'],
  ['DateGreaterThanEquals', 'not before'],
  ['IpAddress', ''],
  ['NotIpAddress', ''],
]);

/** The value in words: quoted, with what the operator compares or the wildcards stand for. */
export function phrase(expected: string, operator: string | undefined): string {
  const comparison = operator === undefined ? undefined : comparisons.get(operator);
  if (comparison !== undefined && comparison !== '') return `${comparison} ${quoted(expected)}`;
  return /[*?]/.test(expected) ? `${quoted(expected)} (any value that matches this pattern)` : quoted(expected);
}

/**
 * The subject that the caller's token has when its job does what the policy value says, and how the issuer writes it for this caller
 * (with ids or without, in its letter case). Undefined where the value names another identity, or is no subject of the issuer.
 */
export function reachable(
  expected: string,
  actual: string,
  wildcards: boolean,
  subjects: IssuerSubjects,
): ParsedSubject | undefined {
  const [wanted, real] = [parseSubject(expected, subjects), parseSubject(actual, subjects)];
  if (wanted === undefined || real === undefined) return undefined;
  if (!['same', 'case'].includes(compareIdentity(expected, actual, wildcards, subjects))) return undefined;
  const identity = partsWithRole(real, subjects, 'owner', 'resource');
  const form = subjects.forms.find(
    one =>
      one.kind === wanted.form.kind &&
      partsWithRole({ form: one, values: {} }, subjects, 'owner', 'resource').join() === identity.join(),
  );
  const own = Object.fromEntries(identity.map(name => [name, real.values[name] ?? '']));
  return form && { form, values: { ...wanted.values, ...own } };
}

/** A subject that matches the pattern: with `main` for its wildcards where the issuer makes such a subject, else with other text. */
function example(
  key: string,
  pattern: string,
  { form, values }: ParsedSubject,
  subjects: IssuerSubjects,
): Send['patch'] {
  const chosen = Object.entries(values).map(([name, value]) => [
    name,
    value.replaceAll('*', 'main').replaceAll('?', 'x'),
  ]);
  const named = fill(form.template, Object.fromEntries(chosen));
  const subject = parseSubject(named, subjects) ? named : exampleSubject(pattern, true, subjects, false);
  return subject === undefined ? undefined : setKey(key, subject);
}

export const setKey = (key: string, value: string): NonNullable<Send['patch']> => [
  { op: 'add', path: `/context${pointerStep(key.toLowerCase())}`, value },
];

/** The operands about a variable that the request has no value for; `caller`: requests of such a caller never have one. */
export function variableIn(
  expected: string,
  { principal }: Pick<EvaluationRequest, 'principal'>,
): { expected: string; variable: string; caller?: string } | undefined {
  const variable = /\$\{([^},]+)/.exec(expected)?.[1];
  if (variable === undefined) return undefined;
  const isNever = contextKey(variable)?.callers?.includes(principal.type) === false;
  return { expected, variable, ...(isNever ? { caller: principal.type } : {}) };
}

/** An imperative in the middle of a sentence. */
export const inSentence = (how: string): string => how.charAt(0).toLowerCase() + how.slice(1);

const quoted = (value: string): string => JSON.stringify(value);
