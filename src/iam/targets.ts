/** Authorization targets: ARN of the entity, its form in AWS's message, and its condition keys. */

import { type EntityArn, groupArn, instanceProfileArn, roleArn, userArn } from '../accounts/arns.ts';
import {
  groups,
  instanceProfiles,
  mfaDevices,
  nameKey,
  oidcProviders,
  policies,
  type Role,
  roleByName,
  samlProviders,
  type Tag,
  type User,
  userByName,
} from '../accounts/model.ts';
import type { IamDeps } from '../authorization/deps.ts';
import type { Caller } from '../authorization/principals.ts';
import type { ExtraContext, SignedCall, Target } from '../aws/operation.ts';
import { defined } from '../kernel/defined.ts';
import type { Collection } from '../store/store.ts';
import { resourceTagKeys } from './tags.ts';

type Call = SignedCall<Caller>;
type Deps = Pick<IamDeps, 'store'>;

/** The target of a call without a specific entity. */
export const anyResource = (): Target => ({ resource: '*' });

/** An entity to be created. */
export const newEntity = (
  call: Call,
  arnOf: EntityArn,
  path: string | undefined,
  name: string,
  context: ExtraContext = {},
) => ({
  resource: arnOf(call.caller.account, path, name),
  context,
});

/** All entities of a kind: `arn:aws:iam::ACCOUNT:role/`, as in the messages of List calls. */
export const listTarget = (call: Call, arnOf: EntityArn): Target => ({ resource: arnOf(call.caller.account, '/', '') });

/** A role by name; a role that does not exist is treated as one with the path `/`. */
export function role(name: string, call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  const { account } = call.caller;
  return ofHolder(roleByName(store, account, name), roleArn(account, '/', name), context);
}

/** A user by name, or the caller. */
export function user(name: string | undefined, call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  const { caller } = call;
  const userName = name ?? (caller.kind === 'user' ? caller.name : undefined);
  if (userName === undefined) return { resource: caller.arn, context };
  return ofHolder(userByName(store, caller.account, userName), userArn(caller.account, '/', userName), context);
}

export function group(name: string, call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  const { account } = call.caller;
  const arn = store.get(groups, nameKey(account, name))?.value.arn ?? groupArn(account, '/', name);
  return { resource: arn, context };
}

export function instanceProfile(name: string, call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  const { account } = call.caller;
  const profile = store.get(instanceProfiles, nameKey(account, name))?.value;
  return {
    resource: profile?.arn ?? instanceProfileArn(account, '/', name),
    context: { ...resourceTagKeys(profile?.tags ?? []), ...context },
  };
}

const byArn =
  <V extends { readonly tags: readonly Tag[] }>(collection: Collection<V>) =>
  (arn: string, _call: Call, { store }: Deps, context: ExtraContext = {}): Target => {
    const tags = store.find(collection, arn)?.value.tags ?? [];
    return { resource: arn, context: { ...resourceTagKeys(tags), ...context } };
  };

/** A managed policy, a provider, a virtual MFA device by ARN. */
export const managedPolicyTarget = byArn(policies);
export const oidcProvider = byArn(oidcProviders);
export const samlProvider = byArn(samlProviders);
export const mfaDevice = byArn(mfaDevices);

/** Targets of Get calls for a role, user, group, instance profile or managed policy, with a short form for the message. */
export const readRole = (name: string, call: Call, deps: Deps): Target =>
  shownAs(role(name, call, deps), `role ${name}`);

export const readGroup = (name: string, call: Call, deps: Deps): Target =>
  shownAs(group(name, call, deps), `group ${name}`);

export const readInstanceProfile = (name: string, call: Call, deps: Deps): Target =>
  shownAs(instanceProfile(name, call, deps), `instance profile ${name}`);

export const readManaged = (arn: string, call: Call, deps: Deps): Target =>
  shownAs(managedPolicyTarget(arn, call, deps), `policy ${arn}`);

/** Without a name, a user reads itself; other callers have no user name to show. */
export function readUser(name: string | undefined, call: Call, deps: Deps): Target {
  const userName = name ?? (call.caller.kind === 'user' ? call.caller.name : undefined);
  const target = user(name, call, deps);
  return userName === undefined ? target : shownAs(target, `user ${userName}`);
}

/** In the messages of IAM's Get calls, AWS prints `role NAME` instead of the ARN. */
const shownAs = (target: Target, shown: string): Target => ({ ...target, shown });

/** The target with another action, for calls that need two permissions. */
export const withAction = (target: Target, action: string): Target => ({ ...target, action });

/** Targets of a creation; with tags, the permission to tag is required too. */
export const withTagPermission = (
  tags: readonly unknown[] | undefined,
  created: Target,
  tagging: string,
): readonly Target[] => (tags === undefined || tags.length === 0 ? [created] : [created, withAction(created, tagging)]);

function ofHolder(entity: Role | User | undefined, withoutPath: string, context: ExtraContext): Target {
  return {
    resource: entity?.arn ?? withoutPath,
    context: {
      ...resourceTagKeys(entity?.tags ?? []),
      ...defined({ 'iam:PermissionsBoundary': entity?.boundary }),
      ...context,
    },
  };
}
