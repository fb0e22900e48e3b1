/** Accounts in the control API, and the replacement of a trust policy. */
import { CreateAccessKeyCommand, CreateUserCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, GITHUB, MAIN_SUB, PROVIDER_ARN, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();
const pathOf = (arn: string, rest = ''): string => `/roles/${encodeURIComponent(arn)}${rest}`;

describe('/_rolecall/accounts', () => {
  it('returns the contents of each account, without secrets', async () => {
    await bed.registerGitHub();
    const arn = await bed.createRole('deploy');
    const document = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
    await bed
      .iam()
      .send(new PutRolePolicyCommand({ RoleName: 'deploy', PolicyName: 'upload', PolicyDocument: document }));
    await bed.iam().send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey: key } = await bed.iam().send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const { body } = await bed.control('GET', '/accounts');
    expect(body).toMatchObject({
      accounts: [
        {
          account: ACCOUNT,
          providers: [{ arn: PROVIDER_ARN, issuer: `https://${GITHUB}`, clientIds: ['sts.amazonaws.com'] }],
          roles: [{ arn, inline: [{ name: 'upload', document }], attached: [] }],
          users: [{ name: 'ann', keys: [{ id: key?.AccessKeyId, active: true }] }, { name: 'rolecall-admin' }],
        },
      ],
    });
    expect(JSON.stringify(body)).not.toContain(key?.SecretAccessKey);
  });
});

describe('/_rolecall/roles/{arn}', () => {
  it('replaces a trust policy, which the next AssumeRole* call uses', async () => {
    await bed.registerGitHub();
    const arn = await bed.createRole('deploy');
    const token = await bed.mint({ repository: 'octo-org/octo-repo', pull_request: 1 });
    expect((await refusal(bed.assume(arn, token))).code).toBe('AccessDenied');
    const { body } = await bed.control('GET', pathOf(arn));
    const trust = (body as { trust: string }).trust;
    const policy = trust.replace(MAIN_SUB, 'repo:octo-org/octo-repo:pull_request');
    expect(await bed.control('PUT', pathOf(arn, '/trust'), { policy })).toMatchObject({
      status: 200,
      body: { arn, trust: policy },
    });
    await bed.assume(arn, token);
    // The policy may also be an object.
    expect((await bed.control('PUT', pathOf(arn, '/trust'), { policy: JSON.parse(trust) as object })).body).toEqual(
      body,
    );
  });

  it.each([
    { what: 'no JSON', policy: '{', code: 'MalformedPolicyDocument' },
    { what: 'an empty text', policy: '', code: 'MalformedPolicyDocument' },
    { what: 'characters above U+00FF', policy: '→', code: 'MalformedPolicyDocument' },
    { what: 'no trust policy', policy: { Version: '2012-10-17', Statement: [] }, code: 'MalformedPolicyDocument' },
    {
      what: 'too long',
      policy: ' '.repeat(10) + JSON.stringify({ x: 'y'.repeat(3000) }),
      code: 'MalformedPolicyDocument',
    },
  ])('refuses like IAM: $what', async ({ policy, code }) => {
    const arn = await bed.createRole('deploy', undefined);
    const { status, body } = await bed.control('PUT', pathOf(arn, '/trust'), { policy });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code, detail: expect.stringMatching(/./) });
  });

  it('returns only existing roles, and suggests the nearest one', async () => {
    await bed.registerGitHub();
    const arn = await bed.createRole('deploy');
    const { status, body } = await bed.control('GET', pathOf(arn.replace('role/', 'role/team/')));
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'unknown-role', suggestion: arn });
  });
});
