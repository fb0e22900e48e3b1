/** Creates request contexts from plain values and principals from ARNs, and lists the condition keys of a policy. */
import { splitArn } from '../aws/arn.ts';
import type { Principal, RequestContext } from './decision.ts';
import type { CompiledPolicy } from './document.ts';
import { wholeAccount } from './principal-element.ts';
import { parseTemplate, type Token } from './variables.ts';

type Scalar = string | number | boolean;

/** A context from plain values: keys lower-cased, scalars single-valued, arrays multivalued; undefined and null are left out. */
export function requestContext(
  values: Readonly<Record<string, Scalar | readonly Scalar[] | null | undefined>>,
): RequestContext {
  const context = new Map<string, string | readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    context.set(key.toLowerCase(), isList(value) ? value.map(String) : String(value));
  }
  return context;
}

const isList = (value: Scalar | readonly Scalar[]): value is readonly Scalar[] => Array.isArray(value);

/** Web identity providers without an ARN: IAM User Guide, reference_policies_elements_principal. */
export const federatedDomains: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'graph.facebook.com',
  'www.amazon.com',
]);

const serviceForm = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/**
 * A principal from its ARN, `*`, an account number or a service name; undefined for other texts. A session ARN does not contain the
 * path of the role: `roleArn` (the request's `aws:PrincipalArn`) gives it; without it, the role has no path.
 */
export function principalOf(text: string, roleArn?: string): Principal | undefined {
  if (text === '*') return { type: 'anonymous' };
  const whole = wholeAccount(text);
  if (whole !== undefined) {
    return text === whole ? { type: 'account', account: whole } : { type: 'root', arn: text, account: whole };
  }
  const parts = splitArn(text);
  if (parts === undefined) {
    if (federatedDomains.has(text)) return { type: 'federated', provider: text };
    return serviceForm.test(text) ? { type: 'service', service: text } : undefined;
  }
  const [, partition, service, , account, resource] = parts;
  const name = resource.slice(resource.indexOf('/') + 1);
  switch (`${service}:${resource.slice(0, resource.indexOf('/'))}`) {
    case 'iam:user':
      return { type: 'user', arn: text, account };
    case 'iam:role':
      return { type: 'role-session', arn: text, roleArn: text, account };
    case 'sts:assumed-role': {
      const role = name.split('/')[0] ?? '';
      const start = `arn:${partition}:iam::${account}:role/`;
      const withPath = roleArn?.startsWith(start) === true && roleArn.endsWith(`/${role}`) ? roleArn : undefined;
      return { type: 'role-session', arn: text, roleArn: withPath ?? start + role, account };
    }
    case 'sts:federated-user':
      return { type: 'federated-user', arn: text, account };
    case 'iam:oidc-provider':
    case 'iam:saml-provider':
      return { type: 'federated', provider: text, account };
    default:
      return undefined;
  }
}

/**
 * Names of the condition keys in the conditions and variables of a policy, each spelling once (recorded: `aws:username` and
 * `AWS:username` are two). For GetContextKeysForCustomPolicy.
 */
export function contextKeyNames(policy: CompiledPolicy): readonly string[] {
  const names = new Set<string>();
  const variables = policy.version === '2012-10-17';
  const collect = (tokens: readonly Token[]): void => {
    for (const token of tokens) if (token.type === 'variable') names.add(token.spelling);
  };
  for (const { resources, conditions } of policy.statements) {
    for (const text of resources?.written ?? []) collect(parseTemplate(text, variables).tokens);
    for (const condition of conditions) {
      names.add(condition.key);
      for (const template of condition.templates) collect(template.tokens);
    }
  }
  return [...names];
}
