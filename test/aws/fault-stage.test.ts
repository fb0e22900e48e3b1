/** The stage of injected faults in the pipeline: its place, its effects, and that its errors are those of the wire. */
import { describe, expect, it } from 'vitest';
import {
  createPipeline,
  dispatch,
  type FaultEffect,
  type Pipeline,
  refuseRequest,
  type WireRequest,
} from '../../src/aws/dispatch.ts';
import { AwsError } from '../../src/aws/error.ts';
import { MovableClock } from '../../src/kernel/clock.ts';
import { DAY, NOW, type TestCaller, type TestPipeline, testPipeline } from '../support/aws-pipeline.ts';
import { errorOf, get, post, signedPost } from '../support/aws-requests.ts';

const WEB = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=crossed';
const WHO = 'Action=GetCallerIdentity&Version=2011-06-15';
const TARGET = { 'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents' };
const JSON_11 = { 'content-type': 'application/x-amz-json-1.1', ...TARGET };
const throttling = new AwsError('Throttling', 400, 'Rate exceeded');

type Stage = NonNullable<Pipeline<TestCaller>['injectFault']>;

const withStage = (injectFault: Stage, own: TestPipeline = testPipeline()): Pipeline<TestCaller> =>
  createPipeline({ ...own.pipeline, injectFault });
const withFault = (effect: FaultEffect | Promise<FaultEffect>): Pipeline<TestCaller> => withStage(() => effect);
const identified = (request: WireRequest): WireRequest => ({ ...request, requestId: 'request-1' });

describe('the stage', () => {
  it('gets the matched operation, the parameters of the form and the request', async () => {
    const seen: unknown[] = [];
    const pipeline = withStage((call, parameters, request) => {
      seen.push([`${call.service}:${call.operation}`, parameters.get('RoleArn'), request.sourceIp]);
      return undefined;
    });
    await dispatch(post(`${WEB}%2B&Note=a+b`), pipeline);
    await dispatch(get(`${WEB}`), pipeline);
    await dispatch(post('{}', JSON_11), pipeline);
    expect(seen).toEqual([
      ['sts:AssumeRoleWithWebIdentity', 'crossed+', '192.0.2.7'],
      ['sts:AssumeRoleWithWebIdentity', 'crossed', '192.0.2.7'],
      ['cloudtrail:LookupEvents', undefined, '192.0.2.7'],
    ]);
  });

  it.each<[string, WireRequest, number]>([
    ['an unknown action', post('Action=No&Version=2011-06-15'), 400],
    ['an operation that is not emulated', post('Action=AssumeRoleWithSAML&Version=2011-06-15'), 400],
    ['another method', { ...post(WHO), method: 'PUT' }, 405],
    ['a request without action', get(''), 302],
  ])('is not reached by %s', async (_name, request, status) => {
    const pipeline = withStage(() => {
      throw new Error('the stage was called');
    });
    expect((await dispatch(request, pipeline)).status).toBe(status);
  });

  it('precedes authentication', async () => {
    const request = await signedPost(WHO, { at: NOW, secretAccessKey: 'wrong' });
    expect(errorOf(await dispatch(request, testPipeline().pipeline))[1]).toBe('SignatureDoesNotMatch');
    expect(errorOf(await dispatch(request, withFault(throttling)))).toEqual([400, 'Throttling', 'Rate exceeded']);
  });

  it('leaves a call without fault synchronous', () => {
    const reply = dispatch(post(WEB), withFault(undefined));
    expect(reply).not.toBeInstanceOf(Promise);
    expect(reply).toMatchObject({ status: 400 });
  });

  it('may delay a call, which continues', async () => {
    let release = (): void => undefined;
    const reply = dispatch(
      post(WEB),
      withFault(
        new Promise(resolve => {
          release = () => resolve(undefined);
        }),
      ),
    );
    expect(reply).toBeInstanceOf(Promise);
    release();
    expect(errorOf(await reply)).toEqual([400, 'ValidationError', 'crossed is invalid']);
  });

  it('may delay a call, which is then made at the time when the delay is over', async () => {
    const own = testPipeline();
    const clock = new MovableClock();
    clock.freeze(true);
    const pipeline = createPipeline({
      ...own.pipeline,
      clock,
      injectFault: () =>
        Promise.resolve()
          .then(() => clock.advance(DAY))
          .then(() => undefined),
    });
    const before = clock.now();
    const { body } = await dispatch(post(WEB.replace('crossed', 'role')), pipeline);
    const expiration = Date.parse(/<Expiration>(.*)<\/Expiration>/.exec(body)?.[1] ?? '');
    expect(expiration).toBe(Math.floor((before + DAY) / 1000) * 1000);
    expect(own.outcomes.at(-1)?.call.now).toBe(before + DAY);
  });

  it('may drop a call, also after a delay', async () => {
    const own = testPipeline();
    for (const effect of ['drop', Promise.resolve<FaultEffect>('drop')] as const) {
      const pipeline = withStage(() => effect, own);
      expect(await dispatch(post(WEB), pipeline)).toEqual({ status: 0, headers: {}, body: '', dropped: true });
    }
    expect(own.outcomes).toEqual([]);
  });

  it('that fails is answered as InternalFailure and passed to the log', async () => {
    const own = testPipeline();
    const failure = new RangeError('broken');
    const pipeline = withStage(() => Promise.reject(failure), own);
    expect(errorOf(await dispatch(post(WEB), pipeline))[1]).toBe('InternalFailure');
    expect(own.errors).toEqual([failure]);
  });

  it('has its error observed', async () => {
    const own = testPipeline();
    await dispatch(
      post(WEB),
      withStage(() => throttling, own),
    );
    expect(own.outcomes.map(({ call, input, error }) => [call.operation, input, error])).toEqual([
      ['AssumeRoleWithWebIdentity', undefined, throttling],
    ]);
  });
});

describe('an injected error', () => {
  const missing = new AwsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  const crossed = new AwsError('ValidationError', 400, 'crossed is invalid');
  it.each<[string, WireRequest, AwsError]>([
    ['of STS', post(WEB), crossed],
    ['of STS in JSON', post(WEB, { accept: 'application/json' }), crossed],
    ['of STS at a regional endpoint', { ...post(WEB), endpoint: { service: 'sts', region: 'eu-west-1' } }, crossed],
    ['of a signed operation of STS', get(WHO), missing],
    ['of IAM', post('Action=DeleteRole&Version=2010-05-08&RoleName=a'), missing],
    ['of JSON 1.1', post('{}', JSON_11), missing],
  ])('%s has the bytes of a genuine one', async (_name, request, error) => {
    const genuine = await dispatch(identified(request), testPipeline().pipeline);
    expect(genuine.status).toBe(error.status);
    expect(await dispatch(identified(request), withFault(error))).toEqual(genuine);
    expect(await dispatch(identified(request), withFault(Promise.resolve(error)))).toEqual(genuine);
  });
});

describe('a request that the server refuses', () => {
  const { pipeline } = testPipeline();
  const tooLarge = new AwsError('RequestEntityTooLarge', 413, 'too large');
  const STS = 'https://sts.amazonaws.com/doc/2011-06-15/';
  it.each<[string, WireRequest, readonly string[]]>([
    ['of STS', post(WEB), ['text/xml', STS]],
    ['of IAM', post('Action=ListRoles&Version=2010-05-08'), ['text/xml', 'https://iam.amazonaws.com/doc/2010-05-08/']],
    ['without its body', post(''), ['text/xml', STS]],
    ['with an unknown action', post('Action=No&Version=2011-06-15'), ['text/xml', STS]],
    ['with a malformed form', post('Action=%zz'), ['text/xml', STS]],
    ['in JSON', post(WEB, { accept: 'application/json' }), ['application/json', '{"Error":']],
    ['in JSON 1.1', post('', JSON_11), ['application/x-amz-json-1.1', '{"__type":']],
  ])('%s is answered in its format', (_name, request, [type, part = '']) => {
    const reply = refuseRequest(identified(request), tooLarge, pipeline);
    expect([reply.status, reply.headers['Content-Type']]).toEqual([413, type]);
    expect(reply.body).toContain(part);
    expect(reply.body).toContain('RequestEntityTooLarge');
    expect(reply.headers['x-amzn-RequestId']).toBe('request-1');
  });

  it('has the headers of STS', () => {
    const { headers } = refuseRequest(post(WEB), tooLarge, pipeline);
    expect(Object.keys(headers).sort()).toEqual([
      'Content-Type',
      'Date',
      'x-amz-sts-extended-request-id',
      'x-amzn-RequestId',
    ]);
  });
});

describe('rows of one name', () => {
  const { pipeline } = testPipeline();
  const [sts, iam, trail] = pipeline.services;
  if (sts === undefined || iam === undefined || trail === undefined) throw new Error('three services expected');
  const [operation] = iam.operations;
  if (operation === undefined) throw new Error('an operation expected');
  it.each([
    [
      'an operation',
      [sts, { ...iam, operations: [...iam.operations, operation] }],
      'service iam has two rows named DeleteRole',
    ],
    ['a service', [sts, iam, { ...trail, name: 'iam' }], 'the list of services has two rows named iam'],
    [
      'an API version',
      [sts, { ...iam, version: sts.version }],
      'the list of API versions has two rows named 2011-06-15',
    ],
    [
      'a target prefix',
      [trail, { ...trail, name: 'other' }],
      'the list of target prefixes has two rows named com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
    ],
  ])('are refused when the pipeline is created: %s', (_name, services, message) => {
    expect(() => createPipeline({ ...pipeline, services })).toThrow(message);
  });

  it('may be in two services', () => {
    const both = createPipeline({ ...pipeline, services: [sts, { ...iam, operations: sts.operations }] });
    expect(both.routes.byName.get('iam')?.operationsByName.has('GetCallerIdentity')).toBe(true);
  });
});
