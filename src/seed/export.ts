/** Converts the current content of accounts in the store to configuration. */

import {
  type Account,
  accounts,
  type Group,
  groups,
  type InstanceProfile,
  instanceProfiles,
  type ManagedPolicy,
  type OidcProvider,
  oidcProviders,
  policies,
  type Role,
  roles,
  type SamlProvider,
  samlProviders,
  type Tag,
  type User,
  users,
} from '../accounts/model.ts';
import { serializeTrustPolicy } from '../accounts/trust-document.ts';
import type {
  AccountSettings,
  AccountsSettings,
  DocumentSetting,
  GroupSettings,
  InstanceProfileSettings,
  OidcProviderSettings,
  PolicySettings,
  RoleSettings,
  SamlProviderSettings,
  UserSettings,
} from '../config/accounts.ts';
import { defined } from '../kernel/defined.ts';
import { isObject } from '../kernel/json.ts';
import { recordOf } from '../kernel/table.ts';
import type { Collection, Store } from '../store/store.ts';

export interface ExportOptions {
  /** Whether to include the secrets of access keys. */
  readonly secrets: boolean;
}

/**
 * Every account that is declared or has received a call, by number. Not exported: MFA devices and passwords, which are
 * secrets, unique ids and dates. The built-in administrator is left out unless it was changed.
 */
export function exportAccounts(store: Store, options: ExportOptions): AccountsSettings {
  const records = store.list(accounts, '');
  return recordOf(records.map(({ value }) => [value.account, exportAccount(value, store, options)]));
}

function exportAccount({ account, alias }: Account, store: Store, options: ExportOptions): AccountSettings {
  const all = <T, S>(name: string, collection: Collection<T>, show: (one: T) => S | undefined) => {
    const shown = store.list(collection, `${account}/`).flatMap(({ value }) => show(value) ?? []);
    return shown.length === 0 ? {} : { [name]: shown };
  };
  return {
    ...defined({ alias }),
    ...all('policies', policies, exportPolicy),
    ...all('oidcProviders', oidcProviders, exportOidcProvider),
    ...all('samlProviders', samlProviders, exportSamlProvider),
    ...all('groups', groups, exportGroup),
    ...all('users', users, user => (isBuiltIn(user) ? undefined : exportUser(user, options))),
    ...all('roles', roles, role => exportRole(role, store)),
    ...all('instanceProfiles', instanceProfiles, exportInstanceProfile),
  };
}

/** A document as an object if that serializes to the same text, else as text. */
export function documentSetting(text: string): DocumentSetting {
  const parsed: unknown = JSON.parse(text);
  return isObject(parsed) && JSON.stringify(parsed) === text ? parsed : text;
}

const placed = (path: string) => (path === '/' ? {} : { path });

const tagged = (tags: readonly Tag[]) =>
  tags.length === 0 ? {} : { tags: recordOf(tags.map(({ Key, Value }) => [Key, Value])) };

const exportPolicies = ({ inline, attached }: Pick<Role, 'inline' | 'attached'>) => ({
  ...(inline.length === 0
    ? {}
    : { inlinePolicies: recordOf(inline.map(({ name, text }) => [name, documentSetting(text)])) }),
  ...(attached.length === 0 ? {} : { attachedPolicies: [...attached] }),
});

const bounded = (boundary: string | undefined) => defined({ permissionsBoundary: boundary });

function exportPolicy({ name, path, description, versions, defaultVersion, tags }: ManagedPolicy): PolicySettings {
  const [only] = versions;
  const single = versions.length === 1 && only?.id === 'v1' ? { document: documentSetting(only.text) } : undefined;
  const several = versions.map(({ id, text }) => ({
    id,
    document: documentSetting(text),
    ...(id === defaultVersion ? { default: true } : {}),
  }));
  return {
    name,
    ...placed(path),
    ...defined({ description }),
    ...(single ?? { versions: several }),
    ...tagged(tags),
  };
}

const exportOidcProvider = ({ issuer, clientIds, thumbprints, tags }: OidcProvider): OidcProviderSettings => ({
  url: issuer,
  clientIds: [...clientIds],
  ...(thumbprints.length === 0 ? {} : { thumbprints: [...thumbprints] }),
  ...tagged(tags),
});

const exportSamlProvider = ({ name, metadata, tags }: SamlProvider): SamlProviderSettings => ({
  name,
  metadata,
  ...tagged(tags),
});

const exportGroup = (group: Group): GroupSettings => ({
  name: group.name,
  ...placed(group.path),
  ...exportPolicies(group),
});

function exportUser(user: User, { secrets }: ExportOptions): UserSettings {
  const accessKeys = user.keys.map(({ id, secret, active }) => ({
    id,
    ...(secrets ? { secret } : {}),
    ...(active ? {} : { active }),
  }));
  return {
    name: user.name,
    ...placed(user.path),
    ...bounded(user.boundary),
    ...(user.groups.length === 0 ? {} : { groups: [...user.groups] }),
    ...(accessKeys.length === 0 ? {} : { accessKeys }),
    ...exportPolicies(user),
    ...tagged(user.tags),
  };
}

function exportRole(role: Role, store: Store): RoleSettings {
  return {
    name: role.name,
    ...placed(role.path),
    trust: documentSetting(serializeTrustPolicy(role, store)),
    ...defined({ description: role.description }),
    ...(role.maxSessionDuration === 3600 ? {} : { maxSessionDuration: role.maxSessionDuration }),
    ...bounded(role.boundary),
    ...exportPolicies(role),
    ...tagged(role.tags),
  };
}

const exportInstanceProfile = ({ name, path, role, tags }: InstanceProfile): InstanceProfileSettings => ({
  name,
  ...placed(path),
  ...defined({ role }),
  ...tagged(tags),
});

/** Whether it is the unchanged administrator that every account receives at its first call. */
const isBuiltIn = ({ name, path, attached, inline, keys, tags, groups: joined, boundary }: User): boolean =>
  name === 'rolecall-admin' &&
  path === '/rolecall/' &&
  attached.length === 1 &&
  attached[0] === 'arn:aws:iam::aws:policy/AdministratorAccess' &&
  inline.length + keys.length + tags.length + joined.length === 0 &&
  boundary === undefined;
