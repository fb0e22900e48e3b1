/** Narrower patterns of subjects, and the condition that excludes a caller. */
import type { EvaluationRequest } from '../../decision.ts';
import type { IssuerSubjects } from '../../issuer-subjects.table.ts';
import { parseSubject, partsWithRole, withoutRun } from '../../issuer-subjects.ts';
import { matchWildcard } from '../../match.ts';
import { fill, type ParsedSubject } from '../../subject-forms.ts';
import { tokenCaller } from '../key-roles.ts';

/**
 * The patterns that together match what the pattern matches, without the kind of job that the subject is: for
 * `repo:o/r:*` and a pull request, branches, tags and environments. Empty when the issuer has no other kinds of jobs, or the pattern is
 * not for one resource.
 */
export function narrowerPatterns(pattern: string, subject: string, subjects: IssuerSubjects): readonly string[] {
  const parsed = parseSubject(subject, subjects);
  // Without the kind of a branch or environment, the other ones would be kept out as well.
  if (parsed === undefined || partsWithRole(parsed, subjects, 'choice').length > 0) return [];
  const head = identityTemplate(parsed, subjects);
  // Another resource of the owner would have to stay in as well.
  if (!pattern.startsWith(fill(head, parsed.values))) return [];
  const values = Object.fromEntries(
    Object.entries(subjects.parts).map(([name, part]) => [
      name,
      part.role === 'owner' || part.role === 'resource' ? (parsed.values[name] ?? '*') : '*',
    ]),
  );
  return subjects.forms
    .filter(form => form.kind !== parsed.form.kind && form.template.startsWith(head))
    .map(form => fill(form.template, values))
    .filter(narrower => matchWildcard(pattern, narrower) && !matchWildcard(narrower, subject));
}

/** A negated condition that is false for a caller. */
export interface Exclusion {
  readonly operator: 'StringNotEquals' | 'StringNotLike' | 'ArnNotEquals';
  readonly key: string;
  readonly value: string;
}

/** The exclusions of a caller, the narrowest first: its subject in every run, and its repository or workspace; or its ARN. */
export function exclusionsOf({
  principal,
  context,
}: Pick<EvaluationRequest, 'principal' | 'context'>): readonly Exclusion[] {
  const caller = tokenCaller({ principal, context });
  if (caller !== undefined) {
    const { issuer, subject, subjects } = caller;
    const key = `${issuer}:sub`;
    const exact = subjects === undefined ? subject : withoutRun(subject, subjects);
    const whole = subjects === undefined ? undefined : wholeResource(subject, subjects);
    const values = whole === undefined || whole === exact ? [exact] : [exact, whole];
    return values.map(value => ({ operator: value === subject ? 'StringNotEquals' : 'StringNotLike', key, value }));
  }
  const arn = principal.type === 'role-session' ? principal.roleArn : 'arn' in principal ? principal.arn : undefined;
  return arn === undefined ? [] : [{ operator: 'ArnNotEquals', key: 'aws:PrincipalArn', value: arn }];
}

/** A pattern for every job of the owner and resource of a subject. */
function wholeResource(subject: string, subjects: IssuerSubjects): string | undefined {
  const parsed = parseSubject(subject, subjects);
  if (parsed === undefined) return undefined;
  const head = identityTemplate(parsed, subjects);
  return head === parsed.form.template ? undefined : `${fill(head, parsed.values)}:*`;
}

/** The template up to the last part of the identity. */
function identityTemplate(parsed: ParsedSubject, subjects: IssuerSubjects): string {
  const last = `{${partsWithRole(parsed, subjects, 'owner', 'resource').at(-1) ?? ''}}`;
  return parsed.form.template.slice(0, parsed.form.template.indexOf(last) + last.length);
}

/**
 * The pattern with its first wildcard after the name that it begins, for a name that only begins like it: `repo:o/app:*` for
 * `repo:o/app*` and `repo:o/app-evil`. Undefined where no name is cut off.
 */
export function closedPattern(pattern: string, subject: string, subjects: IssuerSubjects): string | undefined {
  const star = pattern.indexOf('*');
  const begin = pattern.slice(0, star);
  const parsed = parseSubject(subject, subjects);
  if (star === -1 || parsed === undefined || !subject.startsWith(begin)) return undefined;
  const identity = new Set(partsWithRole(parsed, subjects, 'owner', 'resource'));
  let at = 0;
  for (const piece of parsed.form.template.split(/(\{\w+\})/)) {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    const text = name === undefined ? piece : (parsed.values[name] ?? '');
    const isCut = name !== undefined && identity.has(name) && begin.length > at && begin.length < at + text.length;
    if (isCut) {
      const delimiter = subject.charAt(at + text.length);
      const rest = pattern.slice(star + 1);
      return rest.startsWith(delimiter) && delimiter !== '' ? begin + rest : `${begin}${delimiter}*${rest}`;
    }
    at += text.length;
  }
  return undefined;
}
