/** Operations for groups and their members. */

import { endGeneration, generationOf } from '../../accounts/generations.ts';
import { type Group, groups, nameKey, type User, users } from '../../accounts/model.ts';
import { uniqueId } from '../../authorization/credentials.ts';
import { operation } from '../../authorization/deps.ts';
import { iamArn } from '../../aws/arn.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put, remove, type Store, type Versioned } from '../../store/store.ts';
import { deleteConflict, entityAlreadyExists, noSuchEntity, quotaExceeded } from '../errors.ts';
import { groupNamed, userNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { save } from '../save.ts';
import { groupShape, userShape } from '../shapes.ts';
import { group, listTarget, newEntity, readGroup, readUser } from '../targets.ts';
import { groupView, listedUser } from '../views.ts';

/** Maximum groups of one user (IAM User Guide, reference_iam-quotas). */
const GROUPS = 10;

export const groupOperations = [
  operation({
    name: 'CreateGroup',
    auth: 'signed',
    input: struct('CreateGroupRequest', { Path: optional(member.path), GroupName: member.groupName }),
    output: struct('CreateGroupResponse', { Group: groupShape }),
    target: (input, call) => newEntity(call, 'group', input.Path, input.GroupName),
    async handle(input, { caller: { account }, now }, { store, sealer, settings }) {
      const path = input.Path ?? '/';
      const name = input.GroupName;
      const arn = iamArn(account, `group${path}${name}`);
      const key = nameKey(account, name);
      const taken = entityAlreadyExists(`Group with name ${name} already exists.`);
      if (store.get(groups, key) !== undefined) throw taken;
      const id = uniqueId('AGPA', account, arn, generationOf(store, arn, settings.epoch), sealer);
      const made: Group = { account, name, path, id, arn, createdAt: now, inline: [], attached: [] };
      await save(store, [put(groups, key, made, 0)], taken);
      return { Group: groupView(made) };
    },
  }),

  operation({
    name: 'GetGroup',
    auth: 'signed',
    input: struct('GetGroupRequest', {
      GroupName: member.groupName,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('GetGroupResponse', {
      Group: groupShape,
      Users: list(userShape),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readGroup(input.GroupName, call, deps),
    handle(input, { caller }, { store }) {
      const { value } = groupNamed(store, caller.account, input.GroupName);
      const { members, more } = pageOf(membersOf(value, store), input, member => nameKey('', member.value.name));
      return { Group: groupView(value), Users: members.map(member => listedUser(member.value)), ...more };
    },
  }),

  operation({
    name: 'ListGroups',
    auth: 'signed',
    input: struct('ListGroupsRequest', {
      PathPrefix: optional(member.pathPrefix),
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListGroupsResponse', {
      Groups: list(groupShape),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (_input, call) => listTarget(call, 'group'),
    handle(input, { caller }, { store }) {
      const prefix = input.PathPrefix ?? '/';
      const all = store.list(groups, `${caller.account}/`).filter(({ value }) => value.path.startsWith(prefix));
      const { members, more } = pageOf(all, input, ({ value }) => nameKey('', value.name));
      return { Groups: members.map(({ value }) => groupView(value)), ...more };
    },
  }),

  operation({
    name: 'ListGroupsForUser',
    auth: 'signed',
    input: struct('ListGroupsForUserRequest', {
      UserName: member.existingUserName,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListGroupsForUserResponse', {
      Groups: list(groupShape),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, { caller: { account } }, { store }) {
      const { value } = userNamed(store, account, input.UserName);
      const names = [...value.groups].sort((one, other) => (nameKey('', one) < nameKey('', other) ? -1 : 1));
      const all = names.flatMap(name => store.get(groups, nameKey(account, name))?.value ?? []);
      const { members, more } = pageOf(all, input, member => nameKey('', member.name));
      return { Groups: members.map(groupView), ...more };
    },
  }),

  operation({
    name: 'UpdateGroup',
    auth: 'signed',
    input: struct('UpdateGroupRequest', {
      GroupName: member.groupName,
      NewPath: optional(member.path),
      NewGroupName: optional(member.groupName),
    }),
    target: (input, call, deps) => group(input.GroupName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = groupNamed(store, account, input.GroupName);
      const name = input.NewGroupName ?? value.name;
      const path = input.NewPath ?? value.path;
      const changed: Group = { ...value, name, path, arn: iamArn(account, `group${path}${name}`) };
      const from = nameKey(account, value.name);
      const to = nameKey(account, name);
      const taken = entityAlreadyExists(`Group with name ${name} already exists.`);
      if (from !== to && store.get(groups, to) !== undefined) throw taken;
      const moves =
        from === to
          ? [put(groups, to, changed, version)]
          : [remove(groups, from, version), put(groups, to, changed, 0)];
      const ends = changed.arn === value.arn ? [] : [endGeneration(store, value.arn)];
      // Users store the names of their groups, so the same commit updates them.
      const follow =
        name === value.name ? [] : membersOf(value, store).map(member => regrouped(member, value.name, [name]));
      await save(store, [...moves, ...ends, ...follow], taken);
      return {};
    },
  }),

  operation({
    name: 'DeleteGroup',
    auth: 'signed',
    input: struct('DeleteGroupRequest', { GroupName: member.groupName }),
    target: (input, call, deps) => group(input.GroupName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = groupNamed(store, account, input.GroupName);
      if (membersOf(value, store).length > 0) {
        throw deleteConflict('Cannot delete entity, must remove users from group first.');
      }
      if (value.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (value.inline.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
      await save(store, [remove(groups, nameKey(account, value.name), version), endGeneration(store, value.arn)]);
      return {};
    },
  }),

  operation({
    name: 'AddUserToGroup',
    auth: 'signed',
    input: struct('AddUserToGroupRequest', { GroupName: member.groupName, UserName: member.existingUserName }),
    target: (input, call, deps) => group(input.GroupName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { name } = groupNamed(store, account, input.GroupName).value;
      const member = userNamed(store, account, input.UserName);
      if (member.value.groups.includes(name)) return {};
      if (member.value.groups.length >= GROUPS) throw quotaExceeded('GroupsPerUser', GROUPS);
      await save(store, [regrouped(member, name, [name])]);
      return {};
    },
  }),

  operation({
    name: 'RemoveUserFromGroup',
    auth: 'signed',
    input: struct('RemoveUserFromGroupRequest', { GroupName: member.groupName, UserName: member.existingUserName }),
    target: (input, call, deps) => group(input.GroupName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { name } = groupNamed(store, account, input.GroupName).value;
      const member = userNamed(store, account, input.UserName);
      if (!member.value.groups.includes(name)) {
        throw noSuchEntity(`The user with name ${input.UserName} is not in the group with name ${name}.`);
      }
      await save(store, [regrouped(member, name, [])]);
      return {};
    },
  }),
];

const membersOf = ({ account, name }: Group, store: Store): readonly Versioned<User>[] =>
  store.list(users, `${account}/`).filter(({ value }) => value.groups.includes(name));

/** The change that removes a user from one group and adds it to others. */
const regrouped = ({ value, version }: Versioned<User>, from: string, to: readonly string[]) =>
  put(
    users,
    nameKey(value.account, value.name),
    { ...value, groups: [...value.groups.filter(name => name !== from), ...to] },
    version,
  );
