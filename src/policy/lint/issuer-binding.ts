/** What the conditions of a statement demand of tokens: which issuers' tokens they bind to an owner, and to which audience. */
import type { CompiledCondition } from '../conditions.ts';
import { matchWildcard } from '../match.ts';
import { issuerKey } from '../provider-claims.ts';
import { identityOf, isSubjectNarrow } from './issuer-identity.table.ts';
import { cachePerStatement, type LintCase, trustedIssuers } from './lint-case.ts';
import { bindsCaller, isNarrow, isRestricting, type Narrow, notOnlyWildcards, patternsOf, whole } from './narrowing.ts';

/** A condition on a claim of an issuer. Both names are in lower case. */
export interface ClaimCondition {
  readonly condition: CompiledCondition;
  readonly issuer: string;
  readonly claim: string;
}

/** Conditions on claims, found once per statement: it may trust hundreds of issuers and have thousands of conditions. */
const claimConditions = cachePerStatement(({ conditions }, one): ReadonlyMap<CompiledCondition, ClaimCondition> => {
  const trusted = trustedIssuers(one);
  return new Map(
    conditions.flatMap(condition => {
      const parts = issuerKey(condition.lowerKey, trusted);
      return parts === undefined ? [] : [[condition, { condition, ...parts }] as const];
    }),
  );
});

/** The condition as one on a claim; undefined for keys of services. */
export const claimCondition = (condition: CompiledCondition, one: LintCase): ClaimCondition | undefined =>
  claimConditions(one).get(condition);

/** Conditions on claims that a token must fulfil, by issuer. */
const required = cachePerStatement((_, one): ReadonlyMap<string, readonly ClaimCondition[]> => {
  const found = new Map<string, ClaimCondition[]>();
  for (const claim of claimConditions(one).values()) {
    if (!isRestricting(claim.condition, one)) continue;
    const others = found.get(claim.issuer) ?? [];
    others.push(claim);
    found.set(claim.issuer, others);
  }
  return found;
});
const requiredClaims = (one: LintCase, issuer: string): readonly ClaimCondition[] =>
  required(one).get(issuer.toLowerCase()) ?? [];

/** Caches an answer per statement and issuer: each condition asks for it, and there may be thousands. */
function cachePerIssuer<T>(find: (one: LintCase, issuer: string) => T): (one: LintCase, issuer: string) => T {
  const answers = cachePerStatement(() => new Map<string, T>());
  return (one, name) => {
    const known = answers(one);
    const issuer = name.toLowerCase();
    if (!known.has(issuer)) known.set(issuer, find(one, issuer));
    return known.get(issuer) as T;
  };
}

/** Claims that say nothing about the subject. */
const audienceClaims: ReadonlySet<string> = new Set(['aud', 'oaud', 'amr']);

/** Whether a condition on a claim says which owner's tokens it accepts. */
function isBinding({ condition, issuer, claim }: ClaimCondition): boolean {
  const patterns = patternsOf(condition);
  if (claim === 'sub') return patterns.every(pattern => isSubjectNarrow(issuer, pattern));
  const identity = identityOf(issuer);
  const narrow =
    identity.claims.get(claim) ?? (identity.isKnown || audienceClaims.has(claim) ? undefined : notOnlyWildcards);
  return narrow !== undefined && patterns.every(narrow);
}

/** Keys that the token of a private issuer determines. */
const tokenKeys: Narrow = key => key.startsWith('aws:requesttag/') || key === 'sts:sourceidentity';
/** The one issuer whose tokens AWS binds by the name of the session. */
const sessionNameIssuer = 'sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d';

/** Whether the statement has a condition that the token of any private issuer determines. */
const hasTokenKey = cachePerStatement(({ conditions }, one): boolean =>
  conditions.some(condition => tokenKeys(condition.lowerKey) && isNarrow(condition, notOnlyWildcards, one)),
);

/** Whether the statement says which of the issuer's tokens it accepts, by more than the audience. */
export const isIssuerBound = cachePerIssuer(
  (one, issuer): boolean =>
    bindsCaller(one) ||
    hasTokenKey(one) ||
    requiredClaims(one, issuer).some(isBinding) ||
    (issuer === sessionNameIssuer &&
      one.statement.conditions.some(
        condition => condition.lowerKey === 'sts:rolesessionname' && isNarrow(condition, notOnlyWildcards, one),
      )),
);

/** Whether a token must have the claim, with a value that passes the test. */
export const requiresClaim = (one: LintCase, issuer: string, name: string, test: Narrow): boolean =>
  requiredClaims(one, issuer).some(({ claim, condition }) => claim === name && patternsOf(condition).every(test));

/** A workflow of a known owner at one branch, tag or commit. */
export const isPinned: Narrow = workflow =>
  /^[^*?/]+\/.*@(?:refs\/(?:heads|tags)\/[^*?@]+|[0-9a-f]{40})$/.test(workflow);

/** Whether a token must come from a workflow of a known owner at one branch, tag or commit. */
export const requiresPinnedWorkflow = cachePerIssuer((one, issuer): boolean =>
  requiresClaim(one, issuer, 'job_workflow_ref', isPinned),
);

/**
 * Whether tokens of unreviewed pull requests are refused: such a job has no environment unless it names one, its ref is
 * `refs/pull/NUMBER/merge`, and a workflow at a branch, or a person, is known.
 */
export const excludesPullRequests = cachePerIssuer(
  (one, issuer): boolean =>
    requiresPinnedWorkflow(one, issuer) ||
    requiresClaim(one, issuer, 'environment', notOnlyWildcards) ||
    requiresClaim(one, issuer, 'ref', ref => !matchWildcard(ref, 'refs/pull/1/merge')) ||
    requiresClaim(one, issuer, 'actor_id', whole) ||
    requiresClaim(one, issuer, 'actor', whole),
);
