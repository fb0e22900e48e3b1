/** Operations for instance profiles. EC2 is not emulated, but Terraform and the console use these operations. */

import { instanceProfileArn } from '../../accounts/arns.ts';
import { endGeneration, uniqueId } from '../../accounts/generations.ts';
import { type InstanceProfile, instanceProfiles, nameKey } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put, remove } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { deleteConflict, entityAlreadyExists, noSuchEntity, quotaExceeded } from '../errors.ts';
import { changeableRole, instanceProfileNamed, roleNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { entityPage, pageOf } from '../paging.ts';
import { instanceProfileShape } from '../shapes.ts';
import { requestTagKeys, withTags } from '../tags.ts';
import {
  instanceProfile,
  listTarget,
  newEntity,
  readInstanceProfile,
  readRole,
  role,
  withAction,
  withTagPermission,
} from '../targets.ts';
import { listedInstanceProfile, tagsView } from '../views.ts';

export const instanceProfileOperations = [
  operation({
    name: 'CreateInstanceProfile',
    auth: 'signed',
    input: struct('CreateInstanceProfileRequest', {
      InstanceProfileName: member.instanceProfileName,
      Path: optional(member.path),
      Tags: optional(member.tagList),
    }),
    output: struct('CreateInstanceProfileResponse', { InstanceProfile: instanceProfileShape }),
    target(input, call) {
      const created = newEntity(
        call,
        instanceProfileArn,
        input.Path,
        input.InstanceProfileName,
        requestTagKeys(input.Tags),
      );
      return withTagPermission(input.Tags, created, 'iam:TagInstanceProfile');
    },
    async handle(input, { caller: { account }, now }, deps) {
      const { store } = deps;
      const path = input.Path ?? '/';
      const name = input.InstanceProfileName;
      const arn = instanceProfileArn(account, path, name);
      const key = nameKey(account, name);
      const taken = () => entityAlreadyExists(`Instance Profile ${name} already exists.`);
      if (store.get(instanceProfiles, key) !== undefined) throw taken();
      const created: InstanceProfile = {
        account,
        name,
        path,
        id: uniqueId('AIPA', account, arn, deps),
        arn,
        createdAt: now,
        tags: withTags([], input.Tags ?? []),
      };
      await commitChanges(store, [put(instanceProfiles, key, created, 0)], taken);
      return { InstanceProfile: { ...listedInstanceProfile(created, store), ...tagsView(input.Tags ?? []) } };
    },
  }),

  operation({
    name: 'GetInstanceProfile',
    auth: 'signed',
    input: struct('GetInstanceProfileRequest', { InstanceProfileName: member.instanceProfileName }),
    output: struct('GetInstanceProfileResponse', { InstanceProfile: instanceProfileShape }),
    target: (input, call, deps) => readInstanceProfile(input.InstanceProfileName, call, deps),
    handle(input, { caller }, { store }) {
      const { value } = instanceProfileNamed(store, caller.account, input.InstanceProfileName);
      return { InstanceProfile: { ...listedInstanceProfile(value, store), Tags: [...value.tags] } };
    },
  }),

  operation({
    name: 'ListInstanceProfiles',
    auth: 'signed',
    input: struct('ListInstanceProfilesRequest', { PathPrefix: optional(member.pathPrefix), ...member.pageRequest }),
    output: struct('ListInstanceProfilesResponse', {
      InstanceProfiles: list(instanceProfileShape),
      ...member.pageReply,
    }),
    target: (_input, call) => listTarget(call, instanceProfileArn),
    handle(input, { caller }, { store }) {
      const { members, more } = entityPage(instanceProfiles, input, caller.account, store);
      return { InstanceProfiles: members.map(value => listedInstanceProfile(value, store)), ...more };
    },
  }),

  operation({
    name: 'ListInstanceProfilesForRole',
    auth: 'signed',
    input: struct('ListInstanceProfilesForRoleRequest', { RoleName: member.roleName, ...member.pageRequest }),
    output: struct('ListInstanceProfilesForRoleResponse', {
      InstanceProfiles: list(instanceProfileShape),
      ...member.pageReply,
    }),
    target: (input, call, deps) => readRole(input.RoleName, call, deps),
    handle(input, { caller: { account } }, { store }) {
      const { name } = roleNamed(store, account, input.RoleName).value;
      const all = store.list(instanceProfiles, `${account}/`).filter(({ value }) => value.role === name);
      const { members, more } = pageOf(all, input, ({ value }) => nameKey('', value.name));
      return { InstanceProfiles: members.map(({ value }) => listedInstanceProfile(value, store)), ...more };
    },
  }),

  operation({
    name: 'AddRoleToInstanceProfile',
    auth: 'signed',
    input: struct('AddRoleToInstanceProfileRequest', {
      InstanceProfileName: member.instanceProfileName,
      RoleName: member.roleName,
    }),
    target: (input, call, deps) => [
      instanceProfile(input.InstanceProfileName, call, deps),
      withAction(role(input.RoleName, call, deps, { 'iam:PassedToService': 'ec2.amazonaws.com' }), 'iam:PassRole'),
    ],
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = instanceProfileNamed(store, account, input.InstanceProfileName);
      const { name } = changeableRole(store, account, input.RoleName).value;
      if (value.role !== undefined) throw quotaExceeded('InstanceSessionsPerInstanceProfile', 1);
      await commitChanges(store, [
        put(instanceProfiles, nameKey(account, value.name), { ...value, role: name }, version),
      ]);
      return {};
    },
  }),

  operation({
    name: 'RemoveRoleFromInstanceProfile',
    auth: 'signed',
    input: struct('RemoveRoleFromInstanceProfileRequest', {
      InstanceProfileName: member.instanceProfileName,
      RoleName: member.roleName,
    }),
    target: (input, call, deps) => instanceProfile(input.InstanceProfileName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = instanceProfileNamed(store, account, input.InstanceProfileName);
      const { name } = roleNamed(store, account, input.RoleName).value;
      const { role: holder, ...rest } = value;
      if (holder !== name) {
        throw noSuchEntity(`The role with name ${input.RoleName} cannot be found in instance profile ${value.name}.`);
      }
      await commitChanges(store, [put(instanceProfiles, nameKey(account, value.name), rest, version)]);
      return {};
    },
  }),

  operation({
    name: 'DeleteInstanceProfile',
    auth: 'signed',
    input: struct('DeleteInstanceProfileRequest', { InstanceProfileName: member.instanceProfileName }),
    target: (input, call, deps) => instanceProfile(input.InstanceProfileName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = instanceProfileNamed(store, account, input.InstanceProfileName);
      if (value.role !== undefined) {
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      }
      await commitChanges(store, [
        remove(instanceProfiles, nameKey(account, value.name), version),
        endGeneration(store, value.arn),
      ]);
      return {};
    },
  }),
];
