/** Operations for users. */

import { userArn } from '../../accounts/arns.ts';
import { endGeneration, uniqueId } from '../../accounts/generations.ts';
import { mfaDevices, nameKey, type User, users } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { type Change, put, remove, type Store } from '../../store/store.ts';
import { boundaryArn } from '../attachments.ts';
import { commitChanges } from '../commit.ts';
import { deleteConflict, entityAlreadyExists } from '../errors.ts';
import { userNamed, userOrCaller } from '../lookups.ts';
import * as member from '../members.ts';
import { entityPage } from '../paging.ts';
import { userShape } from '../shapes.ts';
import { requestTagKeys, withTags } from '../tags.ts';
import { listTarget, newEntity, readUser, user, withTagPermission } from '../targets.ts';
import { boundaryView, listedUser, tagsView, wholeUser } from '../views.ts';

export const userOperations = [
  operation({
    name: 'CreateUser',
    auth: 'signed',
    input: struct('CreateUserRequest', {
      Path: optional(member.path),
      UserName: member.userName,
      PermissionsBoundary: optional(member.arn),
      Tags: optional(member.tagList),
    }),
    output: struct('CreateUserResponse', { User: optional(userShape) }),
    target(input, call) {
      const created = newEntity(call, userArn, input.Path, input.UserName, {
        ...requestTagKeys(input.Tags),
        ...defined({ 'iam:PermissionsBoundary': input.PermissionsBoundary }),
      });
      return withTagPermission(input.Tags, created, 'iam:TagUser');
    },
    async handle(input, { caller: { account }, now }, deps) {
      const { store } = deps;
      const path = input.Path ?? '/';
      const arn = userArn(account, path, input.UserName);
      const key = nameKey(account, input.UserName);
      const taken = () => entityAlreadyExists(`User with name ${input.UserName} already exists.`);
      if (store.get(users, key) !== undefined) throw taken();
      const created: User = {
        account,
        name: input.UserName,
        path,
        id: uniqueId('AIDA', account, arn, deps),
        arn,
        createdAt: now,
        inline: [],
        attached: [],
        tags: withTags([], input.Tags ?? []),
        keys: [],
        groups: [],
        ...(input.PermissionsBoundary === undefined
          ? {}
          : { boundary: boundaryArn(input.PermissionsBoundary, account, store) }),
      };
      await commitChanges(store, [put(users, key, created, 0)], taken);
      return { User: { ...listedUser(created), ...boundaryView(created.boundary), ...tagsView(input.Tags ?? []) } };
    },
  }),

  operation({
    name: 'GetUser',
    auth: 'signed',
    input: struct('GetUserRequest', { UserName: optional(member.existingUserName) }),
    output: struct('GetUserResponse', { User: userShape }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, call, { store }) {
      const { caller } = call;
      if (input.UserName === undefined && caller.kind === 'root') {
        // The root user is not in the store; AWS returns its id and ARN, without path and name.
        return { User: { UserId: caller.account, Arn: caller.arn, CreateDate: 0 } };
      }
      return { User: wholeUser(userNamed(store, caller.account, userOrCaller(input.UserName, call)).value) };
    },
  }),

  operation({
    name: 'ListUsers',
    auth: 'signed',
    input: struct('ListUsersRequest', { PathPrefix: optional(member.pathPrefix), ...member.pageRequest }),
    output: struct('ListUsersResponse', { Users: list(userShape), ...member.pageReply }),
    target: (_input, call) => listTarget(call, userArn),
    handle(input, { caller }, { store }) {
      const { members, more } = entityPage(users, input, caller.account, store);
      return { Users: members.map(listedUser), ...more };
    },
  }),

  operation({
    name: 'UpdateUser',
    auth: 'signed',
    input: struct('UpdateUserRequest', {
      UserName: member.existingUserName,
      NewPath: optional(member.path),
      NewUserName: optional(member.userName),
    }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = userNamed(store, account, input.UserName);
      const name = input.NewUserName ?? value.name;
      const path = input.NewPath ?? value.path;
      const changed: User = { ...value, name, path, arn: userArn(account, path, name) };
      const from = nameKey(account, value.name);
      const to = nameKey(account, name);
      const taken = () => entityAlreadyExists(`User with name ${name} already exists.`);
      if (from !== to && store.get(users, to) !== undefined) throw taken();
      const moves =
        from === to ? [put(users, to, changed, version)] : [remove(users, from, version), put(users, to, changed, 0)];
      const ends = changed.arn === value.arn ? [] : [endGeneration(store, value.arn)];
      await commitChanges(store, [...moves, ...ends, ...renamedDevices(value, name, store)], taken);
      return {};
    },
  }),

  operation({
    name: 'DeleteUser',
    auth: 'signed',
    input: struct('DeleteUserRequest', { UserName: member.existingUserName }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = userNamed(store, account, input.UserName);
      assertUnused(value, store);
      await commitChanges(store, [
        remove(users, nameKey(account, value.name), version),
        endGeneration(store, value.arn),
      ]);
      return {};
    },
  }),
];

const devicesOf = (value: User, store: Store) =>
  store.list(mfaDevices, `${value.account}/`).filter(device => device.value.user === value.name);

/** MFA devices store their user's name, so a rename updates them. */
function renamedDevices(value: User, name: string, store: Store): Change[] {
  if (name === value.name) return [];
  return devicesOf(value, store).map(device =>
    put(mfaDevices, `${value.account}/${device.value.name}`, { ...device.value, user: name }, device.version),
  );
}

/** Checks that nothing is left that blocks the deletion; AWS names the first item. The order is unconfirmed. */
function assertUnused(value: User, store: Store): void {
  const left: readonly (readonly [boolean, string])[] = [
    [value.login !== undefined, 'delete login profile'],
    [value.keys.length > 0, 'delete access keys'],
    [devicesOf(value, store).length > 0, 'delete MFA device'],
    [value.inline.length > 0, 'delete policies'],
    [value.attached.length > 0, 'detach all policies'],
    [value.groups.length > 0, 'remove users from group'],
  ];
  const first = left.find(([isLeft]) => isLeft);
  if (first !== undefined) throw deleteConflict(`Cannot delete entity, must ${first[1]} first.`);
}
