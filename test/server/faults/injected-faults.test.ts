/** Injected faults with real clients: errors, statuses, delays, dropped connections, limited by times. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { InjectedFaultDeclaration } from '../../../src/index.ts';
import { ACCOUNT, ADMINISTRATOR, AUDIENCE, refusal, useEmulator } from '../../support/emulator.ts';

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

  it.each([{ error: 'ServiceUnavailable' }, { error: 'Throttling' }, { status: 500 }, { drop: true }])(
    'is retried by an SDK: %j',
    async respond => {
      await declare({ match: { action: 'sts:GetCallerIdentity' }, respond, times: 2 });
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
    },
  );

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

describe('an error of the catalogue', () => {
  /** Headers of a call that is signed now with an unknown access key. */
  const signed = (service: string, more: Readonly<Record<string, string>> = {}) => {
    const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = `AKIAUNKNOWN/${date.slice(0, 8)}/us-east-1/${service}/aws4_request`;
    return {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=00`,
      'x-amz-date': date,
      ...more,
    };
  };
  const TRAIL = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
  };
  const WHO = 'Action=GetCallerIdentity&Version=2011-06-15';

  const VARYING = ['date', 'x-amzn-requestid', 'x-rolecall-decision'];

  /** Status, headers and body, without what differs between two calls. */
  async function replyOf(headers: Readonly<Record<string, string>>, body: string) {
    const answer = await fetch(bed.rolecall.url, { method: 'POST', headers, body });
    const id = answer.headers.get('x-amzn-requestid') ?? 'none';
    const sent = [...answer.headers].filter(([name]) => !VARYING.includes(name));
    return {
      status: answer.status,
      headers: sent.map(([name, value]) => [name, name === 'x-amz-sts-extended-request-id' ? value.length : value]),
      body: (await answer.text()).replaceAll(id, 'ID'),
    };
  }

  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['STS', signed('sts'), WHO, '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'],
    ['STS in JSON', signed('sts', { accept: 'application/json' }), WHO, '{"Error":{"Code":"InvalidClientTokenId"'],
    [
      'IAM',
      signed('iam'),
      'Action=ListRoles&Version=2010-05-08',
      '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">',
    ],
    ['CloudTrail', signed('cloudtrail', TRAIL), '{}', '{"__type":"UnrecognizedClientException"'],
  ])('is answered as the genuine one: %s', async (_name, headers, body, part) => {
    const genuine = await replyOf(headers, body);
    expect(genuine.body).toContain(part);
    expect(bed.rolecall.decisions.list()).toHaveLength(1);
    await declare({ match: {}, respond: { error: 'InvalidClientTokenId' } });
    const injected = await replyOf(headers, body);
    expect(injected).toEqual(genuine);
    expect(bed.rolecall.decisions.list()).toHaveLength(1);
    expect(bed.rolecall.faults.list()).toMatchObject([{ hits: 1 }]);
  });

  it('does not replace the refusal of a signed call from another origin', async () => {
    await declare({ match: {}, respond: { error: 'InvalidClientTokenId' } });
    const { status, headers, body } = await replyOf(signed('sts', { origin: 'https://page.example' }), WHO);
    expect([status, body]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
    expect(headers.map(([name]) => name)).toContain('x-amz-sts-extended-request-id');
    expect(bed.rolecall.faults.list()).toMatchObject([{ hits: 0 }]);
  });

  it('has the headers of STS', async () => {
    await declare({ match: {}, respond: { error: 'Throttling' } });
    const { headers } = await bed.form({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
    expect(atob(headers.get('x-amz-sts-extended-request-id') ?? '')).toMatch(/^1:us-east-1:S:\d+:R:[0-9a-f]{8}$/);
  });

  it.each([
    ['Throttling', 400, 'Rate exceeded'],
    ['ThrottlingException', 400, 'Rate exceeded'],
    ['ExpiredToken', 403, 'The security token included in the request is expired'],
    [
      'ExpiredTokenException',
      400,
      'Token expired: current date/time 1789999700 must be before the expiration date/time 1789999700',
    ],
    ['AccessDenied', 403, 'Not authorized to perform sts:GetCallerIdentity'],
    [
      'IDPCommunicationError',
      400,
      'The request could not be fulfilled because the identity provider (IDP) that was asked to verify the incoming identity token could not be reached.',
    ],
    [
      'RegionDisabledException',
      403,
      'STS is not activated in this region for account:000000000000. Your account administrator can activate STS in this region using the IAM Console.',
    ],
    [
      'SignatureDoesNotMatch',
      403,
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ],
    ['InvalidClientTokenId', 403, 'The security token included in the request is invalid.'],
    [
      'InvalidIdentityToken',
      400,
      'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.',
    ],
    ['LimitExceeded', 409, 'An injected fault.'],
    [
      'ConcurrentModification',
      409,
      'Request was rejected because multiple concurrent changes were submitted to the entity.',
    ],
    ['ServiceFailure', 500, 'The request processing has failed because of an unknown error, exception or failure.'],
    ['InternalFailure', 500, undefined],
    ['ServiceUnavailable', 503, 'The request has failed due to a temporary failure of the server.'],
    ['NoSuchEntity', 404, 'An injected fault.'],
  ])('%s has AWS’s status and message', async (error, status, message) => {
    bed.rolecall.clock.freeze();
    bed.rolecall.clock.set(1_790_000_000_000);
    await declare({ match: {}, respond: { error } });
    const answer = await bed.form({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
    const text = (name: string) => new RegExp(`<${name}>(.*)</${name}>`).exec(answer.text)?.[1];
    expect([answer.status, text('Code'), text('Message')]).toEqual([status, error, message]);
    expect(text('Type')).toBe(status < 500 ? 'Sender' : 'Receiver');
  });

  it.each([
    [{ error: 'Throttling', status: 503 }, 503, 'Throttling', 'Rate exceeded'],
    [{ error: 'Throttling', message: 'slow' }, 400, 'Throttling', 'slow'],
    [{ error: 'MadeUp', status: 418 }, 418, 'MadeUp', 'An injected fault.'],
    [{ status: 429 }, 429, 'ValidationError', 'An injected fault.'],
    [{ status: 502 }, 502, 'InternalFailure', undefined],
    [{ error: 'Throttling', delayMs: 1 }, 400, 'Throttling', 'Rate exceeded'],
  ])('%j', async (respond, status, code, message) => {
    await declare({ match: {}, respond });
    const answer = await bed.form({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
    const text = (name: string) => new RegExp(`<${name}>(.*)</${name}>`).exec(answer.text)?.[1];
    expect([answer.status, text('Code'), text('Message')]).toEqual([status, code, message]);
  });
});

describe('requests that reach no operation', () => {
  it.each<[string, string, RequestInit, number]>([
    ['an unknown action', '/?Action=None&Version=2011-06-15', {}, 400],
    ['HEAD', '/?Action=GetCallerIdentity&Version=2011-06-15', { method: 'HEAD' }, 405],
    ['a preflight', '/', { method: 'OPTIONS', headers: { origin: 'https://page.example' } }, 204],
    ['the control API', '/_rolecall/health', {}, 200],
    ['a redirect', '/', { redirect: 'manual' }, 302],
  ])('have no fault: %s', async (_name, path, init, status) => {
    await declare({ match: {}, respond: { error: 'Throttling', status: 429 } });
    expect((await fetch(`${bed.rolecall.url}${path}`, init)).status).toBe(status);
    expect(bed.rolecall.faults.list()).toMatchObject([{ hits: 0 }]);
  });
});

describe('a fault of an issuer', () => {
  const discover = (id: string) => fetch(`${bed.rolecall.url}/idp/${id}/.well-known/openid-configuration`);

  it.each([
    [
      { status: 503 },
      503,
      { error: 'InternalFailure', message: 'The request processing has failed because of an unknown error.' },
    ],
    [{ error: 'Throttling' }, 400, { error: 'Throttling', message: 'Rate exceeded' }],
    [
      { error: 'AccessDenied' },
      403,
      {
        error: 'AccessDenied',
        message: 'An injected fault.',
      },
    ],
    [{ error: 'slow.down', status: 429, message: 'later' }, 429, { error: 'slow.down', message: 'later' }],
  ])('%j has the form of its errors', async (respond, status, body) => {
    await declare({ match: { issuer: 'gitlab-ci' }, respond });
    const answer = await discover('gitlab-ci');
    expect([answer.status, await answer.json()]).toEqual([status, body]);
  });

  it('may delay a request or drop its connection', async () => {
    await declare({ match: { issuer: 'gitlab-ci' }, respond: { delayMs: 1 }, times: 1 });
    expect((await discover('gitlab-ci')).status).toBe(200);
    await declare({ match: { issuer: 'gitlab-ci' }, respond: { drop: true }, times: 1 });
    await expect(discover('gitlab-ci')).rejects.toThrow();
    expect(bed.rolecall.faults.list()).toEqual([]);
  });

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

describe('a token in a call', () => {
  const call = async (token: string, init: 'body' | 'query' = 'body') => {
    const form = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::000000000000:role/deploy',
      RoleSessionName: 'session',
      WebIdentityToken: token,
    });
    const { url } = bed.rolecall;
    const answer = await (init === 'body' ? fetch(url, { method: 'POST', body: form }) : fetch(`${url}/?${form}`));
    return /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1];
  };

  it('is found in the body and in the query', async () => {
    await declare({
      match: { issuer: 'github-actions', action: 'AssumeRoleWithWebIdentity' },
      respond: { error: 'ServiceUnavailable' },
    });
    const token = await bed.mint();
    expect([await call(token), await call(token, 'query')]).toEqual(['ServiceUnavailable', 'ServiceUnavailable']);
  });

  it.each([
    ['no token', ''],
    ['no JSON', 'a.b.c'],
    ['only the text of an iss', `a.${btoa('x"iss":"https://token.actions.githubusercontent.com"')}.c`],
    ['a longer token than STS accepts', 'x'.repeat(20_001)],
  ])('is of no issuer: %s', async (_name, token) => {
    await declare({
      match: { issuer: 'github-actions', action: 'AssumeRoleWithWebIdentity' },
      respond: { error: 'ServiceUnavailable' },
    });
    expect(await call(token)).not.toBe('ServiceUnavailable');
    expect(bed.rolecall.faults.list()).toMatchObject([{ hits: 0 }]);
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
    [
      { match: { action: 'iam:GetCallerIdentity' }, respond: { error: 'Throttling' } },
      { path: '/match/action', suggestion: 'sts:GetCallerIdentity' },
    ],
    [
      { match: { action: 'iam:GetSSHPublicKey' }, respond: { error: 'Throttling' } },
      { path: '/match/action', detail: 'Rolecall does not emulate the AWS operation "iam:GetSSHPublicKey"' },
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
    // The library applies the same rules and reports the same members.
    const { detail, ...members } = problem as { detail?: string; path: string };
    const declared = fault as InjectedFaultDeclaration;
    expect(() => bed.rolecall.faults.add(declared)).toThrow(
      expect.objectContaining({ ...members, ...(detail === undefined ? {} : { message: detail }) }),
    );
    expect(bed.rolecall.faults.list()).toEqual([]);
  });

  it('refuses more than 1000 faults', () => {
    const fault = { match: {}, respond: { error: 'Throttling' } };
    for (let at = 0; at < 1000; at++) bed.rolecall.faults.add(fault);
    expect(() => bed.rolecall.faults.add(fault)).toThrow('1000 injected faults already exist; delete some first');
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
    await declare({ match: { action: 'GetCallerIdentity' }, respond: { error: 'Throttling' }, times: 1 });
    await refusal(identity());
    expect((await bed.control('GET', '/metrics')).body).toContain(
      'rolecall_aws_calls_total{service="sts",operation="GetCallerIdentity",error="Throttling"} 1',
    );
    expect(body).toContain('rolecall_tokens_minted_total 1');
    expect(body).toContain('rolecall_process_resident_memory_bytes');
  });
});
