/** The authorizer: which policies apply to which caller, the messages, and the recorded decisions. */
import { describe, expect, it } from 'vitest';
import { roleByName, userByName } from '../../src/accounts/model.ts';
import { createAuthorizer } from '../../src/authorization/authorize.ts';
import { identityLayers } from '../../src/authorization/policies-in-force.ts';
import type { Caller, Session } from '../../src/authorization/principals.ts';
import { encryptSession, sessionSecret, temporaryKeyId } from '../../src/authorization/principals.ts';
import type { PendingDecision, SignedCall } from '../../src/aws/operation.ts';
import { arn, ROOT_TRUST, send } from '../iam/fixtures.ts';
import { ACCOUNT, createHarness, type Harness, type HarnessOptions } from '../iam/harness.ts';
import { answerOf } from '../parity/iam-rows.ts';

const policy = (...Statement: readonly unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string, Resource = '*', rest: object = {}) => ({ Effect: 'Allow', Action, Resource, ...rest });
const deny = (Action: string, Resource = '*') => ({ Effect: 'Deny', Action, Resource });

/** A user `u` with an inline policy, and its keys. */
async function harnessWithUser(document: string | undefined, options: HarnessOptions = {}) {
  const harness = createHarness(options);
  await send(harness, 'CreateUser', { UserName: 'u' });
  if (document !== undefined) {
    await send(harness, 'PutUserPolicy', { UserName: 'u', PolicyName: 'p', PolicyDocument: document });
  }
  const { AccessKey } = (await send(harness, 'CreateAccessKey', { UserName: 'u' })) as {
    AccessKey: { AccessKeyId: string; SecretAccessKey: string };
  };
  return { harness, keys: { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey } };
}

/** Credentials of a session as STS issues them. */
function session(harness: Harness, of: Omit<Session, 'account' | 'accessKeyId' | 'issuedAt' | 'expiresAt'>) {
  const accessKeyId = temporaryKeyId(ACCOUNT, harness.deps.random.bytes(12));
  const issuedAt = harness.clock.now();
  const expiresAt = issuedAt + 3_600_000;
  const token = encryptSession({ account: ACCOUNT, accessKeyId, issuedAt, expiresAt, ...of }, harness.deps.sealer);
  return { accessKeyId, secretAccessKey: sessionSecret(accessKeyId, harness.deps.sealer), sessionToken: token };
}

const DENIED = `User: ${arn('user/u')} is not authorized to perform: iam:CreateUser on resource: ${arn('user/x')}`;

describe("AWS's suffix names the layer that denied (IAM User Guide, troubleshoot_access-denied)", () => {
  const organization = (text: string) => ({ settings: { organization: { serviceControlPolicies: [{ text }] } } });
  it('identity, implicit', async () => {
    const { harness, keys } = await harnessWithUser(undefined);
    expect(await answerOf(send(harness, 'CreateUser', { UserName: 'x' }, keys))).toMatchObject({
      code: 'AccessDenied',
      httpStatus: 403,
      message: `${DENIED} because no identity-based policy allows the iam:CreateUser action`,
    });
  });

  it('identity, explicit', async () => {
    const { harness, keys } = await harnessWithUser(policy(allow('*'), deny('iam:Create*')));
    expect(await answerOf(send(harness, 'CreateUser', { UserName: 'x' }, keys))).toMatchObject({
      message: `${DENIED} with an explicit deny in an identity-based policy`,
    });
  });

  it.each([
    ['implicit', policy(allow('s3:*')), 'because no permissions boundary allows the iam:CreateUser action'],
    ['explicit', policy(allow('*'), deny('iam:*')), 'with an explicit deny in a permissions boundary'],
  ])('boundary, %s', async (_, PolicyDocument, suffix) => {
    const { harness, keys } = await harnessWithUser(policy(allow('*')));
    await send(harness, 'CreatePolicy', { PolicyName: 'edge', PolicyDocument });
    await send(harness, 'PutUserPermissionsBoundary', { UserName: 'u', PermissionsBoundary: arn('policy/edge') });
    const answer = await answerOf(send(harness, 'CreateUser', { UserName: 'x' }, keys));
    expect(answer.message).toBe(`${DENIED} ${suffix}`);
  });

  it.each([
    ['implicit', policy(allow('s3:*')), 'because no session policy allows the iam:CreateUser action'],
    ['explicit', policy(allow('*'), deny('iam:*')), 'with an explicit deny in a session policy'],
  ])('session, %s', async (_, inlinePolicy, suffix) => {
    const harness = createHarness();
    await send(harness, 'CreateRole', { RoleName: 'r', Path: '/deep/', AssumeRolePolicyDocument: ROOT_TRUST });
    await send(harness, 'AttachRolePolicy', {
      RoleName: 'r',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    const entityId = roleByName(harness.store, ACCOUNT, 'r')?.id ?? '';
    const keys = session(harness, { kind: 'role', entityId, name: 's', inlinePolicy });
    const answer = await answerOf(send(harness, 'CreateUser', { UserName: 'x' }, keys));
    const caller = `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`;
    expect(answer.message).toBe(
      `User: ${caller} is not authorized to perform: iam:CreateUser on resource: ${arn('user/x')} ${suffix}`,
    );
  });

  it.each([
    ['implicit', policy(allow('s3:*')), 'because no service control policy allows the iam:CreateUser action'],
    [
      'explicit',
      policy(allow('*'), deny('iam:CreateUser', arn('user/x'))),
      'with an explicit deny in a service control policy',
    ],
  ])('service control policy, %s', async (_, text, suffix) => {
    const { harness, keys } = await harnessWithUser(policy(allow('*')));
    const limited = createHarness({ store: harness.store, ...organization(text) });
    const answer = await answerOf(send(limited, 'CreateUser', { UserName: 'x' }, keys));
    expect(answer.message).toBe(`${DENIED} ${suffix}`);
  });

  it('a service control policy does not apply to the management account', async () => {
    const serviceControlPolicies = [{ text: policy(deny('*')) }];
    const { harness } = await harnessWithUser(undefined, {
      settings: { organization: { managementAccount: ACCOUNT, serviceControlPolicies } },
    });
    expect(await answerOf(send(harness, 'GetUser', { UserName: 'u' }))).toMatchObject({ ok: true });
  });

  it('a resource of another account has no resource-based policy that allows the call', async () => {
    const harness = createHarness();
    const OpenIDConnectProviderArn = 'arn:aws:iam::999999999999:oidc-provider/gitlab.com';
    expect(await answerOf(send(harness, 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn }))).toMatchObject({
      code: 'AccessDenied',
    });
  });
});

describe('messages of Get calls have a short form of the resource, messages of List calls its kind, like in AWS', () => {
  it.each([
    ['GetUser', { UserName: 'other' }, 'user other'],
    ['ListAccessKeys', {}, 'user u'],
    ['GetRolePolicy', { RoleName: 'r', PolicyName: 'p' }, 'role r'],
    ['ListAttachedRolePolicies', { RoleName: 'r' }, 'role r'],
    ['GetPolicy', { PolicyArn: arn('policy/p') }, `policy ${arn('policy/p')}`],
    ['ListPolicies', {}, 'policy path /'],
    ['ListRoles', {}, arn('role/')],
    ['ListUsers', {}, arn('user/')],
    ['ListOpenIDConnectProviders', {}, arn('oidc-provider/*')],
    ['GetAccountSummary', {}, '*'],
    ['GetInstanceProfile', { InstanceProfileName: 'i' }, 'instance profile i'],
    ['DeleteRole', { RoleName: 'r' }, arn('role/r')],
  ])('%s', async (operation, input, shown) => {
    const { harness, keys } = await harnessWithUser(undefined);
    const { message } = await answerOf(send(harness, operation, input, keys));
    expect(message).toBe(
      `User: ${arn('user/u')} is not authorized to perform: iam:${operation} on resource: ${shown} ` +
        `because no identity-based policy allows the iam:${operation} action`,
    );
  });

  it('GetRole links to the console with the id of the decision (recorded 2026-08)', async () => {
    const { harness, keys } = await harnessWithUser(undefined);
    const { message } = await answerOf(send(harness, 'GetRole', { RoleName: 'r' }, keys));
    const [{ id } = { id: '' }] = harness.deps.decisionLog.list();
    expect(message).toBe(
      `User: ${arn('user/u')} is not authorized to perform: iam:GetRole on resource: role r because no identity-based ` +
        'policy allows the iam:GetRole action. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1' +
        `#/authorization-details/${id} for complete details, or call the GetRequestAuthorizationDetails API with the ` +
        `following authorization id: ${id}`,
    );
  });
});

describe('identity policies', () => {
  const sources: readonly (readonly [string, (harness: Harness, document: string) => Promise<unknown>])[] = [
    [
      'inline',
      (harness, PolicyDocument) => send(harness, 'PutUserPolicy', { UserName: 'u', PolicyName: 'q', PolicyDocument }),
    ],
    [
      'attached',
      async (harness, PolicyDocument) => {
        await send(harness, 'CreatePolicy', { PolicyName: 'q', PolicyDocument });
        await send(harness, 'AttachUserPolicy', { UserName: 'u', PolicyArn: arn('policy/q') });
      },
    ],
    [
      'a group, inline',
      async (harness, PolicyDocument) => {
        await send(harness, 'CreateGroup', { GroupName: 'g' });
        await send(harness, 'PutGroupPolicy', { GroupName: 'g', PolicyName: 'q', PolicyDocument });
        await send(harness, 'AddUserToGroup', { GroupName: 'g', UserName: 'u' });
      },
    ],
    [
      'a renamed group, attached',
      async (harness, PolicyDocument) => {
        await send(harness, 'CreateGroup', { GroupName: 'old' });
        await send(harness, 'CreatePolicy', { PolicyName: 'q', PolicyDocument });
        await send(harness, 'AttachGroupPolicy', { GroupName: 'old', PolicyArn: arn('policy/q') });
        await send(harness, 'AddUserToGroup', { GroupName: 'old', UserName: 'u' });
        await send(harness, 'UpdateGroup', { GroupName: 'old', NewGroupName: 'new' });
      },
    ],
  ];
  it.each(sources)('of a user from %s', async (_, give) => {
    const { harness, keys } = await harnessWithUser(undefined);
    expect(await answerOf(send(harness, 'ListRoles', {}, keys))).toMatchObject({ code: 'AccessDenied' });
    await give(harness, policy(allow('iam:List*')));
    expect(await answerOf(send(harness, 'ListRoles', {}, keys))).toMatchObject({ ok: true });
  });

  it('apply as they are now: the default version of a managed policy', async () => {
    const { harness, keys } = await harnessWithUser(undefined);
    await send(harness, 'CreatePolicy', { PolicyName: 'q', PolicyDocument: policy(allow('s3:*')) });
    await send(harness, 'AttachUserPolicy', { UserName: 'u', PolicyArn: arn('policy/q') });
    await send(harness, 'CreatePolicyVersion', { PolicyArn: arn('policy/q'), PolicyDocument: policy(allow('iam:*')) });
    expect(await answerOf(send(harness, 'ListRoles', {}, keys))).toMatchObject({ code: 'AccessDenied' });
    await send(harness, 'SetDefaultPolicyVersion', { PolicyArn: arn('policy/q'), VersionId: 'v2' });
    expect(await answerOf(send(harness, 'ListRoles', {}, keys))).toMatchObject({ ok: true });
  });

  it.each([
    ['iam:ResourceTag', { 'iam:ResourceTag/team': 'blue' }, 'blue', true],
    ['aws:ResourceTag of another team', { 'aws:ResourceTag/team': 'blue' }, 'red', false],
  ])('use the tags of the resource: %s', async (_, StringEquals, Value, ok) => {
    const { harness, keys } = await harnessWithUser(policy(allow('iam:*', '*', { Condition: { StringEquals } })));
    await send(harness, 'CreateRole', {
      RoleName: 'r',
      AssumeRolePolicyDocument: ROOT_TRUST,
      Tags: [{ Key: 'team', Value }],
    });
    expect(await answerOf(send(harness, 'DeleteRole', { RoleName: 'r' }, keys))).toMatchObject({ ok });
  });

  it('use the attached policy, the boundary and the tags of the request', async () => {
    const document = policy(
      allow('iam:AttachRolePolicy', '*', { Condition: { ArnEquals: { 'iam:PolicyARN': arn('policy/fine') } } }),
      allow('iam:CreateRole', '*', { Condition: { StringEquals: { 'iam:PermissionsBoundary': arn('policy/fine') } } }),
      allow('iam:TagRole', '*', { Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } } }),
    );
    const { harness, keys } = await harnessWithUser(document);
    for (const PolicyName of ['fine', 'other']) {
      await send(harness, 'CreatePolicy', { PolicyName, PolicyDocument: policy(allow('s3:*')) });
    }
    const role = { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST };
    const boundary = { PermissionsBoundary: arn('policy/fine') };
    const tagged = (Key: string) => ({ ...role, ...boundary, Tags: [{ Key, Value: 'v' }] });
    expect(await answerOf(send(harness, 'CreateRole', role, keys))).toMatchObject({ code: 'AccessDenied' });
    expect(await answerOf(send(harness, 'CreateRole', tagged('owner'), keys))).toMatchObject({ code: 'AccessDenied' });
    expect(await answerOf(send(harness, 'CreateRole', tagged('team'), keys))).toMatchObject({ ok: true });
    const attach = (name: string) => ({ RoleName: 'r', PolicyArn: arn(`policy/${name}`) });
    expect(await answerOf(send(harness, 'AttachRolePolicy', attach('other'), keys))).toMatchObject({
      code: 'AccessDenied',
    });
    expect(await answerOf(send(harness, 'AttachRolePolicy', attach('fine'), keys))).toMatchObject({ ok: true });
  });

  it.each([
    ['CreateOpenIDConnectProvider', { Url: 'https://idp.example.com' }, 'TagOpenIDConnectProvider'],
    ['CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' }, 'TagMFADevice'],
    ['CreateUser', { UserName: 'new' }, 'TagUser'],
  ])('%s with tags requires the permission to tag too', async (create, input, tagging) => {
    const { harness, keys } = await harnessWithUser(policy(allow(`iam:${create}`)));
    const Tags = [{ Key: 'team', Value: 'blue' }];
    const refused = await answerOf(send(harness, create, { ...input, Tags }, keys));
    expect(refused.message).toContain(`because no identity-based policy allows the iam:${tagging} action`);
    expect(await answerOf(send(harness, create, input, keys))).toMatchObject({ ok: true });
  });

  it('AddRoleToInstanceProfile requires iam:PassRole to ec2.amazonaws.com', async () => {
    const passing = { Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } } };
    const { harness, keys } = await harnessWithUser(policy(allow('iam:AddRoleToInstanceProfile')));
    await send(harness, 'CreateInstanceProfile', { InstanceProfileName: 'i' });
    await send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST });
    const add = () =>
      answerOf(send(harness, 'AddRoleToInstanceProfile', { InstanceProfileName: 'i', RoleName: 'r' }, keys));
    expect((await add()).message).toContain(`iam:PassRole on resource: ${arn('role/r')}`);
    const document = policy(allow('iam:AddRoleToInstanceProfile'), allow('iam:PassRole', arn('role/r'), passing));
    await send(harness, 'PutUserPolicy', { UserName: 'u', PolicyName: 'p', PolicyDocument: document });
    expect(await add()).toMatchObject({ ok: true });
  });
});

describe('callers', () => {
  it('only organization policies limit the root user', async () => {
    const harness = createHarness();
    const root = session(harness, { kind: 'root' });
    expect(await answerOf(send(harness, 'CreateUser', { UserName: 'x' }, root))).toMatchObject({ ok: true });
    const denied = { text: policy(deny('iam:*')) };
    const limited = createHarness({
      store: harness.store,
      settings: { organization: { serviceControlPolicies: [denied] } },
    });
    expect(await answerOf(send(limited, 'CreateUser', { UserName: 'y' }, root))).toMatchObject({
      code: 'AccessDenied',
    });
  });

  it('a federated user is allowed what its user and its session policy both allow, and nothing without a session policy', async () => {
    const { harness } = await harnessWithUser(policy(allow('iam:List*')));
    const entityId = userByName(harness.store, ACCOUNT, 'u')?.id ?? '';
    const federated = (inlinePolicy?: string) =>
      session(harness, {
        kind: 'federated-user',
        entityId,
        name: 'f',
        ...(inlinePolicy === undefined ? {} : { inlinePolicy }),
      });
    expect(await answerOf(send(harness, 'ListRoles', {}, federated()))).toMatchObject({ code: 'AccessDenied' });
    const keys = federated(policy(allow('iam:*')));
    expect(await answerOf(send(harness, 'ListRoles', {}, keys))).toMatchObject({ ok: true });
    expect(await answerOf(send(harness, 'CreateUser', { UserName: 'x' }, keys))).toMatchObject({
      code: 'AccessDenied',
    });
  });

  it('managed session policies are read at each call', async () => {
    const harness = createHarness();
    await send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST });
    await send(harness, 'AttachRolePolicy', {
      RoleName: 'r',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    });
    await send(harness, 'CreatePolicy', { PolicyName: 'q', PolicyDocument: policy(allow('s3:*')) });
    const entityId = roleByName(harness.store, ACCOUNT, 'r')?.id ?? '';
    const keys = session(harness, { kind: 'role', entityId, name: 's', policyArns: [arn('policy/q')] });
    expect(await answerOf(send(harness, 'ListRoles', {}, keys))).toMatchObject({ code: 'AccessDenied' });
    await send(harness, 'CreatePolicyVersion', {
      PolicyArn: arn('policy/q'),
      PolicyDocument: policy(allow('iam:*')),
      SetAsDefault: true,
    });
    expect(await answerOf(send(harness, 'ListRoles', {}, keys))).toMatchObject({ ok: true });
  });

  it('identityLayers compiles a stored text once', async () => {
    const { harness } = await harnessWithUser(policy(allow('iam:List*')));
    const user = userByName(harness.store, ACCOUNT, 'u');
    const caller: Caller = {
      kind: 'user',
      account: ACCOUNT,
      arn: arn('user/u'),
      userId: user?.id ?? '',
      entityId: user?.id ?? '',
      name: 'u',
      accessKeyId: 'AKIA',
    };
    const [first] = identityLayers(caller, harness.deps).identity;
    expect(first).toBeDefined();
    expect(identityLayers(caller, harness.deps).identity[0]).toBe(first);
  });
});

describe('the decision log', () => {
  it('has every decision, allowed or denied, with its layers, and explains it on reading', async () => {
    const { harness, keys } = await harnessWithUser(policy(allow('iam:ListUsers')));
    harness.deps.decisionLog.clear();
    await send(harness, 'ListUsers', {}, keys);
    await answerOf(send(harness, 'ListRoles', {}, keys));
    const [denied, allowed] = harness.deps.decisionLog.list();
    expect(allowed).toMatchObject({ action: 'iam:ListUsers', allowed: true, reason: 'allowed' });
    expect(denied).toMatchObject({
      action: 'iam:ListRoles',
      resource: arn('role/'),
      allowed: false,
      reason: 'implicit-deny',
      principal: { type: 'user', arn: arn('user/u') },
      error: { status: 403, code: 'AccessDenied' },
    });
    expect(denied?.layers.map(({ layer }) => layer)).toContain('identity');
    expect(denied?.explanation.length).toBeGreaterThan(0);
  });

  it('passes the decision to the call, which records it, and a target can name another action', () => {
    const harness = createHarness();
    const decisions: PendingDecision[] = [];
    const call: SignedCall<Caller> = {
      requestId: 'r',
      service: 'iam',
      operation: 'X',
      region: 'us-east-1',
      caller: { kind: 'root', account: ACCOUNT, arn: arn('root'), userId: ACCOUNT, accessKeyId: 'ASIA' },
      sourceIp: '127.0.0.1',
      userAgent: '',
      secure: false,
      host: '',
      requestSize: 0,
      now: 0,
      isoTime: '1970-01-01T00:00:00.000Z',
      decided: decision => decisions.push(decision),
    };
    createAuthorizer(harness.deps)(call, { resource: '*', action: 'iam:Y' });
    expect(decisions).toHaveLength(1);
    expect(harness.deps.decisionLog.list()).toEqual([]);
    const id = decisions[0]?.record() ?? '';
    expect(decisions[0]?.record()).toBe(id);
    expect(harness.deps.decisionLog.list()).toMatchObject([{ id, action: 'iam:Y', allowed: true }]);
  });
});
