/** Linter rules for single conditions, one row each. */
import { pointerStep } from '../../kernel/json.ts';
import { nearest } from '../../kernel/text.ts';
import type { CompiledCondition } from '../conditions.ts';
import { type ContextKey, contextKey, contextKeys } from '../context-keys.ts';
import type { Finding } from '../decision.ts';
import { type ConditionPlace, moveCondition } from '../explain/near-edits.ts';
import { matchWildcard } from '../match.ts';
import { claimsOf, exposedClaims, issuerKey } from '../provider-claims.ts';
import {
  addCondition,
  cachePerStatement,
  type FindingDetails,
  isAllow,
  isRestricting,
  type LintCase,
  type LintRule,
  rule,
  trustedIssuers,
} from './lint-case.ts';

/** A rule that checks each condition of an Allow or Deny. */
const conditionRule = (
  code: string,
  severity: Finding['severity'],
  check: (condition: CompiledCondition, one: LintCase) => Omit<FindingDetails, 'path'> | undefined,
): LintRule =>
  rule(code, severity, one => {
    const findings: FindingDetails[] = [];
    for (const condition of one.statement.conditions) {
      const finding = check(condition, one);
      if (finding !== undefined) findings.push({ path: keyPath(one, condition), ...finding });
      if (findings.length === MAX_FINDINGS) break;
    }
    return findings;
  });

/** Limit per rule and statement: a statement may have ten thousand conditions, and each costs a search for a suggestion. */
const MAX_FINDINGS = 100;

const keyPath = ({ path }: LintCase, { spelling, key }: CompiledCondition): string =>
  `${path}/Condition${pointerStep(spelling)}${pointerStep(key)}`;

/** A fix that moves a condition to another operator or key; empty when the target exists already. */
function moveFix(
  one: LintCase,
  from: CompiledCondition,
  to: ConditionPlace,
  sentence: string,
): Pick<FindingDetails, 'fix'> {
  const patch = moveCondition(one.policy.document, `${one.path}/Condition`, from, to);
  return patch === undefined ? {} : { fix: { sentence, patch } };
}

const isGithub = (issuer: string): boolean => claimsOf(issuer)?.name === 'GitHub';

/** The beginning of the subjects of a shared issuer: a prefix, the owner's name, a delimiter. */
interface OwnedSubject {
  readonly issues: (issuer: string) => boolean;
  readonly prefix: string;
  readonly delimiter: string;
  readonly resources: string;
}

const ownedSubjects: readonly OwnedSubject[] = [
  { issues: isGithub, prefix: 'repo:', delimiter: '/', resources: 'repositories' },
  { issues: issuer => issuer === 'gitlab.com', prefix: 'project_path:', delimiter: '/', resources: 'projects' },
  { issues: issuer => issuer === 'app.terraform.io', prefix: 'organization:', delimiter: ':', resources: 'workspaces' },
  {
    issues: issuer => issuer === 'agent.buildkite.com',
    prefix: 'organization:',
    delimiter: ':',
    resources: 'pipelines',
  },
];

/** GitHub claims that bind a token to one owner, whatever its subject. */
const ownerClaims: ReadonlySet<string> = new Set(['repository_owner_id', 'repository_id', 'enterprise_id']);

/** The issuer of a condition on `sub`; undefined for other conditions. */
function subjectIssuer({ key, operator }: CompiledCondition): string | undefined {
  const parts = issuerKey(key);
  return parts?.claim.toLowerCase() === 'sub' && !operator.negated ? parts.issuer.toLowerCase() : undefined;
}

/** Whether the owner in the pattern contains a wildcard. */
function hasWildcardOwner(pattern: string, { prefix, delimiter }: OwnedSubject): boolean {
  const wildcard = pattern.search(/[*?]/);
  if (wildcard === -1) return false;
  if (!pattern.startsWith(prefix)) return prefix.startsWith(pattern.slice(0, wildcard));
  const end = pattern.indexOf(delimiter, prefix.length);
  return end === -1 || wildcard < end;
}

const hasClaim = (closes: (claim: string, condition: CompiledCondition) => boolean): ((one: LintCase) => boolean) =>
  cachePerStatement(({ conditions }) =>
    conditions.some(
      condition => isRestricting(condition) && closes(issuerKey(condition.key)?.claim.toLowerCase() ?? '', condition),
    ),
  );

const hasOwner = hasClaim(claim => ownerClaims.has(claim));

/** `repo:OWNER/NAME`, whatever follows it. */
function repositoryOf(pattern: string): string {
  const colon = pattern.indexOf(':', 5);
  return colon === -1 ? pattern : pattern.slice(0, colon);
}

/** Whether the pattern matches the subject of a pull request in one of its repositories. */
function matchesPullRequests(pattern: string): boolean {
  if (!pattern.startsWith('repo:') || !pattern.endsWith('*')) return false;
  const head = repositoryOf(pattern).replaceAll('*', 'x').replaceAll('?', 'x');
  return matchWildcard(pattern, `${head.includes('/') ? head : `${head}/x`}:pull_request`);
}

/** A pull request has no environment unless its job names one, and its ref is `refs/pull/NUMBER/merge`. */
const excludesPullRequests = hasClaim(
  (claim, { values }) =>
    claim === 'environment' || (claim === 'ref' && !values.some(value => matchWildcard(value, 'refs/pull/1/merge'))),
);

/** Whether the statement trusts this issuer, or trusts no OIDC issuer at all (then the answer is unknown). */
const isTrusted = (one: LintCase, issuer: string): boolean => {
  const trusted = trustedIssuers(one);
  return trusted.length === 0 || trusted.some(name => name.toLowerCase() === issuer.toLowerCase());
};

/** The known key with the nearest spelling; of a key that ends with a name (`aws:RequestTag/team`), only the part before the name is compared. */
function nearestKey(key: string, limit: number): string | undefined {
  const slash = key.indexOf('/') + 1;
  if (slash === 0) return nearest(key, wholeKeys, limit);
  const better = nearest(key.slice(0, slash), keyHeads, limit);
  return better === undefined ? undefined : better + key.slice(slash);
}

const keyHeads = contextKeys.map(row => row.key).filter(name => name.endsWith('/'));
const wholeKeys = contextKeys.map(row => row.key).filter(name => !name.endsWith('/'));

/** Whether the request context of a caller that the trust statement names, in an action that it allows, can contain the key. */
function isApplicable({ callers, actions }: ContextKey, { statement }: LintCase): boolean {
  const { principals, actions: written } = statement;
  const others =
    principals?.everyone === true ||
    [principals?.aws, principals?.accounts, principals?.services].some(set => set?.size !== 0);
  if (callers !== undefined && !others && principals?.element === 'Principal' && !callers.includes('federated'))
    return false;
  if (actions === undefined || written?.element !== 'Action') return true;
  return written.written.some(text => actions.some(action => matchWildcard(text.toLowerCase(), action)));
}

/** Whether a condition fails when its key is absent. */
const isKeyRequired = ({ operator, qualifier, ifExists, values }: CompiledCondition): boolean =>
  operator.family === 'null'
    ? values.every(text => text.toLowerCase() !== 'true')
    : !ifExists && (qualifier === 'ForAnyValue' || (qualifier === null && !operator.negated));

const neededKeys = cachePerStatement(
  ({ conditions }): ReadonlySet<string> => new Set(conditions.filter(isKeyRequired).map(({ lowerKey }) => lowerKey)),
);

export const conditionRules: readonly LintRule[] = [
  conditionRule('any-repository', 'error', (condition, one) => {
    const issuer = subjectIssuer(condition);
    const subject = ownedSubjects.find(({ issues }) => issuer !== undefined && issues(issuer));
    if (subject === undefined || !isAllow(one) || condition.operator.name !== 'StringLike') return undefined;
    const open = condition.values.find(value => hasWildcardOwner(value, subject));
    if (open === undefined || hasOwner(one)) return undefined;
    return {
      message: `${JSON.stringify(open)} matches ${subject.resources} of owners that anyone can create. Write the owner without wildcards.`,
    };
  }),
  conditionRule('open-to-pull-requests', 'warning', (condition, one) => {
    const issuer = subjectIssuer(condition);
    if (issuer === undefined || !isGithub(issuer) || !isAllow(one) || condition.operator.name !== 'StringLike')
      return undefined;
    const open = condition.values.find(matchesPullRequests);
    if (open === undefined || excludesPullRequests(one)) return undefined;
    const closed = condition.values.map(value =>
      matchesPullRequests(value) ? `${repositoryOf(value)}:ref:refs/heads/*` : value,
    );
    const value = closed.length === 1 ? (closed[0] ?? '') : closed;
    return {
      message: `${JSON.stringify(open)} also matches pull requests (…:pull_request) and every branch, tag and environment.`,
      fix: { sentence: 'Allow branches only.', patch: [{ op: 'replace', path: keyPath(one, condition), value }] },
    };
  }),
  conditionRule('wildcard-in-string-equals', 'warning', (condition, one) => {
    const { operator, values, spelling, key } = condition;
    const value = values.find(text => text.includes('*') || text.includes('?'));
    if (value === undefined || (operator.name !== 'StringEquals' && operator.name !== 'StringNotEquals'))
      return undefined;
    const better = spelling.replace(operator.name, operator.negated ? 'StringNotLike' : 'StringLike');
    return {
      message: `${spelling} does not treat * and ? as wildcards: it compares ${JSON.stringify(value)} literally.`,
      ...moveFix(one, condition, { spelling: better, key }, `Use ${better}.`),
    };
  }),
  conditionRule('for-all-values-without-guard', 'warning', (condition, one) => {
    const { qualifier, key, lowerKey, spelling } = condition;
    if (qualifier !== 'ForAllValues' || !isAllow(one) || neededKeys(one).has(lowerKey)) return undefined;
    return {
      message: `${spelling} is also true when the request context does not contain ${key}.`,
      fix: {
        sentence: `Add Null ${key} "false": the key must be present.`,
        patch: addCondition(one, 'Null', key, 'false'),
      },
    };
  }),
  conditionRule('multivalued-key', 'warning', (condition, one) => {
    const { qualifier, key, operator, spelling } = condition;
    if (qualifier !== null || operator.family === 'null' || contextKey(key)?.multivalued !== true) return undefined;
    const better = `${operator.negated ? 'ForAllValues' : 'ForAnyValue'}:${spelling}`;
    return {
      message: `${key} is multivalued, and ${spelling} without ForAllValues or ForAnyValue never matches when the key is present.`,
      ...moveFix(one, condition, { spelling: better, key }, `Use ${better}.`),
    };
  }),
  conditionRule('key-with-scheme', 'warning', (condition, one) => {
    const bare = condition.key.replace(/^https?:\/\//i, '');
    if (bare === condition.key) return undefined;
    return {
      message: `The request context never contains ${condition.key}: a condition key has no URL scheme.`,
      ...moveFix(one, condition, { spelling: condition.spelling, key: bare }, `Use ${bare}.`),
    };
  }),
  conditionRule('claim-not-exposed', 'warning', (condition, one) => {
    const parts = issuerKey(condition.key);
    if (parts === undefined || contextKey(condition.key) !== undefined || !isTrusted(one, parts.issuer))
      return undefined;
    const instead = claimsOf(parts.issuer)?.hidden.get(parts.claim.toLowerCase());
    const better = instead ?? nearest(parts.claim, exposedClaims(parts.issuer), 2);
    const head = `The request context never contains ${condition.key}: AWS does not expose the claim ${parts.claim} as a condition key.`;
    if (better === undefined)
      return { message: `${head} The exposed claims of this issuer are ${exposedClaims(parts.issuer).join(', ')}.` };
    const key = `${parts.issuer}:${better}`;
    const message = `${head} The closest key is ${key}.`;
    // Another claim has other values (an id instead of a name). Only a misspelled claim, and workflow_ref, keep their values.
    if (instead !== undefined && parts.claim.toLowerCase() !== 'workflow_ref') return { message };
    return { message, ...moveFix(one, condition, { spelling: condition.spelling, key }, `Use ${key}.`) };
  }),
  conditionRule('key-of-other-issuer', 'warning', (condition, one) => {
    const parts = issuerKey(condition.key.replace(/^https?:\/\//i, ''));
    const trusted = trustedIssuers(one);
    if (parts === undefined || trusted.length === 0 || isTrusted(one, parts.issuer)) return undefined;
    const key = `${trusted[0] ?? ''}:${parts.claim}`;
    return {
      message: `${condition.key} is a key of ${parts.issuer}, but the statement trusts ${trusted.join(', ')}.`,
      ...moveFix(one, condition, { spelling: condition.spelling, key }, `Use ${key}.`),
    };
  }),
  conditionRule('unknown-condition-key', 'warning', (condition, one) => {
    const { key, spelling } = condition;
    if (contextKey(key) !== undefined || issuerKey(key) !== undefined) return undefined;
    const ours = /^(?:aws|sts|saml):/i.test(key);
    // The keys of other services are unknown here: rds:ResourceTag/ exists, asw:ResourceTag/ is a typo.
    const better = nearestKey(key, ours ? 2 : 1);
    if (better === undefined && !ours) return undefined;
    const message = `There is no condition key ${key}.${better === undefined ? '' : ` Did you mean ${better}?`}`;
    if (better === undefined) return { message };
    return { message, ...moveFix(one, condition, { spelling, key: better }, `Use ${better}.`) };
  }),
  conditionRule('key-never-present', 'warning', (condition, one) => {
    const row = contextKey(condition.key);
    if (row === undefined || one.policy.kind !== 'trust' || condition.ifExists || condition.operator.family === 'null')
      return undefined;
    if (!isApplicable(row, one))
      return {
        message: `The request context never contains ${condition.key} in calls that this statement allows (AWS sends it ${row.when}).`,
      };
    return undefined;
  }),
  conditionRule('empty-values', 'info', ({ values, spelling, operator }) =>
    values.length > 0
      ? undefined
      : {
          message: `${spelling} without values ${operator.negated ? 'always' : 'never'} matches when the key is present.`,
        },
  ),
];
