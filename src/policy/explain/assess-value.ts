/**
 * Decides what a policy value that does not match means: a mistake (nothing can match it), a value for somebody else, or one that is
 * so near to the request's that only a person can say which of the two is meant.
 */

import { areOpposed, isPossibleValue } from '../fixed-values.table.ts';
import type { IssuerSubjects } from '../issuer-subjects.table.ts';
import { canMatchSubject, parseSubject, partsWithRole, withoutRun } from '../issuer-subjects.ts';
import { matchWildcard } from '../match.ts';
import { fill, type ParsedSubject } from '../subject-forms.ts';
import type { IssuerFact } from './key-roles.ts';
import type { ValueMiss } from './near-values.ts';
import { compareIdentity, type Identity, isNear } from './subject-identity.ts';

export type Assessment =
  /**
   * The policy value can match nothing of this kind. `exact` is the value for this caller, `pattern` the written pattern without its
   * mistake. `stays`: the written value is right for other actions.
   */
  | {
      readonly type: 'mistake';
      readonly exact: string;
      readonly pattern?: string | undefined;
      readonly stays?: boolean | undefined;
      readonly caution?: string | undefined;
    }
  /**
   * The policy value is for others; `value` admits this caller as well. `namesOnly`: it drops the ids that the policy has. `isDead`: nobody
   * can match the policy value, and it does not say that this caller is meant.
   */
  | {
      readonly type: 'others';
      readonly value: string;
      readonly namesOnly: boolean;
      readonly isDead?: boolean | undefined;
    }
  /** Both values can exist and are easily confused. */
  | { readonly type: 'unclear' };

/** A policy value and the value of the request, with what is known about their key. */
export interface ValueCase {
  readonly expected: string;
  readonly actual: string;
  readonly wildcards: boolean;
  /** Undefined for the Resource element. */
  readonly key: string | undefined;
  readonly fact: IssuerFact | undefined;
  /** The audiences that the provider accepts, when they are known. */
  readonly audiences: readonly string[] | undefined;
  readonly miss: ValueMiss | undefined;
}

const mistake = (exact: string, corrected?: string): Assessment => ({
  type: 'mistake',
  exact,
  ...(corrected !== undefined && corrected !== exact && /[*?]/.test(corrected) ? { pattern: corrected } : {}),
});
const others = (value: string): Extract<Assessment, { type: 'others' }> => ({
  type: 'others',
  value,
  namesOnly: false,
});
const unclear: Assessment = { type: 'unclear' };

export function assessValue(one: ValueCase): Assessment {
  const { actual, expected, fact, miss } = one;
  if (fact?.claim === 'sub' && fact.subjects !== undefined) return assessSubject(one, fact.subjects);
  // Wildcards where they are letters, and blanks at the ends, are in no value that an identity provider or AWS makes.
  if (miss?.why.code === 'star-in-string-equals' || miss?.why.code === 'surrounding-blanks')
    return mistake(actual, miss.corrected);
  if (fact?.claim === 'aud' || fact?.claim === 'oaud') return assessAudience(one);
  if (miss?.why.code === 'other-id') return unclear;
  // Nobody has such a value; a named session is narrower than the role that can be named instead.
  if (miss?.why.code === 'session-in-principal-arn' && miss.corrected === undefined)
    return { ...others(actual), isDead: true };
  if (miss?.why.code === 'session-in-principal-arn' || miss?.why.code === 'principal-arn-path')
    return mistake(actual, miss.corrected);
  if (one.key === undefined) return assessResource(one);
  if (areOpposed(one.key, expected, actual)) return others(actual);
  if (!/[*?]/.test(expected) && isPossibleValue(one.key, expected) === false)
    return isNear(expected, actual) || miss?.corrected === actual
      ? mistake(actual)
      : { ...others(actual), isDead: true };
  const claim = fact?.subjects?.claims[fact.claim];
  const parts = claim?.of.map(name => fact?.subjects?.parts[name]);
  if (parts?.every(part => part?.role === 'choice') === true) return others(actual);
  const sameButCase = expected.toLowerCase() === actual.toLowerCase();
  const uniqueNames = parts?.some(part => part?.ignoresCase) === true || iamNames.has(one.key.toLowerCase());
  if (sameButCase && uniqueNames) return mistake(actual);
  return isNear(expected, actual) || miss?.why.code === 'account-digit' ? unclear : others(actual);
}

/** Keys with names of IAM, of which two never differ in letter case alone. */
const iamNames: ReadonlySet<string> = new Set(['aws:principalarn', 'aws:username']);

function assessSubject({ expected, actual, wildcards, miss }: ValueCase, subjects: IssuerSubjects): Assessment {
  // A star under StringEquals was meant as a wildcard.
  const asWritten = wildcards || miss?.why.code === 'star-in-string-equals';
  const identity: Identity = compareIdentity(expected, actual, asWritten, subjects);
  if (identity === 'near' || identity === 'ids') return unclear;
  const value = withoutRun(actual, subjects);
  const corrected = miss?.corrected;
  const matches = corrected !== undefined && (matchWildcard(corrected, actual) || corrected === actual);
  // A token in the default format shows that the repository does not customize its subjects.
  const isCustomized = parseSubject(actual, subjects) === undefined;
  const isDead = !canMatchSubject(expected, wildcards, subjects, isCustomized);
  if (identity === 'other')
    return isDead && matches && isNear(expected, actual) ? unclear : { ...others(value), isDead };
  // The same job in another run.
  if (identity === 'same' && expected !== actual && withoutRun(expected, subjects) === value) return mistake(value);
  if (isSameName(expected, actual, asWritten, subjects)) return mistake(value, matches ? corrected : undefined);
  const isMeant = meansCaller(expected, actual, subjects);
  if (miss?.why.code === 'immutable-subject' && identity === 'same' && isMeant) {
    // A pattern for several repositories stays: the others may have subjects without ids.
    const owner = expected.slice(0, expected.indexOf(':', 'repo:'.length) + 1 || undefined);
    const found = mistake(value, corrected);
    if (found.type !== 'mistake') return found;
    return { ...found, caution: NEW_IDS, ...(/[*?]/.test(owner) ? { stays: true } : {}) };
  }
  if (identity === 'case' && matches && isMeant) return mistake(value, corrected);
  if (isDead && identity === 'same' && isMeant) return mistake(value, matches ? corrected : undefined);
  return { type: 'others', value, namesOnly: identity === 'no-ids', isDead: isDead && identity === 'same' };
}

export const NEW_IDS =
  'Check that the ids are those of your owner and repository: whoever takes over a deleted name has other ids.';

/**
 * Whether a policy value with a mistake says that this job is meant: it has the branch, tag, environment or phase of the job, or none
 * at all. A pull request is meant only where the value says so.
 */
function meansCaller(expected: string, actual: string, subjects: IssuerSubjects): boolean {
  const parsed = parseSubject(actual, subjects);
  if (parsed === undefined) return true;
  const lower = expected
    .trim()
    .toLowerCase()
    .replace(/[:/]+$/, '');
  if (parsed.form.kind === 'pull-request') return /pull[_-]request/.test(lower);
  const bare = (text: string): string => text.replace(/[{}]/g, '');
  if (matchWildcard(bare(lower), bare(actual.toLowerCase()))) return true;
  const rest = afterIdentity(lower, parsed, subjects);
  if (!/[a-z0-9]/.test(rest)) return true;
  const choices = partsWithRole(parsed, subjects, 'choice');
  if (choices.every(name => endsWithName(rest, (parsed.values[name] ?? '').toLowerCase()))) return true;
  const [only] = choices;
  if (only === undefined || choices.length > 1) return false;
  // A pattern for branches: the text before it may be any part of what belongs there.
  const { template, kind } = parsed.form;
  const known = [...template.slice(0, template.indexOf(`{${only}}`)).split(/[:/{}]/), ...(gitWords.get(kind) ?? [])];
  let name = rest;
  for (;;) {
    name = name.replace(/^[:/{}]+/, '');
    const word = /^[^:/{}]*/.exec(name)?.[0] ?? '';
    const isKnown = word.length > 2 && known.some(one => one.startsWith(word) || (one.length > 5 && isNear(one, word)));
    if (!isKnown || word === name) break;
    name = name.slice(word.length);
  }
  return matchWildcard(name, (parsed.values[only] ?? '').toLowerCase());
}

/** The text after the owner and the resource, in lower case; the whole text where it does not name them. */
function afterIdentity(lower: string, parsed: ParsedSubject, subjects: IssuerSubjects): string {
  const identity = partsWithRole(parsed, subjects, 'owner', 'resource');
  const { template } = parsed.form;
  const last = `{${identity.at(-1) ?? ''}}`;
  const head = template.slice(template.indexOf(`{${identity[0] ?? ''}}`), template.indexOf(last) + last.length);
  const withoutIds = (text: string): string => text.replace(/@\d+/g, '');
  const text = withoutIds(lower);
  const name = withoutIds(fill(head, parsed.values).toLowerCase());
  const at = text.indexOf(name);
  if (at !== -1) return text.slice(at + name.length);
  const names = identity.map(one => (parsed.values[one] ?? '').toLowerCase());
  return text.slice(Math.max(0, ...names.map(one => text.lastIndexOf(one) + one.length)));
}

/** What people write before the name of a branch or tag. */
const gitWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['branch', ['refs', 'heads']],
  ['tag', ['refs', 'tags']],
]);

const endsWithName = (text: string, name: string): boolean =>
  text.endsWith(name) && /[:/]/.test(text.at(-1 - name.length) ?? ':');

/** Whether the subjects differ in the letter case of names only, of which two that differ so cannot both exist. */
function isSameName(expected: string, actual: string, wildcards: boolean, subjects: IssuerSubjects): boolean {
  const [wanted, real] = [parseSubject(expected, subjects), parseSubject(actual, subjects)];
  if (wanted === undefined || wanted.form !== real?.form) return false;
  const isEqual = (name: string, fold: (text: string) => string): boolean => {
    const [pattern, text] = [fold(wanted.values[name] ?? ''), fold(real.values[name] ?? '')];
    return wildcards ? matchWildcard(pattern, text) : pattern === text;
  };
  const different = Object.keys(wanted.values).filter(name => !isEqual(name, text => text));
  return different.every(
    name => subjects.parts[name]?.ignoresCase === true && isEqual(name, text => text.toLowerCase()),
  );
}

/** The audience says whom a token is for, not who has it: it never names another caller. */
const assessAudience = ({ expected, actual, wildcards, audiences }: ValueCase): Assessment => {
  const isAccepted = audiences?.some(audience =>
    wildcards ? matchWildcard(expected, audience) : expected === audience,
  );
  return isAccepted === false ? mistake(actual) : others(actual);
};

/** An action is for a resource or for what it contains: `bucket` never matches where `bucket/key` does. */
function assessResource({ expected, actual, miss }: ValueCase): Assessment {
  if (actual.startsWith(`${expected}/`))
    return { type: 'mistake', exact: actual, pattern: `${expected}/*`, stays: true };
  if (expected === `${actual}/*`) return { type: 'mistake', exact: actual, stays: true };
  const code = miss?.why.code;
  return code === 'letter-case' || code === 'account-digit' || code === 'close-spelling' ? unclear : others(actual);
}
