/** The operations of one entity type on inline policies, attached policies and the permissions boundary. */

import { nameKey } from '../accounts/model.ts';
import { type IamDeps, operation } from '../authorization/deps.ts';
import type { Caller } from '../authorization/principals.ts';
import type { ExtraContext, Operation, SignedCall, Target } from '../aws/operation.ts';
import { list, optional, struct } from '../aws/shape.ts';
import { type Collection, put, type Store, type Versioned } from '../store/store.ts';
import {
  attachedPage,
  boundaryArn,
  type HolderLimits,
  inlineNamed,
  inlinePage,
  type PolicyHolder,
  withAttached,
  withInline,
  withoutAttached,
  withoutInline,
} from './attachments.ts';
import { commitChanges } from './commit.ts';
import { noSuchEntity } from './errors.ts';
import * as member from './members.ts';
import { attachedPolicyShape } from './shapes.ts';
import { encodeDocument } from './views.ts';

type Call = SignedCall<Caller>;
type Bounded = PolicyHolder & { readonly boundary?: string };

/** The differences between the policy operations of the entity types. */
export interface PolicyEntityType<V extends Bounded> extends HolderLimits {
  /** The part of the operation names: `Role` in `TagRole`. */
  readonly name: string;
  /** The input member that names the entity, where inline policies are concerned; `managedSubject` everywhere else. */
  readonly inlineSubject: member.Subject;
  readonly managedSubject: member.Subject;
  readonly collection: Collection<V>;
  /** Finds the entity of a call. Throws NoSuchEntity. */
  find(store: Store, account: string, name: string): Versioned<V>;
  /** For reads, where more entities can be read than changed. */
  findToRead?(store: Store, account: string, name: string): Versioned<V>;
  target(name: string, call: Call, deps: IamDeps, context?: ExtraContext): Target;
  readTarget(name: string, call: Call, deps: IamDeps): Target;
  /** Absent: the entity type has no permissions boundary. */
  withoutBoundary?(holder: V): V;
}

export function policyRows<V extends Bounded>(entityType: PolicyEntityType<V>): readonly Operation<Caller, IamDeps>[] {
  return [...inlineRows(entityType), ...attachedRows(entityType), ...boundaryRows(entityType)];
}

function inlineRows<V extends Bounded>(entityType: PolicyEntityType<V>) {
  const { name, inlineSubject: subject } = entityType;
  return [
    operation({
      name: `Put${name}Policy`,
      auth: 'signed',
      input: struct(`Put${name}PolicyRequest`, {
        ...subject.members,
        PolicyName: member.policyName,
        PolicyDocument: member.policyDocument,
      }),
      target: (input, call, deps) => entityType.target(subject.of(input), call, deps),
      handle: (input, call, deps) =>
        change(entityType, subject.of(input), call, deps, holder => ({
          inline: withInline(holder, input.PolicyName, input.PolicyDocument, entityType),
        })),
    }),

    operation({
      name: `Get${name}Policy`,
      auth: 'signed',
      input: struct(`Get${name}PolicyRequest`, { ...subject.members, PolicyName: member.policyName }),
      output: struct(`Get${name}PolicyResponse`, {
        ...subject.members,
        PolicyName: member.policyName,
        PolicyDocument: member.policyDocument,
      }),
      target: (input, call, deps) => entityType.readTarget(subject.of(input), call, deps),
      handle(input, call, deps) {
        const holder = read(entityType, subject.of(input), call, deps);
        const { text } = inlineNamed(holder, input.PolicyName, entityType);
        return { [subject.name]: holder.name, PolicyName: input.PolicyName, PolicyDocument: encodeDocument(text) };
      },
    }),

    operation({
      name: `List${name}Policies`,
      auth: 'signed',
      input: struct(`List${name}PoliciesRequest`, { ...subject.members, ...member.pageRequest }),
      output: struct(`List${name}PoliciesResponse`, { PolicyNames: list(member.policyName), ...member.pageReply }),
      target: (input, call, deps) => entityType.readTarget(subject.of(input), call, deps),
      handle: (input, call, deps) => inlinePage(read(entityType, subject.of(input), call, deps), input),
    }),

    operation({
      name: `Delete${name}Policy`,
      auth: 'signed',
      input: struct(`Delete${name}PolicyRequest`, { ...subject.members, PolicyName: member.policyName }),
      target: (input, call, deps) => entityType.target(subject.of(input), call, deps),
      handle: (input, call, deps) =>
        change(entityType, subject.of(input), call, deps, holder => ({
          inline: withoutInline(holder, input.PolicyName, entityType),
        })),
    }),
  ];
}

function attachedRows<V extends Bounded>(entityType: PolicyEntityType<V>) {
  const { name, managedSubject: subject } = entityType;
  return [
    operation({
      name: `Attach${name}Policy`,
      auth: 'signed',
      input: struct(`Attach${name}PolicyRequest`, { ...subject.members, PolicyArn: member.arn }),
      target: (input, call, deps) =>
        entityType.target(subject.of(input), call, deps, { 'iam:PolicyARN': input.PolicyArn }),
      handle: (input, call, deps) =>
        change(entityType, subject.of(input), call, deps, holder => ({
          attached: withAttached(holder, input.PolicyArn, deps.store, entityType),
        })),
    }),

    operation({
      name: `Detach${name}Policy`,
      auth: 'signed',
      input: struct(`Detach${name}PolicyRequest`, { ...subject.members, PolicyArn: member.arn }),
      target: (input, call, deps) =>
        entityType.target(subject.of(input), call, deps, { 'iam:PolicyARN': input.PolicyArn }),
      handle: (input, call, deps) =>
        change(entityType, subject.of(input), call, deps, holder => ({
          attached: withoutAttached(holder, input.PolicyArn),
        })),
    }),

    operation({
      name: `ListAttached${name}Policies`,
      auth: 'signed',
      input: struct(`ListAttached${name}PoliciesRequest`, {
        ...subject.members,
        PathPrefix: optional(member.policyPath),
        ...member.pageRequest,
      }),
      output: struct(`ListAttached${name}PoliciesResponse`, {
        AttachedPolicies: optional(list(attachedPolicyShape)),
        ...member.pageReply,
      }),
      target: (input, call, deps) => entityType.readTarget(subject.of(input), call, deps),
      handle: (input, call, deps) => attachedPage(read(entityType, subject.of(input), call, deps), input, deps.store),
    }),
  ];
}

function boundaryRows<V extends Bounded>(entityType: PolicyEntityType<V>) {
  const { name, managedSubject: subject, withoutBoundary } = entityType;
  if (withoutBoundary === undefined) return [];
  return [
    operation({
      name: `Put${name}PermissionsBoundary`,
      auth: 'signed',
      input: struct(`Put${name}PermissionsBoundaryRequest`, { ...subject.members, PermissionsBoundary: member.arn }),
      target: (input, call, deps) =>
        entityType.target(subject.of(input), call, deps, { 'iam:PermissionsBoundary': input.PermissionsBoundary }),
      handle: (input, call, deps) =>
        change(entityType, subject.of(input), call, deps, holder => ({
          boundary: boundaryArn(input.PermissionsBoundary, holder.account, deps.store),
        })),
    }),

    operation({
      name: `Delete${name}PermissionsBoundary`,
      auth: 'signed',
      input: struct(`Delete${name}PermissionsBoundaryRequest`, subject.members),
      target: (input, call, deps) => entityType.target(subject.of(input), call, deps),
      async handle(input, { caller: { account } }, { store }) {
        const { value, version } = entityType.find(store, account, subject.of(input));
        if (value.boundary === undefined) {
          throw noSuchEntity(`No permissions boundary is attached to ${entityType.messageName} ${value.name}.`);
        }
        await commitChanges(store, [
          put(entityType.collection, nameKey(account, value.name), withoutBoundary(value), version),
        ]);
        return {};
      },
    }),
  ];
}

function read<V extends Bounded>(
  entityType: PolicyEntityType<V>,
  name: string,
  { caller }: Call,
  { store }: IamDeps,
): V {
  return (entityType.findToRead ?? entityType.find)(store, caller.account, name).value;
}

async function change<V extends Bounded>(
  entityType: PolicyEntityType<V>,
  name: string,
  { caller: { account } }: Call,
  { store }: IamDeps,
  alter: (holder: V) => Partial<Bounded>,
): Promise<Record<never, never>> {
  const { value, version } = entityType.find(store, account, name);
  const changed = { ...value, ...alter(value) };
  await commitChanges(store, [put(entityType.collection, nameKey(account, value.name), changed, version)]);
  return {};
}
