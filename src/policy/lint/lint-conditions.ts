/** Linter rules for single conditions, one row each. */
import { nearest } from '../../kernel/text.ts';
import { type ContextKey, contextKey } from '../context-keys.ts';
import { matchWildcard } from '../match.ts';
import { claimsOf, exposedClaims, issuerKey } from '../provider-claims.ts';
import {
  addCondition,
  conditionRule,
  fixOf,
  isAllow,
  type LintCase,
  type LintRule,
  letsIn,
  moveFix,
  trustedIssuers,
} from './lint-case.ts';
import { isOpenPattern, requiredKeys } from './narrowing.ts';

/** Whether the statement trusts this issuer, or trusts no OIDC issuer at all (then the answer is unknown). */
const isTrusted = (one: LintCase, issuer: string): boolean => {
  const trusted = trustedIssuers(one);
  return trusted.length === 0 || trusted.some(name => name.toLowerCase() === issuer.toLowerCase());
};

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

export const conditionRules: readonly LintRule[] = [
  conditionRule('wildcard-in-string-equals', 'warning', (condition, one) => {
    const { operator, values, spelling, key } = condition;
    const value = values.find(text => text.includes('*') || text.includes('?'));
    if (value === undefined || !/^String(?:Not)?Equals/.test(operator.name)) return undefined;
    const better = spelling.replace(operator.name, operator.negated ? 'StringNotLike' : 'StringLike');
    const message = `${spelling} does not treat * and ? as wildcards: it compares ${JSON.stringify(value)} literally.`;
    // A value that matches nobody today would match everyone.
    const opens = letsIn(one, condition) && values.some(text => isOpenPattern(condition, text));
    return opens ? { message } : { message, ...moveFix(one, condition, { spelling: better, key }, `Use ${better}.`) };
  }),
  conditionRule('for-all-values-without-guard', 'warning', (condition, one) => {
    const { qualifier, key, lowerKey, spelling } = condition;
    if (qualifier !== 'ForAllValues' || !isAllow(one) || requiredKeys(one).has(lowerKey)) return undefined;
    return {
      message: `${spelling} is also true when the request context does not contain ${key}.`,
      ...fixOf(`Add Null ${key} "false": the key must be present.`, addCondition(one, 'Null', key, 'false')),
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
