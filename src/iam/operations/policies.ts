/** Operations for customer managed policies, and reading of AWS managed policies. */

import { policyArn } from '../../accounts/arns.ts';
import { endGeneration, uniqueId } from '../../accounts/generations.ts';
import { awsManagedPolicies } from '../../accounts/managed-policies.ts';
import { groups, type ManagedPolicy, nameKey, policies, roles, users } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { put, remove, type Store } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { validateManagedPolicy } from '../documents.ts';
import { deleteConflict, entityAlreadyExists } from '../errors.ts';
import { customerManagedPolicy, policyNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { policyUsage, type Usage } from '../policy-usage.ts';
import { policyGroupShape, policyRoleShape, policyShape, policyUserShape } from '../shapes.ts';
import { requestTagKeys, withTags } from '../tags.ts';
import { managedPolicyTarget, newEntity, readManaged, withTagPermission } from '../targets.ts';
import { descriptionMember, policyView, tagsView } from '../views.ts';

const UNUSED: Usage = { attached: 0, boundaries: 0 };

export const policyOperations = [
  operation({
    name: 'CreatePolicy',
    auth: 'signed',
    input: struct('CreatePolicyRequest', {
      PolicyName: member.policyName,
      Path: optional(member.policyPath),
      PolicyDocument: member.policyDocument,
      Description: optional(member.policyDescription),
      Tags: optional(member.tagList),
    }),
    output: struct('CreatePolicyResponse', { Policy: optional(policyShape) }),
    target(input, call) {
      const created = newEntity(call, policyArn, input.Path, input.PolicyName, requestTagKeys(input.Tags));
      return withTagPermission(input.Tags, created, 'iam:TagPolicy');
    },
    async handle(input, { caller: { account }, now }, deps) {
      const { store } = deps;
      const path = input.Path ?? '/';
      const name = input.PolicyName;
      const arn = policyArn(account, path, name);
      const key = nameKey(account, name);
      const taken = () =>
        entityAlreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
      if (store.get(policies, key) !== undefined) throw taken();
      validateManagedPolicy(input.PolicyDocument);
      const created: ManagedPolicy = {
        account,
        name,
        path,
        id: uniqueId('ANPA', account, arn, deps),
        arn,
        createdAt: now,
        updatedAt: now,
        versions: [{ id: 'v1', createdAt: now, text: input.PolicyDocument }],
        defaultVersion: 'v1',
        nextVersion: 2,
        tags: withTags([], input.Tags ?? []),
        ...defined({ description: input.Description }),
      };
      await commitChanges(store, [put(policies, key, created, 0)], taken);
      return { Policy: { ...policyView(created, UNUSED), ...tagsView(input.Tags ?? []) } };
    },
  }),

  operation({
    name: 'GetPolicy',
    auth: 'signed',
    input: struct('GetPolicyRequest', { PolicyArn: member.arn }),
    output: struct('GetPolicyResponse', { Policy: optional(policyShape) }),
    target: (input, call, deps) => readManaged(input.PolicyArn, call, deps),
    handle(input, { caller }, { store }) {
      const policy = policyNamed(input.PolicyArn, store);
      const usage = policyUsage(caller.account, store)(policy.arn);
      return {
        Policy: { ...policyView(policy, usage), ...descriptionMember(policy.description), Tags: [...policy.tags] },
      };
    },
  }),

  operation({
    name: 'ListPolicies',
    auth: 'signed',
    input: struct('ListPoliciesRequest', {
      Scope: optional(member.policyScope),
      OnlyAttached: optional(member.flag),
      PathPrefix: optional(member.policyPath),
      PolicyUsageFilter: optional(member.policyUsage),
      ...member.pageRequest,
    }),
    output: struct('ListPoliciesResponse', { Policies: optional(list(policyShape)), ...member.pageReply }),
    target: input => ({ resource: '*', shown: `policy path ${input.PathPrefix ?? '/'}` }),
    handle(input, { caller: { account } }, { store }) {
      const usage = policyUsage(account, store);
      const requested = (policy: ManagedPolicy): boolean =>
        policy.path.startsWith(input.PathPrefix ?? '/') &&
        // The usage filter has an effect only with OnlyAttached (recorded).
        (input.OnlyAttached !== true || isUsed(usage(policy.arn), input.PolicyUsageFilter));
      const all = inScope(input.Scope ?? 'All', account, store).filter(requested);
      const { members, more } = pageOf(all, input, policy => policy.arn);
      return { Policies: members.map(policy => policyView(policy, usage(policy.arn))), ...more };
    },
  }),

  operation({
    name: 'DeletePolicy',
    auth: 'signed',
    input: struct('DeletePolicyRequest', { PolicyArn: member.arn }),
    target: (input, call, deps) => managedPolicyTarget(input.PolicyArn, call, deps),
    async handle(input, call, { store }) {
      const { account } = call.caller;
      const { value, version } = customerManagedPolicy(input.PolicyArn, call, store);
      if (isUsed(policyUsage(account, store)(value.arn))) {
        throw deleteConflict('Cannot delete a policy attached to entities.');
      }
      if (value.versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
            'The default version is deleted with the policy.',
        );
      }
      await commitChanges(store, [
        remove(policies, nameKey(account, value.name), version),
        endGeneration(store, value.arn),
      ]);
      return {};
    },
  }),

  operation({
    name: 'ListEntitiesForPolicy',
    auth: 'signed',
    input: struct('ListEntitiesForPolicyRequest', {
      PolicyArn: member.arn,
      EntityFilter: optional(member.entity),
      PathPrefix: optional(member.path),
      PolicyUsageFilter: optional(member.policyUsage),
      ...member.pageRequest,
    }),
    output: struct('ListEntitiesForPolicyResponse', {
      PolicyGroups: optional(list(policyGroupShape)),
      PolicyUsers: optional(list(policyUserShape)),
      PolicyRoles: optional(list(policyRoleShape)),
      ...member.pageReply,
    }),
    target: (input, call, deps) => readManaged(input.PolicyArn, call, deps),
    handle(input, { caller: { account } }, { store }) {
      const policy = policyNamed(input.PolicyArn, store);
      const { EntityFilter: kind, PathPrefix: path = '/', PolicyUsageFilter: usage } = input;
      const holders = holdersOf(account, store).filter(
        ({ entityType, holder }) =>
          (kind === undefined || kind === entityType) &&
          holder.path.startsWith(path) &&
          ((usage !== 'PermissionsBoundary' && holder.attached.includes(policy.arn)) ||
            (usage !== 'PermissionsPolicy' && 'boundary' in holder && holder.boundary === policy.arn)),
      );
      const { members, more } = pageOf(
        holders,
        input,
        ({ entityType, holder }) => `${entityType}/${holder.name.toLowerCase()}`,
      );
      const of = (entityType: string) =>
        members.filter(member => member.entityType === entityType).map(({ holder }) => holder);
      return {
        PolicyGroups: of('Group').map(holder => ({ GroupName: holder.name, GroupId: holder.id })),
        PolicyUsers: of('User').map(holder => ({ UserName: holder.name, UserId: holder.id })),
        PolicyRoles: of('Role').map(holder => ({ RoleName: holder.name, RoleId: holder.id })),
        ...more,
      };
    },
  }),
];

function inScope(scope: 'All' | 'AWS' | 'Local', account: string, store: Store): readonly ManagedPolicy[] {
  const local = scope === 'AWS' ? [] : store.list(policies, `${account}/`).map(({ value }) => value);
  const all = scope === 'Local' ? local : [...local, ...awsManagedPolicies()];
  return [...all].sort((one, other) => (one.arn < other.arn ? -1 : 1));
}

function isUsed({ attached, boundaries }: Usage, filter?: 'PermissionsPolicy' | 'PermissionsBoundary'): boolean {
  if (filter === 'PermissionsPolicy') return attached > 0;
  return filter === 'PermissionsBoundary' ? boundaries > 0 : attached + boundaries > 0;
}

/** Groups, roles and users, in alphabetical order of the entity types, which is the order of the pages. */
function holdersOf(account: string, store: Store) {
  const prefix = `${account}/`;
  return [
    ...store.list(groups, prefix).map(({ value }) => ({ entityType: 'Group', holder: value })),
    ...store.list(roles, prefix).map(({ value }) => ({ entityType: 'Role', holder: value })),
    ...store.list(users, prefix).map(({ value }) => ({ entityType: 'User', holder: value })),
  ];
}
