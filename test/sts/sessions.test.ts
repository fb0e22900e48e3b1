/** Limits and end of sessions: MFA, session policies, boundaries, revocation, deleted keys, SCPs and RCPs. */
import { beforeEach, describe, expect, it } from 'vitest';
import { stepAt } from '../../src/authorization/totp.ts';
import { code as codeOf } from '../iam/fixtures.ts';
import { ACCOUNT, ADMIN, type Credentials, createHarness, credentialsOf, type Harness, members } from './harness.ts';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const DENIED_CODE = 'MultiFactorAuthentication failed with invalid MFA one time pass code. ';
const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

let harness: Harness;
beforeEach(() => {
  harness = createHarness();
});

async function createRole(condition?: object, permissions: readonly object[] = [everything]): Promise<void> {
  await harness.iam('CreateRole', {
    RoleName: 'worker',
    AssumeRolePolicyDocument: policy({
      Effect: 'Allow',
      Principal: { AWS: ACCOUNT },
      Action: 'sts:AssumeRole',
      ...(condition === undefined ? {} : { Condition: condition }),
    }),
  });
  await harness.iam('PutRolePolicy', {
    RoleName: 'worker',
    PolicyName: 'p',
    PolicyDocument: policy(...permissions),
  });
}

async function createUser(): Promise<Credentials> {
  await harness.iam('CreateUser', { UserName: 'anna' });
  await harness.iam('PutUserPolicy', { UserName: 'anna', PolicyName: 'p', PolicyDocument: policy(everything) });
  const key = members((await harness.iam('CreateAccessKey', { UserName: 'anna' })).result['AccessKey']);
  return { accessKeyId: String(key['AccessKeyId']), secretAccessKey: String(key['SecretAccessKey']) };
}

const assume = (who: Credentials = ADMIN, parameters = {}) =>
  harness.sts('AssumeRole', { RoleArn: ROLE, RoleSessionName: 'session', ...parameters }, who);

describe('MFA', () => {
  let anna: Credentials;
  let serial: string;
  let seed: string;
  const code = (steps = 0): string => codeOf(seed, stepAt(harness.clock.now()) + steps);

  beforeEach(async () => {
    anna = await createUser();
    const made = members(
      (await harness.iam('CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone' })).result['VirtualMFADevice'],
    );
    serial = String(made['SerialNumber']);
    seed = Buffer.from(String(made['Base32StringSeed']), 'base64').toString();
    const codes = { AuthenticationCode1: code(-1), AuthenticationCode2: code() };
    const enabled = await harness.iam('EnableMFADevice', { UserName: 'anna', SerialNumber: serial, ...codes });
    expect(enabled.message).toBeUndefined();
    harness.clock.advance(90_000);
  });

  it('allows a role that requires it, and the session has it', async () => {
    await createRole({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } });
    expect((await assume(anna)).status).toBe(403);
    const answer = await assume(anna, { SerialNumber: serial, TokenCode: code() });
    expect(answer.message).toBeUndefined();
    expect((await assume(credentialsOf(answer))).status).toBe(200);
  });

  it('of GetSessionToken applies to calls with the session', async () => {
    await createRole({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } });
    const session = credentialsOf(
      await harness.sts('GetSessionToken', { SerialNumber: serial, TokenCode: code() }, anna),
    );
    expect((await assume(session)).status).toBe(200);
  });

  it.each([-2, -1, 1, 2])('the code of step %i is accepted', async steps => {
    const mfa = { SerialNumber: serial, TokenCode: code(steps) };
    expect((await harness.sts('GetSessionToken', mfa, anna)).status).toBe(200);
  });

  it.each([
    ['three steps off', () => code(3)],
    ['made up', () => (code() === '000000' ? '111111' : '000000')],
  ])('a code %s is refused', async (_, made) => {
    expect(await harness.sts('GetSessionToken', { SerialNumber: serial, TokenCode: made() }, anna)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: DENIED_CODE,
    });
  });

  it('is required by IAM for a GetSessionToken session, independently of policies', async () => {
    const plain = credentialsOf(await harness.sts('GetSessionToken', {}, anna));
    const answer = await harness.iam('ListUsers', {}, plain);
    expect(answer).toMatchObject({
      status: 403,
      code: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    });
    expect(harness.decisionOf(answer)).toMatchObject({ allowed: false, reason: 'session-without-mfa' });
    const mfa = { SerialNumber: serial, TokenCode: code() };
    const strong = credentialsOf(await harness.sts('GetSessionToken', mfa, anna));
    expect((await harness.iam('ListUsers', {}, strong)).status).toBe(200);
  });

  it('each code can be used once', async () => {
    const mfa = { SerialNumber: serial, TokenCode: code() };
    expect((await harness.sts('GetSessionToken', mfa, anna)).status).toBe(200);
    expect(await harness.sts('GetSessionToken', mfa, anna)).toMatchObject({
      code: 'AccessDenied',
      message: DENIED_CODE,
    });
  });
});

describe('limits', () => {
  it('a session policy limits the permissions of the role', async () => {
    await createRole();
    const Policy = policy({ Effect: 'Allow', Action: 'iam:ListUsers', Resource: '*' });
    const session = credentialsOf(await assume(ADMIN, { Policy }));
    expect((await harness.iam('ListUsers', {}, session)).status).toBe(200);
    expect((await harness.iam('ListRoles', {}, session)).message).toMatch(
      /because no session policy allows the iam:ListRoles action/,
    );
  });

  it('a managed session policy is read at each call; after its deletion the session is allowed nothing', async () => {
    await createRole();
    const made = await harness.iam('CreatePolicy', { PolicyName: 'limit', PolicyDocument: policy(everything) });
    const arn = String(members(made.result['Policy'])['Arn']);
    const session = credentialsOf(await assume(ADMIN, { 'PolicyArns.member.1.arn': arn }));
    expect((await harness.iam('ListUsers', {}, session)).status).toBe(200);
    await harness.iam('CreatePolicyVersion', {
      PolicyArn: arn,
      SetAsDefault: 'true',
      PolicyDocument: policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' }),
    });
    expect((await harness.iam('ListUsers', {}, session)).status).toBe(403);
    await harness.iam('DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v1' });
    await harness.iam('DeletePolicy', { PolicyArn: arn });
    expect((await harness.iam('ListUsers', {}, session)).status).toBe(403);
  });

  it('a managed session policy that does not exist is refused (text unconfirmed)', async () => {
    await createRole();
    const arn = `arn:aws:iam::${ACCOUNT}:policy/none`;
    expect(await assume(ADMIN, { 'PolicyArns.member.1.arn': arn })).toMatchObject({
      status: 400,
      code: 'MalformedPolicyDocument',
    });
  });

  it('sessions issued before a given time are revoked by aws:TokenIssueTime', async () => {
    await createRole();
    const old = credentialsOf(await assume());
    harness.clock.advance(60_000);
    const moment = new Date(harness.clock.now()).toISOString();
    await harness.iam('PutRolePolicy', {
      RoleName: 'worker',
      PolicyName: 'AWSRevokeOlderSessions',
      PolicyDocument: policy({
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { DateLessThan: { 'aws:TokenIssueTime': moment } },
      }),
    });
    expect((await harness.iam('ListUsers', {}, old)).status).toBe(403);
    expect((await harness.iam('ListUsers', {}, credentialsOf(await assume()))).status).toBe(200);
  });

  it('the sessions of an access key end when it is deleted', async () => {
    const anna = await createUser();
    const session = credentialsOf(await harness.sts('GetSessionToken', {}, anna));
    await harness.iam('DeleteAccessKey', { UserName: 'anna', AccessKeyId: anna.accessKeyId });
    expect(await harness.sts('GetCallerIdentity', {}, session)).toMatchObject({
      status: 403,
      code: 'InvalidClientTokenId',
    });
  });
});

describe('organization', () => {
  const deny = { text: policy(everything, { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' }) };

  it.each([
    ['a service control policy', { serviceControlPolicies: [deny] }, 'scp'],
    [
      'a resource control policy',
      {
        resourceControlPolicies: [
          { text: policy({ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole', Resource: '*' }) },
        ],
      },
      'rcp',
    ],
  ])('%s denies AssumeRole, and the decision shows its layer', async (_, organization, layer) => {
    harness = createHarness({ iam: { organization } });
    await createRole();
    const answer = await assume();
    expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(harness.decisionOf(answer).layers).toContainEqual(
      expect.objectContaining({ layer, outcome: 'explicit-deny' }),
    );
  });

  it('a resource control policy applies neither to IAM nor to the management account', async () => {
    const text = policy({ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' });
    const resourceControlPolicies = [{ text }];
    harness = createHarness({ iam: { organization: { resourceControlPolicies } } });
    await createRole();
    expect((await harness.iam('ListRoles')).status).toBe(200);
    expect((await assume()).status).toBe(403);
    harness = createHarness({ iam: { organization: { resourceControlPolicies, managementAccount: ACCOUNT } } });
    await createRole();
    expect((await assume()).status).toBe(200);
  });

  it.each(['__proto__', 'constructor', ''])('an account named "%s" has no disabled regions', async account => {
    harness = createHarness({ settings: { disabledRegions: { [ACCOUNT]: ['eu-west-1'] } } });
    expect(await assume(ADMIN, { RoleArn: `arn:aws:iam::${account}:role/worker` })).toMatchObject({ status: 403 });
  });

  it.each([
    ['GetWebIdentityToken', { 'Audience.member.1': 'a', SigningAlgorithm: 'RS256' }],
    ['AssumeRoot', { TargetPrincipal: ACCOUNT, 'TaskPolicyArn.arn': 'arn:aws:iam::aws:policy/root-task/x' }],
  ])('%s is not found on the global endpoint (code unconfirmed)', async (action, parameters) => {
    const answer = await harness.sts(action, parameters, ADMIN, 'sts.amazonaws.com');
    expect(answer).toMatchObject({
      status: 400,
      code: 'InvalidAction',
      message: `Could not find operation ${action} for version 2011-06-15`,
    });
    expect(answer.body).toContain('http://webservices.amazon.com/AWSFault/2005-15-09');
  });

  it('a disabled region is RegionDisabledException (unconfirmed)', async () => {
    harness = createHarness({ settings: { disabledRegions: { [ACCOUNT]: ['us-east-1'] } } });
    await createRole();
    expect(await assume()).toMatchObject({
      status: 403,
      code: 'RegionDisabledException',
      message: `STS is not activated in this region for account:${ACCOUNT}. Your account administrator can activate STS in this region using the IAM Console.`,
    });
  });
});
