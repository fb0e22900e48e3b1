/** The first stage: which request reaches which operation of which service. */
import { describe, expect, it } from 'vitest';
import { dispatch, type Endpoint, type WireReply, type WireRequest } from '../../src/aws/dispatch.ts';
import { NOW, testPipeline } from '../support/aws-pipeline.ts';
import { errorOf, FORM, get, post, type SigningOptions, signedPost, withHeader } from '../support/aws-requests.ts';

const { pipeline } = testPipeline();
const answer = async (request: WireRequest): Promise<WireReply> => dispatch(request, pipeline);
const sign = (body: string, options: Partial<SigningOptions> = {}): Promise<WireRequest> =>
  signedPost(body, { at: NOW, ...options });

const WEB = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn';
const WHO = 'Action=GetCallerIdentity&Version=2011-06-15';

describe('dispatch, as recorded (https://github.com/justincormack/argmin)', () => {
  it.each<[string, WireRequest, string]>([
    ['a POST without content type', withHeader(post(WEB), 'content-type', undefined), 'https://aws.amazon.com/iam'],
    ['a POST of something else', post(WEB, { 'content-type': 'text/plain' }), 'https://aws.amazon.com/iam'],
    ['no Action', post('Version=2011-06-15'), 'https://aws.amazon.com/iam'],
    ['an empty POST', post(''), 'https://aws.amazon.com/iam'],
    ['no Action in a GET', get('Version=2011-06-15'), 'https://aws.amazon.com/iam?Version=2011-06-15'],
    ['an empty GET', get(''), 'https://aws.amazon.com/iam'],
    ['a GET in UTF-8', get(Buffer.from('a=é').toString('latin1')), 'https://aws.amazon.com/iam?a=%C3%A9'],
  ])('%s is sent to the home page', async (_name, request, location) => {
    const reply = await answer(request);
    expect([reply.status, reply.headers['Location'], reply.body]).toEqual([302, location, '']);
    expect(reply.headers['Content-Type']).toBeUndefined();
    expect(reply.headers).toHaveProperty('x-amz-sts-extended-request-id');
  });

  it.each<[string, string, string]>([
    [
      'an unknown Action',
      'Action=NoSuchAction&Version=2011-06-15',
      'Could not find operation NoSuchAction for version 2011-06-15',
    ],
    ['an empty Action', 'Action=&Version=2011-06-15', 'Could not find operation  for version 2011-06-15'],
    [
      'no Version',
      'Action=GetCallerIdentity',
      'Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED',
    ],
    [
      'an empty Version',
      'Action=GetCallerIdentity&Version=',
      'Could not find operation GetCallerIdentity for version ',
    ],
    [
      'an old Version',
      'Action=GetCallerIdentity&Version=2000-01-01',
      'Could not find operation GetCallerIdentity for version 2000-01-01',
    ],
    [
      'an Action of IAM',
      'Action=NoSuchAction&Version=2010-05-08',
      'Could not find operation NoSuchAction for version 2010-05-08',
    ],
    [
      'an Action in other letters',
      'Action=getcalleridentity&Version=2011-06-15',
      'Could not find operation getcalleridentity for version 2011-06-15',
    ],
    [
      'a name of Object.prototype',
      'Action=__proto__&Version=2011-06-15',
      'Could not find operation __proto__ for version 2011-06-15',
    ],
  ])('%s is InvalidAction, in the AWSFault namespace', async (_name, form, message) => {
    for (const request of [post(form), get(form)]) {
      const reply = await answer(request);
      expect(errorOf(reply)).toEqual([400, 'InvalidAction', message]);
      expect(reply.body).toContain('<ErrorResponse xmlns="http://webservices.amazon.com/AWSFault/2005-15-09">');
    }
  });

  it('uses the first value of a repeated parameter', async () => {
    const reply = await answer(post(`${WEB}&Action=Other&Version=1&RoleArn=other`));
    expect(reply.body).toContain('<RoleArn>arn</RoleArn>');
  });

  it('GET and POST give the same answer', async () => {
    const strip = ({ status, body }: WireReply) => [status, body.replace(/<RequestId>.*<\/RequestId>/, '')];
    expect(strip(await answer(get(WEB)))).toEqual(strip(await answer(post(WEB))));
    const utf8 = post(WEB, { 'content-type': `${FORM}; charset=utf-8` });
    expect(strip(await answer(utf8))).toEqual(strip(await answer(post(WEB))));
  });

  it('answers an operation that is not emulated with an error that SDKs do not retry', async () => {
    expect(errorOf(await answer(post('Action=AssumeRoleWithSAML&Version=2011-06-15')))).toEqual([
      400,
      'UnsupportedOperation',
      'Rolecall does not emulate sts:AssumeRoleWithSAML.',
    ]);
  });

  it.each(['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'BREW'])('%s is refused (unconfirmed)', async method => {
    expect((await answer({ ...post(WEB), method })).status).toBe(405);
  });
});

describe('the service', () => {
  const at = (request: WireRequest, endpoint: Endpoint): WireRequest => ({ ...request, endpoint });
  const DELETE = 'Action=DeleteRole&Version=2010-05-08&RoleName=r';

  it('is that of the endpoint', async () => {
    const reply = await answer(at(await sign(DELETE, { service: 'iam' }), { service: 'iam' }));
    expect([reply.status, reply.headers['x-amz-sts-extended-request-id']]).toEqual([200, undefined]);
    expect(errorOf(await answer(at(post(WEB), { service: 'iam' })))[1]).toBe('InvalidAction');
  });

  it('else that of the credential scope', async () => {
    expect((await answer(await sign(DELETE, { service: 'iam' }))).status).toBe(200);
    expect(errorOf(await answer(await sign(WHO, { service: 'iam' })))).toEqual([
      400,
      'InvalidAction',
      'Could not find operation GetCallerIdentity for version 2011-06-15',
    ]);
  });

  it('else that of the Version', async () => {
    expect(errorOf(await answer(post(DELETE)))[1]).toBe('MissingAuthenticationToken');
    expect((await answer(post(DELETE))).body).toContain('https://iam.amazonaws.com/doc/2010-05-08/');
  });

  it('of another scope is not that of the operation', async () => {
    expect(errorOf(await answer(await sign(WHO, { service: 's3' })))[2]).toBe(
      "Credential should be scoped to correct service: 'sts'. ",
    );
  });

  it('at a regional endpoint accepts only its region, otherwise any', async () => {
    const request = await sign(WHO, { region: 'eu-west-1' });
    expect((await answer(request)).body).toContain('<UserId>eu-west-1</UserId>');
    expect((await answer(at(request, { service: 'sts', region: 'eu-west-1' }))).status).toBe(200);
    expect(errorOf(await answer(at(request, { service: 'sts', region: 'us-east-1' })))[1]).toBe(
      'SignatureDoesNotMatch',
    );
    expect((await answer(at(request, { service: 'sts' }))).status).toBe(200);
  });
});

describe('JSON 1.1', () => {
  const PREFIX = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';
  const call = (operation: string, body: string, options: Partial<SigningOptions> = {}) =>
    sign(body, {
      service: 'cloudtrail',
      ...options,
      headers: { 'x-amz-target': operation, 'content-type': 'application/x-amz-json-1.1' },
    });

  it('reaches an operation by its target', async () => {
    const reply = await answer(await call(`${PREFIX}.LookupEvents`, '{"MaxResults":7}'));
    expect([reply.status, reply.headers['Content-Type'], reply.body]).toEqual([
      200,
      'application/x-amz-json-1.1',
      '{"NextToken":"7","At":1.7952624E9}',
    ]);
  });

  it.each<[string, string, Partial<SigningOptions>, string]>([
    ['an unknown operation', `${PREFIX}.Nothing`, {}, 'UnknownOperationException'],
    ['an unknown prefix', 'Other.LookupEvents', {}, 'UnknownOperationException'],
    ['no prefix', 'LookupEvents', {}, 'UnknownOperationException'],
    ['an operation that is not emulated', `${PREFIX}.ListTags`, {}, 'UnsupportedOperationException'],
    ['a wrong secret', `${PREFIX}.LookupEvents`, { secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
    ['a constraint', `${PREFIX}.LookupEvents`, {}, 'ValidationException'],
  ])('%s', async (_name, operation, options, type) => {
    const reply = await answer(await call(operation, '{"MaxResults":51}', options));
    expect(JSON.parse(reply.body)).toMatchObject({ __type: type });
    expect(reply.headers['Content-Type']).toBe('application/x-amz-json-1.1');
  });

  it('takes a target without its package', async () => {
    expect((await answer(await call('CloudTrail_20131101.LookupEvents', '{}'))).status).toBe(200);
  });

  it('is the only protocol of such a service', async () => {
    const request = await sign('Action=LookupEvents&Version=2013-11-01', { service: 'cloudtrail' });
    expect(JSON.parse((await answer(request)).body)).toEqual({ __type: 'UnknownOperationException' });
  });

  it('of a host that is another service is unknown', async () => {
    const request = await call(`${PREFIX}.LookupEvents`, '{}');
    expect((await answer({ ...request, endpoint: { service: 'sts' } })).body).toContain('UnknownOperationException');
  });
});
