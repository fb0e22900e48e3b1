/** Finds entities by name or ARN. Throws AWS's NoSuchEntity when there is none. */

import { isAwsManaged, managedPolicy } from '../accounts/managed-policies.ts';
import {
  type Group,
  groups,
  type InstanceProfile,
  instanceProfiles,
  type ManagedPolicy,
  type MfaDevice,
  mfaDevices,
  nameKey,
  type OidcProvider,
  oidcProviders,
  policies,
  type Role,
  roles,
  type SamlProvider,
  samlProviders,
  type User,
  users,
} from '../accounts/model.ts';
import type { Caller } from '../authorization/principals.ts';
import type { AwsError } from '../aws/error.ts';
import { accessDenied, validationError } from '../aws/error.ts';
import type { SignedCall } from '../aws/operation.ts';
import type { Collection, Store, Versioned } from '../store/store.ts';
import { assertArn, notIncludedDetail } from './attachments.ts';
import { noSuchEntity, unmodifiableEntity } from './errors.ts';

type Call = SignedCall<Caller>;

const found = <T>(store: Store, collection: Collection<T>, key: string, missing: () => AwsError): Versioned<T> => {
  const entry = store.get(collection, key);
  if (entry === undefined) throw missing();
  return entry;
};

const inAccount =
  <T>(collection: Collection<T>, missing: (name: string) => string) =>
  (store: Store, account: string, name: string): Versioned<T> =>
    found(store, collection, nameKey(account, name), () => noSuchEntity(missing(name)));

/** Finds a role by account and name, in any letter case. */
export const roleNamed = inAccount<Role>(roles, name => `The role with name ${name} cannot be found.`);

/** Finds a user by account and name, in any letter case. */
export const userNamed = inAccount<User>(users, name => `The user with name ${name} cannot be found.`);

/** Finds a group by account and name, in any letter case. */
export const groupNamed = inAccount<Group>(groups, name => `The group with name ${name} cannot be found.`);

/** Finds an instance profile by account and name, in any letter case. */
export const instanceProfileNamed = inAccount<InstanceProfile>(
  instanceProfiles,
  name => `Instance Profile ${name} cannot be found.`,
);

/** Finds a virtual MFA device by its serial number (its ARN). */
export function mfaDeviceNamed(store: Store, account: string, serial: string): Versioned<MfaDevice> {
  const device = store.find(mfaDevices, serial);
  if (device === undefined || device.value.account !== account) {
    throw noSuchEntity(`VirtualMFADevice with serial number ${serial} doesn't exist.`);
  }
  return device;
}

/** Finds an OIDC provider by its ARN. AWS's message differs for a deletion, hence `missing`. */
export function oidcProviderNamed(
  arn: string,
  store: Store,
  missing = (requested: string) => `OpenIDConnect Provider not found for arn ${requested}`,
): Versioned<OidcProvider> {
  assertArn(arn);
  const provider = store.find(oidcProviders, arn);
  if (provider === undefined) throw noSuchEntity(missing(arn));
  return provider;
}

/** Finds a SAML provider by its ARN. */
export function samlProviderNamed(arn: string, store: Store): Versioned<SamlProvider> {
  assertArn(arn);
  const provider = store.find(samlProviders, arn);
  if (provider === undefined) throw noSuchEntity(`Manifest not found for arn ${arn}`);
  return provider;
}

/** Finds a role to change. Throws UnmodifiableEntity for a service-linked role. */
export function changeableRole(store: Store, account: string, name: string): Versioned<Role> {
  const entry = roleNamed(store, account, name);
  if (entry.value.linkedService !== undefined) {
    throw unmodifiableEntity(
      `Cannot perform the operation on the protected role '${entry.value.name}' - this role is only modifiable by AWS`,
    );
  }
  return entry;
}

/** The user name of a call: the given one, else the caller's. Throws ValidationError when the caller is not a user. */
export function userOrCaller(name: string | undefined, call: Call): string {
  if (name !== undefined) return name;
  if (call.caller.kind === 'user') return call.caller.name;
  throw validationError('Must specify userName when calling with non-User credentials');
}

/** Finds a managed policy by its ARN. Throws NoSuchEntity. */
export function policyNamed(arn: string, store: Store): ManagedPolicy {
  assertArn(arn);
  const policy = managedPolicy(arn, store);
  if (policy === undefined) throw noSuchEntity(`Policy ${arn} was not found.`, notIncludedDetail(arn));
  return policy;
}

/** Finds a customer managed policy to change. Throws AccessDenied for an AWS managed policy. */
export function customerManagedPolicy(arn: string, call: Call, store: Store): Versioned<ManagedPolicy> {
  assertArn(arn);
  if (isAwsManaged(arn)) {
    const { caller, operation } = call;
    throw accessDenied(
      `User: ${caller.arn} is not authorized to perform: iam:${operation} on resource: policy ${arn}`,
      {
        detail: 'AWS managed policies are read-only.',
      },
    );
  }
  const entry = store.find(policies, arn);
  if (entry === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
  return entry;
}
