/** Operations for groups and their members. */

import { groupArn } from '../../accounts/arns.ts';
import { endGeneration, uniqueId } from '../../accounts/generations.ts';
import { type Group, groups, nameKey, type User, users } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put, remove, type Store, type Versioned } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { deleteConflict, entityAlreadyExists, noSuchEntity, quotaExceeded } from '../errors.ts';
import { groupNamed, userNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { entityPage, pageOf } from '../paging.ts';
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
    target: (input, call) => newEntity(call, groupArn, input.Path, input.GroupName),
    async handle(input, { caller: { account }, now }, deps) {
      const { store } = deps;
      const path = input.Path ?? '/';
      const name = input.GroupName;
      const arn = groupArn(account, path, name);
      const key = nameKey(account, name);
      const taken = () => entityAlreadyExists(`Group with name ${name} already exists.`);
      if (store.get(groups, key) !== undefined) throw taken();
      const id = uniqueId('AGPA', account, arn, deps);
      const created: Group = { account, name, path, id, arn, createdAt: now, inline: [], attached: [] };
      await commitChanges(store, [put(groups, key, created, 0)], taken);
      return { Group: groupView(created) };
    },
  }),

  operation({
    name: 'GetGroup',
    auth: 'signed',
    input: struct('GetGroupRequest', { GroupName: member.groupName, ...member.pageRequest }),
    output: struct('GetGroupResponse', {
      Group: groupShape,
      Users: list(userShape),
      ...member.pageReply,
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
    input: struct('ListGroupsRequest', { PathPrefix: optional(member.pathPrefix), ...member.pageRequest }),
    output: struct('ListGroupsResponse', { Groups: list(groupShape), ...member.pageReply }),
    target: (_input, call) => listTarget(call, groupArn),
    handle(input, { caller }, { store }) {
      const { members, more } = entityPage(groups, input, caller.account, store);
      return { Groups: members.map(groupView), ...more };
    },
  }),

  operation({
    name: 'ListGroupsForUser',
    auth: 'signed',
    input: struct('ListGroupsForUserRequest', { UserName: member.existingUserName, ...member.pageRequest }),
    output: struct('ListGroupsForUserResponse', { Groups: list(groupShape), ...member.pageReply }),
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
      const changed: Group = { ...value, name, path, arn: groupArn(account, path, name) };
      const from = nameKey(account, value.name);
      const to = nameKey(account, name);
      const taken = () => entityAlreadyExists(`Group with name ${name} already exists.`);
      if (from !== to && store.get(groups, to) !== undefined) throw taken();
      const moves =
        from === to
          ? [put(groups, to, changed, version)]
          : [remove(groups, from, version), put(groups, to, changed, 0)];
      const ends = changed.arn === value.arn ? [] : [endGeneration(store, value.arn)];
      // Users store the names of their groups, so the same commit updates them.
      const follow =
        name === value.name ? [] : membersOf(value, store).map(member => regrouped(member, value.name, [name]));
      await commitChanges(store, [...moves, ...ends, ...follow], taken);
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
      await commitChanges(store, [
        remove(groups, nameKey(account, value.name), version),
        endGeneration(store, value.arn),
      ]);
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
      await commitChanges(store, [regrouped(member, name, [name])]);
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
      await commitChanges(store, [regrouped(member, name, [])]);
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
