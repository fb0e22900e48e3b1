/** Linter rules for statements that AWS saves but that are dangerous or wrong, one row each. */
import { listOf } from '../document.ts';
import { valueAt } from '../explain/patch.ts';
import { hasWildcard } from '../match.ts';
import type { CompiledPrincipals } from '../principal-element.ts';
import { callerRules } from './caller-rules.ts';
import { issuerRules } from './issuer-rules.ts';
import { isAllow, isEveryAction, type LintRule, rule, textsAt, when } from './lint-case.ts';
import { conditionRules } from './lint-conditions.ts';
import { nameRules } from './name-rules.ts';
import { serviceRules } from './service-rules.ts';
import { subjectRules } from './subject-rules.ts';
import { valueRules } from './value-rules.ts';

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
  ...callerRules,
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
  rule('provider-with-wildcard', 'error', one =>
    ['Principal', 'NotPrincipal']
      .flatMap(element => textsAt(one, `${one.path}/${element}/Federated`))
      .filter(([name]) => name.startsWith('arn:') && hasWildcard(name))
      .map(([name, path]) => ({
        path,
        message: `No provider has the ARN ${name}: Principal has no wildcards. Write one statement for each provider, with its keys.`,
      })),
  ),
  rule('not-principal-in-allow', 'warning', one =>
    when(
      isAllow(one) && one.statement.principals?.element === 'NotPrincipal',
      `${one.path}/NotPrincipal`,
      'NotPrincipal in an Allow allows everyone who is not listed, including anonymous callers.',
    ),
  ),
  // "You cannot use the NotPrincipal element in … an IAM role trust policy." Source: reference_policies_elements_notprincipal.
  rule('not-principal-in-trust', 'error', one =>
    when(
      one.policy.kind === 'trust' && one.statement.principals?.element === 'NotPrincipal',
      `${one.path}/NotPrincipal`,
      'A role trust policy cannot have NotPrincipal; list the callers in Principal.',
    ),
  ),
  rule('not-action-in-allow', 'warning', one =>
    when(
      isAllow(one) && one.statement.actions?.element === 'NotAction',
      `${one.path}/NotAction`,
      'NotAction in an Allow allows all actions of all services except the listed ones.',
    ),
  ),
  rule('everything-allowed', 'info', one =>
    when(
      isAllow(one) && isEveryAction(one) && one.statement.resources?.all === true,
      one.path,
      'The statement allows every action on every resource.',
    ),
  ),
  ...issuerRules,
  ...subjectRules,
  ...nameRules,
  ...conditionRules,
  ...valueRules,
  ...serviceRules,
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
