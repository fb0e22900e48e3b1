/** Operations for access keys of users. */

import { type AccessKey, nameKey, type User, users } from '../../accounts/model.ts';
import { type IamDeps, operation } from '../../authorization/deps.ts';
import { validationError } from '../../aws/error.ts';
import { list, optional, struct } from '../../aws/shape.ts';
import { encodeId } from '../../aws/unique-id.ts';
import type { Sealer } from '../../kernel/seal.ts';
import { put, type Versioned } from '../../store/store.ts';
import { commitChanges } from '../commit.ts';
import { noSuchEntity, quotaExceeded } from '../errors.ts';
import { userNamed, userOrCaller } from '../lookups.ts';
import * as member from '../members.ts';
import { pageOf } from '../paging.ts';
import { accessKeyLastUsedShape, accessKeyMetadataShape, accessKeyShape } from '../shapes.ts';
import { anyResource, readUser, user } from '../targets.ts';

/** Maximum access keys of one user (IAM User Guide, reference_iam-quotas). */
export const KEYS_PER_USER = 2;
const SECRET = 'access-key-secret';

/** The secret key, derived with the instance secret and not from the random source, which can be seeded. */
export const derivedSecret = (id: string, sealer: Sealer): string =>
  sealer.derive(SECRET, id).toString('base64').slice(0, 40);

export const accessKeyOperations = [
  operation({
    name: 'CreateAccessKey',
    auth: 'signed',
    input: struct('CreateAccessKeyRequest', { UserName: optional(member.existingUserName) }),
    output: struct('CreateAccessKeyResponse', { AccessKey: accessKeyShape }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, call, deps) {
      const owner = userNamed(deps.store, call.caller.account, userOrCaller(input.UserName, call));
      const { name, keys, account } = owner.value;
      if (keys.length >= KEYS_PER_USER) throw quotaExceeded('AccessKeysPerUser', KEYS_PER_USER);
      const id = encodeId('AKIA', account, deps.random.bytes(12), 20);
      const secret = derivedSecret(id, deps.sealer);
      const key: AccessKey = { id, secret, active: true, createdAt: call.now };
      await saveKeys(owner, [...keys, key], deps);
      return {
        AccessKey: {
          UserName: name,
          AccessKeyId: id,
          Status: 'Active' as const,
          SecretAccessKey: secret,
          CreateDate: call.now,
        },
      };
    },
  }),

  operation({
    name: 'ListAccessKeys',
    auth: 'signed',
    input: struct('ListAccessKeysRequest', { UserName: optional(member.existingUserName), ...member.pageRequest }),
    output: struct('ListAccessKeysResponse', { AccessKeyMetadata: list(accessKeyMetadataShape), ...member.pageReply }),
    target: (input, call, deps) => readUser(input.UserName, call, deps),
    handle(input, call, { store }) {
      const { value } = userNamed(store, call.caller.account, userOrCaller(input.UserName, call));
      const byId = [...value.keys].sort((one, other) => (one.id < other.id ? -1 : 1));
      const { members, more } = pageOf(byId, input, key => key.id);
      const keys = members.map(key => ({
        UserName: value.name,
        AccessKeyId: key.id,
        Status: key.active ? ('Active' as const) : ('Inactive' as const),
        CreateDate: key.createdAt,
      }));
      return { AccessKeyMetadata: keys, ...more };
    },
  }),

  operation({
    name: 'UpdateAccessKey',
    auth: 'signed',
    input: struct('UpdateAccessKeyRequest', {
      UserName: optional(member.existingUserName),
      AccessKeyId: member.accessKeyId,
      Status: member.keyStatus,
    }),
    check(input) {
      // The model's enumeration has Expired, which is only for certificates.
      if (input.Status === 'Expired') {
        throw validationError(
          "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
        );
      }
    },
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, call, deps) {
      const owner = userNamed(deps.store, call.caller.account, userOrCaller(input.UserName, call));
      const key = keyOf(owner.value, input.AccessKeyId);
      const changed = { ...key, active: input.Status === 'Active' };
      await saveKeys(owner, owner.value.keys.with(owner.value.keys.indexOf(key), changed), deps);
      return {};
    },
  }),

  operation({
    name: 'DeleteAccessKey',
    auth: 'signed',
    input: struct('DeleteAccessKeyRequest', {
      UserName: optional(member.existingUserName),
      AccessKeyId: member.accessKeyId,
    }),
    target: (input, call, deps) => user(input.UserName, call, deps),
    async handle(input, call, deps) {
      const owner = userNamed(deps.store, call.caller.account, userOrCaller(input.UserName, call));
      const removed = keyOf(owner.value, input.AccessKeyId);
      await saveKeys(
        owner,
        owner.value.keys.filter(key => key !== removed),
        deps,
      );
      return {};
    },
  }),

  operation({
    name: 'GetAccessKeyLastUsed',
    auth: 'signed',
    input: struct('GetAccessKeyLastUsedRequest', { AccessKeyId: member.accessKeyId }),
    output: struct('GetAccessKeyLastUsedResponse', {
      UserName: optional(member.existingUserName),
      AccessKeyLastUsed: optional(accessKeyLastUsedShape),
    }),
    target: (input, call, deps) => {
      const owner = deps.store.find(users, input.AccessKeyId)?.value;
      return owner?.account === call.caller.account ? { resource: owner.arn } : anyResource();
    },
    handle(input, call, { store, lastUse }) {
      const owner = store.find(users, input.AccessKeyId)?.value;
      if (owner?.account !== call.caller.account) throw unknownKey(input.AccessKeyId);
      const use = lastUse.of(input.AccessKeyId);
      // AWS returns no date for a key that was never used.
      const AccessKeyLastUsed =
        use === undefined
          ? { ServiceName: 'N/A', Region: 'N/A' }
          : { LastUsedDate: use.at, ServiceName: use.service, Region: use.region };
      return { UserName: owner.name, AccessKeyLastUsed };
    },
  }),
];

const unknownKey = (id: string) => noSuchEntity(`The Access Key with id ${id} cannot be found.`);

function keyOf({ keys }: User, id: string): AccessKey {
  const key = keys.find(candidate => candidate.id === id);
  if (key === undefined) throw unknownKey(id);
  return key;
}

const saveKeys = ({ value, version }: Versioned<User>, keys: readonly AccessKey[], { store }: IamDeps): Promise<void> =>
  commitChanges(store, [put(users, nameKey(value.account, value.name), { ...value, keys }, version)]);
