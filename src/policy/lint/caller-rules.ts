/** Linter rules for the callers of a statement: everyone, and accounts of others. */
import type { CompiledCondition } from '../conditions.ts';
import type { Finding, PolicyKind } from '../decision.ts';
import { wholeAccount } from '../principal-element.ts';
import { areOthersDenied } from './denied-others.ts';
import { isActionAllowed, isAllow, type LintCase, type LintRule, MAX_FINDINGS, rule, textsAt } from './lint-case.ts';
import { bindsCaller, requiresExternalId } from './narrowing.ts';
import { weakKeys } from './weak-keys.table.ts';

/** Why a condition does not say who calls. */
function weakness({ operator, ifExists, lowerKey }: CompiledCondition): string {
  if (operator.negated) return 'it excludes some callers only';
  if (ifExists) return 'it is also true without the key';
  const head = lowerKey.slice(0, lowerKey.indexOf('/') + 1);
  return (
    weakKeys.get(lowerKey) ?? weakKeys.get(head) ?? 'a value matches everyone, or the key is no property of the caller'
  );
}

/** Maximum number of conditions in one message. */
const maxConditions = 5;

const weakConditions = ({ statement }: LintCase): string =>
  statement.conditions
    .slice(0, maxConditions)
    .map(condition => `${condition.spelling} ${condition.key} (${weakness(condition)})`)
    .join('; ');

const publicPrincipal = (severity: Finding['severity'], concerns: (kind: PolicyKind) => boolean): LintRule =>
  rule('public-principal', severity, one => {
    if (!concerns(one.policy.kind) || !isAllow(one) || one.statement.principals?.everyone !== true) return [];
    if (one.statement.principals.element === 'NotPrincipal' || bindsCaller(one) || areOthersDenied(one)) return [];
    const weak = weakConditions(one);
    const message =
      weak === ''
        ? 'The principal is "*" and the statement has no condition: it applies to everyone.'
        : `The principal is "*" and no condition says who calls. Not sufficient: ${weak}.`;
    return [
      {
        path: `${one.path}/Principal`,
        message: `${message} List the accounts or roles in Principal, or add a condition such as StringEquals aws:PrincipalOrgID with your organization.`,
      },
    ];
  });

/** Accounts of the OIDC and SAML providers that the policy trusts: a role trusts providers of its own account only. */
const ownAccounts = ({ policy }: LintCase): ReadonlySet<string> =>
  new Set(
    policy.statements
      .flatMap(({ principals }) => [...(principals?.federated ?? [])])
      .flatMap(name => /^arn:[^:]*:iam::(\d{12}):/.exec(name)?.[1] ?? []),
  );

export const callerRules: readonly LintRule[] = [
  // No role should be open to everyone; a bucket may be.
  publicPrincipal('error', kind => kind === 'trust'),
  publicPrincipal('warning', kind => kind !== 'trust' && kind !== 'rcp'),
  rule('account-without-external-id', 'info', one => {
    if (one.policy.kind !== 'trust' || !isAllow(one) || !isActionAllowed(one, 'sts:assumerole')) return [];
    const { principals } = one.statement;
    if (principals === undefined || principals.element === 'NotPrincipal' || principals.accounts.size === 0) return [];
    if (requiresExternalId(one) || bindsCaller(one)) return [];
    const own = ownAccounts(one);
    return textsAt(one, `${one.path}/Principal/AWS`)
      .filter(([text]) => {
        const account = wholeAccount(text);
        return account !== undefined && !own.has(account);
      })
      .slice(0, MAX_FINDINGS)
      .map(([text, path]) => ({
        path,
        message:
          `Every principal that account ${wholeAccount(text)} allows can assume the role. If the account belongs to a third party, add ` +
          'StringEquals sts:ExternalId with a value that the third party uses for you only; if it is yours, name the role or user instead.',
      }));
  }),
];
