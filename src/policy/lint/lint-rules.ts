/** Linter rules for statements that AWS saves but that are dangerous or wrong, one row each. */
import type { Finding, PolicyKind } from '../decision.ts';
import { listOf } from '../document.ts';
import { valueAt } from '../explain/patch.ts';
import type { CompiledPrincipals } from '../principal-element.ts';
import { issuerKey } from '../provider-claims.ts';
import {
  addCondition,
  cachePerStatement,
  isActionAllowed,
  isAllow,
  isRestricting,
  type LintRule,
  restrictedKeys,
  rule,
  trustedIssuers,
  webIdentity,
} from './lint-case.ts';
import { conditionRules } from './lint-conditions.ts';

/** Lower-case issuers for which the statement restricts more than the audience. */
const restrictedIssuers = cachePerStatement(({ conditions }): ReadonlySet<string | undefined> => {
  const subjects = conditions.filter(one => isRestricting(one) && !/:(?:aud|oaud)$/.test(one.lowerKey));
  return new Set(subjects.map(({ key }) => issuerKey(key)?.issuer.toLowerCase()));
});

const publicPrincipal = (severity: Finding['severity'], concerns: (kind: PolicyKind) => boolean): LintRule =>
  rule('public-principal', severity, one => {
    const { principals, conditions } = one.statement;
    if (!concerns(one.policy.kind) || !isAllow(one) || principals?.everyone !== true || conditions.length > 0)
      return [];
    return [
      {
        path: `${one.path}/Principal`,
        message: 'The principal is "*" and the statement has no condition: it applies to everyone.',
      },
    ];
  });

/** Issuers whose tokens for AWS have an audience other than sts.amazonaws.com; undefined: it does not follow from the issuer. */
const usualAudiences: readonly (readonly [start: string, audience: (issuer: string) => string | undefined])[] = [
  ['app.terraform.io', () => 'aws.workload.identity'],
  ['gitlab.com', () => 'https://gitlab.com'],
  ['oidc.circleci.com/org/', issuer => issuer.slice('oidc.circleci.com/org/'.length)],
  ['api.bitbucket.org/', () => undefined],
  ['accounts.google.com', () => undefined],
  ['cognito-identity.amazonaws.com', () => undefined],
];

function usualAudience(issuer: string): string | undefined {
  const row = usualAudiences.find(([start]) => issuer.startsWith(start));
  return row === undefined ? 'sts.amazonaws.com' : row[1](issuer);
}

/** The assume calls that the principals can make. */
const assumeCalls: readonly (readonly [call: string, makes: (principals: CompiledPrincipals) => boolean])[] = [
  ['sts:AssumeRoleWithWebIdentity', ({ federated }) => [...federated].some(name => !isSaml(name))],
  ['sts:AssumeRoleWithSAML', ({ federated }) => [...federated].some(isSaml)],
  [
    'sts:AssumeRole',
    ({ aws, accounts, services, everyone }) => everyone || aws.size + accounts.size + services.size > 0,
  ],
];
const isSaml = (provider: string): boolean => provider.includes(':saml-provider/');

export const lintRules: readonly LintRule[] = [
  // No role should be open to everyone; a bucket may be.
  publicPrincipal('error', kind => kind === 'trust'),
  publicPrincipal('warning', kind => kind !== 'trust'),
  rule('provider-with-scheme', 'warning', one => {
    const element = one.statement.principals?.element ?? 'Principal';
    const written = valueAt(one.policy.document, `${one.path}/${element}/Federated`);
    return listOf(written).flatMap((name, index) => {
      const bare = typeof name === 'string' ? name.replace(/:oidc-provider\/https?:\/\//i, ':oidc-provider/') : name;
      if (bare === name) return [];
      const path = `${one.path}/${element}/Federated${Array.isArray(written) ? `/${index}` : ''}`;
      const patch = [{ op: 'replace', path, value: bare }] as const;
      return [
        {
          path,
          message: `No provider has the ARN ${String(name)}: the ARN of a provider has no URL scheme.`,
          fix: { sentence: `Use ${String(bare)}.`, patch },
        },
      ];
    });
  }),
  rule('not-principal-in-allow', 'warning', one =>
    isAllow(one) && one.statement.principals?.element === 'NotPrincipal'
      ? [
          {
            path: `${one.path}/NotPrincipal`,
            message: 'NotPrincipal in an Allow allows everyone who is not listed, including anonymous callers.',
          },
        ]
      : [],
  ),
  // "You cannot use the NotPrincipal element in … an IAM role trust policy." Source: reference_policies_elements_notprincipal.
  rule('not-principal-in-trust', 'error', one =>
    one.policy.kind === 'trust' && one.statement.principals?.element === 'NotPrincipal'
      ? [
          {
            path: `${one.path}/NotPrincipal`,
            message: 'A role trust policy cannot have NotPrincipal; list the callers in Principal.',
          },
        ]
      : [],
  ),
  rule('not-action-in-allow', 'warning', one =>
    isAllow(one) && one.statement.actions?.element === 'NotAction'
      ? [
          {
            path: `${one.path}/NotAction`,
            message: 'NotAction in an Allow allows all actions of all services except the listed ones.',
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
    if (!isAllow(one) || !isActionAllowed(one, webIdentity)) return [];
    return trustedIssuers(one).flatMap(issuer => {
      const key = `${issuer}:aud`;
      if (restrictedKeys(one).has(key.toLowerCase())) return [];
      const path = `${one.path}/Condition`;
      const message = `No condition on ${key}: tokens for other audiences of the provider are accepted as well.`;
      const value = usualAudience(issuer);
      if (value === undefined) return [{ path, message }];
      const patch = addCondition(one, 'StringEquals', key, value);
      return [{ path, message, fix: { sentence: `Add StringEquals ${key} "${value}".`, patch } }];
    });
  }),
  rule('missing-subject', 'warning', one => {
    if (!isAllow(one) || !isActionAllowed(one, webIdentity)) return [];
    return trustedIssuers(one).flatMap(issuer => {
      if (restrictedIssuers(one).has(issuer.toLowerCase())) return [];
      return [
        {
          path: `${one.path}/Condition`,
          message: `No condition on ${issuer}:sub or another claim: every subject of the issuer is trusted.`,
        },
      ];
    });
  }),
  ...conditionRules,
  rule('action-not-for-principal', 'warning', one => {
    const { principals, actions } = one.statement;
    if (one.policy.kind !== 'trust' || !isAllow(one) || actions === undefined || principals === undefined) return [];
    const element = principals.element === 'Principal';
    const calls = assumeCalls.filter(([, makes]) => makes(principals)).map(([call]) => call);
    const [right] = calls;
    const lower = new Set(calls.map(call => call.toLowerCase()));
    const wrong = actions.written.find(
      action =>
        assumeCalls.some(([call]) => call.toLowerCase() === action.toLowerCase()) && !lower.has(action.toLowerCase()),
    );
    if (!element || wrong === undefined || right === undefined) return [];
    const at = actions.written.indexOf(wrong);
    const path = `${one.path}/Action${Array.isArray(valueAt(one.policy.document, `${one.path}/Action`)) ? `/${at}` : ''}`;
    const isListed = actions.written.some(action => action.toLowerCase() === right.toLowerCase());
    return [
      {
        path,
        message: `These principals cannot call ${wrong}; they call ${right}.`,
        fix: isListed
          ? { sentence: `Remove ${wrong}.`, patch: [{ op: 'remove', path }] }
          : { sentence: `Use ${right}.`, patch: [{ op: 'replace', path, value: right }] },
      },
    ];
  }),
];
