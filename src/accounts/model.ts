/** What IAM stores: one aggregate per entity, so that every mutation is one commit; and who a caller can be. */
import type { Collection, Store } from '../store/store.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A policy text as it was written. The object's identity stands for the text: compile once per object. */
export interface PolicyText {
  readonly text: string;
}

/** Inline policies by lower-cased name; names compare without case, the first spelling is kept. */
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
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly tags: readonly Tag[];
  /** ARN of the permissions boundary. */
  readonly boundary?: string;
  /** For service-linked roles: the service's principal. */
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
  /** Names of the groups the user is in, as the groups spell them. */
  readonly groups: readonly string[];
  readonly login?: LoginProfile;
}

export interface Group extends Holder {}

export interface PolicyVersion extends PolicyText {
  /** `v1`, `v2`, …; never used twice. */
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
  /** Host and path, without the scheme, as Get answers it. */
  readonly url: string;
  /** What a token's iss must be. `https://` + url, or `http://…` where iam.providerUrls lets it in. */
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
  /** Name of the one role, as the role spells it. */
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
  /** Name of the user it is enabled for. */
  readonly user?: string;
  readonly enabledAt?: number;
  /** The newest TOTP step that was used, so that each step counts once. */
  readonly lastStep?: number;
  readonly tags: readonly Tag[];
}

/** Settings of one account; an account without a record has the defaults. */
export interface Account {
  readonly account: string;
  readonly alias?: string;
  /** Issuer of outbound web identity tokens while the feature is on. */
  readonly outboundIssuer?: string;
  readonly globalEndpointTokenVersion?: 'v1Token' | 'v2Token';
  /** Set when somebody called in with built-in credentials: their administrator was made, and is not made again. */
  readonly calledInto?: boolean;
}

/** How often an ARN lost its entity (deleted or renamed): a new entity of that ARN gets another unique id. */
export interface Generation {
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

/** Keys: `ACCOUNT/lower-cased name`; policies `ACCOUNT/lower-cased name` too, since names are unique whatever the path. */
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
export const generations: Collection<Generation> = { name: 'lives' };
/** Key: the task id. */
export const deletionTasks: Collection<DeletionTask> = { name: 'deletion-tasks' };

/** The key of a virtual MFA device. */
export const mfaDeviceKey = ({ account, name }: Pick<MfaDevice, 'account' | 'name'>): string => `${account}/${name}`;

/** The key of an entity whose names compare without case. */
export const nameKey = (account: string, name: string): string => `${account}/${name.toLowerCase()}`;

/** A role by account and name (any case). */
export const roleByName = (store: Store, account: string, name: string): Role | undefined =>
  store.get(roles, nameKey(account, name))?.value;

/** A user by account and name (any case). */
export const userByName = (store: Store, account: string, name: string): User | undefined =>
  store.get(users, nameKey(account, name))?.value;
