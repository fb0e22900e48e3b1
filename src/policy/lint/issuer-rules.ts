/** Linter rules for the tokens that a statement accepts: which audience, whose subjects, which workflows. */

import type { CompiledCondition } from '../conditions.ts';
import { isGithub } from '../issuer-subjects.table.ts';
import { matchWildcard } from '../match.ts';
import { audienceClaims, usualAudience } from './audiences.table.ts';
import {
  type ClaimCondition,
  claimCondition,
  isIssuerBound,
  isPinned,
  requiresClaim,
  requiresPinnedWorkflow,
} from './issuer-binding.ts';
import { identityFor, identityOf, isSubjectNarrow } from './issuer-identity.table.ts';
import {
  addCondition,
  cachePerStatement,
  conditionRule,
  fixOf,
  isActionAllowed,
  isAllow,
  type LintCase,
  type LintRule,
  rule,
  trustedIssuers,
  webIdentity,
} from './lint-case.ts';
import { isNarrow, notOnlyWildcards, patternsOf, whole } from './narrowing.ts';

const workflowKey = 'job_workflow_ref:';

/** Issuers whose tokens the statement accepts. */
const acceptedIssuers = (one: LintCase): readonly string[] =>
  isAllow(one) && isActionAllowed(one, webIdentity) ? trustedIssuers(one) : [];

/** A pattern of the condition on `sub` that belongs to no single owner and is not a wildcard alone; undefined if there is none. */
function openSubject(condition: CompiledCondition, one: LintCase): { issuer: string; pattern: string } | undefined {
  const claim = claimCondition(condition, one);
  if (claim?.claim !== 'sub' || condition.operator.negated || condition.operator.family !== 'string') return undefined;
  const { issuer } = claim;
  const pattern = patternsOf(condition).find(text => notOnlyWildcards(text) && !isSubjectNarrow(issuer, text));
  return pattern === undefined ? undefined : { issuer, pattern };
}

/** A rule for subjects of many owners; the row of the issuer has the code of its finding. */
const openSubjectRule = (code: 'any-repository' | 'any-service-account', severity: LintRule['severity']): LintRule =>
  conditionRule(code, severity, (condition, one) => {
    const found = isAllow(one) ? openSubject(condition, one) : undefined;
    if (found === undefined) return undefined;
    const { issuer, pattern } = found;
    const { open } = identityFor(issuer, pattern);
    if (pattern.startsWith(workflowKey)) return undefined;
    if (open?.code !== code || isIssuerBound(one, issuer) || requiresPinnedWorkflow(one, issuer)) return undefined;
    return { message: `${JSON.stringify(pattern)} matches ${open.matches}. ${open.write}` };
  });

/** Lower-case issuers with a subject that another rule reports. */
const openIssuers = cachePerStatement(
  ({ conditions }, one): ReadonlySet<string> =>
    new Set(
      conditions
        .flatMap(condition => openSubject(condition, one) ?? [])
        .filter(({ issuer, pattern }) => identityFor(issuer, pattern).open !== undefined)
        .map(({ issuer }) => issuer),
    ),
);

/** Whether another rule reports that the issuer's tokens are not bound to an owner. */
const isReported = (one: LintCase, issuer: string): boolean =>
  requiresClaim(one, issuer, 'job_workflow_ref', notOnlyWildcards) || openIssuers(one).has(issuer.toLowerCase());

/** The workflows that a condition on `job_workflow_ref`, or on a customized `sub` that begins with it, accepts. */
function workflowsOf({ condition, claim }: ClaimCondition): readonly string[] {
  const patterns = patternsOf(condition).filter(notOnlyWildcards);
  if (claim === 'job_workflow_ref') return patterns;
  return claim === 'sub'
    ? patterns.filter(text => text.startsWith(workflowKey)).map(text => text.slice(workflowKey.length))
    : [];
}

/** A rule for statements that accept a workflow and do not say whose repositories call it; unpinned workflows go first. */
const workflowRule = (code: string, pinned: boolean, message: (workflow: string) => string): LintRule =>
  conditionRule(code, 'warning', (condition, one) => {
    const claim = claimCondition(condition, one);
    if (claim === undefined || !isGithub(claim.issuer) || !isAllow(one) || condition.operator.negated) return undefined;
    if (isIssuerBound(one, claim.issuer)) return undefined;
    const workflows = workflowsOf(claim);
    const workflow = workflows.find(text => !isPinned(text)) ?? workflows[0];
    return workflow === undefined || isPinned(workflow) !== pinned ? undefined : { message: message(workflow) };
  });

const bindRepository =
  'Add a condition on repository_owner_id, on repository_id, or on sub with the owner (repo:OWNER/NAME:ref:refs/heads/main).';

const COGNITO = 'cognito-identity.amazonaws.com';

export const issuerRules: readonly LintRule[] = [
  rule('missing-audience', 'warning', one =>
    acceptedIssuers(one).flatMap(issuer => {
      const names = audienceClaims(issuer);
      if (names.some(name => requiresClaim(one, issuer, name, notOnlyWildcards))) return [];
      const key = `${issuer}:${names[0] ?? 'aud'}`;
      const path = `${one.path}/Condition`;
      const message = `No condition on ${key}: tokens for other audiences of the provider are accepted as well.`;
      const value = usualAudience(issuer);
      if (value === undefined) return [{ path, message }];
      return [
        {
          path,
          message,
          ...fixOf(`Add StringEquals ${key} "${value}".`, addCondition(one, 'StringEquals', key, value)),
        },
      ];
    }),
  ),
  rule('missing-audience', 'info', one => {
    if (!isAllow(one) || !isActionAllowed(one, 'sts:assumerolewithsaml')) return [];
    const isSaml = [...(one.statement.principals?.federated ?? [])].some(name => name.includes(':saml-provider/'));
    const says = (condition: CompiledCondition): boolean =>
      condition.lowerKey === 'saml:aud' && isNarrow(condition, notOnlyWildcards, one);
    if (!isSaml || one.statement.conditions.some(says)) return [];
    return [
      {
        path: `${one.path}/Condition`,
        message:
          'No condition on SAML:aud that names an address: assertions for any sign-in address of AWS are accepted. For the console, add StringEquals SAML:aud "https://signin.aws.amazon.com/saml".',
      },
    ];
  }),
  rule('missing-subject', 'warning', one =>
    acceptedIssuers(one).flatMap(issuer => {
      if (isIssuerBound(one, issuer) || isReported(one, issuer)) return [];
      const others = [...identityOf(issuer).claims.keys()].filter(name => name !== 'aud' && name !== '');
      const keys = ['sub', ...others].map(name => `${issuer}:${name}`).join(' or ');
      return [
        {
          path: `${one.path}/Condition`,
          message: `No condition says whose tokens are accepted: add one on ${keys} that does not match every subject of the issuer.`,
        },
      ];
    }),
  ),
  openSubjectRule('any-repository', 'error'),
  openSubjectRule('any-service-account', 'warning'),
  workflowRule(
    'any-caller-of-workflow',
    true,
    workflow =>
      `${JSON.stringify(workflow)} names the workflow that runs, not the repository that calls it: if its repository is public, every ` +
      `repository can call it, and callers choose its inputs. ${bindRepository}`,
  ),
  workflowRule(
    'unpinned-workflow',
    false,
    workflow =>
      `${JSON.stringify(workflow)} accepts the workflow at every ref: whoever can push a branch to its repository can change it and get ` +
      `the role. End the value with @refs/heads/BRANCH, @refs/tags/TAG or a commit. ${bindRepository}`,
  ),
  rule('unauthenticated-identities', 'warning', one =>
    acceptedIssuers(one)
      .filter(issuer => issuer.toLowerCase() === COGNITO)
      .filter(
        issuer =>
          !requiresClaim(one, issuer, 'amr', text => notOnlyWildcards(text) && !matchesGuests(text)) &&
          !requiresClaim(one, issuer, 'sub', whole),
      )
      .map(() => ({
        path: `${one.path}/Condition`,
        message:
          'The role is open to unauthenticated identities of the pool (guests): everyone who knows the ID of the pool can be one. For ' +
          `signed-in users only, write ForAnyValue:StringLike ${COGNITO}:amr "authenticated".`,
      })),
  ),
];

/** Tokens of guests have the one amr value `unauthenticated`. */
const matchesGuests = (pattern: string): boolean => matchWildcard(pattern, 'unauthenticated');
