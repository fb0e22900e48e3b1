/** Operations for inline and attached policies and the permissions boundary of roles. */

import { nameKey, type Role, roles } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put } from '../../store/store.ts';
import {
  attachedPage,
  boundaryArn,
  inlineNamed,
  inlinePage,
  ROLE,
  withAttached,
  withInline,
  withoutAttached,
  withoutInline,
} from '../attachments.ts';
import { encodeDocument } from '../documents.ts';
import { noSuchEntity } from '../errors.ts';
import { changeableRole, roleNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { save } from '../save.ts';
import { attachedPolicyShape } from '../shapes.ts';
import { readRole, role } from '../targets.ts';

export const rolePolicyOperations = [
  operation({
    name: 'PutRolePolicy',
    auth: 'signed',
    input: struct('PutRolePolicyRequest', {
      RoleName: member.roleName,
      PolicyName: member.policyName,
      PolicyDocument: member.policyDocument,
    }),
    target: (input, call, deps) => role(input.RoleName, call, deps),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.RoleName, deps, held => ({
        inline: withInline(held, input.PolicyName, input.PolicyDocument, ROLE),
      })),
  }),

  operation({
    name: 'GetRolePolicy',
    auth: 'signed',
    input: struct('GetRolePolicyRequest', { RoleName: member.roleName, PolicyName: member.policyName }),
    output: struct('GetRolePolicyResponse', {
      RoleName: member.roleName,
      PolicyName: member.policyName,
      PolicyDocument: member.policyDocument,
    }),
    target: (input, call, deps) => readRole(input.RoleName, call, deps),
    handle(input, { caller }, { store }) {
      const { value } = roleNamed(store, caller.account, input.RoleName);
      const { text } = inlineNamed(value, input.PolicyName, ROLE);
      return { RoleName: value.name, PolicyName: input.PolicyName, PolicyDocument: encodeDocument(text) };
    },
  }),

  operation({
    name: 'ListRolePolicies',
    auth: 'signed',
    input: struct('ListRolePoliciesRequest', {
      RoleName: member.roleName,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListRolePoliciesResponse', {
      PolicyNames: list(member.policyName),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readRole(input.RoleName, call, deps),
    handle: (input, { caller }, { store }) => inlinePage(roleNamed(store, caller.account, input.RoleName).value, input),
  }),

  operation({
    name: 'DeleteRolePolicy',
    auth: 'signed',
    input: struct('DeleteRolePolicyRequest', { RoleName: member.roleName, PolicyName: member.policyName }),
    target: (input, call, deps) => role(input.RoleName, call, deps),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.RoleName, deps, held => ({ inline: withoutInline(held, input.PolicyName, ROLE) })),
  }),

  operation({
    name: 'AttachRolePolicy',
    auth: 'signed',
    input: struct('AttachRolePolicyRequest', { RoleName: member.roleName, PolicyArn: member.arn }),
    target: (input, call, deps) => role(input.RoleName, call, deps, { 'iam:PolicyARN': input.PolicyArn }),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.RoleName, deps, held => ({
        attached: withAttached(held, input.PolicyArn, deps.store, ROLE),
      })),
  }),

  operation({
    name: 'DetachRolePolicy',
    auth: 'signed',
    input: struct('DetachRolePolicyRequest', { RoleName: member.roleName, PolicyArn: member.arn }),
    target: (input, call, deps) => role(input.RoleName, call, deps, { 'iam:PolicyARN': input.PolicyArn }),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.RoleName, deps, held => ({ attached: withoutAttached(held, input.PolicyArn) })),
  }),

  operation({
    name: 'ListAttachedRolePolicies',
    auth: 'signed',
    input: struct('ListAttachedRolePoliciesRequest', {
      RoleName: member.roleName,
      PathPrefix: optional(member.policyPath),
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListAttachedRolePoliciesResponse', {
      AttachedPolicies: optional(list(attachedPolicyShape)),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readRole(input.RoleName, call, deps),
    handle: (input, { caller }, { store }) =>
      attachedPage(roleNamed(store, caller.account, input.RoleName).value, input, store),
  }),

  operation({
    name: 'PutRolePermissionsBoundary',
    auth: 'signed',
    input: struct('PutRolePermissionsBoundaryRequest', { RoleName: member.roleName, PermissionsBoundary: member.arn }),
    target: (input, call, deps) =>
      role(input.RoleName, call, deps, { 'iam:PermissionsBoundary': input.PermissionsBoundary }),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.RoleName, deps, () => ({
        boundary: boundaryArn(input.PermissionsBoundary, caller.account, deps.store),
      })),
  }),

  operation({
    name: 'DeleteRolePermissionsBoundary',
    auth: 'signed',
    input: struct('DeleteRolePermissionsBoundaryRequest', { RoleName: member.roleName }),
    target: (input, call, deps) => role(input.RoleName, call, deps),
    async handle(input, { caller: { account } }, { store }) {
      const { value, version } = changeableRole(store, account, input.RoleName);
      const { boundary, ...rest } = value;
      if (boundary === undefined) {
        throw noSuchEntity(`No permissions boundary is attached to role ${value.name}.`);
      }
      await save(store, [put(roles, nameKey(account, value.name), rest, version)]);
      return {};
    },
  }),
];

async function change(
  account: string,
  name: string,
  { store }: IamDeps,
  alter: (held: Role) => Partial<Role>,
): Promise<Record<never, never>> {
  const { value, version } = changeableRole(store, account, name);
  await save(store, [put(roles, nameKey(account, value.name), { ...value, ...alter(value) }, version)]);
  return {};
}
