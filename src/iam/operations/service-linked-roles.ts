/** Operations for service-linked roles, which are deleted by a deletion task. */

import { roleArn } from '../../accounts/arns.ts';
import { endGeneration, uniqueId } from '../../accounts/generations.ts';
import { linkedService } from '../../accounts/linked-services.ts';
import { type DeletionTask, deletionTasks, nameKey, type Role, roles } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import type { Caller } from '../../authorization/principals.ts';
import type { SignedCall, Target } from '../../aws/operation.ts';
import { optional, struct } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { put, remove } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { invalidInput, noSuchEntity } from '../errors.ts';
import { roleNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { deletionTaskFailureShape, roleShape } from '../shapes.ts';
import { anyResource, role } from '../targets.ts';
import { listedRole } from '../views.ts';

export const serviceLinkedRoleOperations = [
  operation({
    name: 'CreateServiceLinkedRole',
    auth: 'signed',
    input: struct('CreateServiceLinkedRoleRequest', {
      AWSServiceName: member.groupName,
      Description: optional(member.roleDescription),
      CustomSuffix: optional(member.customSuffix),
    }),
    output: struct('CreateServiceLinkedRoleResponse', { Role: optional(roleShape) }),
    target,
    async handle(input, { caller: { account }, now }, deps) {
      const { store } = deps;
      const service = input.AWSServiceName;
      const known = linkedService(service);
      if (known === undefined) throw invalidInput(`${service} is not a service that has service-linked roles.`);
      if (input.CustomSuffix !== undefined && !known.takesSuffix) {
        throw invalidInput(`Custom suffix is not allowed for ${service}`);
      }
      const name = withSuffix(known.roleName, input.CustomSuffix);
      const path = pathOf(service);
      const arn = roleArn(account, path, name);
      const key = nameKey(account, name);
      const taken = () =>
        invalidInput(`Service role name ${name} has been taken in this account, please try a different suffix.`);
      if (store.get(roles, key) !== undefined) throw taken();
      const created: Role = {
        account,
        name,
        path,
        id: uniqueId('AROA', account, arn, deps),
        arn,
        createdAt: now,
        inline: [],
        attached: [],
        trust: { text: trustOf(service) },
        maxSessionDuration: 3600,
        tags: [],
        linkedService: service,
        ...defined({ description: input.Description }),
      };
      await commitChanges(store, [put(roles, key, created, 0)], taken);
      const { MaxSessionDuration: _, Description: __, ...view } = listedRole(created, store);
      return { Role: view };
    },
  }),

  operation({
    name: 'DeleteServiceLinkedRole',
    auth: 'signed',
    input: struct('DeleteServiceLinkedRoleRequest', { RoleName: member.roleName }),
    output: struct('DeleteServiceLinkedRoleResponse', { DeletionTaskId: member.deletionTaskId }),
    target: (input, call, deps) => role(input.RoleName, call, deps),
    async handle(input, { caller: { account } }, { store, random }) {
      const { value, version } = roleNamed(store, account, input.RoleName);
      if (value.linkedService === undefined) {
        throw noSuchEntity(`The role with name ${input.RoleName} cannot be found.`, {
          detail: 'The role is not a service-linked role.',
        });
      }
      const id = `task/aws-service-role/${value.linkedService}/${value.name}/${random.uuid()}`;
      const task: DeletionTask = { id, account, roleName: value.name, status: 'SUCCEEDED' };
      await commitChanges(store, [
        remove(roles, nameKey(account, value.name), version),
        endGeneration(store, value.arn),
        put(deletionTasks, id, task, 0),
      ]);
      return { DeletionTaskId: id };
    },
  }),

  operation({
    name: 'GetServiceLinkedRoleDeletionStatus',
    auth: 'signed',
    input: struct('GetServiceLinkedRoleDeletionStatusRequest', { DeletionTaskId: member.deletionTaskId }),
    output: struct('GetServiceLinkedRoleDeletionStatusResponse', {
      Status: member.deletionTaskStatus,
      Reason: optional(deletionTaskFailureShape),
    }),
    target: anyResource,
    handle(input, { caller }, { store }) {
      const task = store.get(deletionTasks, input.DeletionTaskId)?.value;
      if (task === undefined || task.account !== caller.account) {
        throw noSuchEntity(`Deletion task ${input.DeletionTaskId} cannot be found.`);
      }
      return { Status: task.status };
    },
  }),
];

function target(
  input: { readonly AWSServiceName: string; readonly CustomSuffix?: string },
  { caller }: SignedCall<Caller>,
): Target {
  const service = input.AWSServiceName;
  const name = withSuffix(linkedService(service)?.roleName ?? '', input.CustomSuffix);
  return {
    resource: roleArn(caller.account, pathOf(service), name),
    context: { 'iam:AWSServiceName': service },
  };
}

const pathOf = (service: string): string => `/aws-service-role/${service}/`;

const withSuffix = (name: string, suffix: string | undefined): string =>
  suffix === undefined ? name : `${name}_${suffix}`;

const trustOf = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
