/** The subjects of an issuer: which it makes, whom they stand for, and which parts differ in each run. Rows: issuer-subjects.table.ts. */
import { type IssuerSubjects, issuerSubjects } from './issuer-subjects.table.ts';
import {
  fill,
  findSubject,
  MAX_SUBJECT,
  type ParsedSubject,
  type PartRole,
  type Parts,
  partsOf,
  readForm,
} from './subject-forms.ts';

/** The row of an issuer (without scheme); undefined for issuers whose subjects have no known form. */
export const subjectsOf = (issuer: string): IssuerSubjects | undefined => {
  const lower = issuer.toLowerCase();
  return issuerSubjects.find(({ issues }) => issues(lower));
};

/** The form of a subject, or of a pattern that has wildcards only inside parts; undefined when it has none of the default forms. */
export function parseSubject(text: string, { forms, parts }: IssuerSubjects): ParsedSubject | undefined {
  for (const candidate of forms) {
    const parsed = readForm(text, candidate, parts);
    if (parsed !== undefined && !hasNever(parsed, parts)) return parsed;
  }
  return undefined;
}

const hasNever = ({ values }: ParsedSubject, parts: Parts): boolean =>
  Object.entries(values).some(([name, value]) => parts[name]?.never?.(value) === true);

/**
 * A subject that the issuer makes and the policy value matches, as an example; undefined when it makes none. `customized`: also one in a
 * format that its owner has chosen. A value that is too long to be compared is its own example.
 */
export function exampleSubject(
  value: string,
  wildcards: boolean,
  { forms, parts, customized }: IssuerSubjects,
  withCustomized: boolean,
): string | undefined {
  if (value.length > MAX_SUBJECT) return value;
  for (const form of forms) {
    const found = findSubject(value, wildcards, form.template, parts);
    const parsed = found === undefined ? undefined : readForm(found, form, parts);
    if (found !== undefined && (parsed === undefined || !hasNever(parsed, parts))) return found;
  }
  return withCustomized
    ? customized.map(template => findSubject(value, wildcards, template, parts)).find(found => found !== undefined)
    : undefined;
}

/** Whether the issuer makes a subject that the policy value matches. */
export const canMatchSubject = (
  value: string,
  wildcards: boolean,
  subjects: IssuerSubjects,
  withCustomized: boolean,
): boolean => exampleSubject(value, wildcards, subjects, withCustomized) !== undefined;

/** The subject with `*` for the parts that are different in each run; the same text when there are none. */
export function withoutRun(subject: string, issuer: IssuerSubjects): string {
  const parsed = parseSubject(subject, issuer);
  if (parsed === undefined) return subject;
  const values = Object.fromEntries(
    Object.entries(parsed.values).map(([name, value]) => [name, issuer.parts[name]?.role === 'run' ? '*' : value]),
  );
  return fill(parsed.form.template, values);
}

/** The callers that have the subject, in words: "any pull request of octo-org/octo-repo". */
export const describeSubject = ({ form: { says }, values }: ParsedSubject): string => fill(says, values);

/** The names of the parts of a form with one of the roles. */
export const partsWithRole = (
  { form: { template } }: ParsedSubject,
  { parts }: IssuerSubjects,
  ...roles: readonly PartRole[]
): readonly string[] => partsOf(template).filter(name => roles.includes(parts[name]?.role ?? 'choice'));
