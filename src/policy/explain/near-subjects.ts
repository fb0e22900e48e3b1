/** What a job has to do so that its token has the subject that the policy names, as the issuer writes it for this job. */

import type { IssuerSubjects } from '../issuer-subjects.table.ts';
import { parseSubject, partsWithRole } from '../issuer-subjects.ts';
import { matchWildcard } from '../match.ts';
import { fill } from '../subject-forms.ts';
import { NEW_IDS } from './assess-value.ts';
import { type ConditionCase, sendAs } from './condition-case.ts';
import type { IssuerFact } from './key-roles.ts';
import type { Send } from './near-miss.ts';
import type { ValueMiss } from './near-values.ts';
import { inSentence, reachable } from './sends.ts';
import { compareIdentity } from './subject-identity.ts';
import { setValue, type ValuePlace } from './value-edits.ts';

const IMMUTABLE =
  'Turn on immutable subjects for the repository, so that its tokens have the numeric ids that the policy names';

/**
 * The policy value is right but for how the issuer writes this identity: then it is corrected as well. Undefined for a value of another
 * identity, or of no form of the issuer.
 */
export function subjectSend(
  one: ConditionCase,
  actual: string,
  wildcards: boolean,
  place: ValuePlace,
): Send | undefined {
  const subjects = one.fact?.claim === 'sub' ? one.fact.subjects : undefined;
  const expected = place.written;
  if (subjects === undefined) return undefined;
  if (compareIdentity(expected, actual, wildcards, subjects) === 'no-ids') {
    const job = isSameJob(expected, actual, wildcards, subjects) ? '' : `${sendAs(one, expected).how}; `;
    return { side: 'workflow', how: job === '' ? IMMUTABLE : job + inSentence(IMMUTABLE) };
  }
  const target = reachable(expected, actual, wildcards, subjects);
  if (target === undefined) return undefined;
  const text = fill(target.form.template, target.values);
  const send = sendAs(one, text);
  if (wildcards ? matchWildcard(expected, text) : text === expected) return send;
  const names = parseSubject(expected, subjects);
  const isForMany =
    names !== undefined &&
    partsWithRole(names, subjects, 'owner', 'resource').some(name => /[*?]/.test(names.values[name] ?? ''));
  const patch = setValue(place, text, isForMany ? 'add' : 'replace');
  const caution = names?.form === target.form ? undefined : NEW_IDS;
  return patch && { ...send, correction: { patch, widens: false, caution } };
}

/** A claim with the numeric id of an owner or repository, which stays when somebody else takes over its name; undefined for other claims. */
export function idMiss(fact: IssuerFact | undefined, expected: string, actual: string): ValueMiss | undefined {
  const isId = fact?.claim.endsWith('_id') === true && fact.subjects?.claims[fact.claim] !== undefined;
  return isId && expected !== actual ? { why: { code: 'other-id', expected, actual } } : undefined;
}

/** The branch, tag or environment in which two subjects of the same form differ; undefined when they differ otherwise. */
export function choiceMiss(
  fact: IssuerFact | undefined,
  expected: string,
  actual: string,
  wildcards: boolean,
): ValueMiss | undefined {
  const subjects = fact?.claim === 'sub' ? fact.subjects : undefined;
  const [wanted, real] = [subjects && parseSubject(expected, subjects), subjects && parseSubject(actual, subjects)];
  if (subjects === undefined || wanted === undefined || wanted.form !== real?.form) return undefined;
  const parts = Object.entries(wanted.values).map(([name, text]) => [name, text, real.values[name] ?? ''] as const);
  const different = parts.filter(([, pattern, text]) => (wildcards ? !matchWildcard(pattern, text) : pattern !== text));
  const [only] = different;
  if (only === undefined || different.length > 1) return undefined;
  const [name, pattern, text] = only;
  const isLetterCase = pattern.toLowerCase() === text.toLowerCase();
  if (subjects.parts[name]?.role !== 'choice' || isLetterCase || (!wildcards && /[*?]/.test(pattern))) return undefined;
  return { why: { code: 'differing-segment', expected, actual, wanted: pattern, real: text } };
}

/** Whether both name the same kind of job with the same branch, tag or environment. */
function isSameJob(expected: string, actual: string, wildcards: boolean, subjects: IssuerSubjects): boolean {
  const [wanted, real] = [parseSubject(expected, subjects), parseSubject(actual, subjects)];
  if (wanted === undefined || real === undefined) return true;
  const isSame = (name: string): boolean => {
    const [pattern, text] = [wanted.values[name] ?? '', real.values[name] ?? ''];
    return wildcards ? matchWildcard(pattern, text) : pattern === text;
  };
  return wanted.form.kind === real.form.kind && partsWithRole(wanted, subjects, 'choice').every(isSame);
}
