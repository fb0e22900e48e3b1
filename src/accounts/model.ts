/** Records of IAM in the store: one per entity, so that a change of an entity is one commit. */
import type { Collection, Store } from '../store/store.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A policy text as written. The compiled policy is cached by this object's identity. */
export interface PolicyText {
  readonly text: string;
}

/** An inline policy. Names are case-insensitive; the first spelling is kept. */
export interface InlinePolicy extends PolicyText {
  readonly name: string;
}

interface Named {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  /** AROA…, AIDA…, AGPA…, AIPA…, ANPA…. */
  readonly id: string;
  readonly arn: string;
  /** Epoch milliseconds of the movable clock. */
  readonly createdAt: number;
}

interface Holder extends Named {
  readonly inline: readonly InlinePolicy[];
  /** ARNs of attached managed policies, in the order of attachment. */
  readonly attached: readonly string[];
}

export interface Role extends Holder {
  readonly trust: PolicyText;
  readonly description?: string;
  /** In seconds. */
  readonly maxSessionDuration: number;
  readonly tags: readonly Tag[];
  /** ARN of the permissions boundary. */
  readonly boundary?: string;
  /** For service-linked roles: the service principal. */
  readonly linkedService?: string;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly active: boolean;
  readonly createdAt: number;
}

export interface LoginProfile {
  readonly createdAt: number;
  readonly passwordResetRequired: boolean;
}

export interface User extends Holder {
  readonly tags: readonly Tag[];
  readonly boundary?: string;
  readonly keys: readonly AccessKey[];
  /** Names of the user's groups, spelled like the group names. */
  readonly groups: readonly string[];
  readonly login?: LoginProfile;
}

export interface Group extends Holder {}

export interface PolicyVersion extends PolicyText {
  /** `v1`, `v2`, …; never reused. */
  readonly id: string;
  readonly createdAt: number;
}

export interface ManagedPolicy extends Named {
  readonly description?: string;
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersion: string;
  readonly nextVersion: number;
  readonly updatedAt: number;
  readonly tags: readonly Tag[];
}

export interface OidcProvider {
  readonly account: string;
  readonly arn: string;
  /** Host and path without the scheme, as in the response of GetOpenIDConnectProvider. */
  readonly url: string;
  /** Required `iss` of tokens: `https://` + url, or `http://…` where iam.providerUrls allows it. */
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly createdAt: number;
  readonly tags: readonly Tag[];
}

export interface SamlProvider {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  readonly uuid: string;
  readonly metadata: string;
  readonly assertionEncryption: 'Required' | 'Allowed';
  readonly privateKeys: readonly { readonly keyId: string; readonly addedAt: number; readonly pem: string }[];
  readonly createdAt: number;
  readonly validUntil: number;
  readonly tags: readonly Tag[];
}

export interface InstanceProfile extends Named {
  /** Name of its role, spelled like the role name. */
  readonly role?: string;
  readonly tags: readonly Tag[];
}

export interface MfaDevice {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  /** The serial number is the ARN. */
  readonly arn: string;
  /** TOTP seed, base32. */
  readonly seed: string;
  /** Name of the user that it is enabled for. */
  readonly user?: string;
  readonly enabledAt?: number;
  /** The newest used TOTP step, so that each step can be used once. */
  readonly lastStep?: number;
  readonly tags: readonly Tag[];
}

/** Settings of one account; an account without a record has the defaults. */
export interface Account {
  readonly account: string;
  readonly alias?: string;
  /** Issuer of outbound web identity tokens while the feature is enabled. */
  readonly outboundIssuer?: string;
  readonly globalEndpointTokenVersion?: 'v1Token' | 'v2Token';
  /** Set after the first call with built-in credentials: their administrator was created and is not created again. */
  readonly hasReceivedCall?: boolean;
}

/** Number of entities with this ARN that were deleted or renamed; a new entity with the ARN gets another unique id. */
interface Generation {
  readonly arn: string;
  readonly ended: number;
}

/** Service-linked role deletions, by task id. */
export interface DeletionTask {
  readonly id: string;
  readonly account: string;
  readonly roleName: string;
  readonly status: 'SUCCEEDED' | 'IN_PROGRESS' | 'FAILED' | 'NOT_STARTED';
}

const ids = (value: Named): readonly string[] => [value.id];

/** Keys: `ACCOUNT/lower-case name`; for policies too, because names are unique independently of the path. */
export const roles: Collection<Role> = { name: 'roles', alias: ids };
/** Aliases: unique id and access key ids. */
export const users: Collection<User> = { name: 'users', alias: user => [user.id, ...user.keys.map(key => key.id)] };
export const groups: Collection<Group> = { name: 'groups', alias: ids };
export const policies: Collection<ManagedPolicy> = { name: 'policies', alias: policy => [policy.id, policy.arn] };
/** Key: `ACCOUNT/url` (case kept). Alias: the ARN. */
export const oidcProviders: Collection<OidcProvider> = { name: 'oidc-providers', alias: provider => [provider.arn] };
/** Key: `ACCOUNT/name` (case kept). Alias: the ARN. */
export const samlProviders: Collection<SamlProvider> = { name: 'saml-providers', alias: provider => [provider.arn] };
export const instanceProfiles: Collection<InstanceProfile> = { name: 'instance-profiles', alias: ids };
/** Key: `ACCOUNT/name` (case kept). Alias: the ARN. */
export const mfaDevices: Collection<MfaDevice> = { name: 'mfa-devices', alias: device => [device.arn] };
/** Key: the account number. Alias: the account's alias. */
export const accounts: Collection<Account> = {
  name: 'accounts',
  alias: account => [
    ...(account.alias === undefined ? [] : [account.alias]),
    ...(account.outboundIssuer === undefined ? [] : [account.outboundIssuer]),
  ],
};
/** Key: the ARN. */
export const generations: Collection<Generation> = { name: 'generations' };
/** Key: the task id. */
export const deletionTasks: Collection<DeletionTask> = { name: 'deletion-tasks' };

/** The key of a virtual MFA device. */
export const mfaDeviceKey = ({ account, name }: Pick<MfaDevice, 'account' | 'name'>): string => `${account}/${name}`;

/** The key of an OIDC provider. */
export const oidcProviderKey = ({ account, url }: Pick<OidcProvider, 'account' | 'url'>): string => `${account}/${url}`;

/** The key of a SAML provider. */
export const samlProviderKey = ({ account, name }: Pick<SamlProvider, 'account' | 'name'>): string =>
  `${account}/${name}`;

/** The key of an entity with case-insensitive names. */
export const nameKey = (account: string, name: string): string => `${account}/${name.toLowerCase()}`;

/** The role with an account and name, in any letter case. */
export const roleByName = (store: Store, account: string, name: string): Role | undefined =>
  store.get(roles, nameKey(account, name))?.value;

/** The user with an account and name, in any letter case. */
export const userByName = (store: Store, account: string, name: string): User | undefined =>
  store.get(users, nameKey(account, name))?.value;
