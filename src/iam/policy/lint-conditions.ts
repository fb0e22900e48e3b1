/** What the linter says about single conditions, as rows. */
import type { CompiledCondition } from './conditions.ts';
import { contextKey, contextKeys } from './context-keys.ts';
import type { Finding, PatchOperation } from './decision.ts';
import { claimsOf, exposedClaims, issuerKey } from './issuer-keys.ts';
import { pointerStep } from './json.ts';
import { addCondition, isAllow, issuers, type LintCase, type LintRule, type Remark, rule } from './lint-case.ts';
import { matchWildcard } from './match.ts';
import { valueAt } from './patch.ts';
import { nearest } from './spelling.ts';

/** A rule that looks at one condition of an Allow or Deny. */
const conditionRule = (
  code: string,
  severity: Finding['severity'],
  check: (condition: CompiledCondition, one: LintCase) => Omit<Remark, 'path'> | undefined,
): LintRule =>
  rule(code, severity, one =>
    one.statement.conditions.flatMap(condition => {
      const remark = check(condition, one);
      return remark === undefined ? [] : [{ path: keyPath(one, condition), ...remark }];
    }),
  );

const keyPath = ({ path }: LintCase, { spelling, key }: CompiledCondition): string =>
  `${path}/Condition${pointerStep(spelling)}${pointerStep(key)}`;

/** Takes a condition out of its place and puts it under another operator or key. */
function move(one: LintCase, from: CompiledCondition, spelling: string, key: string): readonly PatchOperation[] {
  const { document } = one.policy;
  const value = valueAt(document, keyPath(one, from)) ?? null;
  const target = `${one.path}/Condition${pointerStep(spelling)}`;
  const there = valueAt(document, target) !== undefined;
  return [
    { op: 'remove', path: keyPath(one, from) },
    there
      ? { op: 'add', path: target + pointerStep(key), value }
      : { op: 'add', path: target, value: { [key]: value } },
  ];
}

const isGithub = (issuer: string): boolean => claimsOf(issuer)?.name === 'GitHub';

/** The values that bind a GitHub subject in this condition. */
const githubSubjects = ({ key, operator, values }: CompiledCondition): readonly string[] => {
  const parts = issuerKey(key);
  return parts !== undefined && parts.claim.toLowerCase() === 'sub' && isGithub(parts.issuer) && !operator.negated
    ? values
    : [];
};

/** The subject that a pull request in a repository covered by this pattern would have. */
function pullRequestSubject(pattern: string): string {
  const colon = pattern.indexOf(':', 5);
  const head = (colon === -1 ? pattern : pattern.slice(0, colon)).replaceAll('*', 'x').replaceAll('?', 'x');
  return `${head.includes('/') ? head : `${head}/x`}:pull_request`;
}

/** Whether the statement trusts this issuer (or no OIDC issuer at all, so that nothing can be said). */
const trusts = (one: LintCase, issuer: string): boolean => {
  const trusted = issuers(one);
  return trusted.length === 0 || trusted.some(name => name.toLowerCase() === issuer.toLowerCase());
};

export const conditionRules: readonly LintRule[] = [
  conditionRule('any-repository', 'error', (condition, one) => {
    const open = githubSubjects(condition).find(value => {
      const owner = value.startsWith('repo:') ? (value.slice(5).split('/')[0] ?? '') : value;
      return isAllow(one) && condition.operator.name === 'StringLike' && (owner.includes('*') || owner.includes('?'));
    });
    return open === undefined
      ? undefined
      : { message: `${JSON.stringify(open)} admits repositories of owners that anybody can create.` };
  }),
  conditionRule('open-to-pull-requests', 'warning', (condition, one) => {
    if (!isAllow(one) || condition.operator.name !== 'StringLike') return undefined;
    const open = githubSubjects(condition).find(
      value => value.startsWith('repo:') && value.endsWith('*') && matchWildcard(value, pullRequestSubject(value)),
    );
    if (open === undefined) return undefined;
    return {
      message: `${JSON.stringify(open)} also matches pull requests (…:pull_request) and every branch, tag and environment.`,
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
      fix: { sentence: `Use ${better}.`, patch: move(one, condition, better, key) },
    };
  }),
  conditionRule('for-all-values-without-guard', 'warning', (condition, one) => {
    const { qualifier, key, lowerKey, spelling } = condition;
    const guarded = one.statement.conditions.some(
      other =>
        other.operator.family === 'null' && other.lowerKey === lowerKey && other.values.every(text => text !== 'true'),
    );
    if (qualifier !== 'ForAllValues' || guarded || !isAllow(one)) return undefined;
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
      fix: { sentence: `Use ${better}.`, patch: move(one, condition, better, key) },
    };
  }),
  conditionRule('key-with-scheme', 'warning', (condition, one) => {
    const bare = condition.key.replace(/^https?:\/\//i, '');
    if (bare === condition.key) return undefined;
    return {
      message: `No request carries ${condition.key}: condition keys have no scheme.`,
      fix: { sentence: `Use ${bare}.`, patch: move(one, condition, condition.spelling, bare) },
    };
  }),
  conditionRule('claim-not-exposed', 'warning', (condition, one) => {
    const parts = issuerKey(condition.key);
    if (parts === undefined || contextKey(condition.key) !== undefined || !trusts(one, parts.issuer)) return undefined;
    const better =
      claimsOf(parts.issuer)?.hidden.get(parts.claim.toLowerCase()) ??
      nearest(parts.claim, exposedClaims(parts.issuer));
    const head = `AWS does not make the claim ${parts.claim} a condition key, so it is never present.`;
    if (better === undefined)
      return { message: `${head} Keys of this issuer: ${exposedClaims(parts.issuer).join(', ')}.` };
    const key = `${parts.issuer}:${better}`;
    return {
      message: `${head} The nearest is ${key}.`,
      fix: { sentence: `Use ${key} (and its values).`, patch: move(one, condition, condition.spelling, key) },
    };
  }),
  conditionRule('key-of-other-issuer', 'warning', (condition, one) => {
    const parts = issuerKey(condition.key.replace(/^https?:\/\//i, ''));
    const trusted = issuers(one);
    if (parts === undefined || trusted.length === 0 || trusts(one, parts.issuer)) return undefined;
    const key = `${trusted[0] ?? ''}:${parts.claim}`;
    return {
      message: `${condition.key} belongs to ${parts.issuer}, but the statement trusts ${trusted.join(', ')}.`,
      fix: { sentence: `Use ${key}.`, patch: move(one, condition, condition.spelling, key) },
    };
  }),
  conditionRule('unknown-condition-key', 'warning', (condition, one) => {
    const { key, spelling } = condition;
    if (!/^(?:aws|sts|saml):/i.test(key) || contextKey(key) !== undefined) return undefined;
    const better = nearest(
      key,
      contextKeys.map(row => row.key).filter(name => !name.endsWith('/')),
    );
    const message = `There is no condition key ${key}${better === undefined ? '' : `; ${better} is spelt almost alike`}.`;
    if (better === undefined) return { message };
    return { message, fix: { sentence: `Use ${better}.`, patch: move(one, condition, spelling, better) } };
  }),
  conditionRule('empty-values', 'info', ({ values, spelling, operator }) =>
    values.length > 0
      ? undefined
      : { message: `${spelling} without values ${operator.negated ? 'always' : 'never'} matches a present key.` },
  ),
];
