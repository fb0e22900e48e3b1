/** The reply: its headers and response formats, and the observers of a call. */
import { describe, expect, it } from 'vitest';
import { createPipeline, dispatch, type WireReply, type WireRequest } from '../../src/aws/dispatch.ts';
import { AwsError } from '../../src/aws/error.ts';
import { DAY, NOW, testPipeline } from '../support/aws-pipeline.ts';
import { errorOf, get, post, type SigningOptions, signedPost } from '../support/aws-requests.ts';

const { pipeline } = testPipeline();
const answer = async (request: WireRequest): Promise<WireReply> => dispatch(request, pipeline);
const sign = (body: string, options: Partial<SigningOptions> = {}): Promise<WireRequest> =>
  signedPost(body, { at: NOW, ...options });

const WEB = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn';
const WHO = 'Action=GetCallerIdentity&Version=2011-06-15';

describe('the reply', () => {
  it('has the headers of AWS', async () => {
    const { headers, body } = await answer(post(WEB));
    expect(headers).toEqual({
      'x-amzn-RequestId': expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      'x-amz-sts-extended-request-id': expect.any(String),
      'Content-Type': 'text/xml',
      Date: 'Fri, 20 Nov 2026 12:00:00 GMT',
      'x-rolecall-decision': 'decision-2',
    });
    expect(body).toContain(`<RequestId>${headers['x-amzn-RequestId']}</RequestId>`);
    expect(body).toContain('<Expiration>2026-11-21T12:00:00Z</Expiration>');
    const extended = Buffer.from(headers['x-amz-sts-extended-request-id'] ?? '', 'base64').toString();
    expect(extended).toMatch(/^1:us-east-1:S:1795176000000:R:[0-9A-Za-z]{8}$/);
  });

  it('of an error has the same headers', async () => {
    const { headers } = await answer(post('Action=No&Version=2011-06-15'));
    expect(headers).toMatchObject({ 'Content-Type': 'text/xml', 'x-amz-sts-extended-request-id': expect.any(String) });
    expect(headers).not.toHaveProperty('x-rolecall-decision');
  });

  it('of a refusal has the decision ID', async () => {
    const reply = await answer(post(`Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=refused`));
    expect(errorOf(reply)).toEqual([403, 'AccessDenied', 'Not authorized']);
    expect(reply.headers['x-rolecall-decision']).toBe('decision-2');
  });

  it('is JSON for Accept: application/json', async () => {
    const json = { accept: 'application/json' };
    const good = await answer(post(WEB, json));
    expect(good.headers['Content-Type']).toBe('application/json');
    expect(JSON.parse(good.body)).toEqual({
      AssumeRoleWithWebIdentityResponse: {
        AssumeRoleWithWebIdentityResult: { RoleArn: 'arn', Expiration: (NOW + DAY) / 1000 },
        ResponseMetadata: { RequestId: good.headers['x-amzn-RequestId'] },
      },
    });
    const bad = await answer(post('Action=No&Version=2011-06-15', json));
    expect([bad.status, JSON.parse(bad.body)]).toEqual([
      400,
      {
        Error: { Code: 'InvalidAction', Message: 'Could not find operation No for version 2011-06-15', Type: 'Sender' },
        RequestId: bad.headers['x-amzn-RequestId'],
      },
    ]);
  });
});

describe('the decision', async () => {
  const own = testPipeline();
  const refusals: unknown[] = [];
  const recording = createPipeline({
    ...own.pipeline,
    recordRefusal(error, { call, stage, parameters, accessKeyId }) {
      refusals.push([call.operation, error.code, stage, parameters.get('RoleArn'), accessKeyId]);
      return 'a refusal';
    },
  });
  const roles = (...names: string[]) =>
    sign(
      `Action=DeleteRoles&Version=2010-05-08&${names.map((name, at) => `RoleNames.member.${at + 1}=${name}`).join('&')}`,
      { service: 'iam' },
    );
  const web = (more: string) => post(`${WEB.slice(0, WEB.lastIndexOf('='))}=${more}`);

  it.each<[string, WireRequest, string | undefined, unknown]>([
    ['of a handler', web('arn'), 'decision-2', undefined],
    ['that refused, with its error', web('refused'), 'decision-2', undefined],
    ['of the last target', await roles('one', 'two'), 'two', undefined],
    ['that denied one of two targets', await roles('one', 'denied'), 'denied', undefined],
    [
      'of the first target, as refused by the handler',
      await roles('one', 'refused'),
      'one refused: AccessDenied',
      undefined,
    ],
    [
      'of a handler that fails',
      post('Action=Break&Version=2010-05-08'),
      'a refusal',
      ['Break', 'InternalFailure', 'handle'],
    ],
    ['about the input', web('x'), 'a refusal', ['AssumeRoleWithWebIdentity', 'ValidationError', 'read', 'x']],
    [
      'about members together',
      web('crossed'),
      'a refusal',
      ['AssumeRoleWithWebIdentity', 'ValidationError', 'read', 'crossed'],
    ],
    ['about the caller', post(WHO), 'a refusal', ['GetCallerIdentity', 'MissingAuthenticationToken', 'authenticate']],
    [
      'about the signature',
      await sign(WHO, { secretAccessKey: 'wrong' }),
      'a refusal',
      ['GetCallerIdentity', 'SignatureDoesNotMatch', 'authenticate', undefined, 'AKIDEXAMPLE'],
    ],
    ['nothing without an operation', post('Action=No&Version=2011-06-15'), undefined, undefined],
    ['nothing without a decision', await sign(WHO), undefined, undefined],
  ])('%s', async (_, request, id, refusal) => {
    refusals.length = 0;
    const reply = await dispatch(request, recording);
    expect(reply.headers['x-rolecall-decision']).toBe(id);
    const [, code, stage, role, key] = Array.isArray(refusal) ? refusal : [];
    expect(refusals).toEqual(Array.isArray(refusal) ? [[refusal[0], code, stage, role, key]] : []);
  });

  it('an error while it is recorded does not affect the reply, and goes to the log', async () => {
    const failing = createPipeline({
      ...own.pipeline,
      recordRefusal() {
        throw new TypeError('a broken listener');
      },
    });
    own.errors.length = 0;
    const reply = await dispatch(post(WHO), failing);
    expect([reply.status, errorOf(reply)[1]]).toEqual([403, 'MissingAuthenticationToken']);
    expect(own.errors).toEqual([new TypeError('a broken listener')]);
  });

  it('an injected fault is none', async () => {
    const faulty = createPipeline({
      ...recording,
      injectFault: () => new AwsError('Throttling', 400, 'Rate exceeded'),
    });
    refusals.length = 0;
    const reply = await dispatch(await sign(WHO), faulty);
    expect([errorOf(reply)[1], reply.headers['x-rolecall-decision'], refusals]).toEqual(['Throttling', undefined, []]);
  });
});

describe('observers', () => {
  it('the observer is called once per call that reached an operation', async () => {
    const own = testPipeline();
    for (const request of [
      post(WEB),
      await sign(WHO, { sessionToken: 'token' }),
      post(WHO),
      await sign('Action=DeleteRole&Version=2010-05-08&RoleName=denied', { service: 'iam' }),
      post('Action=No&Version=2011-06-15'),
      get(''),
    ]) {
      await dispatch(request, own.pipeline);
    }
    const calls = own.outcomes.map(({ call, operation, input, output, error }) => [
      `${call.service}:${operation.name}`,
      call.caller?.sessionToken ?? null,
      input,
      output === undefined ? error?.code : 'answered',
    ]);
    expect(calls).toEqual([
      ['sts:AssumeRoleWithWebIdentity', null, { RoleArn: 'arn' }, 'answered'],
      ['sts:GetCallerIdentity', 'token', {}, 'answered'],
      ['sts:GetCallerIdentity', null, undefined, 'MissingAuthenticationToken'],
      ['iam:DeleteRole', null, { RoleName: 'denied' }, 'AccessDenied'],
    ]);
  });

  it('an unexpected error is answered as InternalFailure and passed to the log', async () => {
    const own = testPipeline();
    const reply = await dispatch(post('Action=Break&Version=2010-05-08'), own.pipeline);
    expect([reply.status, reply.body.includes('<Type>Receiver</Type>'), errorOf(reply)[1]]).toEqual([
      500,
      true,
      'InternalFailure',
    ]);
    expect(reply.body).not.toContain('internal error');
    expect(own.errors).toEqual([new TypeError('an internal error')]);
    expect(own.outcomes[0]?.error?.cause).toBe(own.errors[0]);
  });

  it('a failing observer affects neither the reply nor other observers', async () => {
    const observed: unknown[] = [];
    const own = testPipeline();
    const errors: unknown[] = [];
    const failing = createPipeline({
      ...own.pipeline,
      observers: [
        {
          observe: () => {
            throw new RangeError('full');
          },
        },
        { observe: outcome => void observed.push(outcome) },
      ],
      onError: error => {
        errors.push(error);
      },
    });
    expect((await dispatch(post(WEB), failing)).status).toBe(200);
    expect(errors).toEqual([new RangeError('full')]);
    expect(observed).toHaveLength(1);
  });
});
