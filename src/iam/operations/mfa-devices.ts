/** Operations for virtual MFA devices: created with a TOTP seed, enabled with two consecutive codes. */

import { mfaDeviceArn } from '../../accounts/arns.ts';
import { accounts, type MfaDevice, mfaDeviceKey, mfaDevices, nameKey, users } from '../../accounts/model.ts';
import { operation } from '../../authorization/deps.ts';
import { loadTotp, stepAt, type Totp } from '../../authorization/totp.ts';
import { list, map, optional, struct } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { put, remove, type Store, type Versioned } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import {
  deleteConflict,
  entityAlreadyExists,
  invalidAuthenticationCode,
  noSuchEntity,
  quotaExceeded,
} from '../errors.ts';
import { mfaDeviceNamed, userNamed, userOrCaller } from '../lookups.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { png } from '../png.ts';
import { qrModules } from '../qr-code.ts';
import { mfaDeviceShape, virtualMfaDeviceShape } from '../shapes.ts';
import { requestTagKeys, withTags } from '../tags.ts';
import { listTarget, newEntity, readUser, user, withTagPermission } from '../targets.ts';
import { listedUser, tagsView } from '../views.ts';

const SEED = 'mfa-seed';
/** Maximum MFA devices of one user (IAM User Guide, reference_iam-quotas). */
const DEVICES = 8;
/** Accepted time steps around now for two consecutive codes, when a device is enabled or resynchronized. */
const TOLERANCE = 20;

export const mfaDeviceOperations = [
  operation({
    name: 'CreateVirtualMFADevice',
    auth: 'signed',
    input: struct('CreateVirtualMFADeviceRequest', {
      Path: optional(member.path),
      VirtualMFADeviceName: member.virtualMfaDeviceName,
      Tags: optional(member.tagList),
    }),
    output: struct('CreateVirtualMFADeviceResponse', { VirtualMFADevice: virtualMfaDeviceShape }),
    target(input, call) {
      const created = newEntity(call, mfaDeviceArn, input.Path, input.VirtualMFADeviceName, requestTagKeys(input.Tags));
      return withTagPermission(input.Tags, created, 'iam:TagMFADevice');
    },
    async handle(input, { caller: { account } }, { store, random, sealer }) {
      const totp = await loadTotp();
      const path = input.Path ?? '/';
      const name = input.VirtualMFADeviceName;
      const arn = mfaDeviceArn(account, path, name);
      const key = mfaDeviceKey({ account, name });
      const taken = () => entityAlreadyExists('MFADevice entity at the same path and name already exists.');
      if (store.get(mfaDevices, key) !== undefined) throw taken();
      const generationId = random.uuid();
      const bytes = ['head', 'tail'].map(part => sealer.derive(SEED, `${arn} ${generationId} ${part}`));
      const seed = totp.base32(Buffer.concat(bytes).subarray(0, 40));
      const created: MfaDevice = { account, name, path, arn, seed, tags: withTags([], input.Tags ?? []) };
      await commitChanges(store, [put(mfaDevices, key, created, 0)], taken);
      const qr = await qrModules(enrollmentUri(created, store));
      return {
        VirtualMFADevice: {
          SerialNumber: arn,
          Base32StringSeed: Buffer.from(seed).toString('base64'),
          QRCodePNG: png(qr).toString('base64'),
          ...tagsView(input.Tags ?? []),
        },
      };
    },
  }),

  operation({
    name: 'DeleteVirtualMFADevice',
    auth: 'signed',
    input: struct('DeleteVirtualMFADeviceRequest', { SerialNumber: member.serialNumber }),
    target: input => ({ resource: input.SerialNumber }),
    async handle(input, { caller }, { store }) {
      const { value, version } = mfaDeviceNamed(store, caller.account, input.SerialNumber);
      if (value.user !== undefined) throw deleteConflict('MFA VirtualDevice in use. Must deactivate first.');
      await commitChanges(store, [remove(mfaDevices, mfaDeviceKey(value), version)]);
      return {};
    },
  }),

  operation({
    name: 'EnableMFADevice',
    auth: 'signed',
    input: struct('EnableMFADeviceRequest', {
      UserName: member.existingUserName,
      SerialNumber: member.serialNumber,
      AuthenticationCode1: member.authenticationCode,
      AuthenticationCode2: member.authenticationCode,
    }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, { caller: { account }, now }, { store, clock }) {
      const totp = await loadTotp();
      const { name } = userNamed(store, account, input.UserName).value;
      const { value, version } = mfaDeviceNamed(store, account, input.SerialNumber);
      if (value.user !== undefined) throw entityAlreadyExists('MFA Device is already in use.');
      if (devicesOf(account, name, store).length >= DEVICES) throw quotaExceeded('MFADevicesPerUser', DEVICES);
      const lastStep = secondStep(totp, value, [input.AuthenticationCode1, input.AuthenticationCode2], clock.now());
      const enabled: MfaDevice = { ...value, user: name, enabledAt: now, lastStep };
      await commitChanges(store, [put(mfaDevices, mfaDeviceKey(value), enabled, version)]);
      return {};
    },
  }),

  operation({
    name: 'ResyncMFADevice',
    auth: 'signed',
    input: struct('ResyncMFADeviceRequest', {
      UserName: member.existingUserName,
      SerialNumber: member.serialNumber,
      AuthenticationCode1: member.authenticationCode,
      AuthenticationCode2: member.authenticationCode,
    }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, { caller: { account } }, { store, clock }) {
      const totp = await loadTotp();
      const { name } = userNamed(store, account, input.UserName).value;
      const { value, version } = enabledFor(input.SerialNumber, account, name, store);
      const lastStep = secondStep(totp, value, [input.AuthenticationCode1, input.AuthenticationCode2], clock.now());
      await commitChanges(store, [put(mfaDevices, mfaDeviceKey(value), { ...value, lastStep }, version)]);
      return {};
    },
  }),

  operation({
    name: 'DeactivateMFADevice',
    auth: 'signed',
    input: struct('DeactivateMFADeviceRequest', {
      UserName: optional(member.existingUserName),
      SerialNumber: member.serialNumber,
    }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, call, { store }) {
      const { account } = call.caller;
      const { name } = userNamed(store, account, userOrCaller(input.UserName, call)).value;
      const { value, version } = enabledFor(input.SerialNumber, account, name, store);
      const { user: _user, enabledAt: _enabledAt, ...rest } = value;
      await commitChanges(store, [put(mfaDevices, mfaDeviceKey(value), rest, version)]);
      return {};
    },
  }),

  operation({
    name: 'GetMFADevice',
    auth: 'signed',
    input: struct('GetMFADeviceRequest', { SerialNumber: member.serialNumber, UserName: optional(member.userName) }),
    output: struct('GetMFADeviceResponse', {
      UserName: optional(member.userName),
      SerialNumber: member.serialNumber,
      EnableDate: optional(member.date),
      Certifications: optional(map(member.certificationValue)),
    }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, { caller: { account } }, { store }) {
      const { value } =
        input.UserName === undefined
          ? mfaDeviceNamed(store, account, input.SerialNumber)
          : enabledFor(input.SerialNumber, account, userNamed(store, account, input.UserName).value.name, store);
      return {
        ...defined({ UserName: value.user }),
        SerialNumber: value.arn,
        ...defined({ EnableDate: value.enabledAt }),
      };
    },
  }),

  operation({
    name: 'ListMFADevices',
    auth: 'signed',
    input: struct('ListMFADevicesRequest', { UserName: optional(member.existingUserName), ...member.pageRequest }),
    output: struct('ListMFADevicesResponse', { MFADevices: list(mfaDeviceShape), ...member.pageReply }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, call, { store }) {
      const { account } = call.caller;
      const { name } = userNamed(store, account, userOrCaller(input.UserName, call)).value;
      const { members, more } = pageOf(devicesOf(account, name, store), input, device => device.name);
      const devices = members.map(device => ({
        UserName: name,
        SerialNumber: device.arn,
        EnableDate: device.enabledAt ?? 0,
      }));
      return { MFADevices: devices, ...more };
    },
  }),

  operation({
    name: 'ListVirtualMFADevices',
    auth: 'signed',
    input: struct('ListVirtualMFADevicesRequest', {
      AssignmentStatus: optional(member.assignmentStatus),
      ...member.pageRequest,
    }),
    output: struct('ListVirtualMFADevicesResponse', {
      VirtualMFADevices: list(virtualMfaDeviceShape),
      ...member.pageReply,
    }),
    target: (_input, call) => listTarget(call, mfaDeviceArn),
    handle(input, { caller: { account } }, { store }) {
      const requested = input.AssignmentStatus ?? 'Any';
      const all = store
        .list(mfaDevices, `${account}/`)
        .map(({ value }) => value)
        .filter(({ user: owner }) => requested === 'Any' || (owner !== undefined) === (requested === 'Assigned'));
      const { members, more } = pageOf(all, input, device => device.name);
      return { VirtualMFADevices: members.map(device => assignedView(device, store)), ...more };
    },
  }),
];

/** The URI for an authenticator app; `@` is followed by the account alias, else the account number (IAM API reference). */
function enrollmentUri({ account, name, seed }: MfaDevice, store: Store): string {
  const owner = store.get(accounts, account)?.value.alias ?? account;
  return `otpauth://totp/${encodeURIComponent(name)}@${owner}?secret=${seed}`;
}

const devicesOf = (account: string, name: string, store: Store): readonly MfaDevice[] =>
  store
    .list(mfaDevices, `${account}/`)
    .map(({ value }) => value)
    .filter(device => device.user === name);

function enabledFor(serial: string, account: string, name: string, store: Store): Versioned<MfaDevice> {
  const device = mfaDeviceNamed(store, account, serial);
  if (device.value.user !== name) throw noSuchEntity('MFA Device invalid for user.');
  return device;
}

/** The time step of the second of two consecutive codes. Throws InvalidAuthenticationCode when they are not consecutive. */
function secondStep(totp: Totp, { seed }: MfaDevice, [first, second]: readonly [string, string], now: number): number {
  const middle = stepAt(now);
  for (let step = middle - TOLERANCE; step < middle + TOLERANCE; step++) {
    if (totp.isCodeOf(seed, step, first) && totp.isCodeOf(seed, step + 1, second)) return step + 1;
  }
  throw invalidAuthenticationCode('Authentication code for device is not valid.');
}

function assignedView(device: MfaDevice, store: Store) {
  const owner = device.user === undefined ? undefined : store.get(users, nameKey(device.account, device.user))?.value;
  return {
    SerialNumber: device.arn,
    ...defined({ User: owner && listedUser(owner) }),
    ...defined({ EnableDate: device.enabledAt }),
  };
}
