/** CloudFormation and SAM templates: their IAM resources, with intrinsic functions resolved as far as possible. */
import { iamArn } from '../../aws/arn.ts';
import type { DocumentSetting } from '../../config/accounts.ts';
import { defined } from '../../kernel/defined.ts';
import { toNumber } from '../../kernel/table.ts';
import { createScope } from './cloudformation-scope.ts';
import { ROLE_CREATING_TYPES } from './cloudformation-types.ts';
import {
  type AccountDraft,
  addInlinePolicy,
  addToGroup,
  attachPolicy,
  type Draft,
  type HolderDraft,
  type HolderType,
} from './draft.ts';
import { resolve } from './intrinsics.ts';
import { asObject, listOf, type Members, member, pathOf, tagsOf, textOf, textsOf } from './values.ts';

export const isTemplate = (value: unknown): boolean =>
  Object.values(asObject(member(value, 'Resources')) ?? {}).some(resource => textOf(resource, 'Type') !== undefined);

/** Reads a template into the fallback account, with default parameter values and the region us-east-1. */
export function readTemplate(template: unknown, draft: Draft, stack: string): void {
  const account = draft.account(undefined);
  const resources = asObject(member(template, 'Resources')) ?? {};
  for (const [id, resource] of Object.entries(resources)) {
    const type = textOf(resource, 'Type') ?? '';
    const reader = READERS.get(type);
    if (reader === undefined) {
      const why =
        ROLE_CREATING_TYPES.get(type) ?? (type.startsWith('AWS::IAM::') ? `${type} is not supported` : undefined);
      if (why !== undefined) draft.skip(id, why);
      continue;
    }
    const scope = createScope(template, resources, draft, id, stack);
    const condition = textOf(resource, 'Condition');
    if (condition !== undefined && !scope.condition(condition)) {
      draft.skip(id, `its condition ${condition} is false`);
      continue;
    }
    const properties = asObject(resolve(member(resource, 'Properties'), scope)) ?? {};
    reader({ id, stack, properties, account, draft });
  }
}

interface Resource {
  /** The logical id. */
  readonly id: string;
  readonly stack: string;
  readonly properties: Members;
  readonly account: AccountDraft;
  readonly draft: Draft;
}

const nameFor = ({ id, stack, properties }: Resource, name: string): string =>
  textOf(properties, name) ?? `${stack}-${id}`;

const READERS = new Map<string, (resource: Resource) => void>([
  [
    'AWS::IAM::OIDCProvider',
    ({ id, properties, account, draft }) => {
      const url = textOf(properties, 'Url');
      if (url === undefined) {
        draft.skip(id, 'its Url is missing or cannot be resolved');
        return;
      }
      const thumbprints = textsOf(properties, 'ThumbprintList');
      account.oidcProviders.set(url, {
        url,
        clientIds: textsOf(properties, 'ClientIdList'),
        ...defined({ thumbprints: thumbprints.length === 0 ? undefined : thumbprints }),
        ...tagsOf(member(properties, 'Tags')),
      });
    },
  ],
  [
    'AWS::IAM::Role',
    resource => {
      const { id, properties, account, draft } = resource;
      const trust = documentOf(properties, 'AssumeRolePolicyDocument');
      if (trust === undefined) {
        draft.skip(id, 'its AssumeRolePolicyDocument is missing or cannot be resolved');
        return;
      }
      const role = account.holder('role', nameFor(resource, 'RoleName'));
      const duration = toNumber(member(properties, 'MaxSessionDuration') ?? 3600);
      Object.assign(
        role,
        { trust },
        pathOf(textOf(properties, 'Path')),
        defined({
          description: textOf(properties, 'Description'),
          maxSessionDuration: duration === 3600 ? undefined : duration,
          permissionsBoundary: textOf(properties, 'PermissionsBoundary'),
        }),
        tagsOf(member(properties, 'Tags')),
      );
      readEntityPolicies(role, resource);
    },
  ],
  [
    'AWS::IAM::User',
    resource => {
      const { properties, account } = resource;
      const user = account.holder('user', nameFor(resource, 'UserName'));
      const boundary = defined({ permissionsBoundary: textOf(properties, 'PermissionsBoundary') });
      Object.assign(
        user,
        { declared: true },
        pathOf(textOf(properties, 'Path')),
        boundary,
        tagsOf(member(properties, 'Tags')),
      );
      readEntityPolicies(user, resource);
      for (const group of textsOf(properties, 'Groups')) addToGroup(user, group);
    },
  ],
  [
    'AWS::IAM::Group',
    resource => {
      const group = resource.account.holder('group', nameFor(resource, 'GroupName'));
      Object.assign(group, { declared: true }, pathOf(textOf(resource.properties, 'Path')));
      readEntityPolicies(group, resource);
    },
  ],
  [
    'AWS::IAM::ManagedPolicy',
    resource => {
      const { id, properties, account, draft } = resource;
      const document = documentOf(properties, 'PolicyDocument');
      if (document === undefined) {
        draft.skip(id, 'its PolicyDocument is missing or cannot be resolved');
        return;
      }
      const name = nameFor(resource, 'ManagedPolicyName');
      const path = textOf(properties, 'Path');
      const described = defined({ description: textOf(properties, 'Description') });
      account.policies.set(name.toLowerCase(), { name, ...pathOf(path), ...described, document });
      const arn = iamArn(draft.fallbackAccount, `policy${path ?? '/'}${name}`);
      eachHolder(resource, holder => attachPolicy(holder, arn));
    },
  ],
  ['AWS::IAM::UserToGroupAddition', readAddition],
  ['AWS::IAM::SAMLProvider', readSamlProvider],
  ['AWS::IAM::Policy', readInlinePolicy],
  ['AWS::IAM::RolePolicy', readInlinePolicy],
  ['AWS::IAM::UserPolicy', readInlinePolicy],
  ['AWS::IAM::GroupPolicy', readInlinePolicy],
  [
    'AWS::IAM::InstanceProfile',
    resource => {
      const name = nameFor(resource, 'InstanceProfileName');
      const [role] = textsOf(resource.properties, 'Roles');
      const path = pathOf(textOf(resource.properties, 'Path'));
      resource.account.instanceProfiles.set(name.toLowerCase(), { name, ...path, ...defined({ role }) });
    },
  ],
]);

/** AWS::IAM::UserToGroupAddition: group memberships as a separate resource. */
function readAddition({ id, properties, account, draft }: Resource): void {
  const group = textOf(properties, 'GroupName');
  if (group === undefined) draft.skip(id, 'its GroupName is missing or cannot be resolved');
  else for (const user of textsOf(properties, 'Users')) addToGroup(account.holder('user', user), group);
}

function readSamlProvider(resource: Resource): void {
  const { id, properties, account, draft } = resource;
  const [name, metadata] = [nameFor(resource, 'Name'), textOf(properties, 'SamlMetadataDocument')];
  if (metadata === undefined) draft.skip(id, 'its SamlMetadataDocument is missing or cannot be resolved');
  else account.samlProviders.set(name, { name, metadata, ...tagsOf(member(properties, 'Tags')) });
}

function readInlinePolicy(resource: Resource): void {
  const { id, properties, draft } = resource;
  const [name, document] = [textOf(properties, 'PolicyName'), documentOf(properties, 'PolicyDocument')];
  if (name === undefined || document === undefined) {
    draft.skip(id, 'its PolicyName or PolicyDocument is missing or cannot be resolved');
    return;
  }
  eachHolder(resource, holder => addInlinePolicy(holder, name, document));
}

/** The entities that a policy names in `Roles`, `Users`, `Groups` or `RoleName`, `UserName`, `GroupName`. */
function eachHolder({ properties, account }: Resource, visit: (holder: HolderDraft) => void): void {
  for (const [entityType, many, one] of HOLDERS) {
    const names = [...textsOf(properties, many), ...[textOf(properties, one) ?? []].flat()];
    for (const name of names) visit(account.holder(entityType, name));
  }
}

const HOLDERS: readonly (readonly [HolderType, string, string])[] = [
  ['role', 'Roles', 'RoleName'],
  ['user', 'Users', 'UserName'],
  ['group', 'Groups', 'GroupName'],
];

function readEntityPolicies(holder: HolderDraft, { id, properties, draft }: Resource): void {
  for (const policy of listOf(properties, 'Policies')) {
    const [name, document] = [textOf(policy, 'PolicyName'), documentOf(policy, 'PolicyDocument')];
    if (name === undefined || document === undefined)
      draft.skip(`${id}.Policies`, 'a policy has no name or no document');
    else addInlinePolicy(holder, name, document);
  }
  for (const arn of textsOf(properties, 'ManagedPolicyArns')) attachPolicy(holder, arn);
}

function documentOf(properties: unknown, name: string): DocumentSetting | undefined {
  const value = member(properties, name);
  const object = asObject(value);
  return typeof value === 'string' ? value : object && withAccountTexts(object);
}

/** Converts account numbers of principals to text: YAML reads them as numbers if they are not in quotes. */
function withAccountTexts(document: Members): Members {
  const texts = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(texts) : typeof value === 'number' ? String(value).padStart(12, '0') : value;
  const principal = (value: unknown): unknown => {
    const object = asObject(value);
    return object?.['AWS'] === undefined ? value : { ...object, AWS: texts(object['AWS']) };
  };
  const statement = (value: unknown): unknown => {
    const object = asObject(value);
    return object?.['Principal'] === undefined ? value : { ...object, Principal: principal(object['Principal']) };
  };
  const written = document['Statement'];
  return { ...document, Statement: Array.isArray(written) ? written.map(statement) : statement(written) };
}
