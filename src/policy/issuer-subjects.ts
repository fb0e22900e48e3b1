/** The subjects of an issuer: which it makes, whom they stand for, and which parts differ in each run. Rows: issuer-subjects.table.ts. */
import { type IssuerSubjects, issuerSubjects } from './issuer-subjects.table.ts';
import { hasWildcard } from './match.ts';
import {
  fill,
  findSubject,
  MAX_SUBJECT,
  type ParsedSubject,
  type PartRole,
  type Parts,
  partsOf,
  readForm,
  readTemplate,
} from './subject-forms.ts';

/**
 * The row of an issuer (without scheme), or, where its name is not known, that of a self-hosted issuer which makes the subject; undefined
 * for issuers whose subjects have no known form.
 */
export const subjectsOf = (issuer: string, subject?: string): IssuerSubjects | undefined => {
  const lower = issuer.toLowerCase();
  return (
    issuerSubjects.find(({ issues }) => issues(lower)) ??
    issuerSubjects.find(row => row.selfHosted && subject !== undefined && parseSubject(subject, row) !== undefined)
  );
};

/** The form of a subject, or of a pattern that has wildcards only inside parts; undefined when it has none of the default forms. */
export function parseSubject(text: string, { forms, parts }: IssuerSubjects): ParsedSubject | undefined {
  for (const candidate of forms) {
    const parsed = readForm(text, candidate, parts);
    if (parsed !== undefined && !hasNever(parsed.values, parts)) return parsed;
  }
  return undefined;
}

/** Whether a part has a value that never exists. */
const hasNever = (values: ParsedSubject['values'], parts: Parts): boolean =>
  Object.entries(values).some(([name, value]) => {
    const isVariant = (template: string): boolean => {
      const inner = readTemplate(value, template, parts);
      return inner !== undefined && !hasNever(inner, parts);
    };
    const { never, variants } = parts[name] ?? {};
    return never?.(value) === true || (!hasWildcard(value) && variants?.some(isVariant) === false);
  });

/** The template once for each variant of its parts. */
const expand = (template: string, parts: Parts): readonly string[] =>
  partsOf(template).reduce<readonly string[]>(
    (all, name) => {
      const variants = parts[name]?.variants ?? [`{${name}}`];
      return all.flatMap(one => variants.map(variant => one.replace(`{${name}}`, variant)));
    },
    [template],
  );

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
  const templates = [...forms.map(form => form.template), ...(withCustomized ? customized : [])];
  const expanded = templates.flatMap(template => expand(template, parts));
  // A star stands for nothing first: a name that never exists like that can exist with more letters.
  for (const pattern of wildcards && value.includes('*') ? [value, value.replaceAll('*', 'x*')] : [value]) {
    for (const template of expanded) {
      const found = findSubject(pattern, wildcards, template, parts);
      if (found !== undefined && !hasNever(readTemplate(found, template, parts) ?? {}, parts)) return found;
    }
  }
  return undefined;
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
