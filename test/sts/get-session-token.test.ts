/** GetSessionToken and GetCallerIdentity: sessions of users themselves, and who one is. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, ADMIN, credentialsOf, makeHouse, members } from './harness.ts';

const ADMIN_ARN = `arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin`;

describe('GetSessionToken', () => {
  it('gives a session of the user, for twelve hours', async () => {
    const house = makeHouse();
    const answer = await house.sts('GetSessionToken', {}, ADMIN);
    const { Expiration } = members(answer.result['Credentials']);
    const second = Math.floor(house.clock.now() / 1000);
    expect(Date.parse(String(Expiration)) / 1000 - second).toBe(43_200);
    const who = await house.sts('GetCallerIdentity', {}, credentialsOf(answer));
    expect(who.result).toMatchObject({ Arn: ADMIN_ARN, Account: ACCOUNT, UserId: expect.stringMatching(/^AIDA/) });
    expect(house.decisionOf(answer)).toMatchObject({ allowed: true, action: 'sts:GetSessionToken' });
  });

  it('wants long-term credentials', async () => {
    const house = makeHouse();
    const session = credentialsOf(await house.sts('GetSessionToken', {}, ADMIN));
    expect(await house.sts('GetSessionToken', {}, session)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  it('refuses the code of a device that is not the user’s', async () => {
    const house = makeHouse();
    const mfa = { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/phone`, TokenCode: '123456' };
    expect(await house.sts('GetSessionToken', mfa, ADMIN)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message:
        'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    });
  });

  it.each([{ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/phone` }, { TokenCode: '123456' }])(
    'with %o alone is half of MFA (unconfirmed)',
    async half => {
      expect(await makeHouse().sts('GetSessionToken', half, ADMIN)).toMatchObject({
        status: 403,
        code: 'AccessDenied',
        message: 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
      });
    },
  );
});

describe('GetCallerIdentity', () => {
  it('answers Arn, UserId and Account in that order', async () => {
    const house = makeHouse();
    const { body } = await house.sts('GetCallerIdentity', {}, ADMIN);
    expect(body.match(/<(Arn|UserId|Account)>/g)).toEqual(['<Arn>', '<UserId>', '<Account>']);
  });

  it('not even an explicit deny stops it', async () => {
    const house = makeHouse();
    await house.sts('GetCallerIdentity', {}, ADMIN);
    await house.iam('PutUserPolicy', {
      UserName: 'rolecall-admin',
      PolicyName: 'nothing',
      PolicyDocument: '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}',
    });
    expect((await house.sts('GetCallerIdentity', {}, ADMIN)).status).toBe(200);
  });
});
