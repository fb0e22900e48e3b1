/** The Principal element: valid values, and which callers they match. Source: IAM User Guide, reference_policies_elements_principal. */
import { splitArn } from '../aws/arn.ts';
import type { Principal, Verdict } from './decision.ts';

/** How a policy names a caller; determines which other policies still apply (evaluate.ts). */
export type NamedBy =
  | 'user'
  | 'role'
  | 'session'
  | 'federated-user'
  | 'account'
  | 'everyone'
  | 'service'
  | 'provider'
  | 'not-excluded';

export type PrincipalType = 'AWS' | 'Federated' | 'Service' | 'CanonicalUser';
export const principalTypes: readonly PrincipalType[] = ['AWS', 'Federated', 'Service', 'CanonicalUser'];

/** A compiled Principal or NotPrincipal. */
export interface CompiledPrincipals {
  readonly element: 'Principal' | 'NotPrincipal';
  /** The bare `"*"`. */
  readonly star: boolean;
  readonly everyone: boolean;
  /** ARNs and unique ids, as written. */
  readonly aws: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly federated: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly canonical: ReadonlySet<string>;
  /** All values as written, for explanations. */
  readonly written: readonly string[];
}

/** A verdict, and how the element names the caller if it matches. */
interface EvaluatedPrincipal {
  readonly verdict: Verdict;
  readonly by?: NamedBy | undefined;
}

const account = /^\d{12}$/;
const uniqueId = /^A(?:IDA|ROA)[A-Z0-9]{12,}$/;

/** The account that a value names: a 12-digit number or the ARN of its root. */
export function wholeAccount(value: string): string | undefined {
  if (account.test(value)) return value;
  const parts = splitArn(value);
  if (parts === undefined) return undefined;
  const [prefix, , service, , owner, resource] = parts;
  return prefix === 'arn' && service === 'iam' && resource === 'root' && account.test(owner) ? owner : undefined;
}

export const isUniqueId = (value: string): boolean => uniqueId.test(value);

/** Resource types of an AWS principal; a group cannot be one. */
const awsPrincipalForms: readonly (readonly [service: string, prefix: string])[] = [
  ['iam', 'user/'],
  ['iam', 'role/'],
  ['sts', 'assumed-role/'],
  ['sts', 'federated-user/'],
];

/** Whether a value is valid under `AWS`: `*`, an account, a unique id, or the ARN of a user, role or session without wildcards. */
export function isAwsPrincipal(value: string): boolean {
  if (value === '*' || wholeAccount(value) !== undefined || isUniqueId(value)) return true;
  const parts = splitArn(value);
  if (parts === undefined || value.includes('*') || value.includes('?')) return false;
  const [prefix, partition, service, region, owner, resource] = parts;
  if (prefix !== 'arn' || partition === '' || region !== '' || !account.test(owner)) return false;
  return awsPrincipalForms.some(
    ([name, start]) => service === name && resource.startsWith(start) && resource.length > start.length,
  );
}

/** The user of CloudFront that bucket policies name: CloudFront Developer Guide, origin access identity. */
export const isOriginAccessIdentity = (value: string): boolean =>
  /^arn:[^:]+:iam::cloudfront:user\/CloudFront Origin Access Identity [^\s*?]+$/.test(value);

const domain = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/;

/** Whether a value is valid under `Federated`: a domain name or the ARN of an OIDC or SAML provider. */
export function isFederatedPrincipal(value: string): boolean {
  const parts = splitArn(value);
  if (parts === undefined) return value.length <= 253 && domain.test(value);
  const [prefix, , service, region, owner, resource] = parts;
  const provider = resource.startsWith('oidc-provider/') || resource.startsWith('saml-provider/');
  const named = resource.length > 'oidc-provider/'.length;
  return prefix === 'arn' && service === 'iam' && region === '' && account.test(owner) && provider && named;
}

export function compilePrincipals(
  element: 'Principal' | 'NotPrincipal',
  star: boolean,
  values: readonly (readonly [PrincipalType, string])[],
): CompiledPrincipals {
  const of = (type: PrincipalType): string[] => values.filter(([name]) => name === type).map(([, value]) => value);
  const aws = of('AWS');
  return {
    element,
    star,
    everyone: star || aws.includes('*'),
    aws: new Set(aws.filter(value => value !== '*' && wholeAccount(value) === undefined)),
    accounts: new Set(aws.map(wholeAccount).filter(owner => owner !== undefined)),
    federated: new Set(of('Federated')),
    services: new Set(of('Service')),
    canonical: new Set(of('CanonicalUser')),
    written: star ? ['*'] : values.map(([, value]) => value),
  };
}

const named = (by: NamedBy): EvaluatedPrincipal => ({
  by,
  verdict: { ok: true, why: { code: 'principal-named', by } },
});
const namedAs: Readonly<Record<NamedBy, EvaluatedPrincipal>> = {
  user: named('user'),
  role: named('role'),
  session: named('session'),
  'federated-user': named('federated-user'),
  account: named('account'),
  everyone: named('everyone'),
  service: named('service'),
  provider: named('provider'),
  'not-excluded': named('not-excluded'),
};

/** Identity-based policies have no Principal: they apply to the identity that they are attached to. */
export const attachedPolicy: EvaluatedPrincipal = { verdict: { ok: true, why: { code: 'policy-attached' } } };

/**
 * "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary policy attached,
 * regardless of the values specified in the NotPrincipal element." Source: reference_policies_elements_notprincipal.
 */
export const callerWithBoundary: EvaluatedPrincipal = { verdict: { ok: true, why: { code: 'principal-bounded' } } };

/**
 * Whether the element matches the caller, and how it names the caller. In a role trust policy `*` means principals with AWS credentials:
 * it does not match web identity and SAML callers (recorded), nor services.
 */
export function evaluatePrincipal(
  element: CompiledPrincipals,
  principal: Principal,
  trust: boolean,
): EvaluatedPrincipal {
  const by = namedBy(element, principal, trust);
  if (element.element === 'NotPrincipal') {
    if (by === undefined) return namedAs['not-excluded'];
    return { verdict: { ok: false, why: { code: 'principal-excluded', by, expected: element.written } } };
  }
  if (by !== undefined) return namedAs[by];
  return { verdict: { ok: false, why: { code: 'principal-not-named', expected: element.written } } };
}

function namedBy(element: CompiledPrincipals, principal: Principal, trust: boolean): NamedBy | undefined {
  const everyone = element.everyone ? 'everyone' : undefined;
  switch (principal.type) {
    case 'user':
      if (element.aws.has(principal.arn) || hasId(element, principal.uniqueId)) return 'user';
      break;
    case 'role-session':
      if (element.aws.has(principal.arn)) return principal.arn === principal.roleArn ? 'role' : 'session';
      if (element.aws.has(principal.roleArn) || hasId(element, principal.uniqueId)) return 'role';
      break;
    case 'federated-user':
      if (element.aws.has(principal.arn)) return 'federated-user';
      if (principal.userArn !== undefined && element.aws.has(principal.userArn)) return 'user';
      break;
    case 'federated':
      if (element.federated.has(principal.provider)) return 'provider';
      return trust ? undefined : everyone;
    case 'service':
      if (element.services.has(principal.service)) return 'service';
      return trust ? undefined : everyone;
    case 'anonymous':
      return trust ? undefined : everyone;
    case 'root':
    case 'account':
      break;
  }
  return element.accounts.has(principal.account) ? (everyone ?? 'account') : everyone;
}

const hasId = (element: CompiledPrincipals, id: string | undefined): boolean => id !== undefined && element.aws.has(id);
