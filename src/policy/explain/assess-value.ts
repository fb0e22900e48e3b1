/**
 * Decides what a policy value that does not match means: a mistake (nothing can match it), a value for somebody else, or one that is
 * so near to the request's that only a person can say which of the two is meant.
 */
import { canMatchSubject, parseSubject, partsWithRole, withoutRun } from '../issuer-subjects.ts';
import { matchWildcard } from '../match.ts';
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
const others = (value: string): Assessment => ({ type: 'others', value, namesOnly: false });
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
    return { type: 'others', value: actual, namesOnly: false, isDead: true };
  if (miss?.why.code === 'session-in-principal-arn' || miss?.why.code === 'principal-arn-path')
    return mistake(actual, miss.corrected);
  if (one.key === undefined) return assessResource(one);
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

function assessSubject(
  { expected, actual, wildcards, miss }: ValueCase,
  subjects: NonNullable<IssuerFact['subjects']>,
): Assessment {
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
  if (identity === 'other' && !matches) return others(value);
  if (identity === 'other') return isDead && isNear(expected, actual) ? unclear : others(value);
  // The same job in another run.
  if (identity === 'same' && expected !== actual && withoutRun(expected, subjects) === value) return mistake(value);
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
function meansCaller(expected: string, actual: string, subjects: NonNullable<IssuerFact['subjects']>): boolean {
  const parsed = parseSubject(actual, subjects);
  if (parsed === undefined) return true;
  const lower = expected.trim().toLowerCase();
  if (parsed.form.kind === 'pull-request') return /pull[_-]request/.test(lower);
  if (matchWildcard(lower, actual.toLowerCase())) return true;
  const choices = partsWithRole(parsed, subjects, 'choice').map(name => parsed.values[name] ?? '');
  const names = partsWithRole(parsed, subjects, 'owner', 'resource').map(name => parsed.values[name] ?? '');
  const end = Math.max(...names.map(name => lower.lastIndexOf(name.toLowerCase()) + name.length));
  const rest = lower.slice(end).replace(/^@\d+/, '');
  if (!/[a-z0-9]/.test(rest)) return true;
  return choices.every(choice => {
    const wanted = choice.toLowerCase().replace(/^refs\/(?:heads|tags)\//, '');
    return rest.endsWith(wanted) && /[:/]/.test(rest.at(-1 - wanted.length) ?? ':');
  });
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
