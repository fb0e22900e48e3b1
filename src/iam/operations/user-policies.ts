/** Operations for inline and attached policies and the permissions boundary of users. */

import { nameKey, type User, users } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put } from '../../store/store.ts';
import {
  attachedPage,
  boundaryArn,
  inlineNamed,
  inlinePage,
  USER,
  withAttached,
  withInline,
  withoutAttached,
  withoutInline,
} from '../attachments.ts';
import { encodeDocument } from '../documents.ts';
import { noSuchEntity } from '../errors.ts';
import { userNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { save } from '../save.ts';
import { attachedPolicyShape } from '../shapes.ts';
import { readUser, user } from '../targets.ts';

export const userPolicyOperations = [
  operation({
    name: 'PutUserPolicy',
    auth: 'signed',
    input: struct('PutUserPolicyRequest', {
      UserName: member.existingUserName,
      PolicyName: member.policyName,
      PolicyDocument: member.policyDocument,
    }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.UserName, deps, held => ({
        inline: withInline(held, input.PolicyName, input.PolicyDocument, USER),
      })),
  }),

  operation({
    name: 'GetUserPolicy',
    auth: 'signed',
    input: struct('GetUserPolicyRequest', { UserName: member.existingUserName, PolicyName: member.policyName }),
    output: struct('GetUserPolicyResponse', {
      UserName: member.existingUserName,
      PolicyName: member.policyName,
      PolicyDocument: member.policyDocument,
    }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, { caller }, { store }) {
      const { value } = userNamed(store, caller.account, input.UserName);
      const { text } = inlineNamed(value, input.PolicyName, USER);
      return { UserName: value.name, PolicyName: input.PolicyName, PolicyDocument: encodeDocument(text) };
    },
  }),

  operation({
    name: 'ListUserPolicies',
    auth: 'signed',
    input: struct('ListUserPoliciesRequest', {
      UserName: member.existingUserName,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListUserPoliciesResponse', {
      PolicyNames: list(member.policyName),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle: (input, { caller }, { store }) => inlinePage(userNamed(store, caller.account, input.UserName).value, input),
  }),

  operation({
    name: 'DeleteUserPolicy',
    auth: 'signed',
    input: struct('DeleteUserPolicyRequest', { UserName: member.existingUserName, PolicyName: member.policyName }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.UserName, deps, held => ({ inline: withoutInline(held, input.PolicyName, USER) })),
  }),

  operation({
    name: 'AttachUserPolicy',
    auth: 'signed',
    input: struct('AttachUserPolicyRequest', { UserName: member.userName, PolicyArn: member.arn }),
    target: (input, call, deps) => user(input.UserName, call, deps, { 'iam:PolicyARN': input.PolicyArn }),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.UserName, deps, held => ({
        attached: withAttached(held, input.PolicyArn, deps.store, USER),
      })),
  }),

  operation({
    name: 'DetachUserPolicy',
    auth: 'signed',
    input: struct('DetachUserPolicyRequest', { UserName: member.userName, PolicyArn: member.arn }),
    target: (input, call, deps) => user(input.UserName, call, deps, { 'iam:PolicyARN': input.PolicyArn }),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.UserName, deps, held => ({ attached: withoutAttached(held, input.PolicyArn) })),
  }),

  operation({
    name: 'ListAttachedUserPolicies',
    auth: 'signed',
    input: struct('ListAttachedUserPoliciesRequest', {
      UserName: member.userName,
      PathPrefix: optional(member.policyPath),
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListAttachedUserPoliciesResponse', {
      AttachedPolicies: optional(list(attachedPolicyShape)),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle: (input, { caller }, { store }) =>
      attachedPage(userNamed(store, caller.account, input.UserName).value, input, store),
  }),

  operation({
    name: 'PutUserPermissionsBoundary',
    auth: 'signed',
    input: struct('PutUserPermissionsBoundaryRequest', { UserName: member.userName, PermissionsBoundary: member.arn }),
    target: (input, call, deps) =>
      user(input.UserName, call, deps, { 'iam:PermissionsBoundary': input.PermissionsBoundary }),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.UserName, deps, () => ({
        boundary: boundaryArn(input.PermissionsBoundary, caller.account, deps.store),
      })),
  }),

  operation({
    name: 'DeleteUserPermissionsBoundary',
    auth: 'signed',
    input: struct('DeleteUserPermissionsBoundaryRequest', { UserName: member.userName }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = userNamed(store, account, input.UserName);
      const { boundary, ...rest } = value;
      if (boundary === undefined) {
        throw noSuchEntity(`No permissions boundary is attached to user ${value.name}.`);
      }
      await save(store, [put(users, nameKey(account, value.name), rest, version)]);
      return {};
    },
  }),
];

async function change(
  account: string,
  name: string,
  { store }: IamDeps,
  alter: (held: User) => Partial<User>,
): Promise<Record<never, never>> {
  const { value, version } = userNamed(store, account, name);
  await save(store, [put(users, nameKey(account, value.name), { ...value, ...alter(value) }, version)]);
  return {};
}
