/** The entity types with tags. */

import {
  instanceProfiles,
  mfaDeviceKey,
  mfaDevices,
  nameKey,
  oidcProviderKey,
  oidcProviders,
  policies,
  roles,
  samlProviderKey,
  samlProviders,
  users,
} from '../../accounts/model.ts';
import {
  customerManagedPolicy,
  instanceProfileNamed,
  mfaDeviceNamed,
  oidcProviderNamed,
  policyNamed,
  roleNamed,
  samlProviderNamed,
  userNamed,
} from '../lookups.ts';
import * as member from '../members.ts';
import { tagRows } from '../tag-rows.ts';
import {
  instanceProfile,
  managedPolicyTarget,
  mfaDevice,
  oidcProvider,
  readInstanceProfile,
  readManaged,
  readRole,
  readUser,
  role,
  samlProvider,
  user,
} from '../targets.ts';

const keyOf = ({ account, name }: { readonly account: string; readonly name: string }) => nameKey(account, name);

export const tagOperations = [
  tagRows({
    name: 'OpenIDConnectProvider',
    subject: member.subject('OpenIDConnectProviderArn', member.arn),
    collection: oidcProviders,
    letterCase: 'kept',
    keyOf: oidcProviderKey,
    find: (arn, _call, store) => oidcProviderNamed(arn, store),
    target: oidcProvider,
    readTarget: oidcProvider,
  }),

  tagRows({
    name: 'SAMLProvider',
    subject: member.subject('SAMLProviderArn', member.arn),
    collection: samlProviders,
    letterCase: 'ignored',
    keyOf: samlProviderKey,
    find: (arn, _call, store) => samlProviderNamed(arn, store),
    target: samlProvider,
    readTarget: samlProvider,
  }),

  // Terraform reads these tags with every device.
  tagRows({
    name: 'MFADevice',
    subject: member.subject('SerialNumber', member.serialNumber),
    collection: mfaDevices,
    letterCase: 'ignored',
    keyOf: mfaDeviceKey,
    find: (serial, { caller }, store) => mfaDeviceNamed(store, caller.account, serial),
    target: mfaDevice,
    readTarget: mfaDevice,
  }),

  tagRows({
    name: 'Role',
    subject: member.subject('RoleName', member.roleName),
    collection: roles,
    letterCase: 'ignored',
    keyOf,
    find: (name, { caller }, store) => roleNamed(store, caller.account, name),
    target: role,
    readTarget: readRole,
  }),

  tagRows({
    name: 'User',
    subject: member.subject('UserName', member.existingUserName),
    collection: users,
    letterCase: 'ignored',
    keyOf,
    find: (name, { caller }, store) => userNamed(store, caller.account, name),
    target: user,
    readTarget: readUser,
  }),

  tagRows({
    name: 'InstanceProfile',
    subject: member.subject('InstanceProfileName', member.instanceProfileName),
    collection: instanceProfiles,
    letterCase: 'ignored',
    keyOf,
    find: (name, { caller }, store) => instanceProfileNamed(store, caller.account, name),
    target: instanceProfile,
    readTarget: readInstanceProfile,
  }),

  tagRows({
    name: 'Policy',
    subject: member.subject('PolicyArn', member.arn),
    collection: policies,
    letterCase: 'ignored',
    keyOf,
    find: customerManagedPolicy,
    findToRead: (arn, _call, store) => policyNamed(arn, store),
    target: managedPolicyTarget,
    readTarget: readManaged,
  }),
].flat();
