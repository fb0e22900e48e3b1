/** Users, their keys, login profiles and groups. */
import { describe, expect, it } from 'vitest';
import { answerOf } from '../../parity/iam-rows.ts';
import { ALLOW_S3, arn, codes, send } from '../fixtures.ts';
import { createHarness } from '../harness.ts';

type KeyView = { AccessKey: { AccessKeyId: string; SecretAccessKey: string; Status: string } };

async function harnessWithUsers(...names: readonly string[]) {
  const harness = createHarness();
  for (const UserName of names) await send(harness, 'CreateUser', { UserName });
  return harness;
}

describe('users', () => {
  it('are renamed and moved with all their data, and keep their id', async () => {
    const harness = await harnessWithUsers('old');
    await send(harness, 'CreateGroup', { GroupName: 'g' });
    await send(harness, 'AddUserToGroup', { GroupName: 'g', UserName: 'old' });
    await send(harness, 'PutUserPolicy', { UserName: 'old', PolicyName: 'p', PolicyDocument: ALLOW_S3 });
    const before = (await send(harness, 'GetUser', { UserName: 'old' })) as { User: { UserId: string } };
    await send(harness, 'UpdateUser', { UserName: 'OLD', NewUserName: 'new', NewPath: '/there/' });
    expect(await send(harness, 'GetUser', { UserName: 'new' })).toMatchObject({
      User: { UserName: 'new', Path: '/there/', Arn: arn('user/there/new'), UserId: before.User.UserId },
    });
    expect(await answerOf(send(harness, 'GetUser', { UserName: 'old' }))).toMatchObject({
      code: 'NoSuchEntity',
      message: 'The user with name old cannot be found.',
    });
    expect(await send(harness, 'ListGroupsForUser', { UserName: 'new' })).toMatchObject({
      Groups: [{ GroupName: 'g' }],
    });
    expect(await send(harness, 'GetGroup', { GroupName: 'g' })).toMatchObject({ Users: [{ UserName: 'new' }] });
    const successor = (await send(harness, 'CreateUser', { UserName: 'old' })) as { User: { UserId: string } };
    expect(successor.User.UserId).not.toBe(before.User.UserId);
  });

  it('a change of only the letter case is a rename too', async () => {
    const harness = await harnessWithUsers('name');
    await send(harness, 'UpdateUser', { UserName: 'name', NewUserName: 'NAME' });
    expect(await send(harness, 'GetUser', { UserName: 'name' })).toMatchObject({ User: { UserName: 'NAME' } });
  });

  it('an existing name is refused', async () => {
    const harness = await harnessWithUsers('one', 'two');
    expect(await answerOf(send(harness, 'UpdateUser', { UserName: 'one', NewUserName: 'TWO' }))).toMatchObject({
      code: 'EntityAlreadyExists',
      message: 'User with name TWO already exists.',
    });
  });

  it('without a name, the caller is used; callers that are not users must give a name', async () => {
    const harness = createHarness();
    expect(await send(harness, 'GetUser')).toMatchObject({ User: { UserName: 'rolecall-admin', Path: '/rolecall/' } });
  });

  const blocks: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ['CreateLoginProfile', { Password: 'correct-Horse-1' }, 'delete login profile'],
    ['CreateAccessKey', {}, 'delete access keys'],
    ['PutUserPolicy', { PolicyName: 'p', PolicyDocument: ALLOW_S3 }, 'delete policies'],
    ['AttachUserPolicy', { PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }, 'detach all policies'],
    ['AddUserToGroup', { GroupName: 'g' }, 'remove users from group'],
  ];
  it.each(blocks)('%s blocks DeleteUser', async (operation, input, item) => {
    const harness = await harnessWithUsers('u');
    await send(harness, 'CreateGroup', { GroupName: 'g' });
    await send(harness, operation, { UserName: 'u', ...input });
    expect(await answerOf(send(harness, 'DeleteUser', { UserName: 'u' }))).toMatchObject({
      code: 'DeleteConflict',
      httpStatus: 409,
      message: `Cannot delete entity, must ${item} first.`,
    });
  });

  it('an MFA device blocks DeleteUser, and is updated by a rename', async () => {
    const harness = await harnessWithUsers('u');
    harness.clock.freeze(true);
    const made = (await send(harness, 'CreateVirtualMFADevice', { VirtualMFADeviceName: 'm' })) as {
      VirtualMFADevice: { SerialNumber: string; Base32StringSeed: Uint8Array };
    };
    const { SerialNumber, Base32StringSeed } = made.VirtualMFADevice;
    const seed = Buffer.from(Base32StringSeed).toString();
    await send(harness, 'EnableMFADevice', { UserName: 'u', SerialNumber, ...codes(seed, harness) });
    await send(harness, 'UpdateUser', { UserName: 'u', NewUserName: 'v' });
    expect(await answerOf(send(harness, 'DeleteUser', { UserName: 'v' }))).toMatchObject({
      message: 'Cannot delete entity, must delete MFA device first.',
    });
    await send(harness, 'DeactivateMFADevice', { UserName: 'v', SerialNumber });
    expect(await answerOf(send(harness, 'DeleteUser', { UserName: 'v' }))).toMatchObject({ ok: true });
  });
});

describe('access keys', () => {
  it('are valid immediately, are limited to two, and are refused when inactive or deleted', async () => {
    const harness = await harnessWithUsers('u');
    await send(harness, 'PutUserPolicy', {
      UserName: 'u',
      PolicyName: 'p',
      PolicyDocument: ALLOW_S3.replace('s3:*', 'iam:*'),
    });
    const { AccessKey } = (await send(harness, 'CreateAccessKey', { UserName: 'u' })) as KeyView;
    expect(AccessKey).toMatchObject({ AccessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/), Status: 'Active' });
    expect(AccessKey.SecretAccessKey).toHaveLength(40);
    const keys = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
    expect(await send(harness, 'ListAccessKeys', {}, keys)).toMatchObject({
      AccessKeyMetadata: [{ UserName: 'u', AccessKeyId: keys.accessKeyId, Status: 'Active' }],
    });
    await send(harness, 'CreateAccessKey', {}, keys);
    expect(await answerOf(send(harness, 'CreateAccessKey', {}, keys))).toMatchObject({
      code: 'LimitExceeded',
      httpStatus: 409,
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    });
    const key = { UserName: 'u', AccessKeyId: keys.accessKeyId };
    await send(harness, 'UpdateAccessKey', { ...key, Status: 'Inactive' });
    expect(await answerOf(send(harness, 'GetUser', {}, keys))).toMatchObject({
      code: 'InvalidClientTokenId',
      httpStatus: 403,
    });
    await send(harness, 'UpdateAccessKey', { ...key, Status: 'Active' });
    expect(await answerOf(send(harness, 'GetUser', {}, keys))).toMatchObject({ ok: true });
    await send(harness, 'DeleteAccessKey', key);
    expect(await answerOf(send(harness, 'GetUser', {}, keys))).toMatchObject({ code: 'InvalidClientTokenId' });
    expect(await answerOf(send(harness, 'DeleteAccessKey', key))).toMatchObject({
      code: 'NoSuchEntity',
      message: `The Access Key with id ${keys.accessKeyId} cannot be found.`,
    });
  });

  it('Status accepts only Active and Inactive', async () => {
    const harness = await harnessWithUsers('u');
    for (const Status of ['Expired', 'Other']) {
      const input = { UserName: 'u', AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA', Status };
      expect(await answerOf(send(harness, 'UpdateAccessKey', input))).toMatchObject({
        code: 'ValidationError',
        message:
          "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
      });
    }
  });

  it('that do not exist have no last use', async () => {
    const answer = await answerOf(
      send(createHarness(), 'GetAccessKeyLastUsed', { AccessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }),
    );
    expect(answer).toMatchObject({ code: 'NoSuchEntity' });
  });
});

describe('login profiles', () => {
  it('are created and deleted; no password is stored', async () => {
    const harness = await harnessWithUsers('u');
    expect(await answerOf(send(harness, 'GetLoginProfile', { UserName: 'u' }))).toMatchObject({
      code: 'NoSuchEntity',
      message: 'Login Profile for User u cannot be found.',
    });
    expect(await answerOf(send(harness, 'CreateLoginProfile', { UserName: 'u', Password: 'short' }))).toMatchObject({
      code: 'PasswordPolicyViolation',
      httpStatus: 400,
    });
    await send(harness, 'CreateLoginProfile', {
      UserName: 'u',
      Password: 'correct-Horse-1',
      PasswordResetRequired: true,
    });
    expect(await send(harness, 'GetLoginProfile', { UserName: 'u' })).toMatchObject({
      LoginProfile: { UserName: 'u', PasswordResetRequired: true },
    });
    expect(JSON.stringify(harness.store.list({ name: 'users' }, ''))).not.toContain('correct-Horse-1');
    await send(harness, 'UpdateLoginProfile', { UserName: 'u', PasswordResetRequired: false });
    await send(harness, 'DeleteLoginProfile', { UserName: 'u' });
    expect(await answerOf(send(harness, 'DeleteLoginProfile', { UserName: 'u' }))).toMatchObject({
      code: 'NoSuchEntity',
    });
  });
});

describe('groups', () => {
  it('contain users, return them in pages, and cannot be deleted unless empty', async () => {
    const harness = await harnessWithUsers('a', 'b', 'c');
    await send(harness, 'CreateGroup', { GroupName: 'Team', Path: '/x/' });
    for (const UserName of ['c', 'a', 'b', 'a']) await send(harness, 'AddUserToGroup', { GroupName: 'team', UserName });
    const first = await send(harness, 'GetGroup', { GroupName: 'TEAM', MaxItems: 2 });
    expect(first).toMatchObject({ Group: { GroupName: 'Team', Arn: arn('group/x/Team') }, IsTruncated: true });
    expect(first['Users']).toMatchObject([{ UserName: 'a' }, { UserName: 'b' }]);
    const rest = await send(harness, 'GetGroup', { GroupName: 'Team', MaxItems: 2, Marker: first['Marker'] });
    expect(rest).toMatchObject({ IsTruncated: false, Users: [{ UserName: 'c' }] });
    expect(await answerOf(send(harness, 'DeleteGroup', { GroupName: 'Team' }))).toMatchObject({
      code: 'DeleteConflict',
      message: 'Cannot delete entity, must remove users from group first.',
    });
    await send(harness, 'RemoveUserFromGroup', { GroupName: 'Team', UserName: 'c' });
    expect(await answerOf(send(harness, 'RemoveUserFromGroup', { GroupName: 'Team', UserName: 'c' }))).toMatchObject({
      code: 'NoSuchEntity',
    });
  });

  it('ten per user', async () => {
    const harness = await harnessWithUsers('u');
    for (let index = 0; index <= 10; index++) await send(harness, 'CreateGroup', { GroupName: `g${index}` });
    for (let index = 0; index < 10; index++)
      await send(harness, 'AddUserToGroup', { GroupName: `g${index}`, UserName: 'u' });
    expect(await answerOf(send(harness, 'AddUserToGroup', { GroupName: 'g10', UserName: 'u' }))).toMatchObject({
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for GroupsPerUser: 10',
    });
  });
});

describe('lists that Terraform reads for force_destroy exist and are empty', () => {
  it.each([
    ['ListSSHPublicKeys', 'SSHPublicKeys'],
    ['ListSigningCertificates', 'Certificates'],
    ['ListServiceSpecificCredentials', 'ServiceSpecificCredentials'],
    ['ListMFADevices', 'MFADevices'],
  ])('%s', async (operation, member) => {
    const harness = await harnessWithUsers('u');
    expect(await send(harness, operation, { UserName: 'u' })).toMatchObject({ [member]: [], IsTruncated: false });
    expect(await answerOf(send(harness, operation, { UserName: 'nobody' }))).toMatchObject({ code: 'NoSuchEntity' });
  });
});

describe('inline policies', () => {
  it('are found in any letter case, keep their spelling, and return the requested spelling', async () => {
    const harness = await harnessWithUsers('u');
    const put = (PolicyName: string, PolicyDocument: string) =>
      send(harness, 'PutUserPolicy', { UserName: 'u', PolicyName, PolicyDocument });
    await put('Inline', ALLOW_S3);
    await put('INLINE', ALLOW_S3.replace('s3', 'ec2'));
    expect(await send(harness, 'ListUserPolicies', { UserName: 'u' })).toMatchObject({ PolicyNames: ['Inline'] });
    expect(await send(harness, 'GetUserPolicy', { UserName: 'u', PolicyName: 'inline' })).toMatchObject({
      UserName: 'u',
      PolicyName: 'inline',
      PolicyDocument: encodeURIComponent(ALLOW_S3.replace('s3', 'ec2')).replaceAll('*', '%2A'),
    });
    await send(harness, 'DeleteUserPolicy', { UserName: 'u', PolicyName: 'iNLINE' });
    expect(await answerOf(send(harness, 'GetUserPolicy', { UserName: 'u', PolicyName: 'Inline' }))).toMatchObject({
      code: 'NoSuchEntity',
      message: 'The user policy with name Inline cannot be found.',
    });
  });

  it.each([
    ['User', 2048, 'user'],
    ['Group', 5120, 'group'],
    ['Role', 10_240, 'role'],
  ])('of a %s are %i characters together', async (entityType, limit, word) => {
    const harness = createHarness();
    const key = { [`${entityType}Name`]: 'holder' };
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    });
    await send(harness, `Create${entityType}`, {
      ...key,
      ...(entityType === 'Role' ? { AssumeRolePolicyDocument: trust } : {}),
    });
    const sized = (length: number) => {
      const document = (sid: string) => ALLOW_S3.replace('"Effect"', `"Sid":"${sid}","Effect"`);
      return document('a'.repeat(length - document('').length));
    };
    const put = (PolicyName: string, length: number) =>
      answerOf(send(harness, `Put${entityType}Policy`, { ...key, PolicyName, PolicyDocument: sized(length) }));
    expect(await put('one', limit - 200)).toMatchObject({ ok: true });
    expect(await put('two', 200)).toMatchObject({ ok: true });
    expect(await put('two', 201)).toMatchObject({
      code: 'LimitExceeded',
      httpStatus: 409,
      message: `Maximum policy size of ${limit} bytes exceeded for ${word} holder`,
    });
  });
});
