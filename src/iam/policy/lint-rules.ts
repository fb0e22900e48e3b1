/** What AWS would save but nobody should want, as rows: each looks at one statement. */
import { issuerKey } from './issuer-keys.ts';
import { addCondition, grants, isAllow, issuers, type LintRule, narrows, rule, webIdentity } from './lint-case.ts';
import { conditionRules } from './lint-conditions.ts';
import { valueAt } from './patch.ts';

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
  ...conditionRules,
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
