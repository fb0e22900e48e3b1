/** Narrower patterns of subjects. */
import type { IssuerSubjects } from '../../issuer-subjects.table.ts';
import { canMatchSubject, parseSubject, partsWithRole } from '../../issuer-subjects.ts';
import { matchWildcard } from '../../match.ts';
import { fill, type ParsedSubject } from '../../subject-forms.ts';
import { closedNames } from './names.ts';

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

/** A pattern for every job of the owner and resource of a subject. */
export function wholeResource(subject: string, subjects: IssuerSubjects): string | undefined {
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
  const closed = closedNames(pattern, subject)?.at(-1);
  const parsed = parseSubject(subject, subjects);
  if (closed === undefined || parsed === undefined || !canMatchSubject(closed, true, subjects, true)) return undefined;
  const identity = new Set(partsWithRole(parsed, subjects, 'owner', 'resource'));
  const cut = pattern.indexOf('*');
  let at = 0;
  for (const piece of parsed.form.template.split(/(\{\w+\})/)) {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    const { length } = name === undefined ? piece : (parsed.values[name] ?? '');
    if (cut > at && cut < at + length) return name !== undefined && identity.has(name) ? closed : undefined;
    at += length;
  }
  return undefined;
}
