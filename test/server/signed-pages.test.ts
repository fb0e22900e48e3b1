/** Signed calls from web pages: every page knows the default credentials, so pages of other origins may not sign. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rolecall, startRolecall } from '../../src/index.ts';
import { type RawAnswer, type RawCall, rawCall } from '../support/raw-call.ts';

const EVIL = 'https://evil.example';
const APP = 'http://localhost:3000';
const FORM = 'application/x-www-form-urlencoded';
const TRAIL = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents';

let plain: Rolecall;
let allowing: Rolecall;
beforeAll(async () => {
  plain = await startRolecall();
  allowing = await startRolecall({ allowedOrigins: [APP] });
});
afterAll(() => Promise.all([plain.close(), allowing.close()]));

/** Services, and calls that an attacking page may try. */
const CALLS = [
  ['sts', { Action: 'GetCallerIdentity', Version: '2011-06-15' }],
  ['iam', { Action: 'CreateUser', Version: '2010-05-08', UserName: 'intruder' }],
] as const;

type Form = Readonly<Record<string, string>>;

const signer = (service: string) =>
  new SignatureV4({
    service,
    region: 'us-east-1',
    sha256: Sha256,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

async function signedInHeader(server: Rolecall, service: string, form: Form): Promise<RawCall> {
  const { host } = new URL(server.url);
  const body = new URLSearchParams(form).toString();
  const headers = { host, 'content-type': FORM };
  const request = { method: 'POST', protocol: 'http:', hostname: host, path: '/', query: {}, headers, body };
  return { method: 'POST', headers: (await signer(service).sign(request)).headers, body };
}

async function presigned(server: Rolecall, service: string, form: Form): Promise<string> {
  const { host } = new URL(server.url);
  const request = {
    method: 'GET',
    protocol: 'http:',
    hostname: host,
    path: '/',
    query: { ...form },
    headers: { host },
  };
  const { query = {} } = await signer(service).presign(request, { expiresIn: 900 });
  return `${server.url}/?${new URLSearchParams(query as Record<string, string>).toString().replaceAll('+', '%20')}`;
}

/** The headers that a browser adds, by origin of the page and kind of call. */
const PAGES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a script of another site', { origin: EVIL, 'sec-fetch-site': 'cross-site' }],
  ['a script of another site, in a browser without Sec-Fetch-Site', { origin: EVIL }],
  ['a script of a frame without an origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['a link or picture on another site', { 'sec-fetch-site': 'cross-site' }],
  ['a page on another port', { origin: APP, 'sec-fetch-site': 'same-site' }],
  ['a link or picture on another port', { 'sec-fetch-site': 'same-site' }],
];

function expectRefused(answer: RawAnswer): void {
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('<Code>AccessDenied</Code>');
  expect(answer.text).toMatch(
    /<Message>Rolecall refuses signed calls from [^;]+; to allow an origin, add it to allowedOrigins\.<\/Message>/,
  );
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
}

describe.each(PAGES)('%s', (_, page) => {
  it.each(CALLS)('is refused for a call of %s signed in the header', async (service, form) => {
    const call = await signedInHeader(plain, service, form);
    expectRefused(await rawCall(plain.url, { ...call, headers: { ...call.headers, ...page } }));
  });

  it.each(CALLS)('is refused for a presigned call of %s', async (service, form) => {
    expectRefused(await rawCall(await presigned(plain, service, form), { headers: page }));
  });

  it('is refused by CloudTrail, in its own format', async () => {
    const headers = { authorization: 'AWS4-HMAC-SHA256 x', 'x-amz-target': TRAIL, ...page };
    const answer = await rawCall(plain.url, { method: 'POST', headers, body: '{}' });
    expect([answer.status, answer.headers['content-type']]).toEqual([403, 'application/x-amz-json-1.1']);
    expect(JSON.parse(answer.text)).toMatchObject({ __type: 'AccessDeniedException' });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('changes nothing', async () => {
    await rawCall(await presigned(plain, 'iam', CALLS[1][1]), { headers: page });
    const users = await rawCall(await presigned(plain, 'iam', { Action: 'ListUsers', Version: '2010-05-08' }));
    expect(users.status).toBe(200);
    expect(users.text).not.toContain('intruder');
  });
});

describe('clients other than pages of another origin', () => {
  it.each([
    ['a program', {}],
    ['a user who pasted the address', { 'sec-fetch-site': 'none' }],
  ])('%s is answered', async (_, headers) => {
    for (const [service, form] of CALLS.slice(0, 1)) {
      expect((await rawCall(await presigned(plain, service, form), { headers })).status).toBe(200);
      const call = await signedInHeader(plain, service, form);
      expect((await rawCall(plain.url, { ...call, headers: { ...call.headers, ...headers } })).status).toBe(200);
    }
  });

  it('a page of this server is answered', async () => {
    const headers = { origin: plain.url, 'sec-fetch-site': 'same-origin' };
    expect((await rawCall(await presigned(plain, 'sts', CALLS[0][1]), { headers })).status).toBe(200);
  });
});

it('a navigation from a page of this server to a signed call is refused: another site may have supplied the link', async () => {
  const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' };
  expectRefused(await rawCall(await presigned(plain, 'iam', CALLS[1][1]), { headers }));
});

describe('unsigned calls of STS', () => {
  it('are allowed for every page', async () => {
    const body = new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' }).toString();
    const headers = { 'content-type': FORM, origin: EVIL, 'sec-fetch-site': 'cross-site' };
    const answer = await rawCall(plain.url, { method: 'POST', headers, body });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([400, '*']);
    expect(answer.text).toContain('<Code>ValidationError</Code>');
  });

  it('of an operation that requires a signature are refused like AWS', async () => {
    const headers = { origin: EVIL };
    const answer = await rawCall(`${plain.url}/?Action=GetCallerIdentity&Version=2011-06-15`, { headers });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('<Code>MissingAuthenticationToken</Code>');
  });
});

describe('allowedOrigins', () => {
  const page = { origin: APP, 'sec-fetch-site': 'same-site' };

  it('allows pages of an origin to sign, in both forms, and to read the replies', async () => {
    const call = await signedInHeader(allowing, 'sts', CALLS[0][1]);
    for (const answer of [
      await rawCall(allowing.url, { ...call, headers: { ...call.headers, ...page } }),
      await rawCall(await presigned(allowing, 'sts', CALLS[0][1]), { headers: page }),
    ]) {
      expect([answer.status, answer.headers['access-control-allow-origin'], answer.headers['vary']]).toEqual([
        200,
        APP,
        'Origin',
      ]);
    }
  });

  it('answers the preflight of a signed call', async () => {
    const headers = {
      ...page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const answer = await rawCall(allowing.url, { method: 'OPTIONS', headers });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, APP]);
    expect(String(answer.headers['access-control-allow-headers']).split(', ')).toEqual(
      expect.arrayContaining(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-target']),
    );
  });

  it('does not allow other origins to sign', async () => {
    for (const origin of [
      EVIL,
      'http://localhost:3001',
      'https://localhost:3000',
      'http://localhost:3000.evil.example',
    ]) {
      expectRefused(await rawCall(await presigned(allowing, 'sts', CALLS[0][1]), { headers: { origin } }));
    }
    const headers = {
      origin: EVIL,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const preflight = await rawCall(allowing.url, { method: 'OPTIONS', headers });
    expect(String(preflight.headers['access-control-allow-headers'])).not.toContain('authorization');
  });

  it('does not allow the control API or a login', async () => {
    const answer = await rawCall(`${allowing.url}/_rolecall/issuers`, { headers: page });
    expect(answer.status).toBe(403);
  });

  it.each([['*'], ['localhost:3000'], ['http://localhost:3000/app'], ['null'], ['http://user:hidden@localhost:3000']])(
    'refuses %j in the configuration',
    async origin => {
      await expect(startRolecall({ allowedOrigins: [origin] })).rejects.toThrow(
        'startRolecall options: allowedOrigins.0: not an origin; write scheme, host and port, such as http://localhost:3000',
      );
    },
  );

  it('normalizes an origin to the form that browsers send', async () => {
    const server = await startRolecall({ allowedOrigins: ['HTTP://Localhost:80/'] });
    try {
      const headers = { origin: 'http://localhost', 'sec-fetch-site': 'same-site' };
      expect((await rawCall(await presigned(server, 'sts', CALLS[0][1]), { headers })).status).toBe(200);
    } finally {
      await server.close();
    }
  });
});

describe('credential endpoints', () => {
  it('refuse all pages, including those of this server', async () => {
    for (const headers of [{ origin: EVIL }, { 'sec-fetch-site': 'cross-site' }, { origin: plain.url }]) {
      const answer = await rawCall(`${plain.url}/credentials/v2/x`, { headers });
      expect([answer.status, answer.text]).toEqual([
        403,
        'Credential endpoints refuse requests from browser pages; they serve the workload only.\n',
      ]);
    }
    expect((await rawCall(`${plain.url}/credentials/v2/x`)).status).toBe(404);
  });
});
