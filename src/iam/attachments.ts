/** Inline and attached policies: the parts shared by roles, users and groups. */

import { isAwsManaged, managedPolicy } from '../accounts/managed-policies.ts';
import type { Group, InlinePolicy, ManagedPolicy, Role, User } from '../accounts/model.ts';
import { parseArn } from '../aws/arn.ts';
import { validationError } from '../aws/error.ts';
import { policySize } from '../policy/index.ts';
import type { Store } from '../store/store.ts';
import { validateIdentityPolicy } from './documents.ts';
import { limitExceeded, noSuchEntity, quotaExceeded } from './errors.ts';
import { type PageRequest, pageOf } from './paging.ts';

/** An entity type with policies: its name in messages and its quotas (IAM User Guide, reference_iam-quotas). */
export interface HolderLimits {
  readonly messageName: string;
  /** Maximum characters of all inline policies together, without whitespace. */
  readonly inline: number;
  readonly attachedQuota: string;
}

/** Maximum number of managed policies attached to one entity. */
const MAX_ATTACHED = 10;

export type PolicyHolder = Pick<Role | User | Group, 'account' | 'name' | 'inline' | 'attached'>;

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The inline policies after a put. An existing name, in any letter case, keeps its spelling. */
export function withInline(
  holder: PolicyHolder,
  name: string,
  text: string,
  { messageName, inline }: HolderLimits,
): readonly InlinePolicy[] {
  validateIdentityPolicy(text);
  const at = holder.inline.findIndex(policy => sameName(policy.name, name));
  const written = { name: holder.inline[at]?.name ?? name, text };
  const all = at === -1 ? [...holder.inline, written] : holder.inline.with(at, written);
  if (all.reduce((size, policy) => size + policySize(policy.text), 0) > inline) {
    throw limitExceeded(`Maximum policy size of ${inline} bytes exceeded for ${messageName} ${holder.name}`);
  }
  return all;
}

/** The inline policy with a name, in any letter case. Throws NoSuchEntity. */
export function inlineNamed(holder: PolicyHolder, name: string, { messageName }: HolderLimits): InlinePolicy {
  const policy = holder.inline.find(candidate => sameName(candidate.name, name));
  if (policy === undefined) throw noSuchEntity(`The ${messageName} policy with name ${name} cannot be found.`);
  return policy;
}

/** The inline policies after a delete. Throws NoSuchEntity when there is no such policy. */
export function withoutInline(holder: PolicyHolder, name: string, limits: HolderLimits): readonly InlinePolicy[] {
  const removed = inlineNamed(holder, name, limits);
  return holder.inline.filter(policy => policy !== removed);
}

export function inlinePage(holder: PolicyHolder, requested: PageRequest) {
  const names = holder.inline.map(policy => policy.name).sort();
  const { members, more } = pageOf(names, requested, name => name);
  return { PolicyNames: [...members], ...more };
}

/** The attached ARNs after an attach; attaching twice succeeds. Throws NoSuchEntity and LimitExceeded. */
export function withAttached(
  holder: PolicyHolder,
  arn: string,
  store: Store,
  { attachedQuota }: HolderLimits,
): readonly string[] {
  assertArn(arn);
  if (!isAttachable(arn, holder.account, store)) {
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`, notIncludedDetail(arn));
  }
  if (holder.attached.includes(arn)) return holder.attached;
  if (holder.attached.length >= MAX_ATTACHED) throw quotaExceeded(attachedQuota, MAX_ATTACHED);
  return [...holder.attached, arn];
}

/** The attached ARNs after a detach. Throws NoSuchEntity when the policy is not attached. */
export function withoutAttached(holder: PolicyHolder, arn: string): readonly string[] {
  assertArn(arn);
  if (!holder.attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
  return holder.attached.filter(attached => attached !== arn);
}

export function attachedPage(
  holder: PolicyHolder,
  requested: PageRequest & { readonly PathPrefix?: string },
  store: Store,
) {
  const prefix = requested.PathPrefix ?? '/';
  const policies = attachedPolicies(holder, store).filter(policy => policy.path.startsWith(prefix));
  const { members, more } = pageOf(policies, requested, policy => policy.arn);
  return { AttachedPolicies: members.map(attachedView), ...more };
}

/** The managed policies attached to an entity, sorted by ARN. */
export const attachedPolicies = (holder: PolicyHolder, store: Store): readonly ManagedPolicy[] =>
  [...holder.attached].sort().flatMap(arn => managedPolicy(arn, store) ?? []);

export const attachedView = (policy: ManagedPolicy) => ({ PolicyName: policy.name, PolicyArn: policy.arn });

/** Whether the managed policy exists and belongs to AWS or the account. */
function isAttachable(arn: string, account: string, store: Store): boolean {
  const policy = managedPolicy(arn, store);
  return policy !== undefined && (isAwsManaged(arn) || policy.account === account);
}

/** Checks that the policy of a permissions boundary exists and returns its ARN. The message is from public logs of AWS. */
export function boundaryArn(arn: string, account: string, store: Store): string {
  assertArn(arn);
  if (!isAttachable(arn, account, store)) {
    throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`, notIncludedDetail(arn));
  }
  return arn;
}

export function assertArn(arn: string): void {
  if (parseArn(arn) === undefined) throw validationError('Invalid ARN:  Could not be parsed!');
}

/** Error detail for an AWS managed policy that Rolecall does not include. */
export const notIncludedDetail = (arn: string) =>
  isAwsManaged(arn)
    ? { detail: `Rolecall does not include the AWS managed policy ${arn}.`, reason: 'not-carried' }
    : {};
