/** The road from the outside: which request reaches what, in which order it is refused, and how it is answered. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dispatch, type Endpoint, makeRoad, type WireReply, type WireRequest } from '../../src/aws/dispatch.ts';
import { FORM, get, post, presignedGet, type SigningOptions, signedPost, withHeader } from '../support/aws-requests.ts';
import { DAY, NOW, testRoad } from '../support/aws-road.ts';

const { road } = testRoad();
const answer = (request: WireRequest): Promise<WireReply> => dispatch(request, road);
const sign = (body: string, options: Partial<SigningOptions> = {}): Promise<WireRequest> =>
  signedPost(body, { at: NOW, ...options });

/** Code and message of an XML error reply. */
const errorOf = (reply: WireReply): [number, string | undefined, string | undefined] => [
  reply.status,
  /<Code>(.*)<\/Code>/.exec(reply.body)?.[1],
  /<Message>(.*)<\/Message>/.exec(reply.body)?.[1],
];

const WEB = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn';
const WHO = 'Action=GetCallerIdentity&Version=2011-06-15';

describe('dispatch, as recorded (aws-behaviour §1.2)', () => {
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
  ])('%s is InvalidAction, in the namespace of faults', async (_name, form, message) => {
    for (const request of [post(form), get(form)]) {
      const reply = await answer(request);
      expect(errorOf(reply)).toEqual([400, 'InvalidAction', message]);
      expect(reply.body).toContain('<ErrorResponse xmlns="http://webservices.amazon.com/AWSFault/2005-15-09">');
    }
  });

  it('of a parameter given twice the first value counts', async () => {
    const reply = await answer(post(`${WEB}&Action=Other&Version=1&RoleArn=other`));
    expect(reply.body).toContain('<RoleArn>arn</RoleArn>');
  });

  it('GET and POST give the same answer', async () => {
    const strip = ({ status, body }: WireReply) => [status, body.replace(/<RequestId>.*<\/RequestId>/, '')];
    expect(strip(await answer(get(WEB)))).toEqual(strip(await answer(post(WEB))));
    const utf8 = post(WEB, { 'content-type': `${FORM}; charset=utf-8` });
    expect(strip(await answer(utf8))).toEqual(strip(await answer(post(WEB))));
  });

  it('an operation that is not emulated says so, as an error no SDK repeats', async () => {
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

  it('of a foreign scope is not that of the operation', async () => {
    expect(errorOf(await answer(await sign(WHO, { service: 's3' })))[2]).toBe(
      "Credential should be scoped to correct service: 'sts'. ",
    );
  });

  it('in a real region takes that region alone, elsewhere any', async () => {
    const request = await sign(WHO, { region: 'eu-west-1' });
    expect((await answer(request)).body).toContain('<UserId>eu-west-1</UserId>');
    expect((await answer(at(request, { service: 'sts', region: 'eu-west-1' }))).status).toBe(200);
    expect(errorOf(await answer(at(request, { service: 'sts', region: 'us-east-1' })))[1]).toBe(
      'SignatureDoesNotMatch',
    );
    expect((await answer(at(request, { service: 'sts' }))).status).toBe(200);
  });
});

describe('authentication', () => {
  it('is asked of a signed operation, in either form', async () => {
    expect((await answer(await sign(WHO))).body).toContain('<Arn>arn:aws:iam::000000000000:user/AKIDEXAMPLE</Arn>');
    const presigned = await presignedGet({ Action: 'GetCallerIdentity', Version: '2011-06-15' }, { at: NOW });
    expect((await answer(presigned)).status).toBe(200);
    expect(errorOf(await answer(post(WHO)))).toEqual([
      403,
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    ]);
  });

  it('goes by real time, whatever the movable clock says', async () => {
    expect((await answer(await sign(WHO, { at: NOW + DAY }))).status).toBe(403);
  });

  it.each([
    'AWS4-HMAC-SHA256 nonsense',
    'Bearer x',
    'AWS4-HMAC-SHA256 Credential=AKIDNOBODY/20200101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00',
  ])('is not asked of an operation that needs no signature: %s', async authorization => {
    const request = withHeader(post(WEB, { 'x-amz-security-token': 'junk' }), 'authorization', authorization);
    expect((await answer(request)).status).toBe(200);
  });

  it('comes after the route and before the reading', async () => {
    expect(errorOf(await answer(post('Action=No&Version=2011-06-15')))[1]).toBe('InvalidAction');
    expect(errorOf(await answer(post('Action=DeleteRole&Version=2010-05-08')))[1]).toBe('MissingAuthenticationToken');
  });
});

describe('reading, checks and the gate', () => {
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

  it('an integer that is none has no Message', async () => {
    expect(errorOf(await answer(post(`${WEB}&DurationSeconds=x`)))).toEqual([400, 'MalformedInput', undefined]);
  });

  it('the gate is asked for each target, after every check', async () => {
    const own = testRoad();
    const ask = async (body: string) => errorOf(await dispatch(await sign(body, { service: 'iam' }), own.road));
    expect(await ask('Action=DeleteRole&Version=2010-05-08&RoleName=%21')).toEqual([
      400,
      'ValidationError',
      "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    ]);
    expect(own.asked).toEqual([]);
    expect(
      await ask(
        'Action=DeleteRoles&Version=2010-05-08&RoleNames.member.1=a&RoleNames.member.2=denied&RoleNames.member.3=c',
      ),
    ).toEqual([403, 'AccessDenied', 'denied']);
    const caller = 'arn:aws:iam::000000000000:user/AKIDEXAMPLE';
    expect(own.asked).toEqual([
      `iam:DeleteRoles arn:aws:iam::000000000000:role/a ${caller}`,
      `iam:DeleteRoles arn:aws:iam::000000000000:role/denied ${caller}`,
    ]);
  });
});

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

  it('of an error has them too', async () => {
    const { headers } = await answer(post('Action=No&Version=2011-06-15'));
    expect(headers).toMatchObject({ 'Content-Type': 'text/xml', 'x-amz-sts-extended-request-id': expect.any(String) });
    expect(headers).not.toHaveProperty('x-rolecall-decision');
  });

  it('of a refusal that was decided names the decision', async () => {
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

  it('is all that such a service speaks', async () => {
    const request = await sign('Action=LookupEvents&Version=2013-11-01', { service: 'cloudtrail' });
    expect(JSON.parse((await answer(request)).body)).toEqual({ __type: 'UnknownOperationException' });
  });

  it('of a host that is another service is unknown', async () => {
    const request = await call(`${PREFIX}.LookupEvents`, '{}');
    expect((await answer({ ...request, endpoint: { service: 'sts' } })).body).toContain('UnknownOperationException');
  });
});

describe('who is told', () => {
  it('the observer hears once of every call that reached an operation', async () => {
    const own = testRoad();
    for (const request of [
      post(WEB),
      await sign(WHO, { sessionToken: 'token' }),
      post(WHO),
      await sign('Action=DeleteRole&Version=2010-05-08&RoleName=denied', { service: 'iam' }),
      post('Action=No&Version=2011-06-15'),
      get(''),
    ]) {
      await dispatch(request, own.road);
    }
    const heard = own.outcomes.map(({ call, operation, input, output, error }) => [
      `${call.service}:${operation.name}`,
      call.caller?.sessionToken ?? null,
      input,
      output === undefined ? error?.code : 'answered',
    ]);
    expect(heard).toEqual([
      ['sts:AssumeRoleWithWebIdentity', null, { RoleArn: 'arn' }, 'answered'],
      ['sts:GetCallerIdentity', 'token', {}, 'answered'],
      ['sts:GetCallerIdentity', null, undefined, 'MissingAuthenticationToken'],
      ['iam:DeleteRole', null, { RoleName: 'denied' }, 'AccessDenied'],
    ]);
  });

  it('an unforeseen error is answered as InternalFailure and handed to the log', async () => {
    const own = testRoad();
    const reply = await dispatch(post('Action=Break&Version=2010-05-08'), own.road);
    expect([reply.status, reply.body.includes('<Type>Receiver</Type>'), errorOf(reply)[1]]).toEqual([
      500,
      true,
      'InternalFailure',
    ]);
    expect(reply.body).not.toContain('house');
    expect(own.errors).toEqual([new TypeError('a fault of the house')]);
    expect(own.outcomes[0]?.error?.cause).toBe(own.errors[0]);
  });

  it('an observer that fails does not spoil the reply', async () => {
    const own = testRoad();
    const errors: unknown[] = [];
    const failing = makeRoad({
      ...own.road,
      observe: () => {
        throw new RangeError('full');
      },
      onError: error => {
        errors.push(error);
      },
    });
    expect((await dispatch(post(WEB), failing)).status).toBe(200);
    expect(errors).toEqual([new RangeError('full')]);
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
    const own = testRoad();
    await fc.assert(
      fc.asyncProperty(request, async wire => {
        const reply = await dispatch(wire, own.road);
        expect(reply.status).toBeLessThan(500);
        // Node refuses to send other header values.
        for (const text of Object.values(reply.headers)) expect(text).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
      }),
      { numRuns: 2000 },
    );
    expect(own.errors).toEqual([]);
  });
});
