/** Outbound federation: tokens of GetWebIdentityToken, verified by a relying party with jose, and their limits. */
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { accounts } from '../../src/accounts/model.ts';
import { put } from '../../src/store/store.ts';
import { outboundKeys } from '../../src/sts/outbound.ts';
import { ACCOUNT, ADMIN, type Answer, createHarness, credentialsOf, type Harness } from './harness.ts';

const ISSUER = 'https://8f2d5d1e-0000-4000-8000-000000000000.tokens.sts.global.api.aws';
const ADMIN_ARN = `arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin`;

let harness: Harness;
beforeEach(async () => {
  harness = createHarness();
  await harness.deps.store.commit([put(accounts, ACCOUNT, { account: ACCOUNT, outboundIssuer: ISSUER })]);
});

const ask = (parameters = {}, who = ADMIN): Promise<Answer> =>
  harness.sts(
    'GetWebIdentityToken',
    { 'Audience.member.1': 'https://api.example', SigningAlgorithm: 'ES384', ...parameters },
    who,
  );

async function verified(answer: Answer) {
  const keys = await outboundKeys(harness.deps);
  const token = String(answer.result['WebIdentityToken']);
  const currentDate = new Date(harness.clock.now());
  return jwtVerify(token, createLocalJWKSet({ keys: keys.keys.map(key => ({ kty: '', ...key })) }), {
    issuer: ISSUER,
    audience: 'https://api.example',
    currentDate,
  });
}

describe('GetWebIdentityToken', () => {
  it.each([
    ['ES384', 'EC384_0'],
    ['RS256', 'RSA_0'],
  ])('signs %s with the kid %s', async (alg, kid) => {
    const answer = await ask({ SigningAlgorithm: alg });
    expect(decodeProtectedHeader(String(answer.result['WebIdentityToken']))).toEqual({ alg, kid, typ: 'JWT' });
    const { payload } = await verified(answer);
    expect(payload).toMatchObject({ sub: ADMIN_ARN, aud: 'https://api.example', iss: ISSUER });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
    expect(answer.result['Expiration']).toBe(new Date(harness.clock.now() + 300_000).toISOString());
  });

  it('has account, region and tags in AWS’s own claim', async () => {
    const { payload } = await verified(await ask({ 'Tags.member.1.Key': 'job', 'Tags.member.1.Value': '7' }));
    expect(payload['https://sts.amazonaws.com/']).toMatchObject({
      aws_account: ACCOUNT,
      source_region: 'us-east-1',
      request_tags: { job: '7' },
    });
  });

  it('has the role ARN with its path as sub, and the expiry of the session', async () => {
    await harness.iam('CreateRole', {
      RoleName: 'worker',
      Path: '/team/',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
      }),
    });
    await harness.iam('PutRolePolicy', {
      RoleName: 'worker',
      PolicyName: 'p',
      PolicyDocument:
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:GetWebIdentityToken","Resource":"*"}}',
    });
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/team/worker`;
    const session = credentialsOf(await harness.sts('AssumeRole', { RoleArn, RoleSessionName: 'session' }, ADMIN));
    const { payload } = await verified(await ask({}, session));
    expect(payload.sub).toBe(RoleArn);
    expect(payload['https://sts.amazonaws.com/']).toMatchObject({
      original_session_exp: new Date(Math.floor(harness.clock.now() / 1000) * 1000 + 3_600_000).toISOString(),
    });
  });

  it('refuses claims of more than 14,984 bytes (text unconfirmed)', async () => {
    const audiences = Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [`Audience.member.${at + 1}`, 'é'.repeat(1000)]),
    );
    expect(await ask(audiences)).toMatchObject({ status: 400, code: 'JWTPayloadSizeExceededException' });
  });

  it('cannot be used to assume a role', async () => {
    await harness.iam('CreateOpenIDConnectProvider', { Url: ISSUER, 'ClientIDList.member.1': 'https://api.example' });
    const token = String((await ask()).result['WebIdentityToken']);
    harness.keySets.set(ISSUER, await outboundKeys(harness.deps));
    expect(
      await harness.sts('AssumeRoleWithWebIdentity', {
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/any`,
        RoleSessionName: 'session',
        WebIdentityToken: token,
      }),
    ).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  });

  it('stores its keys encrypted', async () => {
    await ask();
    const { outboundKeyRecords } = await import('../../src/sts/outbound.ts');
    const [record] = harness.deps.store.list(outboundKeyRecords, '');
    expect(Buffer.from(record?.value.sealed ?? '', 'base64').includes('PRIVATE')).toBe(false);
  });
});
