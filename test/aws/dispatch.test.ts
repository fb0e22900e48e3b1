/** The pipeline end to end: the order of refusals, and that no request breaks it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dispatch, type WireReply, type WireRequest } from '../../src/aws/dispatch.ts';
import { DAY, NOW, testPipeline } from '../support/aws-pipeline.ts';
import {
  errorOf,
  FORM,
  post,
  presignedGet,
  type SigningOptions,
  signedPost,
  withHeader,
} from '../support/aws-requests.ts';

const { pipeline } = testPipeline();
const answer = async (request: WireRequest): Promise<WireReply> => dispatch(request, pipeline);
const sign = (body: string, options: Partial<SigningOptions> = {}): Promise<WireRequest> =>
  signedPost(body, { at: NOW, ...options });

const WEB = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn';
const WHO = 'Action=GetCallerIdentity&Version=2011-06-15';

describe('authentication', () => {
  it('is required for a signed operation, in either form', async () => {
    expect((await answer(await sign(WHO))).body).toContain('<Arn>arn:aws:iam::000000000000:user/AKIDEXAMPLE</Arn>');
    const presigned = await presignedGet({ Action: 'GetCallerIdentity', Version: '2011-06-15' }, { at: NOW });
    expect((await answer(presigned)).status).toBe(200);
    expect(errorOf(await answer(post(WHO)))).toEqual([
      403,
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    ]);
  });

  it('uses real time, not the movable clock', async () => {
    expect((await answer(await sign(WHO, { at: NOW + DAY }))).status).toBe(403);
  });

  it.each([
    'AWS4-HMAC-SHA256 nonsense',
    'Bearer x',
    'AWS4-HMAC-SHA256 Credential=AKIDNOBODY/20200101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00',
  ])('is not required for an operation without signature: %s', async authorization => {
    const request = withHeader(post(WEB, { 'x-amz-security-token': 'junk' }), 'authorization', authorization);
    expect((await answer(request)).status).toBe(200);
  });

  it('comes after routing and before parsing', async () => {
    expect(errorOf(await answer(post('Action=No&Version=2011-06-15')))[1]).toBe('InvalidAction');
    expect(errorOf(await answer(post('Action=DeleteRole&Version=2010-05-08')))[1]).toBe('MissingAuthenticationToken');
  });
});

describe('parsing, validation and authorization', () => {
  it.each<[string, string, string]>([
    [
      'constraints',
      'RoleArn=a',
      "1 validation error detected: Value 'a' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    ['checks across members', 'RoleArn=crossed', 'crossed is invalid'],
    [
      'constraints before checks across members',
      'RoleArn=crossed&DurationSeconds=1',
      "1 validation error detected: Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
  ])('%s', async (_name, parameters, message) => {
    const reply = await answer(post(`Action=AssumeRoleWithWebIdentity&Version=2011-06-15&${parameters}`));
    expect(errorOf(reply)).toEqual([400, 'ValidationError', message]);
  });

  it('an invalid integer has no Message', async () => {
    expect(errorOf(await answer(post(`${WEB}&DurationSeconds=x`)))).toEqual([400, 'MalformedInput', undefined]);
  });

  it('the authorizer is called for each target, after all validation', async () => {
    const own = testPipeline();
    const ask = async (body: string) => errorOf(await dispatch(await sign(body, { service: 'iam' }), own.pipeline));
    expect(await ask('Action=DeleteRole&Version=2010-05-08&RoleName=%21')).toEqual([
      400,
      'ValidationError',
      "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    ]);
    expect(own.authorized).toEqual([]);
    expect(
      await ask(
        'Action=DeleteRoles&Version=2010-05-08&RoleNames.member.1=a&RoleNames.member.2=denied&RoleNames.member.3=c',
      ),
    ).toEqual([403, 'AccessDenied', 'denied']);
    const caller = 'arn:aws:iam::000000000000:user/AKIDEXAMPLE';
    expect(own.authorized).toEqual([
      `iam:DeleteRoles arn:aws:iam::000000000000:role/a ${caller}`,
      `iam:DeleteRoles arn:aws:iam::000000000000:role/denied ${caller}`,
    ]);
  });
});

describe('any request at all', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'Action',
      'Version',
      'RoleArn',
      'DurationSeconds',
      'Tags.member.1.Key',
      'Tags.member.999999999.Key',
      '__proto__',
      'X-Amz-Signature',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Algorithm',
      'X-Amz-SignedHeaders',
    ),
    fc.string({ maxLength: 8 }),
  );
  const value = fc.oneof(
    fc.constantFrom(
      'AssumeRoleWithWebIdentity',
      'GetCallerIdentity',
      'DeleteRole',
      '2011-06-15',
      '2010-05-08',
      'AWS4-HMAC-SHA256',
      'a/b/c/sts/e',
      '20261120T120000Z',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const form = fc.array(fc.tuple(name, value), { maxLength: 8 }).map(pairs => new URLSearchParams(pairs).toString());
  const bytes = fc.uint8Array({ maxLength: 60 }).map(array => Buffer.from(array));
  const header = fc.tuple(
    fc.constantFrom(
      'content-type',
      'authorization',
      'x-amz-date',
      'x-amz-target',
      'x-amz-security-token',
      'x-amz-content-sha256',
      'accept',
      'host',
      'date',
    ),
    fc.oneof(
      fc.constantFrom(
        FORM,
        'application/json',
        'AWS4-HMAC-SHA256 Credential=a/b/c/sts/e, SignedHeaders=host, Signature=s',
        '20261120T120000Z',
      ),
      bytes.map(b => b.toString('latin1')),
    ),
  );
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    path: fc.constantFrom('/', '/x', '/%zz', '/../..', ''),
    query: fc.oneof(
      form,
      bytes.map(b => b.toString('latin1')),
    ),
    rawHeaders: fc.array(header, { maxLength: 6 }).map(headers => ['content-type', FORM, ...headers.flat()]),
    body: fc.oneof(
      form.map(text => Buffer.from(text)),
      bytes,
    ),
    sourceIp: fc.constant('192.0.2.7'),
    secure: fc.boolean(),
    endpoint: fc.constantFrom(
      undefined,
      { service: 'sts' },
      { service: 'iam', region: 'us-east-1' },
      { service: 'nobody' },
    ),
  });

  it('gets an answer below 500, and nothing reaches the log', async () => {
    const own = testPipeline();
    await fc.assert(
      fc.asyncProperty(request, async wire => {
        const reply = await dispatch(wire, own.pipeline);
        expect(reply.status).toBeLessThan(500);
        // Node refuses to send other header values.
        for (const text of Object.values(reply.headers)) expect(text).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
      }),
      { numRuns: 2000 },
    );
    expect(own.errors).toEqual([]);
  });
});
