/** The federation of a CI job with the AWS SDK, and the errors for rejected tokens: code, status and message. */
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { startRolecall } from '../../src/index.ts';
import { ACCOUNT, AUDIENCE, GITHUB, keysOf, MAIN_SUB, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();

const NOT_VALIDATED =
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.';
const NOT_AUTHORIZED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";

describe('the federation', () => {
  it('exchanges a token of main for credentials with the session name', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const keys = await bed.assume(role, await bed.mint());
    expect(keys.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(keys.secretAccessKey).toHaveLength(40);
    const identity = await bed.sts(keys).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/test-session`,
    });
    expect(identity.UserId).toMatch(/^AROA[A-Z2-7]{17}:test-session$/);
  });

  it('supports user keys, GetSessionToken and AssumeRole', async () => {
    const { User: user } = await bed.iam().send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey: key } = await bed.iam().send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const ann = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    const session = await bed.sts(ann).send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const identity = await bed.sts(keysOf(session.Credentials)).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ UserId: user?.UserId, Arn: `arn:aws:iam::${ACCOUNT}:user/ann` });
    await bed.iam().send(
      new PutUserPolicyCommand({
        UserName: 'ann',
        PolicyName: 'assume',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' },
        }),
      }),
    );
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    // The trust policy allows the provider only.
    expect(await refusal(bed.sts(ann).send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'ann' })))).toEqual({
      code: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:iam::${ACCOUNT}:user/ann is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    });
  });
});

describe('a token is rejected', () => {
  const rows: [string, () => Promise<string>, { code: string; status: number; message: string | RegExp }][] = [
    [
      'when it is not a JWT',
      async () => 'garbage',
      {
        code: 'InvalidIdentityTokenException',
        status: 400,
        message: 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      },
    ],
    [
      'if its issuer is not registered',
      () => bed.rolecall.mint({ issuer: 'gitlab-ci', audience: AUDIENCE }).then(({ token }) => token),
      { code: 'InvalidIdentityTokenException', status: 400, message: NOT_VALIDATED },
    ],
    [
      'if its audience is not registered',
      () => bed.mint({}, { audience: 'https://github.com/octo-org' }),
      { code: 'InvalidIdentityTokenException', status: 400, message: NOT_VALIDATED },
    ],
    [
      'if it has expired',
      () => bed.mint({}, { faults: ['expired'] }),
      {
        code: 'ExpiredTokenException',
        status: 400,
        message: /^Token expired: current date\/time \d+ must be before the expiration date\/time \d+$/,
      },
    ],
    [
      'if another key signed it',
      () => bed.mint({}, { faults: ['wrong-key'] }),
      { code: 'InvalidIdentityTokenException', status: 400, message: /./ },
    ],
    [
      'if its key is unknown',
      () => bed.mint({}, { faults: ['unknown-kid'] }),
      { code: 'InvalidIdentityTokenException', status: 400, message: NO_KEY },
    ],
    [
      'if the conditions do not match',
      () => bed.mint({ event_name: 'pull_request' }),
      { code: 'AccessDenied', status: 403, message: NOT_AUTHORIZED },
    ],
  ];

  it.each(rows)('%s', async (_, token, { code, status, message }) => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const refused = await refusal(bed.assume(role, await token()));
    expect(refused).toMatchObject({ code, status });
    if (typeof message === 'string') expect(refused.message).toBe(message);
    else expect(refused.message).toMatch(message);
    expect(bed.rolecall.decisions.last()).toMatchObject({ allowed: false });
  });

  it('when the role does not exist, with the same message', async () => {
    await bed.registerGitHub();
    expect(await refusal(bed.assume(`arn:aws:iam::${ACCOUNT}:role/none`, await bed.mint()))).toEqual({
      code: 'AccessDenied',
      status: 403,
      message: NOT_AUTHORIZED,
    });
  });

  it('and the decision contains the condition, the expected and the actual value', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const token = await bed.mint({ event_name: 'pull_request' });
    const reply = await bed.form({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: 'ci',
      WebIdentityToken: token,
    });
    expect(reply.status).toBe(403);
    const { body } = await bed.control('GET', `/decisions/${reply.headers.get('x-rolecall-decision')}`);
    expect(body).toMatchObject({
      action: 'sts:AssumeRoleWithWebIdentity',
      allowed: false,
      reason: 'implicit-deny',
      error: { status: 403, code: 'AccessDenied', message: NOT_AUTHORIZED },
      layers: [
        {
          layer: 'trust',
          outcome: 'implicit-deny',
          statements: [
            {
              applies: false,
              conditions: [
                { key: `${GITHUB}:aud`, ok: true },
                {
                  operator: 'StringEquals',
                  key: `${GITHUB}:sub`,
                  expected: [MAIN_SUB],
                  actual: ['repo:octo-org/octo-repo:pull_request'],
                  ok: false,
                },
              ],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(body)).not.toContain(token);
    expect((body as { explanation: string[] }).explanation.join(' ')).toContain('pull_request');
  });
});

describe('a signed call is rejected', () => {
  const INVALID = {
    code: 'InvalidClientTokenId',
    status: 403,
    message: 'The security token included in the request is invalid.',
  };
  const MISMATCH = {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  };
  const identity = (keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
    refusal(bed.sts(keys).send(new GetCallerIdentityCommand({})));

  it('with an unknown key', async () => {
    expect(await identity({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' })).toEqual(INVALID);
  });

  it('with a wrong secret', async () => {
    expect(await identity({ accessKeyId: 'test', secretAccessKey: 'wrong' })).toEqual(MISMATCH);
  });

  it('with a session that expired because the clock moved', async () => {
    await bed.registerGitHub();
    const keys = await bed.assume(await bed.createRole('deploy'), await bed.mint());
    await bed.control('PUT', '/clock', { advance: 'PT2H' });
    expect(await identity(keys)).toEqual({
      code: 'ExpiredToken',
      status: 403,
      message: 'The security token included in the request is expired',
    });
  });

  it('with a session of another instance', async () => {
    const other = await startRolecall();
    try {
      const { STSClient } = await import('@aws-sdk/client-sts');
      const sts = new STSClient({
        endpoint: other.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      });
      const session = await sts.send(new GetSessionTokenCommand({}));
      sts.destroy();
      expect(await identity(keysOf(session.Credentials))).toEqual(INVALID);
    } finally {
      await other.close();
    }
  });

  it('with a session from before a reset', async () => {
    await bed.registerGitHub();
    const keys = await bed.assume(await bed.createRole('deploy'), await bed.mint());
    await bed.rolecall.reset();
    await bed.registerGitHub();
    await bed.createRole('deploy');
    expect(await identity(keys)).toEqual(INVALID);
  });

  it.each(['missing', 'altered', 'extended'])('with a session token %s', async damage => {
    await bed.registerGitHub();
    const keys = await bed.assume(await bed.createRole('deploy'), await bed.mint());
    const token = keys.sessionToken ?? '';
    const tokens: Record<string, string | undefined> = {
      missing: undefined,
      altered: `${token.slice(0, 40)}${token[40] === 'A' ? 'B' : 'A'}${token.slice(41)}`,
      extended: `${token}====A`,
    };
    const sessionToken = tokens[damage];
    expect(
      await identity({
        accessKeyId: keys.accessKeyId,
        secretAccessKey: keys.secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
      }),
    ).toEqual(INVALID);
  });
});
