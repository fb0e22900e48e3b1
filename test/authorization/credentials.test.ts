/** Resolution of an access key id and a session token to a caller, and the refusals before the signature check. */
import { describe, expect, it } from 'vitest';
import { accounts, roleByName, userByName, users } from '../../src/accounts/model.ts';
import { builtInCredentials, resolveCredentials } from '../../src/authorization/credentials.ts';
import type { Session } from '../../src/authorization/principals.ts';
import { decryptSession, encryptSession, sessionSecret, temporaryKeyId } from '../../src/authorization/principals.ts';
import { AwsError } from '../../src/aws/error.ts';
import { accountOfId } from '../../src/aws/unique-id.ts';
import { createSealer } from '../../src/kernel/seal.ts';
import { ROOT_TRUST, send } from '../iam/fixtures.ts';
import { ACCOUNT, createHarness, type Harness } from '../iam/harness.ts';

const builtInSettings = { defaultAccount: ACCOUNT, accessKeyId: 'test', secretAccessKey: 'test', anyAccount: true };

const INVALID = {
  code: 'InvalidClientTokenId',
  status: 403,
  message: 'The security token included in the request is invalid.',
};

/** The error of `findClaimant`: code, status, message, and the reason, which only the decision shows. */
function refusal(find: () => unknown): object {
  try {
    find();
  } catch (error) {
    if (error instanceof AwsError) {
      const { code, status, message, reason } = error;
      return { code, status, message, reason };
    }
    throw error;
  }
  return { code: 'none' };
}

function sessionOf(harness: Harness, of: Partial<Session>): { session: Session; token: string } {
  const issuedAt = harness.clock.now();
  const session: Session = {
    kind: 'role',
    account: ACCOUNT,
    accessKeyId: temporaryKeyId(ACCOUNT, harness.deps.random.bytes(12)),
    issuedAt,
    expiresAt: issuedAt + 3_600_000,
    name: 's',
    ...of,
  };
  return { session, token: encryptSession(session, harness.deps.sealer) };
}

async function harnessWithRole() {
  const harness = createHarness();
  harness.clock.freeze(true);
  await send(harness, 'CreateRole', { RoleName: 'r', Path: '/deep/', AssumeRolePolicyDocument: ROOT_TRUST });
  const entityId = roleByName(harness.store, ACCOUNT, 'r')?.id ?? '';
  return { harness, entityId };
}

describe('sessions', () => {
  it('of a role resolve to the role, with the session name in ARN and id', async () => {
    const { harness, entityId } = await harnessWithRole();
    const { session, token } = sessionOf(harness, { entityId });
    const { caller, secret } = resolveCredentials(session.accessKeyId, token, harness.deps);
    expect(caller).toMatchObject({
      kind: 'role',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`,
      userId: `${entityId}:s`,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/deep/r`,
    });
    expect(secret).toBe(sessionSecret(session.accessKeyId, harness.deps.sealer));
    expect(secret).toHaveLength(40);
    expect(session.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(accountOfId(session.accessKeyId)).toBe(ACCOUNT);
  });

  it('are valid with one access key', async () => {
    const { harness, entityId } = await harnessWithRole();
    const one = sessionOf(harness, { entityId });
    const two = sessionOf(harness, { entityId });
    expect(refusal(() => resolveCredentials(two.session.accessKeyId, one.token, harness.deps))).toEqual({
      ...INVALID,
      reason: 'foreign-session',
    });
    expect(refusal(() => resolveCredentials(one.session.accessKeyId, undefined, harness.deps))).toEqual({
      ...INVALID,
      reason: 'unknown-key',
    });
  });

  it('expire on the movable clock', async () => {
    const { harness, entityId } = await harnessWithRole();
    const { session, token } = sessionOf(harness, { entityId });
    harness.clock.advance(3_599_999);
    expect(resolveCredentials(session.accessKeyId, token, harness.deps).caller.kind).toBe('role');
    harness.clock.advance(1);
    expect(refusal(() => resolveCredentials(session.accessKeyId, token, harness.deps))).toEqual({
      code: 'ExpiredToken',
      status: 403,
      message: 'The security token included in the request is expired',
      reason: 'expired-session',
    });
  });

  it('of a deleted role are invalid, also when a role with its name was created later', async () => {
    const { harness, entityId } = await harnessWithRole();
    const { session, token } = sessionOf(harness, { entityId });
    const find = () => refusal(() => resolveCredentials(session.accessKeyId, token, harness.deps));
    await send(harness, 'DeleteRole', { RoleName: 'r' });
    expect(find()).toEqual({ ...INVALID, reason: 'deleted-principal' });
    await send(harness, 'CreateRole', { RoleName: 'r', Path: '/deep/', AssumeRolePolicyDocument: ROOT_TRUST });
    expect(find()).toEqual({ ...INVALID, reason: 'deleted-principal' });
  });

  it('of another instance, and damaged or extended tokens, are invalid', async () => {
    const { harness, entityId } = await harnessWithRole();
    const { session, token } = sessionOf(harness, { entityId });
    const foreign = encryptSession(session, createSealer('another secret'));
    const damaged = `${token.slice(0, 40)}${token[40] === 'A' ? 'B' : 'A'}${token.slice(41)}`;
    for (const wrong of [foreign, damaged, `${token}AAAA`, `${token}=`, ` ${token}`, '', 'x', token.slice(0, 20)]) {
      expect(decryptSession(wrong, harness.deps.sealer)).toBeUndefined();
      expect(refusal(() => resolveCredentials(session.accessKeyId, wrong, harness.deps))).toEqual({
        ...INVALID,
        reason: 'unknown-session',
      });
    }
  });

  it('of a user end when the key that requested them is deleted', async () => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'u' });
    const made = (await send(harness, 'CreateAccessKey', { UserName: 'u' })) as { AccessKey: { AccessKeyId: string } };
    const parentKeyId = made.AccessKey.AccessKeyId;
    const entityId = userByName(harness.store, ACCOUNT, 'u')?.id ?? '';
    const { session, token } = sessionOf(harness, { kind: 'user', entityId, parentKeyId });
    expect(resolveCredentials(session.accessKeyId, token, harness.deps).caller).toMatchObject({
      kind: 'user',
      name: 'u',
    });
    await send(harness, 'DeleteAccessKey', { UserName: 'u', AccessKeyId: parentKeyId });
    expect(refusal(() => resolveCredentials(session.accessKeyId, token, harness.deps))).toEqual({
      ...INVALID,
      reason: 'deleted-key',
    });
  });

  it('of a federated user have the user that created them', async () => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'u' });
    const entityId = userByName(harness.store, ACCOUNT, 'u')?.id ?? '';
    const { session, token } = sessionOf(harness, { kind: 'federated-user', entityId, name: 'f' });
    expect(resolveCredentials(session.accessKeyId, token, harness.deps).caller).toMatchObject({
      arn: `arn:aws:sts::${ACCOUNT}:federated-user/f`,
      userId: `${ACCOUNT}:f`,
      parentArn: `arn:aws:iam::${ACCOUNT}:user/u`,
    });
    const ofRoot = sessionOf(harness, { kind: 'federated-user', name: 'f' });
    expect(resolveCredentials(ofRoot.session.accessKeyId, ofRoot.token, harness.deps).caller).toMatchObject({
      parentArn: `arn:aws:iam::${ACCOUNT}:root`,
    });
  });
});

describe('built-in credentials', () => {
  it('are an administrator of the default account, or of the account that is the key id', () => {
    const harness = createHarness();
    const builtIn = builtInCredentials(builtInSettings, harness.deps);
    expect(builtIn.find('test')?.user.arn).toBe(`arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin`);
    expect(builtIn.find('123456789012')?.user.arn).toBe('arn:aws:iam::123456789012:user/rolecall/rolecall-admin');
    for (const other of ['Test', '12345678901', '1234567890123', 'AKIAAAAAAAAAAAAAAAAA', '']) {
      expect(builtIn.find(other)).toBeUndefined();
    }
  });

  it('do not exist when the configuration disables them', () => {
    const builtIn = builtInCredentials({ ...builtInSettings, anyAccount: false }, createHarness().deps);
    expect(builtIn.find('123456789012')).toBeUndefined();
    expect(builtIn.find('test')).toBeDefined();
  });

  it('stay deleted after a deletion, and exist again with another id in a new state', async () => {
    const harness = createHarness();
    const settings = { epoch: 0 };
    const builtIn = builtInCredentials(builtInSettings, { ...harness.deps, settings });
    const found = builtIn.find('test');
    found?.storeAdministrator?.();
    const first = found?.user.id;
    await send(
      harness,
      'DetachUserPolicy',
      {
        UserName: 'rolecall-admin',
        PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      },
      rootKeys(harness),
    );
    await send(harness, 'DeleteUser', { UserName: 'rolecall-admin' }, rootKeys(harness));
    expect(builtIn.find('test')).toBeUndefined();
    await harness.store.clear();
    settings.epoch = 1;
    expect(builtIn.find('test')?.user.id).not.toBe(first);
    expect(builtIn.find('test')).toBeDefined();
  });

  it('are not stored before a signature is verified', async () => {
    const harness = createHarness();
    const stored = () => [harness.store.list(accounts, ''), harness.store.list(users, '')];
    for (let at = 0; at < 50; at++) {
      const keys = { accessKeyId: `${100_000_000_000 + at}`, secretAccessKey: 'wrong' };
      await expect(send(harness, 'ListUsers', {}, keys)).rejects.toMatchObject({
        name: 'SignatureDoesNotMatch',
        $metadata: { httpStatusCode: 403 },
      });
    }
    expect(stored()).toEqual([[], []]);
    await send(harness, 'ListUsers', {}, { accessKeyId: '100000000007', secretAccessKey: 'test' });
    const administrator = { account: '100000000007', name: 'rolecall-admin' };
    expect(stored()).toMatchObject([
      [{ value: { account: '100000000007', hasReceivedCall: true } }],
      [{ value: administrator }],
    ]);
  });

  it('resolve to an administrator with the same id before and after it is stored, and store it once', () => {
    const harness = createHarness();
    const builtIn = builtInCredentials(builtInSettings, harness.deps);
    const first = builtIn.find('123456789012');
    first?.storeAdministrator?.();
    first?.storeAdministrator?.();
    const second = builtIn.find('123456789012');
    expect(second?.user.id).toBe(first?.user.id);
    expect(second?.storeAdministrator).toBeUndefined();
    expect(harness.store.list(users, '')).toHaveLength(1);
  });

  it('accept a session that another instance with the same secret created for an administrator', () => {
    const harness = createHarness();
    const builtIn = builtInCredentials(builtInSettings, harness.deps);
    const administrator = builtIn.find('123456789012')?.user;
    const { session, token } = sessionOf(harness, {
      kind: 'user',
      account: '123456789012',
      entityId: administrator?.id ?? '',
      parentKeyId: '123456789012',
    });
    const found = resolveCredentials(session.accessKeyId, token, { ...harness.deps, builtIn });
    expect(found.caller).toMatchObject({ kind: 'user', arn: administrator?.arn });
    expect(harness.store.list(users, '')).toEqual([]);
    found.onVerified?.();
    expect(harness.store.list(users, '')).toMatchObject([{ value: { id: administrator?.id } }]);
  });
});

const rootKeys = (harness: Harness) => {
  const { session, token } = sessionOf(harness, { kind: 'root' });
  const secretAccessKey = sessionSecret(session.accessKeyId, harness.deps.sealer);
  return { accessKeyId: session.accessKeyId, secretAccessKey, sessionToken: token };
};
