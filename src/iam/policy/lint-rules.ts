/** What AWS would save but nobody should want, as rows: each looks at one statement. */

import type { CompiledCondition } from './conditions.ts';
import { claimsOf, contextKey, contextKeys, exposedClaims, issuerKey } from './context-keys.ts';
import type { Finding, Json, PatchOperation } from './decision.ts';
import type { CompiledPolicy } from './document.ts';
import { pointerStep } from './json.ts';
import { matchWildcard } from './match.ts';
import { valueAt } from './patch.ts';
import { nearest } from './spelling.ts';
import type { CompiledStatement } from './statement.ts';
import { issuerOf } from './trust-write.ts';

/** A statement with its place. */
export interface LintCase {
  readonly policy: CompiledPolicy;
  readonly statement: CompiledStatement;
  /** JSON Pointer of the statement. */
  readonly path: string;
}

type Remark = Omit<Finding, 'code' | 'severity'>;

export interface LintRule {
  readonly code: string;
  readonly severity: Finding['severity'];
  readonly check: (one: LintCase) => readonly Remark[];
}

const rule = (code: string, severity: Finding['severity'], check: LintRule['check']): LintRule => ({
  code,
  severity,
  check,
});
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

/** Adds one key under an operator, making operator and Condition block when they are missing. */
function addCondition(one: LintCase, operator: string, key: string, value: Json): readonly PatchOperation[] {
  const { document } = one.policy;
  const block = `${one.path}/Condition`;
  if (valueAt(document, block) === undefined)
    return [{ op: 'add', path: block, value: { [operator]: { [key]: value } } }];
  const target = `${block}/${operator}`;
  if (valueAt(document, target) === undefined) return [{ op: 'add', path: target, value: { [key]: value } }];
  return [{ op: 'add', path: target + pointerStep(key), value }];
}

const isAllow = ({ statement }: LintCase): boolean => statement.effect === 'Allow';
const grants = ({ statement }: LintCase, action: string): boolean =>
  statement.actions?.written.some(pattern => matchWildcard(pattern.toLowerCase(), action)) === true;
const webIdentity = 'sts:assumerolewithwebidentity';
/** Issuers that the statement trusts by OIDC provider ARN or domain. */
const issuers = ({ statement }: LintCase): readonly string[] =>
  [...(statement.principals?.federated ?? [])].filter(name => !name.includes(':saml-provider/')).map(issuerOf);

/** Whether the operator narrows the key to some texts. */
const narrows = ({ operator, ifExists }: CompiledCondition): boolean =>
  operator.family === 'string' && !operator.negated && !ifExists;

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

export const lintRules: readonly LintRule[] = [
  rule('public-principal', 'warning', one => {
    const { principals, conditions } = one.statement;
    if (!isAllow(one) || principals?.everyone !== true || conditions.length > 0) return [];
    return [
      {
        path: `${one.path}/Principal`,
        message: 'Anybody may use this statement: the principal is "*" and no condition narrows it.',
      },
    ];
  }),
  rule('not-principal-in-allow', 'warning', one =>
    isAllow(one) && one.statement.principals?.element === 'NotPrincipal'
      ? [
          {
            path: `${one.path}/NotPrincipal`,
            message: 'NotPrincipal in an Allow admits everybody who is not listed, anonymous callers included.',
          },
        ]
      : [],
  ),
  rule('not-action-in-allow', 'warning', one =>
    isAllow(one) && one.statement.actions?.element === 'NotAction'
      ? [
          {
            path: `${one.path}/NotAction`,
            message: 'NotAction in an Allow allows every action that is not listed, of every service.',
          },
        ]
      : [],
  ),
  rule('everything-allowed', 'info', one =>
    isAllow(one) && one.statement.actions?.all === true && one.statement.resources?.all === true
      ? [{ path: one.path, message: 'The statement allows every action on every resource.' }]
      : [],
  ),
  rule('missing-audience', 'warning', one => {
    if (!isAllow(one) || !grants(one, webIdentity)) return [];
    return issuers(one).flatMap(issuer => {
      const key = `${issuer}:aud`;
      const bound = one.statement.conditions.some(
        condition => condition.lowerKey === key.toLowerCase() && narrows(condition),
      );
      if (bound) return [];
      const value = 'sts.amazonaws.com';
      return [
        {
          path: `${one.path}/Condition`,
          message: `No condition on ${key}: tokens made for other audiences registered with the provider are accepted as well.`,
          fix: { sentence: `Ask for the audience ${value}.`, patch: addCondition(one, 'StringEquals', key, value) },
        },
      ];
    });
  }),
  rule('missing-subject', 'warning', one => {
    if (!isAllow(one) || !grants(one, webIdentity)) return [];
    return issuers(one).flatMap(issuer => {
      const claims = one.statement.conditions.filter(
        condition => narrows(condition) && issuerKey(condition.key)?.issuer.toLowerCase() === issuer.toLowerCase(),
      );
      if (claims.some(condition => !/:(?:aud|oaud)$/.test(condition.lowerKey))) return [];
      return [
        {
          path: `${one.path}/Condition`,
          message: `No condition on ${issuer}:sub or another claim: every subject of the issuer is trusted.`,
        },
      ];
    });
  }),
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
  rule('action-not-for-principal', 'warning', one => {
    const { principals, actions } = one.statement;
    if (one.policy.kind !== 'trust' || !isAllow(one) || actions === undefined || principals === undefined) return [];
    const federated = principals.federated.size > 0;
    const others = principals.aws.size + principals.accounts.size + principals.services.size > 0 || principals.everyone;
    const wrong = actions.written.find(action =>
      federated && !others
        ? action.toLowerCase() === 'sts:assumerole'
        : !federated && action.toLowerCase() === webIdentity,
    );
    if (wrong === undefined) return [];
    const saml = [...principals.federated].some(name => name.includes(':saml-provider/'));
    const right = !federated ? 'sts:AssumeRole' : saml ? 'sts:AssumeRoleWithSAML' : 'sts:AssumeRoleWithWebIdentity';
    const at = actions.written.indexOf(wrong);
    const path = `${one.path}/Action${Array.isArray(valueAt(one.policy.document, `${one.path}/Action`)) ? `/${at}` : ''}`;
    return [
      {
        path,
        message: `These principals cannot call ${wrong}; they call ${right}.`,
        fix: { sentence: `Use ${right}.`, patch: [{ op: 'replace', path, value: right }] },
      },
    ];
  }),
];

/** Whether the statement trusts this issuer (or no OIDC issuer at all, so that nothing can be said). */
const trusts = (one: LintCase, issuer: string): boolean => {
  const trusted = issuers(one);
  return trusted.length === 0 || trusted.some(name => name.toLowerCase() === issuer.toLowerCase());
};
