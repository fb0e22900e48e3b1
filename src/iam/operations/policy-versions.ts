/** Operations for versions of managed policies: at most five, one of them the default. */

import { type ManagedPolicy, nameKey, type PolicyVersion, policies } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { put } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { validateManagedPolicy } from '../documents.ts';
import { deleteConflict, limitExceeded, noSuchEntity } from '../errors.ts';
import { customerManagedPolicy, policyNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { policyVersionShape } from '../shapes.ts';
import { managedPolicyTarget, readManaged } from '../targets.ts';
import { encodeDocument, versionView } from '../views.ts';

const VERSIONS = 5;

export const policyVersionOperations = [
  operation({
    name: 'CreatePolicyVersion',
    auth: 'signed',
    input: struct('CreatePolicyVersionRequest', {
      PolicyArn: member.arn,
      PolicyDocument: member.policyDocument,
      SetAsDefault: optional(member.flag),
    }),
    output: struct('CreatePolicyVersionResponse', { PolicyVersion: optional(policyVersionShape) }),
    target: (input, call, deps) => managedPolicyTarget(input.PolicyArn, call, deps),
    async handle(input, call, { store }) {
      const { account } = call.caller;
      const { now } = call;
      const { value, version } = customerManagedPolicy(input.PolicyArn, call, store);
      validateManagedPolicy(input.PolicyDocument);
      if (value.versions.length >= VERSIONS) {
        throw limitExceeded(
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        );
      }
      const created: PolicyVersion = { id: `v${value.nextVersion}`, createdAt: now, text: input.PolicyDocument };
      const changed: ManagedPolicy = {
        ...value,
        versions: [...value.versions, created],
        nextVersion: value.nextVersion + 1,
        updatedAt: now,
        ...(input.SetAsDefault === true ? { defaultVersion: created.id } : {}),
      };
      await commitChanges(store, [put(policies, nameKey(account, value.name), changed, version)]);
      return { PolicyVersion: versionView(created, changed) };
    },
  }),

  operation({
    name: 'GetPolicyVersion',
    auth: 'signed',
    input: struct('GetPolicyVersionRequest', { PolicyArn: member.arn, VersionId: member.policyVersionId }),
    output: struct('GetPolicyVersionResponse', { PolicyVersion: optional(policyVersionShape) }),
    target: (input, call, deps) => readManaged(input.PolicyArn, call, deps),
    handle(input, _call, { store }) {
      const policy = policyNamed(input.PolicyArn, store);
      const version = versionOf(policy, input.VersionId);
      return { PolicyVersion: { Document: encodeDocument(version.text), ...versionView(version, policy) } };
    },
  }),

  operation({
    name: 'ListPolicyVersions',
    auth: 'signed',
    input: struct('ListPolicyVersionsRequest', { PolicyArn: member.arn, ...member.pageRequest }),
    output: struct('ListPolicyVersionsResponse', { Versions: optional(list(policyVersionShape)), ...member.pageReply }),
    target: (input, call, deps) => readManaged(input.PolicyArn, call, deps),
    handle(input, _call, { store }) {
      const policy = policyNamed(input.PolicyArn, store);
      const newestFirst = [...policy.versions].sort((one, other) => numberOf(other) - numberOf(one));
      const { members, more } = pageOf(newestFirst, input, version => String(1e9 - numberOf(version)));
      return { Versions: members.map(version => versionView(version, policy)), ...more };
    },
  }),

  operation({
    name: 'DeletePolicyVersion',
    auth: 'signed',
    input: struct('DeletePolicyVersionRequest', { PolicyArn: member.arn, VersionId: member.policyVersionId }),
    target: (input, call, deps) => managedPolicyTarget(input.PolicyArn, call, deps),
    async handle(input, call, { store }) {
      const { account } = call.caller;
      const { value, version } = customerManagedPolicy(input.PolicyArn, call, store);
      const removed = versionOf(value, input.VersionId);
      if (removed.id === value.defaultVersion) {
        throw deleteConflict('Cannot delete the default version of a policy.');
      }
      const versions = value.versions.filter(kept => kept !== removed);
      await commitChanges(store, [put(policies, nameKey(account, value.name), { ...value, versions }, version)]);
      return {};
    },
  }),

  operation({
    name: 'SetDefaultPolicyVersion',
    auth: 'signed',
    input: struct('SetDefaultPolicyVersionRequest', { PolicyArn: member.arn, VersionId: member.policyVersionId }),
    target: (input, call, deps) => managedPolicyTarget(input.PolicyArn, call, deps),
    async handle(input, call, { store }) {
      const { account } = call.caller;
      const { now } = call;
      const { value, version } = customerManagedPolicy(input.PolicyArn, call, store);
      const { id } = versionOf(value, input.VersionId);
      const changed: ManagedPolicy = { ...value, defaultVersion: id, updatedAt: now };
      await commitChanges(store, [put(policies, nameKey(account, value.name), changed, version)]);
      return {};
    },
  }),
];

const numberOf = ({ id }: PolicyVersion): number => Number(id.slice(1));

function versionOf(policy: ManagedPolicy, id: string): PolicyVersion {
  const version = policy.versions.find(candidate => candidate.id === id);
  if (version === undefined) {
    throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  }
  return version;
}
