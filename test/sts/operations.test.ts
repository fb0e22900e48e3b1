/** The other operations, and rules for all: no credentials without a decision, no secret in a decision. */
import { beforeEach, describe, expect, it } from 'vitest';
import { explainAssume } from '../../src/sts/assume/explain.ts';
import { encodeAuthorizationMessage } from '../../src/sts/authorization-message.ts';
import { createTradeInToken } from '../../src/sts/trade-in-token.ts';
import {
  ACCOUNT,
  ADMIN,
  type Answer,
  createHarness,
  credentialsOf,
  type Harness,
  members,
  type Parameters,
} from './harness.ts';
import { mint, standardKeys } from './tokens.ts';

const ADMIN_ARN = `arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const MEMBER = '111122223333';
const ISSUER = 'https://issuer.example';
const ALLOW_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';

let harness: Harness;
beforeEach(async () => {
  harness = createHarness({
    iam: { declaredAccounts: [ACCOUNT, MEMBER], organization: { managementAccount: ACCOUNT } },
  });
  harness.keySets.set(ISSUER, standardKeys());
  await harness.iam('CreateOpenIDConnectProvider', { Url: ISSUER, 'ClientIDList.member.1': 'client' });
  await harness.iam('CreateRole', {
    RoleName: 'worker',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' },
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example` },
          Action: 'sts:AssumeRoleWithWebIdentity',
        },
      ],
    }),
  });
});

const token = (change: object = {}): string => {
  const now = Math.floor(harness.clock.now() / 1000);
  return mint({ iss: ISSUER, aud: 'client', sub: 'subject', iat: now, exp: now + 600, ...change });
};

describe('GetFederationToken', () => {
  it('without a policy: PackedPolicySize 0, and the session is allowed nothing', async () => {
    const answer = await harness.sts('GetFederationToken', { Name: 'anna' }, ADMIN);
    expect(answer.result).toMatchObject({
      PackedPolicySize: '0',
      FederatedUser: { FederatedUserId: `${ACCOUNT}:anna`, Arn: `arn:aws:sts::${ACCOUNT}:federated-user/anna` },
    });
    const session = credentialsOf(answer);
    expect((await harness.sts('GetCallerIdentity', {}, session)).result).toMatchObject({
      UserId: `${ACCOUNT}:anna`,
      Arn: `arn:aws:sts::${ACCOUNT}:federated-user/anna`,
    });
    expect(await harness.iam('ListUsers', {}, session)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('refuses session credentials', async () => {
    const session = credentialsOf(await harness.sts('GetSessionToken', {}, ADMIN));
    expect(await harness.sts('GetFederationToken', { Name: 'anna' }, session)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Cannot call GetFederationToken with session credentials',
    });
  });

  it('its sessions cannot assume roles (unconfirmed)', async () => {
    const session = credentialsOf(await harness.sts('GetFederationToken', { Name: 'anna', Policy: ALLOW_ALL }, ADMIN));
    expect(await harness.sts('AssumeRole', { RoleArn: ROLE, RoleSessionName: 'session' }, session)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
  });
});

describe('GetAccessKeyInfo', () => {
  it.each([
    ['ASIARZPUZDIKABCDEFGH', '123456789012'],
    ['AKIARTX3GSDSQWERTYUI', '111122223333'],
  ])('reads the account of %s', async (AccessKeyId, Account) => {
    expect((await harness.sts('GetAccessKeyInfo', { AccessKeyId }, ADMIN)).result).toEqual({ Account });
  });

  it('an old-style id contains no account (unconfirmed)', async () => {
    const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';
    expect(await harness.sts('GetAccessKeyInfo', { AccessKeyId }, ADMIN)).toMatchObject({ status: 400 });
  });

  it('is denied without a resource in the message', async () => {
    await harness.iam('CreateUser', { UserName: 'anna' });
    const key = members((await harness.iam('CreateAccessKey', { UserName: 'anna' })).result['AccessKey']);
    const anna = { accessKeyId: String(key['AccessKeyId']), secretAccessKey: String(key['SecretAccessKey']) };
    expect(await harness.sts('GetAccessKeyInfo', { AccessKeyId: 'ASIARZPUZDIKABCDEFGH' }, anna)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${ACCOUNT}:user/anna is not authorized to perform: sts:GetAccessKeyInfo because no identity-based policy allows the sts:GetAccessKeyInfo action`,
    });
  });
});

describe('DecodeAuthorizationMessage', () => {
  const deniedDecision = async () =>
    harness.decisionOf(await harness.sts('AssumeRole', { RoleArn: `${ROLE}-not`, RoleSessionName: 'session' }, ADMIN));

  it('decodes the message of a denied decision', async () => {
    const decision = await deniedDecision();
    const EncodedMessage = encodeAuthorizationMessage(decision, ACCOUNT, harness.deps.sealer);
    const { result } = await harness.sts('DecodeAuthorizationMessage', { EncodedMessage }, ADMIN);
    expect(JSON.parse(String(result['DecodedMessage']))).toMatchObject({
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items: [] },
      failures: { items: [] },
      context: { principal: { arn: ADMIN_ARN }, action: 'sts:AssumeRole', resource: `${ROLE}-not` },
    });
  });

  it('refuses a message of another account, an altered one and an invented one (text unconfirmed)', async () => {
    const made = encodeAuthorizationMessage(await deniedDecision(), MEMBER, harness.deps.sealer);
    for (const EncodedMessage of [made, `${made}A`, 'AAAA']) {
      expect(await harness.sts('DecodeAuthorizationMessage', { EncodedMessage }, ADMIN)).toMatchObject({
        status: 400,
        code: 'InvalidAuthorizationMessageException',
      });
    }
  });
});

describe('AssumeRoot', () => {
  const task = { 'TaskPolicyArn.arn': 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' };

  it('gives the management account a root session in a member account, limited to its task', async () => {
    const answer = await harness.sts('AssumeRoot', { TargetPrincipal: MEMBER, ...task }, ADMIN);
    const session = credentialsOf(answer);
    expect((await harness.sts('GetCallerIdentity', {}, session)).result).toEqual({
      Arn: `arn:aws:iam::${MEMBER}:root`,
      UserId: MEMBER,
      Account: MEMBER,
    });
    expect(await harness.iam('CreateUser', { UserName: 'x' }, session)).toMatchObject({ status: 403 });
  });

  it.each([
    ['its own account', ACCOUNT, {}],
    ['an account that is not declared', '999999999999', {}],
    ['a task that AWS does not define', MEMBER, { 'TaskPolicyArn.arn': 'arn:aws:iam::aws:policy/AdministratorAccess' }],
  ])('%s is denied', async (_, TargetPrincipal, parameters) => {
    expect(await harness.sts('AssumeRoot', { TargetPrincipal, ...task, ...parameters }, ADMIN)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: `User: ${ADMIN_ARN} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::${TargetPrincipal}:root`,
    });
  });
});

describe('GetDelegatedAccessToken', () => {
  const tradeIn = () => ({
    roleArn: ROLE,
    sessionName: 'delegate',
    seconds: 900,
    expiresAt: harness.clock.now() + 60_000,
  });

  it('accepts a trade-in token of this instance', async () => {
    const TradeInToken = createTradeInToken(tradeIn(), harness.deps.sealer);
    const answer = await harness.sts('GetDelegatedAccessToken', { TradeInToken }, ADMIN);
    expect(answer.result['AssumedPrincipal']).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/worker/delegate`);
    harness.clock.advance(60_000);
    expect(await harness.sts('GetDelegatedAccessToken', { TradeInToken }, ADMIN)).toMatchObject({
      status: 400,
      code: 'ExpiredTradeInTokenException',
    });
  });

  it('refuses every other token (text unconfirmed)', async () => {
    expect(await harness.sts('GetDelegatedAccessToken', { TradeInToken: 'made-up' }, ADMIN)).toMatchObject({
      status: 400,
      code: 'ValidationError',
    });
  });
});

describe('AssumeRoleWithSAML', () => {
  it('refuses an unknown provider and every assertion', async () => {
    const asked = {
      RoleArn: ROLE,
      PrincipalArn: `arn:aws:iam::${ACCOUNT}:saml-provider/idp`,
      SAMLAssertion: Buffer.from('<Response/>').toString('base64'),
    };
    const answer = await harness.sts('AssumeRoleWithSAML', asked);
    expect(answer).toMatchObject({
      status: 400,
      code: 'InvalidIdentityToken',
      message: "Specified provider doesn't exist.",
    });
    expect(harness.decisionOf(answer).allowed).toBe(false);
  });
});

const calls: readonly (readonly [string, () => Parameters, boolean])[] = [
  ['AssumeRole', () => ({ RoleArn: ROLE, RoleSessionName: 'session' }), true],
  [
    'AssumeRoleWithWebIdentity',
    () => ({ RoleArn: ROLE, RoleSessionName: 'session', WebIdentityToken: token() }),
    false,
  ],
  ['GetSessionToken', () => ({}), true],
  ['GetFederationToken', () => ({ Name: 'anna' }), true],
  [
    'AssumeRoot',
    () => ({ TargetPrincipal: MEMBER, 'TaskPolicyArn.arn': 'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy' }),
    true,
  ],
  [
    'GetDelegatedAccessToken',
    () => ({
      TradeInToken: createTradeInToken(
        { roleArn: ROLE, sessionName: 'delegate', seconds: 900, expiresAt: harness.clock.now() + 60_000 },
        harness.deps.sealer,
      ),
    }),
    true,
  ],
];

describe('every operation that returns credentials', () => {
  it.each(calls)('%s records an allowed decision without a secret', async (action, parameters, signed) => {
    const answer: Answer = await harness.sts(action, parameters(), signed ? ADMIN : undefined);
    expect([answer.message, answer.status]).toEqual([undefined, 200]);
    expect(harness.decisionOf(answer)).toMatchObject({ allowed: true });
    const { secretAccessKey, sessionToken = '' } = credentialsOf(answer);
    const decisionLog = JSON.stringify(harness.deps.decisionLog.list());
    expect(decisionLog).not.toContain(secretAccessKey);
    expect(decisionLog).not.toContain(sessionToken);
    expect(sessionToken.length).toBeLessThan(8192);
  });
});

describe('explain, the dry run', () => {
  const from = { sourceIp: '192.0.2.7', userAgent: 'test', secure: true };
  const nobody = (): never => {
    throw new Error('no caller is looked for');
  };

  it('returns the decision of the call, and records and issues nothing', async () => {
    const before = harness.deps.decisionLog.list().length;
    const request = { action: 'AssumeRoleWithWebIdentity', roleArn: ROLE, webIdentityToken: token(), ...from } as const;
    const decision = await explainAssume(request, nobody, harness.deps);
    expect(decision).toMatchObject({ allowed: true, resource: ROLE });
    expect(JSON.stringify(decision)).not.toContain('AccessKeyId');
    expect(harness.deps.decisionLog.list()).toHaveLength(before);
  });

  it.each([
    ['a wrong audience', { webIdentityToken: () => token({ aud: 'other' }) }, 'wrong-audience'],
    ['no token', {}, 'constraint'],
  ])('%s is explained', async (_, { webIdentityToken }: { webIdentityToken?: () => string }, reason) => {
    const decision = await explainAssume(
      { action: 'AssumeRoleWithWebIdentity', roleArn: ROLE, webIdentityToken: webIdentityToken?.(), ...from },
      nobody,
      harness.deps,
    );
    expect(decision).toMatchObject({ allowed: false, reason });
  });

  it('AssumeRole without credentials is MissingAuthenticationToken', async () => {
    const decision = await explainAssume({ action: 'AssumeRole', roleArn: ROLE, ...from }, nobody, harness.deps);
    expect(decision).toMatchObject({ allowed: false, error: { code: 'MissingAuthenticationToken', status: 403 } });
  });
});
