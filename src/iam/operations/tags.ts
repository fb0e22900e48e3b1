/** Operations for tags of roles, users, instance profiles and managed policies. */

import { instanceProfiles, nameKey, policies, roles, users } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { optional, struct } from '../../aws/shape.ts';
import { put } from '../../store/store.ts';
import { instanceProfileNamed, policyNamed, policyToChange, roleNamed, userNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { save } from '../save.ts';
import { requestTagKeys, withoutTags, withTags } from '../tags.ts';
import {
  instanceProfile,
  managed,
  readInstanceProfile,
  readManaged,
  readRole,
  readUser,
  role,
  user,
} from '../targets.ts';

export const tagOperations = [
  operation({
    name: 'TagRole',
    auth: 'signed',
    input: struct('TagRoleRequest', { RoleName: member.roleName, Tags: member.tagList }),
    target: (input, call, deps) => role(input.RoleName, call, deps, requestTagKeys(input.Tags)),
    async handle(input, { caller }, { store }) {
      const { value, version } = roleNamed(store, caller.account, input.RoleName);
      const tags = withTags(value.tags, input.Tags);
      await save(store, [put(roles, nameKey(caller.account, value.name), { ...value, tags }, version)]);
      return {};
    },
  }),

  operation({
    name: 'UntagRole',
    auth: 'signed',
    input: struct('UntagRoleRequest', { RoleName: member.roleName, TagKeys: member.tagKeyList }),
    target: (input, call, deps) => role(input.RoleName, call, deps, requestTagKeys(undefined, input.TagKeys)),
    async handle(input, { caller }, { store }) {
      const { value, version } = roleNamed(store, caller.account, input.RoleName);
      const tags = withoutTags(value.tags, input.TagKeys);
      await save(store, [put(roles, nameKey(caller.account, value.name), { ...value, tags }, version)]);
      return {};
    },
  }),

  operation({
    name: 'ListRoleTags',
    auth: 'signed',
    input: struct('ListRoleTagsRequest', {
      RoleName: member.roleName,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListRoleTagsResponse', {
      Tags: member.tagList,
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readRole(input.RoleName, call, deps),
    handle(input, { caller }, { store }) {
      const { tags } = roleNamed(store, caller.account, input.RoleName).value;
      const { members, more } = pageOf(tags, input, tag => tag.Key);
      return { Tags: [...members], ...more };
    },
  }),

  operation({
    name: 'TagUser',
    auth: 'signed',
    input: struct('TagUserRequest', { UserName: member.existingUserName, Tags: member.tagList }),
    target: (input, call, deps) => user(input.UserName, call, deps, requestTagKeys(input.Tags)),
    async handle(input, { caller }, { store }) {
      const { value, version } = userNamed(store, caller.account, input.UserName);
      const tags = withTags(value.tags, input.Tags);
      await save(store, [put(users, nameKey(caller.account, value.name), { ...value, tags }, version)]);
      return {};
    },
  }),

  operation({
    name: 'UntagUser',
    auth: 'signed',
    input: struct('UntagUserRequest', { UserName: member.existingUserName, TagKeys: member.tagKeyList }),
    target: (input, call, deps) => user(input.UserName, call, deps, requestTagKeys(undefined, input.TagKeys)),
    async handle(input, { caller }, { store }) {
      const { value, version } = userNamed(store, caller.account, input.UserName);
      const tags = withoutTags(value.tags, input.TagKeys);
      await save(store, [put(users, nameKey(caller.account, value.name), { ...value, tags }, version)]);
      return {};
    },
  }),

  operation({
    name: 'ListUserTags',
    auth: 'signed',
    input: struct('ListUserTagsRequest', {
      UserName: member.existingUserName,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListUserTagsResponse', {
      Tags: member.tagList,
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, { caller }, { store }) {
      const { tags } = userNamed(store, caller.account, input.UserName).value;
      const { members, more } = pageOf(tags, input, tag => tag.Key);
      return { Tags: [...members], ...more };
    },
  }),

  operation({
    name: 'TagInstanceProfile',
    auth: 'signed',
    input: struct('TagInstanceProfileRequest', {
      InstanceProfileName: member.instanceProfileName,
      Tags: member.tagList,
    }),
    target: (input, call, deps) => instanceProfile(input.InstanceProfileName, call, deps, requestTagKeys(input.Tags)),
    async handle(input, { caller }, { store }) {
      const { value, version } = instanceProfileNamed(store, caller.account, input.InstanceProfileName);
      const tags = withTags(value.tags, input.Tags);
      await save(store, [put(instanceProfiles, nameKey(caller.account, value.name), { ...value, tags }, version)]);
      return {};
    },
  }),

  operation({
    name: 'UntagInstanceProfile',
    auth: 'signed',
    input: struct('UntagInstanceProfileRequest', {
      InstanceProfileName: member.instanceProfileName,
      TagKeys: member.tagKeyList,
    }),
    target: (input, call, deps) =>
      instanceProfile(input.InstanceProfileName, call, deps, requestTagKeys(undefined, input.TagKeys)),
    async handle(input, { caller }, { store }) {
      const { value, version } = instanceProfileNamed(store, caller.account, input.InstanceProfileName);
      const tags = withoutTags(value.tags, input.TagKeys);
      await save(store, [put(instanceProfiles, nameKey(caller.account, value.name), { ...value, tags }, version)]);
      return {};
    },
  }),

  operation({
    name: 'ListInstanceProfileTags',
    auth: 'signed',
    input: struct('ListInstanceProfileTagsRequest', {
      InstanceProfileName: member.instanceProfileName,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListInstanceProfileTagsResponse', {
      Tags: member.tagList,
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readInstanceProfile(input.InstanceProfileName, call, deps),
    handle(input, { caller }, { store }) {
      const { tags } = instanceProfileNamed(store, caller.account, input.InstanceProfileName).value;
      const { members, more } = pageOf(tags, input, tag => tag.Key);
      return { Tags: [...members], ...more };
    },
  }),

  operation({
    name: 'TagPolicy',
    auth: 'signed',
    input: struct('TagPolicyRequest', { PolicyArn: member.arn, Tags: member.tagList }),
    target: (input, call, deps) => managed(input.PolicyArn, call, deps, requestTagKeys(input.Tags)),
    async handle(input, call, { store }) {
      const { value, version } = policyToChange(input.PolicyArn, call, store);
      const tags = withTags(value.tags, input.Tags);
      await save(store, [put(policies, nameKey(call.caller.account, value.name), { ...value, tags }, version)]);
      return {};
    },
  }),

  operation({
    name: 'UntagPolicy',
    auth: 'signed',
    input: struct('UntagPolicyRequest', { PolicyArn: member.arn, TagKeys: member.tagKeyList }),
    target: (input, call, deps) => managed(input.PolicyArn, call, deps, requestTagKeys(undefined, input.TagKeys)),
    async handle(input, call, { store }) {
      const { value, version } = policyToChange(input.PolicyArn, call, store);
      const tags = withoutTags(value.tags, input.TagKeys);
      await save(store, [put(policies, nameKey(call.caller.account, value.name), { ...value, tags }, version)]);
      return {};
    },
  }),

  operation({
    name: 'ListPolicyTags',
    auth: 'signed',
    input: struct('ListPolicyTagsRequest', {
      PolicyArn: member.arn,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListPolicyTagsResponse', {
      Tags: member.tagList,
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target: (input, call, deps) => readManaged(input.PolicyArn, call, deps),
    handle(input, _call, { store }) {
      const { tags } = policyNamed(input.PolicyArn, store);
      const { members, more } = pageOf(tags, input, tag => tag.Key);
      return { Tags: [...members], ...more };
    },
  }),
];
