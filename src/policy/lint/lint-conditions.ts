/** What the linter says about single conditions, as rows. */
import type { CompiledCondition } from '../conditions.ts';
import { type ContextKey, contextKey, contextKeys } from '../context-keys.ts';
import type { Finding } from '../decision.ts';
import { type ConditionPlace, moveCondition } from '../explain/near-edits.ts';
import { nearest } from '../explain/spelling.ts';
import { pointerStep } from '../json.ts';
import { matchWildcard } from '../match.ts';
import { claimsOf, exposedClaims, issuerKey } from '../provider-claims.ts';
import {
  addCondition,
  isAllow,
  issuers,
  type LintCase,
  type LintRule,
  narrows,
  ofStatement,
  type Remark,
  rule,
} from './lint-case.ts';

/** A rule that looks at one condition of an Allow or Deny. */
const conditionRule = (
  code: string,
  severity: Finding['severity'],
  check: (condition: CompiledCondition, one: LintCase) => Omit<Remark, 'path'> | undefined,
): LintRule =>
  rule(code, severity, one => {
    const remarks: Remark[] = [];
    for (const condition of one.statement.conditions) {
      const remark = check(condition, one);
      if (remark !== undefined) remarks.push({ path: keyPath(one, condition), ...remark });
      if (remarks.length === MOST_REMARKS) break;
    }
    return remarks;
  });

/** Of one rule about one statement, which may have ten thousand conditions, each with a search for the name that was meant. */
const MOST_REMARKS = 100;

const keyPath = ({ path }: LintCase, { spelling, key }: CompiledCondition): string =>
  `${path}/Condition${pointerStep(spelling)}${pointerStep(key)}`;

/** A sentence and the move of a condition to another operator or key; nothing where that place is taken. */
function moving(one: LintCase, from: CompiledCondition, to: ConditionPlace, sentence: string): Pick<Remark, 'fix'> {
  const patch = moveCondition(one.policy.document, `${one.path}/Condition`, from, to);
  return patch === undefined ? {} : { fix: { sentence, patch } };
}

const isGithub = (issuer: string): boolean => claimsOf(issuer)?.name === 'GitHub';

/** How the subjects of an issuer that everybody shares begin: a word, the owner's name, a delimiter. */
interface OwnedSubject {
  readonly issues: (issuer: string) => boolean;
  readonly prefix: string;
  readonly delimiter: string;
  readonly what: string;
}

const ownedSubjects: readonly OwnedSubject[] = [
  { issues: isGithub, prefix: 'repo:', delimiter: '/', what: 'repositories' },
  { issues: issuer => issuer === 'gitlab.com', prefix: 'project_path:', delimiter: '/', what: 'projects' },
  { issues: issuer => issuer === 'app.terraform.io', prefix: 'organization:', delimiter: ':', what: 'workspaces' },
  { issues: issuer => issuer === 'agent.buildkite.com', prefix: 'organization:', delimiter: ':', what: 'pipelines' },
];

/** Claims of GitHub that tie a token to one owner, whatever its subject. */
const ownerClaims: ReadonlySet<string> = new Set(['repository_owner_id', 'repository_id', 'enterprise_id']);

/** The issuer of a condition that binds subjects. */
function subjectIssuer({ key, operator }: CompiledCondition): string | undefined {
  const parts = issuerKey(key);
  return parts?.claim.toLowerCase() === 'sub' && !operator.negated ? parts.issuer.toLowerCase() : undefined;
}

/** Whether the pattern leaves the owner open. */
function isUnowned(pattern: string, { prefix, delimiter }: OwnedSubject): boolean {
  const wildcard = pattern.search(/[*?]/);
  if (wildcard === -1) return false;
  if (!pattern.startsWith(prefix)) return prefix.startsWith(pattern.slice(0, wildcard));
  const end = pattern.indexOf(delimiter, prefix.length);
  return end === -1 || wildcard < end;
}

const hasClaim = (closes: (claim: string, condition: CompiledCondition) => boolean): ((one: LintCase) => boolean) =>
  ofStatement(({ conditions }) =>
    conditions.some(
      condition => narrows(condition) && closes(issuerKey(condition.key)?.claim.toLowerCase() ?? '', condition),
    ),
  );

const hasOwner = hasClaim(claim => ownerClaims.has(claim));

/** `repo:OWNER/NAME`, whatever follows it. */
function repositoryOf(pattern: string): string {
  const colon = pattern.indexOf(':', 5);
  return colon === -1 ? pattern : pattern.slice(0, colon);
}

/** Whether the pattern covers the subject that a pull request in one of its repositories would have. */
function admitsPullRequests(pattern: string): boolean {
  if (!pattern.startsWith('repo:') || !pattern.endsWith('*')) return false;
  const head = repositoryOf(pattern).replaceAll('*', 'x').replaceAll('?', 'x');
  return matchWildcard(pattern, `${head.includes('/') ? head : `${head}/x`}:pull_request`);
}

/** A pull request has no environment unless it is given one, and its ref is `refs/pull/NUMBER/merge`. */
const closesPullRequests = hasClaim(
  (claim, { values }) =>
    claim === 'environment' || (claim === 'ref' && !values.some(value => matchWildcard(value, 'refs/pull/1/merge'))),
);

/** Whether the statement trusts this issuer (or no OIDC issuer at all, so that nothing can be said). */
const trusts = (one: LintCase, issuer: string): boolean => {
  const trusted = issuers(one);
  return trusted.length === 0 || trusted.some(name => name.toLowerCase() === issuer.toLowerCase());
};

/** The known key that this one nearly is; of a key with a name behind it (`aws:RequestTag/team`) the part before the name counts. */
function nearestKey(key: string, limit: number): string | undefined {
  const slash = key.indexOf('/') + 1;
  if (slash === 0) return nearest(key, wholeKeys, limit);
  const better = nearest(key.slice(0, slash), keyHeads, limit);
  return better === undefined ? undefined : better + key.slice(slash);
}

const keyHeads = contextKeys.map(row => row.key).filter(name => name.endsWith('/'));
const wholeKeys = contextKeys.map(row => row.key).filter(name => !name.endsWith('/'));

/** Whether a caller that the trust statement names, in an action that it allows, can carry the key. */
function isFor({ callers, actions }: ContextKey, { statement }: LintCase): boolean {
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
const needsKey = ({ operator, qualifier, ifExists, values }: CompiledCondition): boolean =>
  operator.family === 'null'
    ? values.every(text => text.toLowerCase() !== 'true')
    : !ifExists && (qualifier === 'ForAnyValue' || (qualifier === null && !operator.negated));

const neededKeys = ofStatement(
  ({ conditions }): ReadonlySet<string> => new Set(conditions.filter(needsKey).map(({ lowerKey }) => lowerKey)),
);

export const conditionRules: readonly LintRule[] = [
  conditionRule('any-repository', 'error', (condition, one) => {
    const issuer = subjectIssuer(condition);
    const subject = ownedSubjects.find(({ issues }) => issuer !== undefined && issues(issuer));
    if (subject === undefined || !isAllow(one) || condition.operator.name !== 'StringLike') return undefined;
    const open = condition.values.find(value => isUnowned(value, subject));
    if (open === undefined || hasOwner(one)) return undefined;
    return { message: `${JSON.stringify(open)} admits ${subject.what} of owners that anybody can create.` };
  }),
  conditionRule('open-to-pull-requests', 'warning', (condition, one) => {
    const issuer = subjectIssuer(condition);
    if (issuer === undefined || !isGithub(issuer) || !isAllow(one) || condition.operator.name !== 'StringLike')
      return undefined;
    const open = condition.values.find(admitsPullRequests);
    if (open === undefined || closesPullRequests(one)) return undefined;
    const closed = condition.values.map(value =>
      admitsPullRequests(value) ? `${repositoryOf(value)}:ref:refs/heads/*` : value,
    );
    const value = closed.length === 1 ? (closed[0] ?? '') : closed;
    return {
      message: `${JSON.stringify(open)} also matches pull requests (…:pull_request) and every branch, tag and environment.`,
      fix: { sentence: 'Admit branches only.', patch: [{ op: 'replace', path: keyPath(one, condition), value }] },
    };
  }),
  conditionRule('wildcard-in-string-equals', 'warning', (condition, one) => {
    const { operator, values, spelling, key } = condition;
    const value = values.find(text => text.includes('*') || text.includes('?'));
    if (value === undefined || (operator.name !== 'StringEquals' && operator.name !== 'StringNotEquals'))
      return undefined;
    const better = spelling.replace(operator.name, operator.negated ? 'StringNotLike' : 'StringLike');
    return {
      message: `${spelling} takes the wildcard in ${JSON.stringify(value)} literally.`,
      ...moving(one, condition, { spelling: better, key }, `Use ${better}.`),
    };
  }),
  conditionRule('for-all-values-without-guard', 'warning', (condition, one) => {
    const { qualifier, key, lowerKey, spelling } = condition;
    if (qualifier !== 'ForAllValues' || !isAllow(one) || neededKeys(one).has(lowerKey)) return undefined;
    return {
      message: `${spelling} also holds when ${key} is absent.`,
      fix: { sentence: `Ask for the presence of ${key}.`, patch: addCondition(one, 'Null', key, 'false') },
    };
  }),
  conditionRule('multivalued-key', 'warning', (condition, one) => {
    const { qualifier, key, operator, spelling } = condition;
    if (qualifier !== null || operator.family === 'null' || contextKey(key)?.multivalued !== true) return undefined;
    const better = `${operator.negated ? 'ForAllValues' : 'ForAnyValue'}:${spelling}`;
    return {
      message: `${key} is multivalued; ${spelling} without ForAllValues or ForAnyValue never matches when it is present.`,
      ...moving(one, condition, { spelling: better, key }, `Use ${better}.`),
    };
  }),
  conditionRule('key-with-scheme', 'warning', (condition, one) => {
    const bare = condition.key.replace(/^https?:\/\//i, '');
    if (bare === condition.key) return undefined;
    return {
      message: `No request carries ${condition.key}: condition keys have no scheme.`,
      ...moving(one, condition, { spelling: condition.spelling, key: bare }, `Use ${bare}.`),
    };
  }),
  conditionRule('claim-not-exposed', 'warning', (condition, one) => {
    const parts = issuerKey(condition.key);
    if (parts === undefined || contextKey(condition.key) !== undefined || !trusts(one, parts.issuer)) return undefined;
    const instead = claimsOf(parts.issuer)?.hidden.get(parts.claim.toLowerCase());
    const better = instead ?? nearest(parts.claim, exposedClaims(parts.issuer));
    const head = `AWS does not make the claim ${parts.claim} a condition key, so it is never present.`;
    if (better === undefined)
      return { message: `${head} Keys of this issuer: ${exposedClaims(parts.issuer).join(', ')}.` };
    const key = `${parts.issuer}:${better}`;
    const message = `${head} The nearest is ${key}.`;
    // Another claim has other values: an id is no name. Only a misspelt one, and workflow_ref, keep theirs.
    if (instead !== undefined && parts.claim.toLowerCase() !== 'workflow_ref') return { message };
    return { message, ...moving(one, condition, { spelling: condition.spelling, key }, `Use ${key}.`) };
  }),
  conditionRule('key-of-other-issuer', 'warning', (condition, one) => {
    const parts = issuerKey(condition.key.replace(/^https?:\/\//i, ''));
    const trusted = issuers(one);
    if (parts === undefined || trusted.length === 0 || trusts(one, parts.issuer)) return undefined;
    const key = `${trusted[0] ?? ''}:${parts.claim}`;
    return {
      message: `${condition.key} belongs to ${parts.issuer}, but the statement trusts ${trusted.join(', ')}.`,
      ...moving(one, condition, { spelling: condition.spelling, key }, `Use ${key}.`),
    };
  }),
  conditionRule('unknown-condition-key', 'warning', (condition, one) => {
    const { key, spelling } = condition;
    if (contextKey(key) !== undefined || issuerKey(key) !== undefined) return undefined;
    const ours = /^(?:aws|sts|saml):/i.test(key);
    // Of other services' keys nothing is known: rds:ResourceTag/ is one, asw:ResourceTag/ is a slip.
    const better = nearestKey(key, ours ? 2 : 1);
    if (better === undefined && !ours) return undefined;
    const message = `There is no condition key ${key}${better === undefined ? '' : `; ${better} is spelt almost alike`}.`;
    if (better === undefined) return { message };
    return { message, ...moving(one, condition, { spelling, key: better }, `Use ${better}.`) };
  }),
  conditionRule('key-never-present', 'warning', (condition, one) => {
    const row = contextKey(condition.key);
    if (row === undefined || one.policy.kind !== 'trust' || condition.ifExists || condition.operator.family === 'null')
      return undefined;
    if (!isFor(row, one)) return { message: `${condition.key} is never present here: it is present ${row.when}.` };
    return undefined;
  }),
  conditionRule('empty-values', 'info', ({ values, spelling, operator }) =>
    values.length > 0
      ? undefined
      : { message: `${spelling} without values ${operator.negated ? 'always' : 'never'} matches a present key.` },
  ),
];
