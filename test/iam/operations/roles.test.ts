/** Roles: names, trust policies, and conditions for deletion. */
import { describe, expect, it } from 'vitest';
import { roleByName } from '../../../src/accounts/model.ts';
import { answerOf } from '../../parity/iam-rows.ts';
import { ALLOW_S3, arn, ROOT_TRUST, send, trustPolicy } from '../fixtures.ts';
import { ACCOUNT, createHarness } from '../harness.ts';

type RoleView = { Role: { RoleId: string; Arn: string; AssumeRolePolicyDocument: string; Description?: string } };

const role = (RoleName: string, rest: object = {}) => ({ RoleName, AssumeRolePolicyDocument: ROOT_TRUST, ...rest });
const trustOf = async (harness: ReturnType<typeof createHarness>, RoleName: string): Promise<string> => {
  const { Role } = (await send(harness, 'GetRole', { RoleName })) as RoleView;
  return decodeURIComponent(Role.AssumeRolePolicyDocument);
};

describe('names', () => {
  it('are unique independently of letter case and path, and found in any letter case', async () => {
    const harness = createHarness();
    await send(harness, 'CreateRole', role('Deploy'));
    expect(await answerOf(send(harness, 'CreateRole', role('dePLOY', { Path: '/elsewhere/' })))).toMatchObject({
      code: 'EntityAlreadyExists',
      httpStatus: 409,
      message: 'Role with name dePLOY already exists.',
    });
    expect(await send(harness, 'GetRole', { RoleName: 'DEPLOY' })).toMatchObject({ Role: { RoleName: 'Deploy' } });
  });

  it('that do not exist are NoSuchEntity', async () => {
    const answer = await answerOf(send(createHarness(), 'GetRole', { RoleName: 'nobody' }));
    expect(answer).toMatchObject({
      code: 'NoSuchEntity',
      httpStatus: 404,
      message: 'The role with name nobody cannot be found.',
    });
  });

  it('a role that is created again has another unique id, also in another generation of the state', async () => {
    const harness = createHarness();
    const create = async (within = harness) =>
      ((await send(within, 'CreateRole', role('again'))) as RoleView).Role.RoleId;
    const first = await create();
    expect(first).toMatch(/^AROA[A-Z2-7]{17}$/);
    await send(harness, 'DeleteRole', { RoleName: 'again' });
    const second = await create();
    expect(second).not.toBe(first);
    expect(await create(createHarness())).toBe(first);
    expect(await create(createHarness({ settings: { epoch: 1 } }))).not.toBe(first);
  });
});

describe('constraints of the model, with the messages of IAM, which print no values since 2025', () => {
  const pattern = (member: string, text: string) =>
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must ${text}`;
  it.each([
    [{ RoleName: 'a b' }, pattern('roleName', 'satisfy regular expression pattern: [\\w+=,.@-]+')],
    [{ RoleName: 'n'.repeat(65) }, pattern('roleName', 'have length less than or equal to 64')],
    [{ MaxSessionDuration: 3599 }, pattern('maxSessionDuration', 'have value greater than or equal to 3600')],
    [{ MaxSessionDuration: 43_201 }, pattern('maxSessionDuration', 'have value less than or equal to 43200')],
    [{ Description: 'd'.repeat(1001) }, pattern('description', 'have length less than or equal to 1000')],
    [
      { AssumeRolePolicyDocument: `{"a":"${'x'.repeat(131_072)}"}` },
      pattern('assumeRolePolicyDocument', 'have length less than or equal to 131072'),
    ],
  ])('%#', async (input, message) => {
    const answer = await answerOf(send(createHarness(), 'CreateRole', { ...role('r'), ...input }));
    expect(answer).toMatchObject({ code: 'ValidationError', httpStatus: 400, message });
  });
});

describe('trust policies', () => {
  it('are returned as written by CreateRole and in AWS order by GetRole', async () => {
    const harness = createHarness();
    const written = `{ "Statement": [ {"Action":"sts:AssumeRole", "Principal":{"Service":"ec2.amazonaws.com"}, "Effect":"Allow"} ], "Version":"2012-10-17" }`;
    const made = (await send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: written })) as RoleView;
    expect(decodeURIComponent(made.Role.AssumeRolePolicyDocument)).toBe(written);
    expect(await trustOf(harness, 'r')).toBe(
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
    );
  });

  it('are percent-encoded as RFC 3986 says', async () => {
    const harness = createHarness();
    const condition = { StringLike: { 'aws:userid': "(!'*)" } };
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition: condition }],
    });
    const { Role } = (await send(harness, 'CreateRole', {
      RoleName: 'r',
      AssumeRolePolicyDocument: document,
    })) as RoleView;
    expect(Role.AssumeRolePolicyDocument).toContain('%28%21%27%2A%29');
    expect(Role.AssumeRolePolicyDocument).not.toMatch(/[!'()*]/);
  });

  it('keep the unique id of a principal: shown as its ARN while it exists, as AIDA… after its deletion, and never as a new user with its name', async () => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'alice', Path: '/staff/' });
    const principal = arn('user/staff/alice');
    await send(harness, 'CreateRole', {
      RoleName: 'r',
      AssumeRolePolicyDocument: trustPolicy({ AWS: [principal, ACCOUNT] }),
    });
    expect(JSON.parse(await trustOf(harness, 'r')).Statement[0].Principal).toEqual({ AWS: [principal, ACCOUNT] });
    await send(harness, 'UpdateUser', { UserName: 'alice', NewUserName: 'alicia' });
    expect(JSON.parse(await trustOf(harness, 'r')).Statement[0].Principal.AWS[0]).toBe(arn('user/staff/alicia'));
    await send(harness, 'DeleteUser', { UserName: 'alicia' });
    const gone = JSON.parse(await trustOf(harness, 'r')).Statement[0].Principal.AWS[0];
    expect(gone).toMatch(/^AIDA[A-Z2-7]{17}$/);
    await send(harness, 'CreateUser', { UserName: 'alice', Path: '/staff/' });
    expect(JSON.parse(await trustOf(harness, 'r')).Statement[0].Principal.AWS[0]).toBe(gone);
    const again = { RoleName: 'r', PolicyDocument: await trustOf(harness, 'r') };
    expect((await answerOf(send(harness, 'UpdateAssumeRolePolicy', again))).message).toBe(
      `Invalid principal in policy: "AWS":"${gone}"`,
    );
  });

  it('with a role: match its sessions by the ARN of the role, stored by its id', async () => {
    const harness = createHarness();
    await send(harness, 'CreateRole', role('source'));
    await send(harness, 'CreateRole', {
      RoleName: 'target',
      AssumeRolePolicyDocument: trustPolicy({ AWS: arn('role/source') }),
    });
    const id = roleByName(harness.store, ACCOUNT, 'source')?.id;
    expect(roleByName(harness.store, ACCOUNT, 'target')?.trust.text).toContain(id);
    expect(await trustOf(harness, 'target')).toContain(arn('role/source'));
  });

  it.each([
    ['a user that does not exist', arn('user/nobody')],
    ['a role that does not exist', arn('role/nobody')],
    ['a user under another path', arn('user/elsewhere/alice')],
    ['a session of a role that does not exist', `arn:aws:sts::${ACCOUNT}:assumed-role/nobody/session`],
  ])('%s gives the message that Terraform retries on', async (_, principal) => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'alice' });
    const answer = await answerOf(
      send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustPolicy({ AWS: principal }) }),
    );
    expect(answer).toMatchObject({
      code: 'MalformedPolicyDocument',
      httpStatus: 400,
      message: `Invalid principal in policy: "AWS":"${principal}"`,
    });
    expect(roleByName(harness.store, ACCOUNT, 'r')).toBeUndefined();
  });

  it.each([
    ['any principal of an external account', 'arn:aws:iam::999999999999:role/anybody'],
    ['an account', '999999999999'],
    ['the root of an account', 'arn:aws:iam::999999999999:root'],
    ['everyone with AWS credentials', '*'],
  ])('%s does not have to exist', async (_, principal) => {
    const harness = createHarness();
    const answer = await answerOf(
      send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustPolicy({ AWS: principal }) }),
    );
    expect(answer.ok).toBe(true);
  });

  it('an account that received a call is no longer external', async () => {
    const harness = createHarness();
    await send(harness, 'ListRoles', {}, { accessKeyId: '999999999999', secretAccessKey: 'test' });
    const AssumeRolePolicyDocument = trustPolicy({ AWS: 'arn:aws:iam::999999999999:role/anybody' });
    expect(await answerOf(send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument }))).toMatchObject({
      code: 'MalformedPolicyDocument',
    });
  });

  it.each([
    ['not JSON', 'nonsense', 'This policy contains invalid Json'],
    ['the bare star', trustPolicy('*'), 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'],
    [
      'a Resource',
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Resource":"*"}]}',
      'Has prohibited field Resource.',
    ],
  ])('%s is malformed', async (_, AssumeRolePolicyDocument, message) => {
    const answer = await answerOf(send(createHarness(), 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument }));
    expect(answer).toMatchObject({ code: 'MalformedPolicyDocument', httpStatus: 400, message });
  });

  it('with more than 2,048 characters without whitespace exceed ACLSizePerRole', async () => {
    const harness = createHarness();
    const padded = (length: number) => {
      const sid = (count: number) => ROOT_TRUST.replace('"Effect"', `"Sid":"${'a'.repeat(count)}","Effect"`);
      return sid(length - sid(0).length);
    };
    const create = (RoleName: string, AssumeRolePolicyDocument: string) =>
      answerOf(send(harness, 'CreateRole', { RoleName, AssumeRolePolicyDocument }));
    expect(await create('fits', padded(2048))).toMatchObject({ ok: true });
    expect(await create('spaced', padded(2048).replace('{', `{${' '.repeat(3000)}`))).toMatchObject({ ok: true });
    expect(await create('large', padded(2049))).toMatchObject({
      code: 'LimitExceeded',
      httpStatus: 409,
      message: 'Cannot exceed quota for ACLSizePerRole: 2048',
    });
  });

  it.each([
    ['1,000 levels deep', `${'{"Statement":'.repeat(1000)}1${'}'.repeat(1000)}`],
    ['60,000 brackets', '['.repeat(60_000)],
    ['40,000 statements', `{"Statement":[${'{},'.repeat(40_000)}{}]}`],
  ])('%s gives an AWS error, not an internal error', async (_, AssumeRolePolicyDocument) => {
    const answer = await answerOf(send(createHarness(), 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument }));
    expect(answer).toMatchObject({ code: 'MalformedPolicyDocument', httpStatus: 400 });
  });
});

describe('deletion', () => {
  const blocked = async (operation: string, input: object, undo: string, undone: object, message: string) => {
    const harness = createHarness();
    await send(harness, 'CreateRole', role('r'));
    await send(harness, 'CreatePolicy', { PolicyName: 'p', PolicyDocument: ALLOW_S3 });
    await send(harness, 'CreateInstanceProfile', { InstanceProfileName: 'i' });
    await send(harness, operation, { RoleName: 'r', ...input });
    expect(await answerOf(send(harness, 'DeleteRole', { RoleName: 'r' }))).toMatchObject({
      code: 'DeleteConflict',
      httpStatus: 409,
      message,
    });
    await send(harness, undo, { RoleName: 'r', ...undone });
    expect(await answerOf(send(harness, 'DeleteRole', { RoleName: 'r' }))).toMatchObject({ ok: true });
  };
  const attached = { PolicyArn: arn('policy/p') };
  const inline = { PolicyName: 'q', PolicyDocument: ALLOW_S3 };
  const profile = { InstanceProfileName: 'i' };

  it.each([
    [
      'AttachRolePolicy',
      attached,
      'DetachRolePolicy',
      attached,
      'Cannot delete entity, must detach all policies first.',
    ],
    [
      'PutRolePolicy',
      inline,
      'DeleteRolePolicy',
      { PolicyName: 'q' },
      'Cannot delete entity, must delete policies first.',
    ],
    [
      'AddRoleToInstanceProfile',
      profile,
      'RemoveRoleFromInstanceProfile',
      profile,
      'Cannot delete entity, must remove roles from instance profile first.',
    ],
  ])('%s blocks it', blocked);
});

describe('service-linked roles', () => {
  it('only the description can be changed, and only DeleteServiceLinkedRole deletes them', async () => {
    const harness = createHarness();
    const { Role } = (await send(harness, 'CreateServiceLinkedRole', {
      AWSServiceName: 'ecs.amazonaws.com',
    })) as RoleView;
    expect(Role.Arn).toBe(arn('role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'));
    const RoleName = 'AWSServiceRoleForECS';
    expect(await answerOf(send(harness, 'DeleteRole', { RoleName }))).toMatchObject({
      code: 'UnmodifiableEntity',
      httpStatus: 400,
    });
    expect(await answerOf(send(harness, 'UpdateRole', { RoleName, MaxSessionDuration: 7200 }))).toMatchObject({
      code: 'UnmodifiableEntity',
    });
    expect(await answerOf(send(harness, 'UpdateRole', { RoleName, Description: 'mine' }))).toMatchObject({ ok: true });
    expect(
      await answerOf(send(harness, 'CreateServiceLinkedRole', { AWSServiceName: 'ecs.amazonaws.com' })),
    ).toMatchObject({
      code: 'InvalidInput',
      message: `Service role name ${RoleName} has been taken in this account, please try a different suffix.`,
    });
    const suffixed = { AWSServiceName: 'ecs.amazonaws.com', CustomSuffix: 'two' };
    expect(await answerOf(send(harness, 'CreateServiceLinkedRole', suffixed))).toMatchObject({
      code: 'InvalidInput',
      message: 'Custom suffix is not allowed for ecs.amazonaws.com',
    });
    const { DeletionTaskId } = await send(harness, 'DeleteServiceLinkedRole', { RoleName });
    expect(DeletionTaskId).toMatch(
      /^task\/aws-service-role\/ecs\.amazonaws\.com\/AWSServiceRoleForECS\/[0-9a-f-]{36}$/,
    );
    expect(await send(harness, 'GetServiceLinkedRoleDeletionStatus', { DeletionTaskId })).toMatchObject({
      Status: 'SUCCEEDED',
    });
    expect(await answerOf(send(harness, 'GetRole', { RoleName }))).toMatchObject({ code: 'NoSuchEntity' });
  });
});
