/** Helpers that create policies and requests for evaluator tests. */
import {
  type CompiledPolicy,
  type EvaluationRequest,
  type PolicyKind,
  parsePolicy,
  principalOf,
  requestContext,
} from '../../src/policy/index.ts';

export const account = '123456789012';
export const other = '210987654321';
export const host = 'token.actions.githubusercontent.com';
export const provider = `arn:aws:iam::${account}:oidc-provider/${host}`;
export const roleArn = `arn:aws:iam::${account}:role/deploy`;
export const webIdentity = 'sts:AssumeRoleWithWebIdentity';

/** A compiled policy from statements; Version 2012-10-17 by default ('' = none). */
export function policy(
  kind: PolicyKind,
  statements: unknown,
  version: string | undefined = '2012-10-17',
): CompiledPolicy {
  const document = { ...(version === '' ? {} : { Version: version }), Statement: statements };
  const result = parsePolicy(JSON.stringify(document), { kind, strictness: 'evaluated' });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.policy;
}

/** A request from an ARN, account, service name or `*`. */
export function request(
  principal: string,
  action: string,
  resource = '*',
  context: Parameters<typeof requestContext>[0] = {},
): EvaluationRequest {
  const known = principalOf(principal);
  if (known === undefined) throw new Error(`not a principal: ${principal}`);
  return { principal: known, action, resource, context: requestContext(context) };
}

/** A GitHub token's request to assume the role, with default and additional keys. */
export const github = (claims: Record<string, string | string[]> = {}, action = webIdentity): EvaluationRequest =>
  request(provider, action, roleArn, {
    'aws:PrincipalAccount': account,
    'sts:RoleSessionName': 'ci',
    ...Object.fromEntries(
      Object.entries({
        aud: 'sts.amazonaws.com',
        oaud: 'sts.amazonaws.com',
        sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
        ...claims,
      }).map(([claim, value]) => [`${host}:${claim}`, value]),
    ),
  });
