/** Operations for inline and attached policies of groups. */

import { type Group, groups, nameKey } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put } from '../../store/store.ts';
import {
  attachedPage,
  GROUP,
  inlineNamed,
  inlinePage,
  withAttached,
  withInline,
  withoutAttached,
  withoutInline,
} from '../attachments.ts';
import { encodeDocument } from '../documents.ts';
import { groupNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { save } from '../save.ts';
import { attachedPolicyShape } from '../shapes.ts';
import { group, readGroup } from '../targets.ts';

export const groupPolicyOperations = [
  operation({
    name: 'PutGroupPolicy',
    auth: 'signed',
    input: struct('PutGroupPolicyRequest', {
      GroupName: member.groupName,
      PolicyName: member.policyName,
      PolicyDocument: member.policyDocument,
    }),
    target: (input, call, deps) => group(input.GroupName, call, deps),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.GroupName, deps, held => ({
        inline: withInline(held, input.PolicyName, input.PolicyDocument, GROUP),
      })),
  }),

  operation({
    name: 'GetGroupPolicy',
    auth: 'signed',
    input: struct('GetGroupPolicyRequest', { GroupName: member.groupName, PolicyName: member.policyName }),
    output: struct('GetGroupPolicyResponse', {
      GroupName: member.groupName,
      PolicyName: member.policyName,
      PolicyDocument: member.policyDocument,
    }),
    target: (input, call, deps) => readGroup(input.GroupName, call, deps),
    handle(input, { caller }, { store }) {
      const { value } = groupNamed(store, caller.account, input.GroupName);
      const { text } = inlineNamed(value, input.PolicyName, GROUP);
      return { GroupName: value.name, PolicyName: input.PolicyName, PolicyDocument: encodeDocument(text) };
    },
  }),

  operation({
    name: 'ListGroupPolicies',
    auth: 'signed',
    input: struct('ListGroupPoliciesRequest', {
      GroupName: member.groupName,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListGroupPoliciesResponse', {
      PolicyNames: list(member.policyName),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readGroup(input.GroupName, call, deps),
    handle: (input, { caller }, { store }) =>
      inlinePage(groupNamed(store, caller.account, input.GroupName).value, input),
  }),

  operation({
    name: 'DeleteGroupPolicy',
    auth: 'signed',
    input: struct('DeleteGroupPolicyRequest', { GroupName: member.groupName, PolicyName: member.policyName }),
    target: (input, call, deps) => group(input.GroupName, call, deps),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.GroupName, deps, held => ({ inline: withoutInline(held, input.PolicyName, GROUP) })),
  }),

  operation({
    name: 'AttachGroupPolicy',
    auth: 'signed',
    input: struct('AttachGroupPolicyRequest', { GroupName: member.groupName, PolicyArn: member.arn }),
    target: (input, call, deps) => group(input.GroupName, call, deps, { 'iam:PolicyARN': input.PolicyArn }),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.GroupName, deps, held => ({
        attached: withAttached(held, input.PolicyArn, deps.store, GROUP),
      })),
  }),

  operation({
    name: 'DetachGroupPolicy',
    auth: 'signed',
    input: struct('DetachGroupPolicyRequest', { GroupName: member.groupName, PolicyArn: member.arn }),
    target: (input, call, deps) => group(input.GroupName, call, deps, { 'iam:PolicyARN': input.PolicyArn }),
    handle: (input, { caller }, deps) =>
      change(caller.account, input.GroupName, deps, held => ({ attached: withoutAttached(held, input.PolicyArn) })),
  }),

  operation({
    name: 'ListAttachedGroupPolicies',
    auth: 'signed',
    input: struct('ListAttachedGroupPoliciesRequest', {
      GroupName: member.groupName,
      PathPrefix: optional(member.policyPath),
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListAttachedGroupPoliciesResponse', {
      AttachedPolicies: optional(list(attachedPolicyShape)),
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readGroup(input.GroupName, call, deps),
    handle: (input, { caller }, { store }) =>
      attachedPage(groupNamed(store, caller.account, input.GroupName).value, input, store),
  }),
];

async function change(
  account: string,
  name: string,
  { store }: IamDeps,
  alter: (held: Group) => Partial<Group>,
): Promise<Record<never, never>> {
  const { value, version } = groupNamed(store, account, name);
  await save(store, [put(groups, nameKey(account, value.name), { ...value, ...alter(value) }, version)]);
  return {};
}
