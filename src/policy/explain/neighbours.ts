/**
 * Callers that are near the caller of a request: another branch, a pull request, another repository of the owner, another owner, another
 * service account, another session. A fix is evaluated for each, to say whom else it lets in.
 */
import type { EvaluationRequest } from '../decision.ts';
import type { PolicySet } from '../evaluate.ts';
import type { IssuerSubjects } from '../issuer-subjects.table.ts';
import { canMatchSubject, describeSubject, exampleSubject, parseSubject, partsWithRole } from '../issuer-subjects.ts';
import { fill, type ParsedSubject, type SubjectForm } from '../subject-forms.ts';
import { callNeighbours } from './call-neighbours.ts';
import { callerIssuer, tokenCaller } from './key-roles.ts';
import { another, type Neighbour, withKeys } from './neighbour.ts';
import { namedNeighbours, principalNeighbours, SESSION_PRINCIPAL } from './principal-neighbours.ts';
import { compareIdentity } from './subject-identity.ts';

/** The neighbours of a request, the nearest first; none for an anonymous caller. */
export function neighboursOf(
  request: EvaluationRequest,
  policies: PolicySet,
  audiences?: readonly string[],
): readonly Neighbour[] {
  return [
    ...subjectNeighbours(request),
    ...writtenNeighbours(request, policies),
    ...audienceNeighbours(request, audiences),
    ...[...principalNeighbours(request), ...namedNeighbours(request, policies)].flatMap(withPermissions),
    ...callNeighbours(request),
  ];
}

/** A principal with and without permissions of its own; a session has those of its role. */
const withPermissions = (one: Neighbour): readonly Neighbour[] =>
  one.key === SESSION_PRINCIPAL ? [one] : (['all', 'none'] as const).map(permissions => ({ ...one, permissions }));

/** Maximum number of subjects of a policy that are neighbours. */
const MAX_WRITTEN = 20;

/** The other subjects that the policy of the resource names. */
function writtenNeighbours(request: EvaluationRequest, { resource }: PolicySet): readonly Neighbour[] {
  const caller = tokenCaller(request);
  if (caller === undefined) return [];
  const { issuer, subject: own, subjects: known } = caller;
  const conditions = (resource?.statements ?? []).flatMap(one => one.conditions);
  const isOfIssuer = ({ lowerKey }: { lowerKey: string }): boolean => lowerKey.startsWith(`${issuer.toLowerCase()}:`);
  const written = new Set(conditions.filter(isOfIssuer).flatMap(({ values }) => values));
  // Edits are made where the policy is near, so the subjects that begin like that of the caller come first.
  const nearest = [...written].toSorted((a, b) => commonLength(b, own) - commonLength(a, own)).slice(0, MAX_WRITTEN);
  const subjects = new Set<string>();
  // An operator that ignores letter case names the subject in lower case as well.
  for (const value of nearest.flatMap(one => [one, one.toLowerCase()])) {
    const example = known === undefined ? value.replace(/[*?]/g, 'x') : exampleSubject(value, true, known, true);
    if (example !== undefined) subjects.add(example);
  }
  subjects.delete(own);
  return [...subjects].map(subject => ({
    who: `others whom the policy names (${JSON.stringify(subject)})`,
    stranger: false,
    isMistake: !isOtherSubject(subject, own, known),
    request: withKeys(request, { [`${issuer}:sub`]: subject }),
  }));
}

/** Number of equal characters at the start. */
function commonLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** Whether somebody else can have the written subject: it is not that of the caller in another spelling, with or without ids. */
function isOtherSubject(written: string, own: string, subjects: IssuerSubjects | undefined): boolean {
  if (written.trim().toLowerCase() === own.toLowerCase()) return false;
  if (subjects === undefined) return true;
  if (!canMatchSubject(written, false, subjects, false)) return false;
  const identity = compareIdentity(written, own, false, subjects);
  // A repository has subjects with ids or without, never both.
  return identity === 'other' || (identity === 'same' && written.includes('@') === own.includes('@'));
}

/** The same subject with a token for another audience that the provider accepts. */
function audienceNeighbours(
  request: EvaluationRequest,
  audiences: readonly string[] | undefined,
): readonly Neighbour[] {
  const issuer = callerIssuer(request)?.toLowerCase();
  const audience = request.context.get(`${issuer}:aud`);
  if (typeof audience !== 'string') return [];
  const other = audiences === undefined ? another(audience) : audiences.find(one => one !== audience);
  if (other === undefined) return [];
  const keys = { [`${issuer}:aud`]: other, [`${issuer}:oaud`]: other };
  const who = `tokens of this subject for another audience (${JSON.stringify(other)})`;
  return [{ who, stranger: false, key: `${issuer}:aud`, request: withKeys(request, keys) }];
}

/** Other subjects of the caller's issuer. */
function subjectNeighbours(request: EvaluationRequest): readonly Neighbour[] {
  const caller = tokenCaller(request);
  if (caller === undefined) return [];
  const { issuer, subject, subjects } = caller;
  const parsed = subjects && parseSubject(subject, subjects);
  if (subjects === undefined || parsed === undefined) {
    const other = withKeys(request, { [`${issuer}:sub`]: another(subject) });
    return [
      {
        who: `every other subject of ${issuer} (such as ${JSON.stringify(another(subject))})`,
        stranger: true,
        request: other,
      },
    ];
  }
  const make = (other: ParsedSubject, who: string, stranger: boolean, changed: readonly string[]): Neighbour => {
    const sub = fill(other.form.template, other.values);
    const keys: Record<string, string | null> = { [`${issuer}:sub`]: sub };
    for (const [claim, { of, template }] of Object.entries(subjects.claims)) {
      const known = request.context.get(`${issuer}:${claim}`.toLowerCase());
      if (typeof known !== 'string' || !of.some(name => changed.includes(name))) continue;
      keys[`${issuer}:${claim}`] = template === '' ? another(known) : fill(template, other.values);
    }
    for (const [claim, value] of Object.entries(other.form.claims)) {
      const key = `${issuer}:${claim}`;
      if (request.context.has(key.toLowerCase()) || value === null)
        keys[key] = value === null ? null : fill(value, other.values);
    }
    return { who: `${who} (${JSON.stringify(sub)})`, stranger, request: withKeys(request, keys) };
  };
  return [...siblings(parsed, subjects, make), ...others(parsed, subjects, make)];
}

type Make = (other: ParsedSubject, who: string, stranger: boolean, changed: readonly string[]) => Neighbour;

/** The other kinds of jobs of the same owner and resource. */
function siblings(parsed: ParsedSubject, subjects: IssuerSubjects, make: Make): readonly Neighbour[] {
  const identity = partsWithRole(parsed, subjects, 'owner', 'resource');
  return subjects.forms
    .filter(form => form !== parsed.form && isSameHead(form, subjects, identity))
    .map(form => {
      const values = { ...EXAMPLES, ...parsed.values };
      const other = { form, values };
      return make(other, describeSubject(other), false, []);
    });
}

const EXAMPLES = { branch: 'feature', tag: 'v1', environment: 'test', ref: 'refs/heads/feature' };

const isSameHead = (form: SubjectForm, subjects: IssuerSubjects, identity: readonly string[]): boolean =>
  partsWithRole({ form, values: {} }, subjects, 'owner', 'resource').join() === identity.join();

/** The same kind of job with another branch, repository, owner … */
function others(parsed: ParsedSubject, subjects: IssuerSubjects, make: Make): readonly Neighbour[] {
  const names = partsWithRole(parsed, subjects, 'choice', 'resource', 'owner');
  const idsOf = (name: string): readonly string[] => names.filter(one => one === `${name}Id`);
  return names
    .filter(name => !name.endsWith('Id') || idsOf(name.slice(0, -2)).length === 0)
    .flatMap(name => {
      const part = subjects.parts[name];
      // Another owner has other ids, and so has its repository.
      const changed =
        part?.role === 'owner' ? names.filter(one => one.endsWith('Id') || one === name) : [name, ...idsOf(name)];
      const values = { ...parsed.values };
      for (const one of changed) values[one] = another(values[one] ?? '');
      const other = { form: parsed.form, values };
      const found = [make(other, `another ${part?.words ?? name}`, part?.role === 'owner', changed)];
      if (part?.role !== 'owner' || idsOf(name).length === 0) return found;
      // The same names with other ids: somebody who took over the name.
      const ids = changed.filter(one => one !== name);
      const taken = { ...parsed.values };
      for (const one of ids) taken[one] = another(taken[one] ?? '');
      return [...found, make({ form: parsed.form, values: taken }, 'whoever takes over the name', true, ids)];
    });
}
