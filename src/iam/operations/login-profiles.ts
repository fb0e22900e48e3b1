/** Operations for login profiles of users. There is no console sign-in, so passwords are not stored. */

import { type LoginProfile, nameKey, type User, users } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import { optional, struct } from '../../aws/shape.ts';
import { put, type Versioned } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { entityAlreadyExists, noSuchEntity, passwordPolicyViolation } from '../errors.ts';
import { userNamed, userOrCaller } from '../lookups.ts';
import * as member from '../members.ts';
import { loginProfileShape } from '../shapes.ts';
import { readUser, user } from '../targets.ts';

export const loginProfileOperations = [
  operation({
    name: 'CreateLoginProfile',
    auth: 'signed',
    input: struct('CreateLoginProfileRequest', {
      UserName: optional(member.userName),
      Password: optional(member.password),
      PasswordResetRequired: optional(member.flag),
    }),
    output: struct('CreateLoginProfileResponse', { LoginProfile: loginProfileShape }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, call, deps) {
      const owner = userNamed(deps.store, call.caller.account, userOrCaller(input.UserName, call));
      if (owner.value.login !== undefined) {
        throw entityAlreadyExists(`Login Profile for user ${owner.value.name} already exists.`);
      }
      checkPassword(input.Password);
      const login: LoginProfile = { createdAt: call.now, passwordResetRequired: input.PasswordResetRequired ?? false };
      await saveLogin(owner, login, deps);
      return { LoginProfile: view(owner.value, login) };
    },
  }),

  operation({
    name: 'GetLoginProfile',
    auth: 'signed',
    input: struct('GetLoginProfileRequest', { UserName: optional(member.userName) }),
    output: struct('GetLoginProfileResponse', { LoginProfile: loginProfileShape }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, call, { store }) {
      const { value } = userNamed(store, call.caller.account, userOrCaller(input.UserName, call));
      return { LoginProfile: view(value, loginOf(value)) };
    },
  }),

  operation({
    name: 'UpdateLoginProfile',
    auth: 'signed',
    input: struct('UpdateLoginProfileRequest', {
      UserName: member.userName,
      Password: optional(member.password),
      PasswordResetRequired: optional(member.flag),
    }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, { caller }, deps) {
      const owner = userNamed(deps.store, caller.account, input.UserName);
      const login = loginOf(owner.value);
      checkPassword(input.Password);
      const passwordResetRequired = input.PasswordResetRequired ?? login.passwordResetRequired;
      await saveLogin(owner, { ...login, passwordResetRequired }, deps);
      return {};
    },
  }),

  operation({
    name: 'DeleteLoginProfile',
    auth: 'signed',
    input: struct('DeleteLoginProfileRequest', { UserName: optional(member.userName) }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, call, deps) {
      const owner = userNamed(deps.store, call.caller.account, userOrCaller(input.UserName, call));
      loginOf(owner.value);
      await saveLogin(owner, undefined, deps);
      return {};
    },
  }),
];

/** AWS's default password policy: at least 8 characters, with 3 of the 4 character types. */
function checkPassword(password: string | undefined): void {
  if (password === undefined) return;
  const kinds = [/[A-Z]/, /[a-z]/, /[0-9]/, /[!@#$%^&*()_+\-=[\]{}|']/].filter(kind => kind.test(password)).length;
  if (password.length < 8 || kinds < 3) {
    throw passwordPolicyViolation('Password does not conform to the account password policy.');
  }
}

function loginOf({ login, name }: User): LoginProfile {
  if (login === undefined) throw noSuchEntity(`Login Profile for User ${name} cannot be found.`);
  return login;
}

const view = (owner: User, login: LoginProfile) => ({
  UserName: owner.name,
  CreateDate: login.createdAt,
  PasswordResetRequired: login.passwordResetRequired,
});

function saveLogin(
  { value, version }: Versioned<User>,
  login: LoginProfile | undefined,
  { store }: IamDeps,
): Promise<void> {
  const { login: _, ...rest } = value;
  const changed: User = login === undefined ? rest : { ...rest, login };
  return commitChanges(store, [put(users, nameKey(value.account, value.name), changed, version)]);
}
