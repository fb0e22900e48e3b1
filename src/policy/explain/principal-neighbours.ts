/** Callers that are near a caller with AWS credentials: other sessions, roles and users, of its account and of another one. */
import type { EvaluationRequest, Principal } from '../decision.ts';
import { type PolicySet, resourceAccount } from '../evaluate.ts';
import { principalOf } from '../request.ts';
import { type Neighbour, OTHER_ACCOUNT, toOtherAccount, withKeys } from './neighbour.ts';

/** Stands for a condition key in `Neighbour.key`: the policy names sessions as principals. */
export const SESSION_PRINCIPAL = 'principal:assumed-role';

const SESSIONS = 'every session of the role';

/** Other callers with AWS credentials, and other services. */
export function principalNeighbours(request: EvaluationRequest): readonly Neighbour[] {
  const { principal } = request;
  const as = (who: string, other: Principal, stranger = false): Neighbour => ({
    who: `${who} (${nameOf(other)})`,
    stranger,
    otherPrincipal: true,
    ...(who === SESSIONS ? { key: SESSION_PRINCIPAL } : {}),
    request: who === SESSIONS ? { ...request, principal: other } : asPrincipal(request, other),
  });
  switch (principal.type) {
    case 'role-session': {
      const role = `${principal.roleArn}-2`;
      return [
        as(SESSIONS, { ...principal, arn: sessionOf(principal.roleArn, 'another-session') }),
        as('another role of the account', {
          ...principal,
          roleArn: role,
          arn: sessionOf(role, 'session'),
          uniqueId: undefined,
        }),
        as('a role of another account', inOtherAccount(principal), true),
      ];
    }
    case 'user':
      return [
        as('another user of the account', { ...principal, arn: `${principal.arn}-2`, uniqueId: undefined }),
        as('a user of another account', inOtherAccount(principal), true),
      ];
    case 'federated-user':
      return [
        as('another federated user of the account', { ...principal, arn: `${principal.arn}-2`, userArn: undefined }),
        as('a federated user of another account', inOtherAccount(principal), true),
      ];
    case 'root':
    case 'account':
      return [as('another account', inOtherAccount(principal), true)];
    case 'service':
      return [as('another AWS service', { ...principal, service: otherService(principal.service) }, true)];
    default:
      return [];
  }
}

const otherService = (service: string): string =>
  service === 'ec2.amazonaws.com' ? 'lambda.amazonaws.com' : 'ec2.amazonaws.com';

/** The ARN of a session of the role; it does not have the path of the role. */
const sessionOf = (roleArn: string, name: string): string =>
  roleArn.replace(
    /:iam:(.*):role\/(?:.*\/)?([^/]+)$/,
    (_, middle, role) => `:sts:${middle}:assumed-role/${role}/${name}`,
  );

const nameOf = (principal: Principal): string => {
  if ('arn' in principal) return principal.arn;
  if (principal.type === 'service') return principal.service;
  return principal.type === 'account' ? principal.account : '';
};

/** The same names in another account. */
function inOtherAccount(
  principal: Extract<Principal, { type: 'user' | 'role-session' | 'federated-user' | 'root' | 'account' }>,
): Principal {
  const account = OTHER_ACCOUNT;
  if (principal.type === 'account') return { ...principal, account };
  const arn = toOtherAccount(principal.arn);
  switch (principal.type) {
    case 'role-session':
      return { ...principal, arn, account, roleArn: toOtherAccount(principal.roleArn), uniqueId: undefined };
    case 'user':
      return { ...principal, arn, account, uniqueId: undefined };
    case 'federated-user':
      return { ...principal, arn, account, userArn: principal.userArn && toOtherAccount(principal.userArn) };
    case 'root':
      return { ...principal, arn, account };
  }
}

/** Maximum number of principals of a policy that are neighbours. */
const MAX_NAMED = 8;

/** The other users, roles and services that the policy of the resource names. */
export function namedNeighbours(request: EvaluationRequest, { resource }: PolicySet): readonly Neighbour[] {
  const { principal } = request;
  if (principal.type === 'federated' || principal.type === 'anonymous') return [];
  const own = new Set([nameOf(principal), principal.type === 'role-session' ? principal.roleArn : '']);
  const names = new Set(
    (resource?.statements ?? []).flatMap(({ effect, principals }) =>
      effect === 'Allow' && principals?.element === 'Principal' ? [...principals.aws, ...principals.services] : [],
    ),
  );
  return [...names]
    .filter(name => !own.has(name))
    .slice(0, MAX_NAMED)
    .flatMap(name => {
      const other = principalOf(name);
      if (other === undefined || other.type === 'anonymous' || other.type === 'account' || other.type === 'root')
        return [];
      const who = `others whom the policy names (${name})`;
      return [{ who, stranger: false, otherPrincipal: true, isNamed: true, request: asPrincipal(request, other) }];
    });
}

/** The same call by another principal, for the same resource of the same account. */
function asPrincipal(request: EvaluationRequest, other: Principal): EvaluationRequest {
  const { principal } = request;
  const owner = 'account' in principal && principal.account !== undefined ? principal.account : undefined;
  return {
    ...withKeys(request, principalKeys(request, other)),
    principal: other,
    resourceAccount: owner === undefined ? request.resourceAccount : resourceAccount(request, owner),
  };
}

const principalTypes: ReadonlyMap<Principal['type'], string> = new Map([
  ['user', 'User'],
  ['role-session', 'AssumedRole'],
  ['federated-user', 'FederatedUser'],
  ['root', 'Account'],
  ['account', 'Account'],
]);

/** The keys of the request that follow from its caller, for another one; null for those that it does not have. */
function principalKeys({ principal, context }: EvaluationRequest, other: Principal): Record<string, string | null> {
  const arn = other.type === 'role-session' ? other.roleArn : 'arn' in other ? other.arn : null;
  const account = ('account' in other ? other.account : undefined) ?? null;
  const keys: Record<string, string | null> = {
    'aws:principalarn': arn,
    'aws:principalaccount': account,
    'kms:calleraccount': account,
    'aws:principaltype': principalTypes.get(other.type) ?? null,
    'aws:userid': other.type === 'service' ? null : 'another',
    'aws:principalservicename': other.type === 'service' ? other.service : null,
  };
  const known: Record<string, string | null> = Object.fromEntries(
    Object.entries(keys).filter(([key]) => context.has(key)),
  );
  // IAM users alone have a name; a request that has the ARN of its caller has it as well.
  if (context.has('aws:username') || (principal.type !== 'user' && context.has('aws:principalarn')))
    known['aws:username'] = other.type === 'user' ? other.arn.slice(other.arn.lastIndexOf('/') + 1) : null;
  return known;
}
