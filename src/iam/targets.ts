/** What the gate is asked about: ARN of the entity, how AWS prints it, and the condition keys it brings. */

import {
  groups,
  instanceProfiles,
  nameKey,
  policies,
  type Role,
  roleByName,
  type User,
  userByName,
} from '../accounts/model.ts';
import type { IamDeps } from '../authorization/deps.ts';
import type { Caller } from '../authorization/principals.ts';
import { iamArn } from '../aws/arn.ts';
import type { ExtraContext, SignedCall, Target } from '../aws/operation.ts';
import { resourceTagKeys } from './tags.ts';

type Call = SignedCall<Caller>;
type Deps = Pick<IamDeps, 'store'>;

/** A call that is about no entity in particular. */
export const anything = (): Target => ({ resource: '*' });

/** An entity that is about to be made. */
export const newEntity = (
  call: Call,
  noun: string,
  path: string | undefined,
  name: string,
  context: ExtraContext = {},
) => ({
  resource: iamArn(call.caller.account, `${noun}${path ?? '/'}${name}`),
  context,
});

/** All entities of a kind: `arn:aws:iam::ACCOUNT:role/`, as the texts of List calls print it. */
export const listTarget = (call: Call, noun: string): Target => ({ resource: iamArn(call.caller.account, `${noun}/`) });

/** A role by name; one that does not exist is judged as if it had no path. */
export function role(name: string, call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  return ofHolder(`role/${name}`, roleByName(store, call.caller.account, name), call, context);
}

/** A user by name, or the caller. */
export function user(name: string | undefined, call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  const { caller } = call;
  const meant = name ?? (caller.kind === 'user' ? caller.name : undefined);
  if (meant === undefined) return { resource: caller.arn, context };
  return ofHolder(`user/${meant}`, userByName(store, caller.account, meant), call, context);
}

export function group(name: string, call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  const { account } = call.caller;
  const arn = store.get(groups, nameKey(account, name))?.value.arn ?? iamArn(account, `group/${name}`);
  return { resource: arn, context };
}

export function instanceProfile(name: string, call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  const { account } = call.caller;
  const profile = store.get(instanceProfiles, nameKey(account, name))?.value;
  return {
    resource: profile?.arn ?? iamArn(account, `instance-profile/${name}`),
    context: { ...resourceTagKeys(profile?.tags ?? []), ...context },
  };
}

/** A managed policy by ARN. */
export function managed(arn: string, _call: Call, { store }: Deps, context: ExtraContext = {}): Target {
  const tags = store.find(policies, arn)?.value.tags ?? [];
  return { resource: arn, context: { ...resourceTagKeys(tags), ...context } };
}

/** Reading a role, a user, a group, an instance profile, a managed policy: shown loosely. */
export const readRole = (name: string, call: Call, deps: Deps): Target =>
  shownAs(role(name, call, deps), `role ${name}`);

export const readGroup = (name: string, call: Call, deps: Deps): Target =>
  shownAs(group(name, call, deps), `group ${name}`);

export const readInstanceProfile = (name: string, call: Call, deps: Deps): Target =>
  shownAs(instanceProfile(name, call, deps), `instance profile ${name}`);

export const readManaged = (arn: string, call: Call, deps: Deps): Target =>
  shownAs(managed(arn, call, deps), `policy ${arn}`);

/** Without a name a user reads itself; other callers have no name that could be shown. */
export function readUser(name: string | undefined, call: Call, deps: Deps): Target {
  const meant = name ?? (call.caller.kind === 'user' ? call.caller.name : undefined);
  const target = user(name, call, deps);
  return meant === undefined ? target : shownAs(target, `user ${meant}`);
}

/** The text of IAM's reads names the entity loosely: `role NAME` instead of its ARN. */
const shownAs = (target: Target, shown: string): Target => ({ ...target, shown });

/** A target under another action, for calls that need two permissions. */
export const withAction = (target: Target, action: string): Target => ({ ...target, action });

/** What is made together with tags: the permission to tag is needed too. */
export const withTagPermission = (
  tags: readonly unknown[] | undefined,
  made: Target,
  tagging: string,
): readonly Target[] => (tags === undefined || tags.length === 0 ? [made] : [made, withAction(made, tagging)]);

function ofHolder(resource: string, entity: Role | User | undefined, call: Call, context: ExtraContext): Target {
  return {
    resource: entity?.arn ?? iamArn(call.caller.account, resource),
    context: {
      ...resourceTagKeys(entity?.tags ?? []),
      ...(entity?.boundary === undefined ? {} : { 'iam:PermissionsBoundary': entity.boundary }),
      ...context,
    },
  };
}
