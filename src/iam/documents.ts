/** Policy documents of IAM: AWS's checks and quotas on write, and unique ids of principals. */

import { accounts, type PolicyText, type Role, roleByName, type User, userByName } from '../accounts/model.ts';
import { principalArn, withPrincipals } from '../accounts/trust-document.ts';
import type { IamDeps } from '../authorization/deps.ts';
import { parseArn } from '../aws/arn.ts';
import type { PolicyError, PolicyKind } from '../policy/decision.ts';
import {
  type CompiledPolicy,
  checkTrustWrite,
  malformedPolicyMessage,
  parsePolicy,
  policyQuotas,
  policySize,
  trustPrincipals,
} from '../policy/index.ts';
import { isUniqueId } from '../policy/principal-element.ts';
import { malformedPolicyDocument, quotaExceeded } from './errors.ts';
import { resourceError } from './resource-forms.ts';

type Store = IamDeps['store'];

/** Validates an inline policy like IAM on write. Throws MalformedPolicyDocument. */
export function validateIdentityPolicy(text: string): CompiledPolicy {
  const policy = readDocument(text, 'identity');
  for (const { index, resources } of policy.statements) {
    for (const resource of resources?.written ?? []) {
      const fault = resourceError(resource);
      if (fault !== undefined) {
        throw malformedPolicyDocument(fault, {
          detail: `Statement ${index}, ${resources?.element} ${resource}: ${fault}`,
        });
      }
    }
  }
  return policy;
}

/**
 * Validates a version of a managed policy like IAM on write: also its Version element and the limit of 6,144 characters
 * without whitespace. Throws MalformedPolicyDocument and LimitExceeded.
 */
export function validateManagedPolicy(text: string): void {
  const { version } = validateIdentityPolicy(text);
  if (version !== '2012-10-17') {
    throw malformedPolicyDocument('Policy document must be version 2012-10-17 or greater.', {
      detail: 'The policy has no Version or an older one.',
    });
  }
  const { quota, max } = policyQuotas.managed;
  if (policySize(text) > max) throw quotaExceeded(quota, max);
}

/**
 * Validates a trust policy like IAM on write. Returns the text to store: elements in AWS's order, user and role ARNs
 * replaced by unique ids, so that a new principal with the name of a deleted one gets no access. Throws
 * MalformedPolicyDocument and LimitExceeded.
 */
export function validateTrustPolicy(text: string, account: string, deps: IamDeps): PolicyText {
  const policy = readDocument(text, 'trust');
  const faults = checkTrustWrite(policy);
  if (faults.length > 0) throw malformed(faults, 'trust');
  const { quota, max } = policyQuotas.trust;
  if (policySize(text) > max) throw quotaExceeded(quota, max);
  const ids = new Map<string, string>();
  for (const principal of trustPrincipals(policy)) {
    ids.set(principal.text, storedPrincipal(principal.text, account, deps));
  }
  return { text: JSON.stringify(withPrincipals(policy.document, name => ids.get(name) ?? name)) };
}

function readDocument(text: string, kind: PolicyKind): CompiledPolicy {
  const parsed = parsePolicy(text, { kind });
  if (!parsed.ok) throw malformed(parsed.faults, kind);
  return parsed.policy;
}

const malformed = (faults: readonly PolicyError[], kind: PolicyKind) =>
  malformedPolicyDocument(malformedPolicyMessage(faults, kind), {
    detail: faults.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join(' '),
  });

/**
 * The stored form of an AWS principal. Principals of known accounts must exist: Terraform retries on exactly this message
 * until a new principal exists. Accounts that are not declared and received no call are external; all their principals
 * count as existing.
 */
function storedPrincipal(text: string, account: string, deps: IamDeps): string {
  if (isUniqueId(text)) {
    if (principalArn(text, deps.store) === undefined) throw invalidPrincipal(text);
    return text;
  }
  const arn = parseArn(text);
  if (arn === undefined || arn.resource === 'root' || !isKnownAccount(arn.account, account, deps)) return text;
  const [resourceType = '', ...rest] = arn.resource.split('/');
  const find = PRINCIPALS.get(`${arn.service}:${resourceType}`);
  if (find === undefined) return text;
  const name = arn.service === 'sts' ? (rest[0] ?? '') : (rest.at(-1) ?? '');
  const entity = find(deps.store, arn.account, name);
  if (entity === undefined) throw invalidPrincipal(text);
  if (arn.service === 'sts') return text;
  if (entity.arn !== text) throw invalidPrincipal(text);
  return entity.id;
}

const PRINCIPALS = new Map<string, (store: Store, account: string, name: string) => Role | User | undefined>([
  ['iam:user', userByName],
  ['iam:role', roleByName],
  ['sts:assumed-role', roleByName],
]);

const invalidPrincipal = (text: string) => malformedPolicyDocument(`Invalid principal in policy: "AWS":"${text}"`);

/** Whether the principals of an account are in the store: the caller's account, a declared one, or one that received a call. */
function isKnownAccount(account: string, own: string, { store, settings }: IamDeps): boolean {
  return account === own || settings.declaredAccounts.includes(account) || store.get(accounts, account) !== undefined;
}
