/** AssumeRole: authorization, the session's name and content, and AWS's error messages. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  ADMIN,
  type Answer,
  type Credentials,
  createHarness,
  credentialsOf,
  type Harness,
  members,
  type Parameters,
} from './harness.ts';

const OTHER = '111122223333';
const ADMIN_ARN = `arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin`;
const OTHER_ADMIN: Credentials = { accessKeyId: OTHER, secretAccessKey: 'test' };
const ROLE = `arn:aws:iam::${ACCOUNT}:role/team/worker`;

let harness: Harness;
beforeEach(() => {
  harness = createHarness();
});

const allow = (principal: unknown, more: object = {}, action: string | string[] = 'sts:AssumeRole') => ({
  Effect: 'Allow',
  Principal: principal,
  Action: action,
  ...more,
});

async function role(statements: readonly object[], name = 'worker', parameters: Parameters = {}): Promise<void> {
  const answer = await harness.iam('CreateRole', {
    RoleName: name,
    Path: '/team/',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
    ...parameters,
  });
  expect(answer.message).toBeUndefined();
}

async function user(name: string, policy?: object): Promise<Credentials> {
  await harness.iam('CreateUser', { UserName: name });
  if (policy !== undefined) {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: policy });
    await harness.iam('PutUserPolicy', { UserName: name, PolicyName: 'inline', PolicyDocument });
  }
  const { AccessKeyId, SecretAccessKey } = members(
    (await harness.iam('CreateAccessKey', { UserName: name })).result['AccessKey'],
  );
  return { accessKeyId: String(AccessKeyId), secretAccessKey: String(SecretAccessKey) };
}

const assume = (who: Credentials, parameters: Parameters = {}): Promise<Answer> =>
  harness.sts('AssumeRole', { RoleArn: ROLE, RoleSessionName: 'session-1', ...parameters }, who);

const denied = (who: string, action = 'sts:AssumeRole', resource = ROLE) => ({
  status: 403,
  code: 'AccessDenied',
  message: `User: ${who} is not authorized to perform: ${action} on resource: ${resource}`,
});

describe('authorization', () => {
  it('a user in the same account, named in the trust policy, needs no identity policy', async () => {
    const anna = await user('anna');
    await role([allow({ AWS: `arn:aws:iam::${ACCOUNT}:user/anna` })]);
    expect((await assume(anna)).status).toBe(200);
  });

  it('a trust policy that names the account delegates to the identity policies', async () => {
    const anna = await user('anna');
    const ben = await user('ben', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE });
    await role([allow({ AWS: ACCOUNT })]);
    expect(await assume(anna)).toMatchObject(denied(`arn:aws:iam::${ACCOUNT}:user/anna`));
    expect((await assume(ben)).status).toBe(200);
  });

  it('an identity policy alone is not sufficient', async () => {
    await role([allow({ AWS: `arn:aws:iam::${OTHER}:root` })]);
    expect(await assume(ADMIN)).toMatchObject(denied(ADMIN_ARN));
  });

  it('a caller in another account needs the trust policy and an identity policy', async () => {
    await role([allow({ AWS: `arn:aws:iam::${OTHER}:root` })]);
    expect((await assume(OTHER_ADMIN)).status).toBe(200);
    const { AccessKeyId, SecretAccessKey } = await (async () => {
      await harness.iam('CreateUser', { UserName: 'carl' }, OTHER_ADMIN);
      return members((await harness.iam('CreateAccessKey', { UserName: 'carl' }, OTHER_ADMIN)).result['AccessKey']);
    })();
    const carl = { accessKeyId: String(AccessKeyId), secretAccessKey: String(SecretAccessKey) };
    expect(await assume(carl)).toMatchObject(denied(`arn:aws:iam::${OTHER}:user/carl`));
  });

  it('an unknown role gives the same error as a denial; the decision distinguishes them', async () => {
    const answer = await assume(ADMIN, { RoleArn: `${ROLE}-not` });
    expect(answer).toMatchObject(denied(ADMIN_ARN, 'sts:AssumeRole', `${ROLE}-not`));
    expect(harness.decisionOf(answer).reason).toBe('unknown-role');
  });

  it('the root user cannot assume roles (kubeflow/testing#961)', async () => {
    await role([allow({ AWS: ACCOUNT })]);
    const { deps } = harness;
    const { issueSession } = await import('../../src/sts/session.ts');
    const { Credentials: issued } = issueSession(
      { kind: 'root', account: ACCOUNT },
      3600,
      deps.clock.now(),
      deps,
      undefined,
    );
    const root = {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.SessionToken,
    };
    expect(await assume(root)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  it.each([
    ['the right ExternalId', { ExternalId: 'agreed' }, 200],
    ['another ExternalId', { ExternalId: 'guessed' }, 403],
    ['no ExternalId', {}, 403],
  ])('%s', async (_, parameters, status) => {
    await role([allow({ AWS: ACCOUNT }, { Condition: { StringEquals: { 'sts:ExternalId': 'agreed' } } })]);
    expect((await assume(ADMIN, parameters)).status).toBe(status);
  });
});

describe('the session', () => {
  beforeEach(() => role([allow({ AWS: ACCOUNT }, {}, ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'])]));

  it('has the role name without the path; no PackedPolicySize without policy and tags', async () => {
    const answer = await assume(ADMIN);
    expect(answer.body.split('\n').map(line => line.replace(/>.*/, '>'))).toEqual([
      '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">',
      '  <AssumeRoleResult>',
      '    <AssumedRoleUser>',
      '      <AssumedRoleId>',
      '      <Arn>',
      '    </AssumedRoleUser>',
      '    <Credentials>',
      '      <AccessKeyId>',
      '      <SecretAccessKey>',
      '      <SessionToken>',
      '      <Expiration>',
      '    </Credentials>',
      '  </AssumeRoleResult>',
      '  <ResponseMetadata>',
      '    <RequestId>',
      '  </ResponseMetadata>',
      '</AssumeRoleResponse>',
      '',
    ]);
    const { Arn, AssumedRoleId } = members(answer.result['AssumedRoleUser']);
    expect(Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/worker/session-1`);
    expect(AssumedRoleId).toMatch(/^AROA[A-Z2-7]{17}:session-1$/);
    expect(credentialsOf(answer).accessKeyId).toMatch(/^ASIARZPUZDIK[A-P][A-Z2-7]{7}$/);
  });

  it('lasts one hour by default, and expires on the movable clock', async () => {
    const answer = await assume(ADMIN, { DurationSeconds: 900 });
    const who = credentialsOf(answer);
    expect((await harness.sts('GetCallerIdentity', {}, who)).status).toBe(200);
    harness.clock.advance(901_000);
    expect(await harness.sts('GetCallerIdentity', {}, who)).toMatchObject({
      status: 403,
      code: 'ExpiredToken',
      message: 'The security token included in the request is expired',
    });
  });

  it.each([
    [{ DurationSeconds: 3601 }, 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'],
    [
      { DurationSeconds: 899 },
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [{ RoleArn: 'not-an-arn-at-all-but-long' }, 'not-an-arn-at-all-but-long is invalid'],
    [
      { RoleSessionName: '!' },
      "2 validation errors detected: Value '!' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '!' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
  ])('%o is a ValidationError', async (parameters, message) => {
    expect(await assume(ADMIN, parameters)).toMatchObject({ status: 400, code: 'ValidationError', message });
  });

  it('created with session credentials lasts one hour at most; the role’s maximum is checked first', async () => {
    await role([allow({ AWS: ACCOUNT })], 'long', { MaxSessionDuration: 7200 });
    const session = credentialsOf(await harness.sts('GetSessionToken', {}, ADMIN));
    const long = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/team/long` };
    expect(await assume(session, { ...long, DurationSeconds: 7200 })).toMatchObject({
      code: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    });
    expect(await assume(session, { ...long, DurationSeconds: 7201 })).toMatchObject({
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    expect((await assume(session, long)).status).toBe(200);
  });

  it.each([
    [
      'with keys that differ only in letter case',
      {
        'Tags.member.1.Key': 'Team',
        'Tags.member.1.Value': 'a',
        'Tags.member.2.Key': 'team',
        'Tags.member.2.Value': 'b',
      },
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      'with a stray transitive key',
      { 'Tags.member.1.Key': 'Team', 'Tags.member.1.Value': 'a', 'TransitiveTagKeys.member.1': 'Other' },
      'The specified transitive tag key must be included in the requested tags.',
    ],
  ])('tags %s are InvalidParameterValue', async (_, parameters, message) => {
    expect(await assume(ADMIN, parameters)).toMatchObject({ status: 400, code: 'InvalidParameterValue', message });
  });

  it('transitive tags are inherited, others are not, and a transitive tag cannot be set again', async () => {
    await role([allow({ AWS: ACCOUNT }, { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'blue' } } })], 'next');
    await harness.iam('PutRolePolicy', {
      RoleName: 'worker',
      PolicyName: 'go',
      PolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}',
    });
    const tags = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' };
    const next = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/team/next` };
    const kept = credentialsOf(await assume(ADMIN, { ...tags, 'TransitiveTagKeys.member.1': 'team' }));
    expect((await assume(kept, next)).status).toBe(200);
    expect(await assume(kept, { ...next, 'Tags.member.1.Key': 'TEAM', 'Tags.member.1.Value': 'red' })).toMatchObject({
      code: 'InvalidParameterValue',
      message:
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    });
    expect((await assume(ADMIN, next)).code).toBe('AccessDenied');
  });

  it('returns the source identity, keeps it in chained sessions, and refuses to change it', async () => {
    const first = await assume(ADMIN, { SourceIdentity: 'anna' });
    expect(first.result['SourceIdentity']).toBe('anna');
    const session = credentialsOf(first);
    await harness.iam('PutRolePolicy', {
      RoleName: 'worker',
      PolicyName: 'go',
      PolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}',
    });
    expect((await assume(session)).result['SourceIdentity']).toBe('anna');
    expect(await assume(session, { SourceIdentity: 'ben' })).toMatchObject({ code: 'AccessDenied' });
  });

  it.each([
    ['{', 'The policy is not in the valid JSON format.'],
    ['{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}', 'Syntax errors in policy.'],
  ])('a session policy %s is MalformedPolicyDocument', async (Policy, message) => {
    expect(await assume(ADMIN, { Policy })).toMatchObject({ status: 400, code: 'MalformedPolicyDocument', message });
  });

  it('a session policy has a packed size; one that is too large is refused (text unconfirmed)', async () => {
    const policy = (size: number): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${'x'.repeat(size)}` },
      });
    expect(Number((await assume(ADMIN, { Policy: policy(10) })).result['PackedPolicySize'])).toBeGreaterThan(0);
    expect(await assume(ADMIN, { Policy: policy(4000) })).toMatchObject({
      status: 400,
      code: 'PackedPolicyTooLarge',
      message: expect.stringMatching(/^Packed policy consumes \d+% of allotted space, please use smaller policy\.$/),
    });
  });

  it('tags have a separate limit of 455 bytes: nine of 252 characters are 498% (configure-aws-credentials#1898)', async () => {
    const tags = (count: number, length: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [
          [`Tags.member.${at + 1}.Key`, `T${at + 1}`],
          [`Tags.member.${at + 1}.Value`, 'a'.repeat(length)],
        ]).flat(),
      );
    expect((await assume(ADMIN, tags(9, 48))).result['PackedPolicySize']).toBe('98');
    expect(await assume(ADMIN, tags(9, 250))).toMatchObject({
      status: 400,
      code: 'PackedPolicyTooLarge',
      message: 'Packed size of session tags consumes 498% of allotted space.',
    });
  });

  it('has the size given by MinimumSessionTokenSize (unconfirmed)', async () => {
    const { result } = await assume(ADMIN, { MinimumSessionTokenSize: 4096 });
    const size = String(members(result['Credentials'])['SessionToken']).length;
    expect(size).toBeGreaterThanOrEqual(4096);
    expect(result['SessionTokenSize']).toBe(String(size));
  });
});

describe('tags and source identity require their own actions', () => {
  it.each([
    ['Tags', { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' }, 'sts:TagSession'],
    ['SourceIdentity', { SourceIdentity: 'anna' }, 'sts:SetSourceIdentity'],
  ])('%s', async (_, parameters, action) => {
    await role([allow({ AWS: ACCOUNT })]);
    const answer = await assume(ADMIN, parameters);
    expect(answer).toMatchObject(denied(ADMIN_ARN, action));
    expect(harness.decisionOf(answer).action).toBe(action);
  });
});

describe('a session ends when its role or user is deleted', () => {
  it.each([
    ['the role is deleted', async () => void (await harness.iam('DeleteRole', { RoleName: 'worker' }))],
    [
      'the role is deleted and created again',
      async () => {
        await harness.iam('DeleteRole', { RoleName: 'worker' });
        await role([allow({ AWS: ACCOUNT })]);
      },
    ],
  ])('%s', async (_, deleteRole) => {
    await role([allow({ AWS: ACCOUNT })]);
    const session = credentialsOf(await assume(ADMIN));
    await deleteRole();
    expect(await harness.sts('GetCallerIdentity', {}, session)).toMatchObject({
      status: 403,
      code: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    });
  });
});
