/** Injected faults with real clients: errors, statuses, delays, dropped connections, limited by times. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, ADMINISTRATOR, AUDIENCE, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();

const declare = (fault: unknown) => bed.control('POST', '/faults', fault);
const identity = () => bed.sts().send(new GetCallerIdentityCommand({}));

describe('a fault of an operation', () => {
  it('applies to the given number of requests', async () => {
    await declare({ match: { action: 'GetCallerIdentity' }, respond: { error: 'Throttling' }, times: 2 });
    for (let at = 0; at < 2; at++) {
      expect(await refusal(identity())).toEqual({ code: 'Throttling', status: 400, message: 'Rate exceeded' });
    }
    expect((await identity()).Account).toBe(ACCOUNT);
  });

  it('is retried by an SDK', async () => {
    await declare({ match: { action: 'sts:GetCallerIdentity' }, respond: { error: 'ServiceUnavailable' }, times: 2 });
    const patient = new STSClient({
      endpoint: bed.rolecall.url,
      region: 'us-east-1',
      credentials: ADMINISTRATOR,
      maxAttempts: 3,
    });
    const answer = await patient.send(new GetCallerIdentityCommand({}));
    patient.destroy();
    expect(answer.$metadata.attempts).toBe(3);
    expect(answer.Account).toBe(ACCOUNT);
  });

  it('does not affect other operations', async () => {
    await declare({ match: { action: 'AssumeRole' }, respond: { error: 'Throttling' } });
    expect((await identity()).Account).toBe(ACCOUNT);
  });

  it('is serialized in the protocol of its call', async () => {
    await bed.rolecall.reset();
    await declare({ match: { action: 'iam:ListRoles' }, respond: { error: 'Throttling' }, times: 1 });
    const iam = await bed.form({ Action: 'ListRoles', Version: '2010-05-08' });
    expect(iam.text).toContain('<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">');
    await declare({ match: { action: 'LookupEvents' }, respond: { error: 'ThrottlingException' }, times: 1 });
    const trail = await fetch(bed.rolecall.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
      },
      body: '{}',
    });
    expect(trail.headers.get('content-type')).toMatch(/^application\/x-amz-json-1\.1/);
    expect(await trail.json()).toEqual({ __type: 'ThrottlingException', message: 'Rate exceeded' });
  });

  it('may be any error with a status and message', async () => {
    await declare({
      match: {},
      respond: { error: 'RegionDisabledException', status: 403, message: 'not here' },
      times: 1,
    });
    expect(await refusal(identity())).toEqual({ code: 'RegionDisabledException', status: 403, message: 'not here' });
  });

  it('may only delay a request', async () => {
    await declare({ match: { action: 'GetCallerIdentity' }, respond: { delayMs: 60 }, times: 1 });
    const began = performance.now();
    expect((await identity()).Account).toBe(ACCOUNT);
    expect(performance.now() - began).toBeGreaterThanOrEqual(55);
  });

  it('may drop the connection', async () => {
    await declare({ match: { action: 'GetCallerIdentity' }, respond: { drop: true }, times: 1 });
    await expect(bed.form({ Action: 'GetCallerIdentity', Version: '2011-06-15' })).rejects.toThrow();
    expect((await identity()).Account).toBe(ACCOUNT);
  });
});

describe('a fault of an issuer', () => {
  it('applies only to its endpoints', async () => {
    await declare({ match: { issuer: 'github-actions' }, respond: { status: 503 }, times: 1 });
    const status = async (id: string) =>
      (await fetch(`${bed.rolecall.url}/idp/${id}/.well-known/openid-configuration`)).status;
    expect([await status('gitlab-ci'), await status('github-actions'), await status('github-actions')]).toEqual([
      200, 503, 200,
    ]);
  });

  it('with an operation applies to calls that contain its tokens', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await declare({
      match: { issuer: 'github-actions', action: 'AssumeRoleWithWebIdentity' },
      respond: { error: 'IDPCommunicationError' },
      times: 1,
    });
    const { token: other } = await bed.rolecall.mint({ issuer: 'gitlab-ci', audience: AUDIENCE });
    expect((await refusal(bed.assume(role, other))).code).toBe('InvalidIdentityTokenException');
    expect(await refusal(bed.assume(role, await bed.mint()))).toMatchObject({
      code: 'IDPCommunicationErrorException',
      status: 400,
    });
    expect((await bed.assume(role, await bed.mint())).accessKeyId).toMatch(/^ASIA/);
  });
});

describe('declaring', () => {
  it('lists, counts and removes faults', async () => {
    const { body } = await declare({ match: {}, respond: { error: 'Throttling' } });
    await refusal(identity());
    expect(await bed.control('GET', '/faults')).toMatchObject({ body: { faults: [{ id: 'fault-1', hits: 1 }] } });
    expect((await bed.control('DELETE', `/faults/${(body as { id: string }).id}`)).status).toBe(204);
    expect((await identity()).Account).toBe(ACCOUNT);
  });

  it.each([
    [{ match: { issuer: 'github' }, respond: { status: 500 } }, { path: '/match/issuer' }],
    [
      { match: { issuer: 'github-action' }, respond: { status: 500 } },
      { path: '/match/issuer', suggestion: 'github-actions' },
    ],
    [
      { match: {}, respond: { error: 'Throtling' } },
      { path: '/respond/error', suggestion: 'Throttling' },
    ],
    [
      { match: { action: 'sts:GetCalerIdentity' }, respond: { error: 'Throttling' } },
      { path: '/match/action', suggestion: 'GetCallerIdentity' },
    ],
    [{ match: {}, respond: {} }, { path: '/respond' }],
    [{ match: {}, respond: { status: 200 } }, { path: '/respond/status' }],
    [
      { match: {}, respond: { status: 500 }, tmes: 1 },
      { path: '/tmes', suggestion: 'times' },
    ],
  ])('refuses %j', async (fault, problem) => {
    const { status, body } = await declare(fault);
    expect(status).toBe(400);
    for (const [member, value] of Object.entries(problem)) expect(body).toHaveProperty(member, value);
  });
});

describe('metrics', () => {
  it('count calls by operation and error, and tokens', async () => {
    await identity();
    await refusal(bed.sts({ accessKeyId: 'test', secretAccessKey: 'no' }).send(new GetCallerIdentityCommand({})));
    await bed.control('POST', '/tokens', { issuer: 'github-actions' });
    const { body } = await bed.control('GET', '/metrics');
    expect(body).toContain('rolecall_aws_calls_total{service="sts",operation="GetCallerIdentity",error=""} 1');
    expect(body).toContain(
      'rolecall_aws_calls_total{service="sts",operation="GetCallerIdentity",error="SignatureDoesNotMatch"} 1',
    );
    expect(body).toContain('rolecall_tokens_minted_total 1');
    expect(body).toContain('rolecall_process_resident_memory_bytes');
  });
});
