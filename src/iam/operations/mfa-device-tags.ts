/** Operations for tags of virtual MFA devices, which Terraform reads with the device. */

import { type MfaDevice, mfaDeviceKey, mfaDevices } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import type { Caller } from '../../authorization/principals.ts';
import type { ExtraContext, SignedCall, Target } from '../../aws/operation.ts';
import { optional, struct } from '../../aws/shape.ts';
import { put } from '../../store/store.ts';
import { mfaDeviceNamed } from '../lookups.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { save } from '../save.ts';
import { requestTagKeys, resourceTagKeys, withoutTags, withTags } from '../tags.ts';

export const mfaDeviceTagOperations = [
  operation({
    name: 'TagMFADevice',
    auth: 'signed',
    input: struct('TagMFADeviceRequest', { SerialNumber: member.serialNumber, Tags: member.tagList }),
    target: (input, call, deps) => target(input, call, deps, requestTagKeys(input.Tags)),
    handle: (input, { caller }, deps) =>
      retag(input.SerialNumber, caller.account, deps, tags => withTags(tags, input.Tags)),
  }),

  operation({
    name: 'UntagMFADevice',
    auth: 'signed',
    input: struct('UntagMFADeviceRequest', { SerialNumber: member.serialNumber, TagKeys: member.tagKeyList }),
    target: (input, call, deps) => target(input, call, deps, requestTagKeys(undefined, input.TagKeys)),
    handle: (input, { caller }, deps) =>
      retag(input.SerialNumber, caller.account, deps, tags => withoutTags(tags, input.TagKeys)),
  }),

  operation({
    name: 'ListMFADeviceTags',
    auth: 'signed',
    input: struct('ListMFADeviceTagsRequest', {
      SerialNumber: member.serialNumber,
      Marker: optional(member.marker),
      MaxItems: optional(member.maxItems),
    }),
    output: struct('ListMFADeviceTagsResponse', {
      Tags: member.tagList,
      IsTruncated: optional(member.flag),
      Marker: optional(member.responseMarker),
    }),
    target,
    handle(input, { caller }, { store }) {
      const { tags } = mfaDeviceNamed(store, caller.account, input.SerialNumber).value;
      const { members, more } = pageOf(tags, input, tag => tag.Key);
      return { Tags: [...members], ...more };
    },
  }),
];

function target(
  input: { readonly SerialNumber: string },
  _call: SignedCall<Caller>,
  { store }: IamDeps,
  context: ExtraContext = {},
): Target {
  const tags = store.find(mfaDevices, input.SerialNumber)?.value.tags ?? [];
  return { resource: input.SerialNumber, context: { ...resourceTagKeys(tags), ...context } };
}

async function retag(
  serial: string,
  account: string,
  { store }: IamDeps,
  alter: (tags: MfaDevice['tags']) => MfaDevice['tags'],
): Promise<Record<never, never>> {
  const { value, version } = mfaDeviceNamed(store, account, serial);
  await save(store, [put(mfaDevices, mfaDeviceKey(value), { ...value, tags: alter(value.tags) }, version)]);
  return {};
}
