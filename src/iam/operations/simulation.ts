/** SimulateCustomPolicy, SimulatePrincipalPolicy, and the operations that list context keys of policies. */

import { userArn } from '../../accounts/arns.ts';
import type { Group, Role, User } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import {
  boundaryOf,
  organizationLayers,
  policiesOf,
  type SourcedPolicy,
} from '../../authorization/policies-in-force.ts';
import { parseArn } from '../../aws/arn.ts';
import type { Static } from '../../aws/shape.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import type { PolicyKind, Principal, RequestContext } from '../../policy/decision.ts';
import {
  contextKeyNames,
  malformedPolicyMessage,
  matchWildcard,
  type ParseOptions,
  parsePolicy,
  principalOf,
} from '../../policy/index.ts';
import type { Store } from '../../store/store.ts';
import { invalidInput } from '../errors.ts';
import { groupNamed, roleNamed, userNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import {
  contextEntryShape,
  evaluationResultShape,
  orderedOrganizationPolicyShape,
  policyIdentifierShape,
} from '../shapes.ts';
import { type SimulatedPolicy, type Simulation, simulate } from '../simulator.ts';
import { anyResource } from '../targets.ts';

/** The input of both simulations without their identity policies. */
interface Setting {
  readonly PermissionsBoundaryPolicyInputList?: readonly string[];
  readonly ActionNames: readonly string[];
  readonly ResourceArns?: readonly string[];
  readonly ResourcePolicy?: string;
  readonly ResourceOwner?: string;
  readonly CallerArn?: string;
  readonly ContextEntries?: readonly Static<typeof contextEntryShape>[];
  readonly MaxItems?: number;
  readonly Marker?: string;
}

export const simulationOperations = [
  operation({
    name: 'SimulateCustomPolicy',
    auth: 'signed',
    input: struct('SimulateCustomPolicyRequest', {
      PolicyInputList: list(member.policyDocument),
      PermissionsBoundaryPolicyInputList: optional(list(member.policyDocument)),
      OrderedOrganizationPolicyInputList: optional(list(orderedOrganizationPolicyShape, { max: 7 })),
      ActionNames: list(member.actionName),
      ResourceArns: optional(list(member.resourceName)),
      ResourcePolicy: optional(member.policyDocument),
      ResourceOwner: optional(member.resourceName),
      CallerArn: optional(member.resourceName),
      ContextEntries: optional(list(contextEntryShape)),
      ResourceHandlingOption: optional(member.resourceHandlingOption),
      MaxItems: optional(member.maxItems),
      Marker: optional(member.marker),
    }),
    output: struct('SimulatePolicyResponse', {
      EvaluationResults: optional(list(evaluationResultShape)),
      ...member.pageReply,
    }),
    target: anyResource,
    handle(input, { caller: { account } }) {
      const principal: Principal = { type: 'user', arn: userArn(account, '/', 'simulated'), account };
      const levels = input.OrderedOrganizationPolicyInputList?.map(level =>
        (level.ServiceControlPolicyInputList ?? []).map(text => read(text, 'scp')),
      );
      return results(input, account, {
        principal,
        identity: inputPolicies(input.PolicyInputList),
        ...defined({ scp: levels }),
      });
    },
  }),

  operation({
    name: 'SimulatePrincipalPolicy',
    auth: 'signed',
    input: struct('SimulatePrincipalPolicyRequest', {
      PolicySourceArn: member.arn,
      PolicyInputList: optional(list(member.policyDocument)),
      PermissionsBoundaryPolicyInputList: optional(list(member.policyDocument)),
      PolicyExclusionList: optional(list(policyIdentifierShape, { max: 256 })),
      ActionNames: list(member.actionName),
      ResourceArns: optional(list(member.resourceName)),
      ResourcePolicy: optional(member.policyDocument),
      ResourceOwner: optional(member.resourceName),
      CallerArn: optional(member.resourceName),
      ContextEntries: optional(list(contextEntryShape)),
      ResourceHandlingOption: optional(member.resourceHandlingOption),
      MaxItems: optional(member.maxItems),
      Marker: optional(member.marker),
    }),
    output: struct('SimulatePolicyResponse', {
      EvaluationResults: optional(list(evaluationResultShape)),
      ...member.pageReply,
    }),
    target: input => ({ resource: input.PolicySourceArn }),
    handle(input, { caller: { account } }, deps) {
      const entity = sourceEntity(input.PolicySourceArn, account, deps.store);
      const isExcluded = exclusion(input.PolicyExclusionList ?? []);
      const inForce = policiesOf(entity, deps.store).filter(policy => !isExcluded.policy(policy));
      const boundary = isExcluded.type('permission-boundary') ? undefined : boundaryOf(entity, deps.store);
      const { scp } = isExcluded.type('scp') ? {} : organizationLayers(account, deps.settings.organization);
      return results(input, account, {
        principal: principalOfEntity(entity),
        identity: [...inForce.map(simulated), ...inputPolicies(input.PolicyInputList)],
        ...defined({ boundary: boundary && simulated(boundary), scp: scp && [scp] }),
      });
    },
  }),

  operation({
    name: 'GetContextKeysForCustomPolicy',
    auth: 'signed',
    input: struct('GetContextKeysForCustomPolicyRequest', { PolicyInputList: list(member.policyDocument) }),
    output: struct('GetContextKeysForPolicyResponse', { ContextKeyNames: optional(list(member.contextKeyName)) }),
    target: anyResource,
    handle: input => ({ ContextKeyNames: keysOf(input.PolicyInputList) }),
  }),

  operation({
    name: 'GetContextKeysForPrincipalPolicy',
    auth: 'signed',
    input: struct('GetContextKeysForPrincipalPolicyRequest', {
      PolicySourceArn: member.arn,
      PolicyInputList: optional(list(member.policyDocument)),
    }),
    output: struct('GetContextKeysForPolicyResponse', { ContextKeyNames: optional(list(member.contextKeyName)) }),
    target: input => ({ resource: input.PolicySourceArn }),
    handle(input, { caller }, { store }: IamDeps) {
      const entity = sourceEntity(input.PolicySourceArn, caller.account, store);
      const texts = policiesOf(entity, store).map(({ text }) => text.text);
      return { ContextKeyNames: keysOf([...texts, ...(input.PolicyInputList ?? [])]) };
    },
  }),
];

type Sides = Pick<Simulation, 'principal' | 'identity' | 'boundary' | 'scp'>;

function results(input: Setting, account: string, sides: Sides) {
  const [given] = inputPolicies(input.PermissionsBoundaryPolicyInputList ?? [], 'PermissionsBoundaryPolicyInputList');
  const simulation: Simulation = {
    ...sides,
    principal: input.CallerArn === undefined ? sides.principal : callerOf(input.CallerArn),
    ...defined({ boundary: given }),
    ...(input.ResourcePolicy === undefined ? {} : { resource: resourcePolicy(input.ResourcePolicy) }),
    context: contextOf(input.ContextEntries ?? []),
    resourceAccount: ownerOf(input.ResourceOwner) ?? account,
    resources: input.ResourceArns === undefined || input.ResourceArns.length === 0 ? ['*'] : input.ResourceArns,
  };
  const actions = input.ActionNames.map((action, index) => ({ action, key: String(index).padStart(6, '0') }));
  const { members, more } = pageOf(actions, input, ({ key }) => key);
  return { EvaluationResults: members.map(({ action }) => simulate(action, simulation)), ...more };
}

/** The user, role or group of PolicySourceArn. Throws InvalidInput for a session and any other ARN. */
function sourceEntity(arn: string, account: string, store: Store): User | Role | Group {
  const parts = parseArn(arn);
  const [resourceType = '', ...rest] = parts?.resource.split('/') ?? [];
  const find = parts?.service === 'iam' && parts.account === account ? SOURCES.get(resourceType) : undefined;
  if (find === undefined) throw invalidInput(`Invalid ARN provided in the request: ${arn}`);
  return find(store, account, rest.at(-1) ?? '').value;
}

type Identifier = Static<typeof policyIdentifierShape>;

/** The filter for PolicyExclusionList; ARNs and entity names can contain wildcards. Unknown identifiers are ignored. */
function exclusion(identifiers: readonly Identifier[]) {
  const types = new Set<string | undefined>(identifiers.map(({ PolicyType }) => PolicyType));
  return {
    type: (name: string): boolean => types.has(name),
    policy: (policy: SourcedPolicy): boolean =>
      types.has(policy.inline === undefined ? policy.source : 'inline') ||
      identifiers.some(({ PolicyArn: arn, InlinePolicyIdentifier: inline }) => {
        if (arn !== undefined && policy.arn !== undefined) return matchWildcard(arn, policy.arn);
        if (inline === undefined || policy.inline === undefined) return false;
        return (
          inline.AttachmentType === policy.source &&
          inline.PolicyName === policy.inline.name &&
          matchWildcard(inline.AttachmentName, policy.inline.holder)
        );
      }),
  };
}

const SOURCES = new Map<
  string,
  (store: Store, account: string, name: string) => { readonly value: User | Role | Group }
>([
  ['user', userNamed],
  ['role', roleNamed],
  ['group', groupNamed],
]);

function principalOfEntity(entity: User | Role | Group): Principal {
  const { account, arn, id } = entity;
  return 'trust' in entity
    ? { type: 'role-session', arn, roleArn: arn, account, uniqueId: id }
    : { type: 'user', arn, account, uniqueId: id };
}

function callerOf(arn: string): Principal {
  const principal = principalOf(arn);
  if (principal === undefined) throw invalidInput(`Invalid ARN provided in the request: ${arn}`);
  return principal;
}

const ownerOf = (owner: string | undefined): string | undefined =>
  owner === undefined ? undefined : (parseArn(owner)?.account ?? owner);

/** A key with a list type is multi-valued; another key has its first value. */
function contextOf(entries: readonly Static<typeof contextEntryShape>[]): RequestContext {
  const context = new Map<string, string | readonly string[]>();
  for (const { ContextKeyName: name, ContextKeyValues: values = [], ContextKeyType: type = 'string' } of entries) {
    if (name === undefined) continue;
    const [first] = values;
    if (type.endsWith('List')) context.set(name.toLowerCase(), values);
    else if (first !== undefined) context.set(name.toLowerCase(), first);
  }
  return context;
}

const inputPolicies = (texts: readonly string[] = [], name = 'PolicyInputList'): readonly SimulatedPolicy[] =>
  texts.map((text, index) => ({ id: `${name}.${index + 1}`, source: 'none', text, policy: read(text, 'identity') }));

const simulated = ({ id, source, text }: SourcedPolicy): SimulatedPolicy => ({
  id,
  source,
  text: text.text,
  policy: read(text.text, 'identity'),
});

const resourcePolicy = (text: string): SimulatedPolicy => ({
  id: 'ResourcePolicy',
  source: 'resource',
  text,
  policy: read(text, 'resource'),
});

const keysOf = (texts: readonly string[]): string[] => [
  ...new Set(texts.flatMap(text => contextKeyNames(read(text, 'identity', 'names')))),
];

function read(text: string, kind: PolicyKind, strictness: ParseOptions['strictness'] = 'evaluated') {
  const parsed = parsePolicy(text, { kind, strictness });
  if (!parsed.ok) throw invalidInput(malformedPolicyMessage(parsed.faults, kind));
  return parsed.policy;
}
