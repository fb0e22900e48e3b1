/** Compares whom a policy value names with whom a token names: owner, repository, namespace, service account and their ids. */
import { editDistance } from '../../kernel/text.ts';
import type { IssuerSubjects } from '../issuer-subjects.table.ts';
import { canMatchSubject, parseSubject } from '../issuer-subjects.ts';
import { matchWildcard } from '../match.ts';
import { type Parts, partsOf, readForm, type SubjectForm } from '../subject-forms.ts';

/**
 * `same`: the values differ in the choice of the job (branch, environment) only, or in a name that cannot exist. `case`: they differ in letter case where only one of
 * them can exist. `near`: both can exist, and they are easily confused. `ids`: the names are the same, the ids are not. `no-ids`: the
 * policy has ids, the token has none. `other`: another owner, repository or service account.
 */
export type Identity = 'same' | 'case' | 'near' | 'ids' | 'no-ids' | 'other';

type Values = Readonly<Record<string, string>>;

const REST: Parts[string] = { role: 'choice', words: 'rest', allows: () => true, ignoresCase: false };

/** The owner and resource parts of a text, whatever follows them. */
function readIdentity(text: string, { forms, parts }: IssuerSubjects): Values | undefined {
  for (const form of forms) {
    const names = partsOf(form.template).filter(name => isIdentity(parts, name));
    const last = `{${names.at(-1) ?? ''}}`;
    const head = form.template.slice(0, form.template.indexOf(last) + last.length);
    for (const template of [head, `${head}{rest}`]) {
      const headForm: SubjectForm = { ...form, template };
      const values = readForm(text, headForm, { ...parts, rest: REST })?.values;
      if (values !== undefined) return Object.fromEntries(names.map(name => [name, values[name] ?? '']));
    }
  }
  return undefined;
}

const isIdentity = (parts: Parts, name: string): boolean => ['owner', 'resource'].includes(parts[name]?.role ?? '');

/** Whether two names are easily confused: at most two edits, and at most a third of the name. */
export const isNear = (one: string, other: string): boolean => {
  const limit = Math.min(2, Math.floor(Math.max(one.length, other.length) / 3));
  return one.toLowerCase() === other.toLowerCase() || editDistance(one, other, limit) <= limit;
};

/** Compares the policy value with the subject of a token. */
export function compareIdentity(
  expected: string,
  actual: string,
  wildcards: boolean,
  subjects: IssuerSubjects,
): Identity {
  const real = readIdentity(actual, subjects);
  const wanted = readIdentity(expected, subjects);
  if (real === undefined) return isNear(expected, actual) ? 'near' : 'other';
  if (wanted === undefined) {
    // No name can be written like this: a typo.
    if (isNear(expected, actual) && !canMatchSubject(expected, wildcards, subjects, true)) return 'same';
    // A pattern that covers the identity with a wildcard, or a text in no form of the issuer.
    const region = Object.values(real).reverse();
    if (region.every(value => expected.includes(value))) return 'same';
    const isOpen = wildcards && canMatchSubject(expected, wildcards, subjects, true) && /[*?]/.test(expected);
    return isOpen && parseSubject(expected, subjects) === undefined ? coveredBy(expected, actual) : 'other';
  }
  return compareParts(wanted, real, wildcards, subjects.parts);
}

/** A pattern with a wildcard in the identity: the text before the first wildcard decides. */
const coveredBy = (pattern: string, actual: string): Identity => {
  const prefix = pattern.slice(0, pattern.search(/[*?]/));
  if (actual.startsWith(prefix)) return 'same';
  return isNear(prefix, actual.slice(0, prefix.length)) ? 'near' : 'other';
};

function compareParts(wanted: Values, real: Values, wildcards: boolean, parts: Parts): Identity {
  const shared = Object.keys(wanted).filter(name => name in real);
  const hasIds = (values: Values): boolean => Object.keys(values).some(name => name.endsWith('Id'));
  const isSame = (name: string, fold: (text: string) => string): boolean => {
    const [pattern, text] = [fold(wanted[name] ?? ''), fold(real[name] ?? '')];
    return wildcards ? matchWildcard(pattern, text) : pattern === text;
  };
  const lower = (text: string): string => text.toLowerCase();
  const different = shared.filter(name => !isSame(name, text => text));
  const other = different.filter(name => parts[name]?.ignoresCase !== true || !isSame(name, lower));
  const names = other.filter(name => !name.endsWith('Id'));
  if (names.length > 0) {
    const isPossible = (name: string): boolean =>
      [...(wanted[name] ?? '')].every(letter => /[*?]/.test(letter) || parts[name]?.allows(letter) === true) &&
      parts[name]?.never?.(wanted[name] ?? '') !== true;
    const isTypo = (name: string): boolean =>
      !isPossible(name) &&
      (isNear(wanted[name] ?? '', real[name] ?? '') || wanted[name]?.startsWith(real[name] ?? '') === true);
    if (names.every(isTypo)) return 'same';
    return names.every(name => isNear(wanted[name] ?? '', real[name] ?? '')) ? 'near' : 'other';
  }
  if (other.length > 0) return 'ids';
  if (hasIds(wanted) && !hasIds(real)) return 'no-ids';
  return different.length > 0 ? 'case' : 'same';
}
