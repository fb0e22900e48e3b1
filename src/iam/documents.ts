/** Policy documents on their way into the store and out of it: AWS's checks, quotas, unique ids and encoding. */

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

/** Policy documents in answers are percent-encoded (RFC 3986). */
export const encodeDocument = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Checks an inline policy as IAM does when it is saved; throws MalformedPolicyDocument. */
export function checkIdentityDocument(text: string): CompiledPolicy {
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
 * Checks a managed policy as IAM does when a version is saved: also its Version, and 6,144 characters without white
 * space. Throws MalformedPolicyDocument and LimitExceeded.
 */
export function checkManagedDocument(text: string): void {
  const { version } = checkIdentityDocument(text);
  if (version !== '2012-10-17') {
    throw malformedPolicyDocument('Policy document must be version 2012-10-17 or greater.', {
      detail: 'The policy has no Version, or the old one.',
    });
  }
  const { quota, max } = policyQuotas.managed;
  if (policySize(text) > max) throw quotaExceeded(quota, max);
}

/**
 * Checks a trust policy as IAM does when it is saved and answers what is stored: statements in AWS's order of
 * elements, user and role ARNs replaced by unique ids, so that a deleted principal stays shut out when another of its
 * name comes. Throws MalformedPolicyDocument and LimitExceeded.
 */
export function acceptTrust(text: string, account: string, deps: IamDeps): PolicyText {
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
    detail: faults.map(fault => `${fault.path} ${fault.message}`).join(' '),
  });

/**
 * What stands in the store for an AWS principal. Principals of known accounts must exist: Terraform waits for a
 * principal that it has just created by retrying on exactly this text. Accounts that nobody declared or called into
 * are external, and whoever they name exists.
 */
function storedPrincipal(text: string, account: string, deps: IamDeps): string {
  if (isUniqueId(text)) {
    if (principalArn(text, deps.store) === undefined) throw invalidPrincipal(text);
    return text;
  }
  const arn = parseArn(text);
  if (arn === undefined || arn.resource === 'root' || !isKnownAccount(arn.account, account, deps)) return text;
  const [noun = '', ...rest] = arn.resource.split('/');
  const find = PRINCIPALS.get(`${arn.service}:${noun}`);
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

/** Whether an account's principals are in the store: it is the caller's, declared, or has been called into. */
function isKnownAccount(account: string, own: string, { store, settings }: IamDeps): boolean {
  return account === own || settings.declaredAccounts.includes(account) || store.get(accounts, account) !== undefined;
}
