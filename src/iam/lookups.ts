/** Entities by the names callers give, with AWS's own NoSuchEntity when there is none. */

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
  policies,
  type Role,
  roles,
  type User,
  users,
} from '../accounts/model.ts';
import type { Caller } from '../authorization/principals.ts';
import type { AwsError } from '../aws/error.ts';
import { accessDenied, validationError } from '../aws/error.ts';
import type { SignedCall } from '../aws/operation.ts';
import type { Collection, Store, Versioned } from '../store/store.ts';
import { assertPolicyArn, notCarried } from './attachments.ts';
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

/** A role by account and name, any case. */
export const roleNamed = inAccount<Role>(roles, name => `The role with name ${name} cannot be found.`);

/** A user by account and name, any case. */
export const userNamed = inAccount<User>(users, name => `The user with name ${name} cannot be found.`);

/** A group by account and name, any case. */
export const groupNamed = inAccount<Group>(groups, name => `The group with name ${name} cannot be found.`);

/** An instance profile by account and name, any case. */
export const instanceProfileNamed = inAccount<InstanceProfile>(
  instanceProfiles,
  name => `Instance Profile ${name} cannot be found.`,
);

/** A virtual MFA device by its serial number, which is its ARN. */
export function mfaDeviceNamed(store: Store, account: string, serial: string): Versioned<MfaDevice> {
  const device = store.find(mfaDevices, serial);
  if (device === undefined || device.value.account !== account) {
    throw noSuchEntity(`VirtualMFADevice with serial number ${serial} doesn't exist.`);
  }
  return device;
}

/** A role that its owner may change: not a service-linked one, which is UnmodifiableEntity. */
export function changeableRole(store: Store, account: string, name: string): Versioned<Role> {
  const entry = roleNamed(store, account, name);
  if (entry.value.linkedService !== undefined) {
    throw unmodifiableEntity(
      `Cannot perform the operation on the protected role '${entry.value.name}' - this role is only modifiable by AWS`,
    );
  }
  return entry;
}

/** The user a call is about: the one it names, else the caller. Other callers than users must name one. */
export function userOrCaller(name: string | undefined, call: Call): string {
  if (name !== undefined) return name;
  if (call.caller.kind === 'user') return call.caller.name;
  throw validationError('Must specify userName when calling with non-User credentials');
}

/** A managed policy by its ARN; throws NoSuchEntity. */
export function policyNamed(arn: string, store: Store): ManagedPolicy {
  assertPolicyArn(arn);
  const policy = managedPolicy(arn, store);
  if (policy === undefined) throw noSuchEntity(`Policy ${arn} was not found.`, notCarried(arn));
  return policy;
}

/** A customer managed policy; AWS's own may be changed by nobody. */
export function policyToChange(arn: string, call: Call, store: Store): Versioned<ManagedPolicy> {
  assertPolicyArn(arn);
  if (isAwsManaged(arn)) {
    const { caller, operation } = call;
    throw accessDenied(
      `User: ${caller.arn} is not authorized to perform: iam:${operation} on resource: policy ${arn}`,
      {
        detail: 'AWS managed policies are read-only',
      },
    );
  }
  const entry = store.find(policies, arn);
  if (entry === undefined) throw noSuchEntity(`Policy ${arn} was not found.`);
  return entry;
}
