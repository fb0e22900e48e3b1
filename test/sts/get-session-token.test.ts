/** GetSessionToken and GetCallerIdentity. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, ADMIN, createHarness, credentialsOf, members } from './harness.ts';

const ADMIN_ARN = `arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin`;

describe('GetSessionToken', () => {
  it('returns a session of the user for 12 hours', async () => {
    const harness = createHarness();
    const answer = await harness.sts('GetSessionToken', {}, ADMIN);
    const { Expiration } = members(answer.result['Credentials']);
    const second = Math.floor(harness.clock.now() / 1000);
    expect(Date.parse(String(Expiration)) / 1000 - second).toBe(43_200);
    const who = await harness.sts('GetCallerIdentity', {}, credentialsOf(answer));
    expect(who.result).toMatchObject({ Arn: ADMIN_ARN, Account: ACCOUNT, UserId: expect.stringMatching(/^AIDA/) });
    expect(harness.decisionOf(answer)).toMatchObject({ allowed: true, action: 'sts:GetSessionToken' });
  });

  it('requires long-term credentials', async () => {
    const harness = createHarness();
    const session = credentialsOf(await harness.sts('GetSessionToken', {}, ADMIN));
    expect(await harness.sts('GetSessionToken', {}, session)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  it('refuses the code of a device of another user', async () => {
    const harness = createHarness();
    const mfa = { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/phone`, TokenCode: '123456' };
    expect(await harness.sts('GetSessionToken', mfa, ADMIN)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message:
        'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    });
  });

  it.each([{ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/phone` }, { TokenCode: '123456' }])(
    'refuses %o alone (unconfirmed)',
    async half => {
      expect(await createHarness().sts('GetSessionToken', half, ADMIN)).toMatchObject({
        status: 403,
        code: 'AccessDenied',
        message: 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
      });
    },
  );
});

describe('GetCallerIdentity', () => {
  it('returns Arn, UserId and Account in this order', async () => {
    const harness = createHarness();
    const { body } = await harness.sts('GetCallerIdentity', {}, ADMIN);
    expect(body.match(/<(Arn|UserId|Account)>/g)).toEqual(['<Arn>', '<UserId>', '<Account>']);
  });

  it('is allowed even with an explicit deny', async () => {
    const harness = createHarness();
    await harness.sts('GetCallerIdentity', {}, ADMIN);
    await harness.iam('PutUserPolicy', {
      UserName: 'rolecall-admin',
      PolicyName: 'nothing',
      PolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}',
    });
    expect((await harness.sts('GetCallerIdentity', {}, ADMIN)).status).toBe(200);
  });
});
