/** The IAM operations that create a declared account: entity by entity, in an order that satisfies their references. */

import { policyArn } from '../accounts/arns.ts';
import type { IamDeps } from '../authorization/deps.ts';
import type {
  AccountSettings,
  DocumentSetting,
  GroupSettings,
  InstanceProfileSettings,
  OidcProviderSettings,
  PolicySettings,
  RoleSettings,
  SamlProviderSettings,
  UserSettings,
} from '../config/accounts.ts';
import { withDeclaredKeys, withDeclaredVersions } from '../iam/in-process.ts';
import { defined } from '../kernel/defined.ts';
import { pointerStep } from '../kernel/json.ts';
import type { Change } from '../store/store.ts';
import { linkedServiceName, withLinkedService } from './linked-roles.ts';

/** One call of an IAM operation; `path` is its location in the declaration (JSON Pointer). */
export interface SeedCall {
  readonly path: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One IAM call, or changes that no IAM operation can make; `path` is the location in the declaration (JSON Pointer). */
export type Step = SeedCall | { readonly path: string; changes(deps: IamDeps): readonly Change[] };

/** One entity: the step that creates it, and the steps that need it, which are skipped if creation fails. */
export interface SeedEntity {
  /** `role deploy`, for error messages. */
  readonly label: string;
  readonly create: Step;
  readonly complete: readonly Step[];
}

/** All entities of an account. Roles precede only instance profiles: their trust policies may name any other entity. */
export function* seedEntitiesOf(account: string, settings: AccountSettings): Generator<SeedEntity> {
  const at = `/accounts/${account}`;
  if (settings.alias !== undefined) {
    const create = { path: `${at}/alias`, operation: 'CreateAccountAlias', input: { AccountAlias: settings.alias } };
    yield { label: `account ${account}`, create, complete: [] };
  }
  yield* each(settings.policies, `${at}/policies`, (policy, path) => managedPolicy(account, policy, path));
  yield* each(settings.oidcProviders, `${at}/oidcProviders`, oidcProvider);
  yield* each(settings.samlProviders, `${at}/samlProviders`, samlProvider);
  yield* each(settings.groups, `${at}/groups`, group);
  yield* each(settings.users, `${at}/users`, (user, path) => iamUser(account, user, path));
  yield* each(settings.roles, `${at}/roles`, (settings, path) => role(account, settings, path));
  yield* each(settings.instanceProfiles, `${at}/instanceProfiles`, instanceProfile);
}

function* each<T>(
  settings: readonly T[] | undefined,
  path: string,
  make: (one: T, path: string) => SeedEntity,
): Generator<SeedEntity> {
  for (const [index, one] of (settings ?? []).entries()) yield make(one, `${path}/${index}`);
}

/** A document as the JSON text for IAM. */
export const documentText = (document: DocumentSetting): string =>
  typeof document === 'string' ? document : JSON.stringify(document);

const tagged = (tags: Readonly<Record<string, string>> | undefined) =>
  defined({ Tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) });

function managedPolicy(account: string, policy: PolicySettings, path: string): SeedEntity {
  const arn = policyArn(account, policy.path, policy.name);
  const { versions = [], document } = policy;
  const [first, ...others] = versions;
  const text = first?.document ?? document ?? '';
  const create = {
    path: first === undefined ? `${path}/document` : `${path}/versions/0/document`,
    operation: 'CreatePolicy',
    input: {
      PolicyName: policy.name,
      ...defined({ Path: policy.path, Description: policy.description }),
      PolicyDocument: documentText(text),
      ...tagged(policy.tags),
    },
  };
  const more = others.map((version, index) => ({
    path: `${path}/versions/${index + 1}/document`,
    operation: 'CreatePolicyVersion',
    input: { PolicyArn: arn, PolicyDocument: documentText(version.document) },
  }));
  const named = { path: `${path}/versions`, changes: (deps: IamDeps) => withDeclaredVersions(arn, versions, deps) };
  return { label: `policy ${policy.name}`, create, complete: versions.length === 0 ? [] : [...more, named] };
}

function oidcProvider(provider: OidcProviderSettings, path: string): SeedEntity {
  const input = {
    Url: provider.url,
    ClientIDList: provider.clientIds ?? [],
    ...defined({ ThumbprintList: provider.thumbprints }),
    ...tagged(provider.tags),
  };
  return {
    label: `OIDC provider ${provider.url}`,
    create: { path, operation: 'CreateOpenIDConnectProvider', input },
    complete: [],
  };
}

function samlProvider({ name, metadata, tags }: SamlProviderSettings, path: string): SeedEntity {
  const input = { Name: name, SAMLMetadataDocument: metadata, ...tagged(tags) };
  return { label: `SAML provider ${name}`, create: { path, operation: 'CreateSAMLProvider', input }, complete: [] };
}

type EntityPolicies = Pick<RoleSettings, 'inlinePolicies' | 'attachedPolicies'>;

/** Steps for inline and attached policies; `entityType` is part of the operation names. */
function policySteps(
  entityType: 'Role' | 'User' | 'Group',
  name: string,
  policies: EntityPolicies,
  path: string,
): Step[] {
  const of = { [`${entityType}Name`]: name };
  const inline = Object.entries(policies.inlinePolicies ?? {}).map(([policy, document]) => ({
    path: `${path}/inlinePolicies${pointerStep(policy)}`,
    operation: `Put${entityType}Policy`,
    input: { ...of, PolicyName: policy, PolicyDocument: documentText(document) },
  }));
  const attached = (policies.attachedPolicies ?? []).map((PolicyArn, index) => ({
    path: `${path}/attachedPolicies/${index}`,
    operation: `Attach${entityType}Policy`,
    input: { ...of, PolicyArn },
  }));
  return [...inline, ...attached];
}

function group(settings: GroupSettings, path: string): SeedEntity {
  const { name } = settings;
  const input = { GroupName: name, ...defined({ Path: settings.path }) };
  return {
    label: `group ${name}`,
    create: { path, operation: 'CreateGroup', input },
    complete: policySteps('Group', name, settings, path),
  };
}

function iamUser(account: string, user: UserSettings, path: string): SeedEntity {
  const { name, groups = [], accessKeys = [] } = user;
  const input = {
    UserName: name,
    ...defined({ Path: user.path, PermissionsBoundary: user.permissionsBoundary }),
    ...tagged(user.tags),
  };
  const joins = groups.map((GroupName, index) => ({
    path: `${path}/groups/${index}`,
    operation: 'AddUserToGroup',
    input: { GroupName, UserName: name },
  }));
  const keys = {
    path: `${path}/accessKeys`,
    changes: (deps: IamDeps) => withDeclaredKeys(account, name, accessKeys, deps),
  };
  return {
    label: `user ${name}`,
    create: { path, operation: 'CreateUser', input },
    complete: [...policySteps('User', name, user, path), ...joins, ...(accessKeys.length === 0 ? [] : [keys])],
  };
}

function role(account: string, settings: RoleSettings, path: string): SeedEntity {
  const { name } = settings;
  const service = linkedServiceName(settings.path);
  const linked = (of: string) => ({
    path: `${path}/path`,
    changes: (deps: IamDeps) => withLinkedService(account, name, of, deps),
  });
  const input = {
    RoleName: name,
    ...defined({ Path: settings.path }),
    AssumeRolePolicyDocument: documentText(settings.trust),
    ...defined({
      Description: settings.description,
      MaxSessionDuration: settings.maxSessionDuration,
      PermissionsBoundary: settings.permissionsBoundary,
    }),
    ...tagged(settings.tags),
  };
  return {
    label: `role ${name}`,
    create: { path, operation: 'CreateRole', input },
    complete: [...policySteps('Role', name, settings, path), ...(service === undefined ? [] : [linked(service)])],
  };
}

function instanceProfile(
  { name, path: folder, role: roleName, tags }: InstanceProfileSettings,
  path: string,
): SeedEntity {
  const input = { InstanceProfileName: name, ...defined({ Path: folder }), ...tagged(tags) };
  const add = {
    path: `${path}/role`,
    operation: 'AddRoleToInstanceProfile',
    input: { InstanceProfileName: name, RoleName: roleName },
  };
  return {
    label: `instance profile ${name}`,
    create: { path, operation: 'CreateInstanceProfile', input },
    complete: roleName === undefined ? [] : [add],
  };
}
