/** Callers that are near a caller with AWS credentials: other sessions, roles and users, of its account and of another one. */
import type { EvaluationRequest, Principal } from '../decision.ts';
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
    request: { ...withKeys(request, who === SESSIONS ? {} : principalKeys(request, other)), principal: other },
  });
  switch (principal.type) {
    case 'role-session': {
      const arn = `${principal.arn.slice(0, principal.arn.lastIndexOf('/') + 1)}another-session`;
      const role = `${principal.roleArn}-2`;
      const name = role.slice(role.lastIndexOf('/') + 1);
      const start = principal.arn.slice(0, principal.arn.indexOf('/') + 1);
      return [
        as(SESSIONS, { ...principal, arn }),
        as('another role of the account', {
          ...principal,
          roleArn: role,
          arn: `${start}${name}/session`,
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
      return [as('another AWS service', { ...principal, service: 'ec2-2.amazonaws.com' }, true)];
    default:
      return [];
  }
}

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

/** The keys of the request that follow from its caller, for another one. */
function principalKeys({ context }: EvaluationRequest, other: Principal): Record<string, string> {
  const arn = other.type === 'role-session' ? other.roleArn : 'arn' in other ? other.arn : undefined;
  const keys: Readonly<Record<string, string | undefined>> = {
    'aws:principalarn': arn,
    'aws:principalaccount': 'account' in other ? other.account : undefined,
    'aws:username': other.type === 'user' ? other.arn.slice(other.arn.lastIndexOf('/') + 1) : undefined,
    'aws:userid': 'another',
    'aws:principalservicename': other.type === 'service' ? other.service : undefined,
  };
  const known = Object.entries(keys).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && context.has(entry[0]),
  );
  return Object.fromEntries(known);
}
