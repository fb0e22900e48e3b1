/** Operations for roles and their trust policies. */

import { roleArn } from '../../accounts/arns.ts';
import { endGeneration, uniqueId } from '../../accounts/generations.ts';
import { instanceProfiles, nameKey, type Role, roles } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { put, remove, type Store } from '../../store/store.ts';
import { boundaryArn } from '../attachments.ts';
import { commitChanges } from '../commit.ts';
import { validateTrustPolicy } from '../documents.ts';
import { deleteConflict, entityAlreadyExists } from '../errors.ts';
import { changeableRole, roleNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { entityPage } from '../paging.ts';
import { roleShape } from '../shapes.ts';
import { requestTagKeys, withTags } from '../tags.ts';
import { listTarget, newEntity, readRole, role, withTagPermission } from '../targets.ts';
import { boundaryView, descriptionMember, listedRole, roleListView, tagsView, wholeRole } from '../views.ts';

/** Default MaxSessionDuration of CreateRole in seconds. */
const DEFAULT_DURATION = 3600;

export const roleOperations = [
  operation({
    name: 'CreateRole',
    auth: 'signed',
    input: struct('CreateRoleRequest', {
      Path: optional(member.path),
      RoleName: member.roleName,
      AssumeRolePolicyDocument: member.policyDocument,
      Description: optional(member.roleDescription),
      MaxSessionDuration: optional(member.roleMaxSessionDuration),
      PermissionsBoundary: optional(member.arn),
      Tags: optional(member.tagList),
    }),
    output: struct('CreateRoleResponse', { Role: roleShape }),
    target(input, call) {
      const created = newEntity(call, roleArn, input.Path, input.RoleName, {
        ...requestTagKeys(input.Tags),
        ...defined({ 'iam:PermissionsBoundary': input.PermissionsBoundary }),
      });
      return withTagPermission(input.Tags, created, 'iam:TagRole');
    },
    async handle(input, { caller: { account }, now }, deps) {
      const { store } = deps;
      const path = input.Path ?? '/';
      const arn = roleArn(account, path, input.RoleName);
      const key = nameKey(account, input.RoleName);
      const taken = () => entityAlreadyExists(`Role with name ${input.RoleName} already exists.`);
      if (store.get(roles, key) !== undefined) throw taken();
      const created: Role = {
        account,
        name: input.RoleName,
        path,
        id: uniqueId('AROA', account, arn, deps),
        arn,
        createdAt: now,
        inline: [],
        attached: [],
        trust: validateTrustPolicy(input.AssumeRolePolicyDocument, account, deps),
        maxSessionDuration: input.MaxSessionDuration ?? DEFAULT_DURATION,
        tags: withTags([], input.Tags ?? []),
        ...defined({ description: input.Description }),
        ...(input.PermissionsBoundary === undefined
          ? {}
          : { boundary: boundaryArn(input.PermissionsBoundary, account, store) }),
      };
      await commitChanges(store, [put(roles, key, created, 0)], taken);
      return {
        Role: {
          ...roleListView(created, input.AssumeRolePolicyDocument),
          ...boundaryView(created.boundary),
          ...tagsView(input.Tags ?? []),
        },
      };
    },
  }),

  operation({
    name: 'GetRole',
    auth: 'signed',
    input: struct('GetRoleRequest', { RoleName: member.roleName }),
    output: struct('GetRoleResponse', { Role: roleShape }),
    target: (input, call, deps) => readRole(input.RoleName, call, deps),
    handle: (input, { caller }, deps) => ({
      Role: wholeRole(roleNamed(deps.store, caller.account, input.RoleName).value, deps),
    }),
  }),

  operation({
    name: 'ListRoles',
    auth: 'signed',
    input: struct('ListRolesRequest', { PathPrefix: optional(member.pathPrefix), ...member.pageRequest }),
    output: struct('ListRolesResponse', { Roles: list(roleShape), ...member.pageReply }),
    target: (_input, call) => listTarget(call, roleArn),
    handle(input, { caller }, { store }) {
      const { members, more } = entityPage(roles, input, caller.account, store);
      return { Roles: members.map(value => listedRole(value, store)), ...more };
    },
  }),

  operation({
    name: 'UpdateRole',
    auth: 'signed',
    input: struct('UpdateRoleRequest', {
      RoleName: member.roleName,
      Description: optional(member.roleDescription),
      MaxSessionDuration: optional(member.roleMaxSessionDuration),
    }),
    output: struct('UpdateRoleResponse', {}),
    target: (input, call, deps) => role(input.RoleName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      // The description of a service-linked role can be changed, its duration cannot.
      const find = input.MaxSessionDuration === undefined ? roleNamed : changeableRole;
      const { value, version } = find(store, account, input.RoleName);
      const changed: Role = {
        ...value,
        ...defined({ description: input.Description, maxSessionDuration: input.MaxSessionDuration }),
      };
      await commitChanges(store, [put(roles, nameKey(account, value.name), changed, version)]);
      return {};
    },
  }),

  operation({
    name: 'UpdateRoleDescription',
    auth: 'signed',
    input: struct('UpdateRoleDescriptionRequest', { RoleName: member.roleName, Description: member.roleDescription }),
    output: struct('UpdateRoleDescriptionResponse', { Role: optional(roleShape) }),
    target: (input, call, deps) => role(input.RoleName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = roleNamed(store, account, input.RoleName);
      const changed: Role = { ...value, description: input.Description };
      const { MaxSessionDuration: _, ...view } = listedRole(changed, store);
      await commitChanges(store, [put(roles, nameKey(account, value.name), changed, version)]);
      return { Role: { ...view, ...descriptionMember(changed.description) } };
    },
  }),

  operation({
    name: 'UpdateAssumeRolePolicy',
    auth: 'signed',
    input: struct('UpdateAssumeRolePolicyRequest', {
      RoleName: member.roleName,
      PolicyDocument: member.policyDocument,
    }),
    target: (input, call, deps) => role(input.RoleName, call, deps),
    async handle(input, { caller: { account } }, deps) {
      const { value, version } = changeableRole(deps.store, account, input.RoleName);
      const trust = validateTrustPolicy(input.PolicyDocument, account, deps);
      await commitChanges(deps.store, [put(roles, nameKey(account, value.name), { ...value, trust }, version)]);
      return {};
    },
  }),

  operation({
    name: 'DeleteRole',
    auth: 'signed',
    input: struct('DeleteRoleRequest', { RoleName: member.roleName }),
    target: (input, call, deps) => role(input.RoleName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = changeableRole(store, account, input.RoleName);
      assertUnused(value, store);
      await commitChanges(store, [
        remove(roles, nameKey(account, value.name), version),
        endGeneration(store, value.arn),
      ]);
      return {};
    },
  }),
];

function assertUnused(value: Role, store: Store): void {
  const profiles = store.list(instanceProfiles, `${value.account}/`);
  if (profiles.some(profile => profile.value.role === value.name)) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  if (value.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (value.inline.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
}
