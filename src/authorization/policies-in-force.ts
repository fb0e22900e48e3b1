/** The policies of an evaluation, compiled: identity policies, permissions boundary, session and organization policies. */

import { defaultVersion, isAwsManaged, managedPolicy } from '../accounts/managed-policies.ts';
import { type Group, groups, nameKey, type PolicyText, type Role, roles, type User, users } from '../accounts/model.ts';
import { defined } from '../kernel/defined.ts';
import type { PolicyKind } from '../policy/decision.ts';
import { type CompiledPolicy, type PolicySet, parsePolicy } from '../policy/index.ts';
import type { Store } from '../store/store.ts';
import type { Organization } from './deps.ts';
import { policyBytes } from './policy-bytes.ts';
import type { Caller } from './principals.ts';

/** A policy and its source, in the terms of MatchedStatements in the policy simulator. */
export interface SourcedPolicy {
  /** Name of an inline or managed policy; AWS's simulator prints `user_NAME_POLICY` for inline ones. */
  readonly id: string;
  readonly source: 'user' | 'group' | 'role' | 'aws-managed' | 'user-managed';
  /** For a managed policy. */
  readonly arn?: string;
  /** For an inline policy: its name and the name of its entity. */
  readonly inline?: { readonly name: string; readonly holder: string };
  readonly text: PolicyText;
}

/** Compiled policies of a caller. Without `boundary` or `session`, there is no such limit. */
interface IdentityLayers {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: CompiledPolicy;
  readonly session?: readonly CompiledPolicy[];
}

const EVERYTHING: PolicyText = {
  text: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
};

const NOTHING: PolicyText = {
  text: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"*","Resource":"*"}}',
};

/**
 * The policies of a caller: inline, attached and group policies, permissions boundary, session policies. Managed session
 * policies are read at each call: a new default version changes running sessions. Does not throw; a caller whose entity
 * was deleted has no policies.
 */
export function identityLayers(caller: Caller, deps: { readonly store: Store }): IdentityLayers {
  const { store } = deps;
  const session = sessionPolicies(caller, store);
  const limits = defined({ session });
  if (caller.kind === 'root') return { identity: [], ...limits };
  const entity = entityOf(caller, store);
  if (entity === undefined) {
    const isCreatedByRoot = caller.kind === 'federated-user' && caller.parentUserId === undefined;
    return { identity: isCreatedByRoot ? [compiled(EVERYTHING, 'identity')] : [], ...limits };
  }
  const boundary = boundaryOf(entity, store);
  return {
    identity: policiesOf(entity, store).map(policy => compiled(policy.text, 'identity')),
    ...defined({ boundary: boundary && compiled(boundary.text, 'identity') }),
    ...limits,
  };
}

/** Inline, attached and inherited policies of a user, role or group, each with its source. */
export function policiesOf(entity: User | Role | Group, store: Store): readonly SourcedPolicy[] {
  if ('trust' in entity) return ownPolicies(entity, 'role', store);
  if (!('groups' in entity)) return ownPolicies(entity, 'group', store);
  const inherited = entity.groups.flatMap(name => {
    const group = store.get(groups, nameKey(entity.account, name))?.value;
    return group === undefined ? [] : ownPolicies(group, 'group', store);
  });
  return [...ownPolicies(entity, 'user', store), ...inherited];
}

/** The permissions boundary of a user or role. */
export function boundaryOf(entity: User | Role | Group, store: Store): SourcedPolicy | undefined {
  const arn = 'boundary' in entity ? entity.boundary : undefined;
  return arn === undefined ? undefined : attachedPolicy(arn, store);
}

function ownPolicies(
  entity: User | Role | Group,
  source: 'user' | 'role' | 'group',
  store: Store,
): readonly SourcedPolicy[] {
  const inline = entity.inline.map(policy => ({
    id: `${source}_${entity.name}_${policy.name}`,
    source,
    text: policy,
    inline: { name: policy.name, holder: entity.name },
  }));
  return [...inline, ...entity.attached.flatMap(arn => attachedPolicy(arn, store) ?? [])];
}

function attachedPolicy(arn: string, store: Store): SourcedPolicy | undefined {
  const policy = managedPolicy(arn, store);
  if (policy === undefined) return undefined;
  const source = isAwsManaged(arn) ? 'aws-managed' : 'user-managed';
  return { id: policy.name, source, text: defaultVersion(policy), arn };
}

function entityOf(caller: Caller, store: Store): User | Role | undefined {
  switch (caller.kind) {
    case 'root':
      return undefined;
    case 'user':
      return store.find(users, caller.entityId)?.value;
    case 'role':
      return store.find(roles, caller.entityId)?.value;
    case 'federated-user':
      return caller.parentUserId === undefined ? undefined : store.find(users, caller.parentUserId)?.value;
  }
}

/** Undefined: no limit. A federated user without session policies gets an empty list, which allows nothing. */
function sessionPolicies({ kind, session }: Caller, store: Store): readonly CompiledPolicy[] | undefined {
  if (session === undefined) return undefined;
  const arns = [...(session.policyArns ?? []), ...(session.taskPolicyArn === undefined ? [] : [session.taskPolicyArn])];
  if (session.inlinePolicy === undefined && arns.length === 0) return kind === 'federated-user' ? [] : undefined;
  const found = [
    ...(session.inlinePolicy === undefined ? [] : [compiledSession(session.inlinePolicy)]),
    ...arns.flatMap(arn => {
      const policy = attachedPolicy(arn, store);
      return policy === undefined ? [] : [compiled(policy.text, 'identity')];
    }),
  ];
  // If all managed session policies were deleted, the session is allowed nothing; an empty list would mean no limit.
  return found.length === 0 ? [compiled(NOTHING, 'identity')] : found;
}

/** The organization as it applies to an account: its policies do not apply to the management account. */
const organizationOf = (account: string, organization: Organization | undefined): Partial<Organization> =>
  account === organization?.managementAccount ? {} : (organization ?? {});

/** The resource control policies that apply to an account, as texts. */
export const resourceControlTexts = (account: string, organization: Organization | undefined): readonly string[] =>
  (organizationOf(account, organization).resourceControlPolicies ?? []).map(({ text }) => text);

/**
 * Compiled SCPs and RCPs of an account; none when the configuration declares no organization, and none for the management
 * account. STS is the only emulated service that RCPs apply to (AWS Organizations User Guide, orgs_manage_policies_rcps).
 */
export function organizationLayers(account: string, organization: Organization | undefined): PolicySet {
  const { serviceControlPolicies, resourceControlPolicies } = organizationOf(account, organization);
  const all = (texts: Organization['serviceControlPolicies'], kind: 'scp' | 'rcp'): readonly CompiledPolicy[] =>
    (texts ?? []).map(text => compiled(text, kind));
  return defined({
    scp: serviceControlPolicies && all(serviceControlPolicies, 'scp'),
    rcp: resourceControlPolicies && all(resourceControlPolicies, 'rcp'),
  });
}

/** Cache of compiled policies: by object identity for stored policies, by text for session policies. */
const byText = new WeakMap<PolicyText, CompiledPolicy>();

/**
 * The compiled form of a stored policy. Stored policies were validated when they were written, so an invalid one is a bug
 * and throws a plain Error.
 */
export function compiled(policy: PolicyText, kind: PolicyKind): CompiledPolicy {
  const known = byText.get(policy);
  if (known !== undefined) return known;
  const created = compileText(policy.text, kind);
  byText.set(policy, created);
  return created;
}

/** Limits of the session policy cache: entries and estimated bytes. One policy of 2,048 characters can take 500 KB. */
const KEPT = { count: 256, bytes: 8 * 1024 * 1024 };
const bySessionText = new Map<string, CompiledPolicy>();
let sessionBytes = 0;

/** The compiled form of a session's inline policy. The least recently used entries are evicted. */
export function compiledSession(text: string): CompiledPolicy {
  const known = bySessionText.get(text);
  if (known !== undefined) {
    bySessionText.delete(text);
    bySessionText.set(text, known);
    return known;
  }
  const created = compileText(text, 'session');
  bySessionText.set(text, created);
  sessionBytes += policyBytes(created);
  for (const [oldest, policy] of bySessionText) {
    if (bySessionText.size <= KEPT.count && sessionBytes <= KEPT.bytes) break;
    bySessionText.delete(oldest);
    sessionBytes -= policyBytes(policy);
  }
  return created;
}

function compileText(text: string, kind: PolicyKind): CompiledPolicy {
  const parsed = parsePolicy(text, { kind, strictness: 'evaluated' });
  if (parsed.ok) return parsed.policy;
  const [fault] = parsed.faults;
  throw new Error(`a stored policy is invalid: ${fault?.path} ${fault?.message}`);
}
