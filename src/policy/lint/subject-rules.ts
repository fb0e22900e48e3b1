/** Linter rules for patterns of subjects: those that no token has, pull requests, names that someone else can register. */
import type { CompiledCondition } from '../conditions.ts';
import { replaceValue } from '../explain/near-edits.ts';
import { type IssuerSubjects, isGithub } from '../issuer-subjects.table.ts';
import { canMatchSubject, subjectsOf } from '../issuer-subjects.ts';
import { matchWildcard } from '../match.ts';
import { claimsOf } from '../provider-claims.ts';
import { claimCondition, excludesPullRequests, requiresClaim } from './issuer-binding.ts';
import { isDead } from './issuer-identity.table.ts';
import { conditionRule, type FindingDetails, isAllow, keyPath, type LintCase, type LintRule } from './lint-case.ts';
import { whole } from './narrowing.ts';
import { meantSubject } from './subject-fixes.ts';

type Details = Omit<FindingDetails, 'path'>;

/** A rule for values of conditions on `sub`; reports the first value for which it has a finding. */
const subjectRule = (
  code: string,
  severity: LintRule['severity'],
  check: (subject: string, issuer: string, condition: CompiledCondition, one: LintCase) => Details | undefined,
): LintRule =>
  conditionRule(code, severity, (condition, one) => {
    const claim = claimCondition(condition, one);
    if (claim?.claim !== 'sub' || condition.operator.family !== 'string') return undefined;
    for (const value of condition.values) {
      const finding = check(value, claim.issuer, condition, one);
      if (finding !== undefined) return finding;
    }
    return undefined;
  });

/** `repo:OWNER/NAME`, whatever follows it. */
function repositoryOf(pattern: string): string {
  const colon = pattern.indexOf(':', 5);
  return colon === -1 ? pattern : pattern.slice(0, colon);
}

/** Whether the pattern matches the subject of a pull request in one of its repositories. */
function matchesPullRequests(pattern: string): boolean {
  if (!pattern.startsWith('repo:') || !pattern.endsWith('*')) return false;
  return matchWildcard(pattern, pullRequestOf(pattern));
}

/** The subject of a pull request in a repository of the pattern. */
function pullRequestOf(pattern: string): string {
  const head = repositoryOf(pattern).replaceAll('*', 'x').replaceAll('?', 'x');
  return `${head.includes('/') ? head : `${head}/x`}:pull_request`;
}

/** Statements that are searched for a Deny. */
const maxStatements = 100;

/** Whether another statement denies the pull requests that the pattern matches, by their subject alone. */
const arePullRequestsDenied = (pattern: string, issuer: string, { policy }: LintCase): boolean =>
  policy.statements.slice(0, maxStatements).some(({ effect, conditions }) => {
    const [only, ...more] = conditions;
    if (effect !== 'Deny' || only === undefined || more.length > 0) return false;
    if (only.lowerKey !== `${issuer.toLowerCase()}:sub` || !/^String(?:Like|Equals)$/.test(only.operator.name))
      return false;
    return only.values.some(value => matchWildcard(value, pullRequestOf(pattern)));
  });

const ignoresCase = ({ operator }: CompiledCondition): boolean => operator.name.endsWith('IgnoreCase');
/** The value in the letter case of subjects. Policy variables are unknown: they can be anything. */
const comparable = (value: string, condition: CompiledCondition): string => {
  const text = value.replaceAll(/\$\{[^}]*\}/g, '*');
  return ignoresCase(condition) ? text.toLowerCase() : text;
};

const isPossible = (value: string, condition: CompiledCondition, subjects: IssuerSubjects, customized: boolean) =>
  canMatchSubject(comparable(value, condition), true, subjects, customized);

const examples = ({ forms }: IssuerSubjects): string =>
  [...new Set(forms.map(({ template }) => template))].slice(0, 4).join(', ');

/** Whether the subject says that the job runs for a pull request, and which part of the subject that is. */
const isPullRequest = (subject: string): boolean => /(?:^|:)(?:pull_request(?::|$)|ref:refs\/pull\/)/.test(subject);

/** Claims with the ids that cannot be registered again. */
const idClaims: readonly string[] = ['repository_id', 'repository_owner_id', 'enterprise_id'];

export const subjectRules: readonly LintRule[] = [
  subjectRule('pattern-never-matches', 'error', (value, issuer, condition, one) => {
    const subjects = subjectsOf(issuer);
    if (subjects === undefined || isPossible(value, condition, subjects, true)) return undefined;
    const wildcards = condition.operator.name.endsWith('Like');
    // A Deny of a repository is meant for all of it, an Allow for its branches.
    const isWhole = !isAllow(one) && !condition.operator.negated;
    const read = meantSubject(value, wildcards, subjects, isWhole);
    // A Deny with a dead exception refuses everyone; a pattern would except many.
    const meant = condition.operator.negated && !isAllow(one) && read?.includes('*') === true ? undefined : read;
    const never = condition.operator.negated ? 'excludes nothing' : 'never matches';
    const message =
      `${JSON.stringify(value)} ${never}: ${subjects.name} issues no subject of this form. Subjects are ${examples(subjects)}` +
      `${subjects.customized.length > 0 ? ', or customized' : ''}.${meant === undefined ? '' : ` Did you mean ${JSON.stringify(meant)}?`}`;
    if (meant === undefined) return { message };
    const patch = replaceValue(one.policy.document, keyPath(one, condition), value, meant);
    return { message, fix: { sentence: `Use ${JSON.stringify(meant)}.`, patch } };
  }),
  subjectRule('subject-incomplete', 'warning', (value, issuer, condition) => {
    const subjects = subjectsOf(issuer);
    if (subjects === undefined || isPossible(value, condition, subjects, false)) return undefined;
    const isHead = isPossible(`${value}:*`, condition, subjects, false) && isPossible(value, condition, subjects, true);
    return isHead
      ? {
          message:
            `${JSON.stringify(value)} matches only subjects in a customized format: by default, ${subjects.name} adds more. ` +
            `Subjects are ${examples(subjects)}.`,
        }
      : undefined;
  }),
  subjectRule('open-to-pull-requests', 'warning', (value, issuer, condition, one) => {
    if (!isGithub(issuer) || !isAllow(one) || condition.operator.name !== 'StringLike') return undefined;
    if (!matchesPullRequests(value) || isDead(issuer, value) || excludesPullRequests(one, issuer)) return undefined;
    if (arePullRequestsDenied(value, issuer, one)) return undefined;
    // Only a pattern that matches branches as well can be limited to them.
    if (!matchWildcard(value, `${repositoryOf(value)}:ref:refs/heads/main`))
      return { message: `${JSON.stringify(value)} matches pull requests (…:pull_request).` };
    const closed = condition.values.map(text =>
      matchesPullRequests(text) ? `${repositoryOf(text)}:ref:refs/heads/*` : text,
    );
    const better = closed.length === 1 ? (closed[0] ?? '') : closed;
    return {
      message: `${JSON.stringify(value)} also matches pull requests (…:pull_request) and every branch, tag and environment.`,
      fix: {
        sentence: 'Allow branches only.',
        patch: [{ op: 'replace', path: keyPath(one, condition), value: better }],
      },
    };
  }),
  subjectRule('trusts-pull-requests', 'warning', (value, issuer, condition, one) => {
    if (!isGithub(issuer) || !isAllow(one) || condition.operator.negated || !isPullRequest(value)) return undefined;
    if (excludesPullRequests(one, issuer)) return undefined;
    return {
      message:
        `${JSON.stringify(value)} trusts jobs of every pull request: whoever can push a branch to the repository gets the role with code that ` +
        'nobody has reviewed. (Pull requests from forks get no token, unless the repository sends write tokens to workflows of forks.) ' +
        'Write an environment with required reviewers (…:environment:NAME) or a protected branch, or let this role read only.',
    };
  }),
  subjectRule('subject-without-ids', 'info', (value, issuer, condition, one) => {
    if (claimsOf(issuer)?.name !== 'GitHub' || !isAllow(one) || condition.operator.negated) return undefined;
    if (
      isDead(issuer, value) ||
      !/^repo:[^@*?/]+\//.test(value) ||
      idClaims.some(name => requiresClaim(one, issuer, name, whole))
    )
      return undefined;
    return {
      message:
        `${JSON.stringify(value)} names the owner and not its id: if the owner is renamed or deleted, someone else can register the name. ` +
        `Add StringEquals ${issuer}:repository_owner_id (or repository_id). Subjects of repositories created since 15 July 2026 contain the ` +
        'ids, and are matched by repo:OWNER@OWNER_ID/NAME@NAME_ID:… only.',
    };
  }),
];
