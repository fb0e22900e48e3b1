/** Entities as IAM's responses show them. Which members a response omits was recorded for roles. */

import {
  type Group,
  type InstanceProfile,
  type ManagedPolicy,
  nameKey,
  type PolicyVersion,
  type Role,
  roles,
  type User,
} from '../accounts/model.ts';
import { serializeTrustPolicy } from '../accounts/trust-document.ts';
import type { IamDeps } from '../authorization/deps.ts';
import type { LastUse } from '../authorization/last-use.ts';
import type { Static } from '../aws/shape.ts';
import { defined } from '../kernel/defined.ts';
import type { Store } from '../store/store.ts';
import type { Usage } from './policy-usage.ts';
import type {
  groupShape,
  instanceProfileShape,
  policyShape,
  policyVersionShape,
  roleLastUsedShape,
  roleShape,
  userShape,
} from './shapes.ts';

type RoleView = Static<typeof roleShape>;

/** Percent-encodes a policy document for a response (RFC 3986). */
export const encodeDocument = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Members of every response; `document` is the trust policy to show. */
export const roleListView = (role: Role, document: string): RoleView => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeDocument(document),
});

/** A role in a list: with description and duration, without tags, permissions boundary and last use. */
export const listedRole = (role: Role, store: Store): RoleView => ({
  ...roleListView(role, serializeTrustPolicy(role, store)),
  ...descriptionMember(role.description),
  MaxSessionDuration: role.maxSessionDuration,
});

/** Last use of a role; empty when it was never used. */
export function lastUseView({ id }: Role, lastUse: LastUse): Static<typeof roleLastUsedShape> {
  const use = lastUse.of(id);
  return defined({ LastUsedDate: use?.at, Region: use?.region });
}

/** A role in the response of GetRole. */
export const wholeRole = (role: Role, { store, lastUse }: Pick<IamDeps, 'store' | 'lastUse'>): RoleView => ({
  ...listedRole(role, store),
  ...boundaryView(role.boundary),
  ...tagsView(role.tags),
  RoleLastUsed: lastUseView(role, lastUse),
});

export const listedUser = (user: User): Static<typeof userShape> => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: user.createdAt,
});

export const wholeUser = (user: User): Static<typeof userShape> => ({
  ...listedUser(user),
  ...boundaryView(user.boundary),
  ...tagsView(user.tags),
});

export const groupView = (group: Group): Static<typeof groupShape> => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: group.arn,
  CreateDate: group.createdAt,
});

/** An instance profile with its role, without its tags. */
export function listedInstanceProfile(profile: InstanceProfile, store: Store): Static<typeof instanceProfileShape> {
  const role = profile.role === undefined ? undefined : store.get(roles, nameKey(profile.account, profile.role))?.value;
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: profile.createdAt,
    Roles: role === undefined ? [] : [roleListView(role, serializeTrustPolicy(role, store))],
  };
}

export const boundaryView = (arn: string | undefined) =>
  arn === undefined
    ? {}
    : { PermissionsBoundary: { PermissionsBoundaryType: 'Policy' as const, PermissionsBoundaryArn: arn } };

/** The Tags member of an entity; omitted when there are none. */
export const tagsView = (tags: Role['tags']) => (tags.length === 0 ? {} : { Tags: [...tags] });

export const descriptionMember = (description: string | undefined) => defined({ Description: description });

/** A managed policy in a list; GetPolicy adds description and tags. */
export const policyView = (policy: ManagedPolicy, usage: Usage): Static<typeof policyShape> => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: usage.attached,
  PermissionsBoundaryUsageCount: usage.boundaries,
  IsAttachable: true,
  CreateDate: policy.createdAt,
  UpdateDate: policy.updatedAt,
});

/** A version without its document. */
export const versionView = (version: PolicyVersion, policy: ManagedPolicy): Static<typeof policyVersionShape> => ({
  VersionId: version.id,
  IsDefaultVersion: version.id === policy.defaultVersion,
  CreateDate: version.createdAt,
});
