/** Malformed requests of any kind get an AWS error or a 4xx, never a 500, and the server keeps serving. */
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();

/** Sends raw bytes and returns the first line of the response. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((done, fail) => {
    const { hostname, port } = new URL(bed.rolecall.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', chunk => {
      text += chunk;
      if (text.includes('\r\n')) {
        socket.destroy();
        done(text.slice(0, text.indexOf('\r\n')));
      }
    });
    socket.on('error', fail);
    socket.on('close', () => done(text));
  });
}

const post = (body: string | Buffer, type = 'application/x-www-form-urlencoded') =>
  fetch(bed.rolecall.url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': type },
    body: new Uint8Array(Buffer.from(body)),
  });

afterEach(async () => {
  expect(await bed.control('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

describe('the AWS endpoint', () => {
  const assume = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15';
  it.each([
    ['bad percent encoding', `${assume}&RoleArn=%zz`],
    ['a truncated escape', `${assume}&RoleArn=%4`],
    ['invalid UTF-8', `${assume}&RoleArn=%ff%fe`],
    ['raw invalid UTF-8', Buffer.from([0x41, 0x63, 0x74, 0xff, 0xfe])],
    ['two Actions', `Action=GetCallerIdentity&Action=AssumeRole&Version=2011-06-15`],
    ['a sparse list', `Action=AssumeRole&Version=2011-06-15&Tags.member.999999999.Key=a`],
    ['an index that is not a number', `${assume}&PolicyArns.member.x.arn=a`],
    ['__proto__ as a parameter', `${assume}&__proto__=a&__proto__.polluted=b&constructor.prototype.x=1`],
    ['__proto__ as a member', `${assume}&PolicyArns.__proto__.arn=a`],
    ['three thousand parameters', Array.from({ length: 3000 }, (_, at) => `p${at}=1`).join('&')],
    ['a deeply nested name', `${assume}&${'a.'.repeat(5000)}b=1`],
    ['nothing', ''],
    ['only ampersands', '&&&&&&'],
    ['a null byte', `${assume}&RoleArn=%00`],
  ])('%s', async (_, body) => {
    const answer = await fetch(bed.rolecall.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new Uint8Array(Buffer.from(body)),
    });
    expect(answer.status).toBeGreaterThanOrEqual(300);
    expect(answer.status).toBeLessThan(500);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('a body of 10 MB', async () => {
    const answer = await post(Buffer.alloc(10 * 1024 * 1024, 'a')).catch((error: unknown) => error);
    // The server may answer 413 or close the connection while the client still writes.
    if (answer instanceof Response) {
      expect(answer.status).toBe(413);
      expect(await answer.text()).toContain('<Code>RequestEntityTooLarge</Code>');
    } else expect(answer).toBeInstanceOf(TypeError);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])('method %s', async method => {
    const answer = await fetch(bed.rolecall.url, { method, redirect: 'manual' });
    expect(answer.status).toBeLessThan(500);
    expect(answer.status).toBeGreaterThanOrEqual(300);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data', 'nonsense', 'a/b; charset=\u00e9'])(
    'content type %s',
    async type => {
      const answer = await post('Action=GetCallerIdentity&Version=2011-06-15', type);
      expect(answer.status).toBeGreaterThanOrEqual(300);
      expect(answer.status).toBeLessThan(500);
    },
  );

  it.each([
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['headers beyond the limit', `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(70_000)}\r\n\r\n`],
    [
      'two content lengths',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde',
    ],
    ['bytes that are not HTTP', Buffer.from([0x16, 0x03, 0x01, 0x00, 0xa5])],
  ])('%s', async (_, bytes) => {
    expect(await raw(bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});

describe('the control API', () => {
  it.each([
    ['a body that is not JSON', 'POST', '/tokens', '{', 'invalid-json'],
    ['no body', 'POST', '/tokens', '', 'missing-body'],
    ['too deep a body', 'POST', '/evaluate', '['.repeat(5000), 'too-deep'],
    ['a prototype key', 'POST', '/tokens', '{"__proto__": {"issuer": "x"}}', 'forbidden-key'],
    ['a misspelled member', 'POST', '/tokens', '{"isuer": "github-actions"}', 'invalid-request'],
    ['an unknown path', 'GET', '/nothing', undefined, 'unknown-path'],
    ['a bad duration', 'PUT', '/clock', '{"advance": "two hours"}', 'invalid-duration'],
    ['a bad moment', 'PUT', '/clock', '{"now": "yesterday"}', 'invalid-time'],
    ['a time out of the range of dates', 'PUT', '/clock', '{"now": 1e300}', 'invalid-time'],
    ['an unknown decision', 'GET', '/decisions/none', undefined, 'unknown-decision'],
  ])('%s', async (_, method, path, body, code) => {
    const answer = await fetch(`${bed.rolecall.url}/_rolecall${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem: unknown = await answer.json();
    expect(problem).toMatchObject({ code, status: answer.status, detail: expect.any(String) });
    expect(answer.status).toBeLessThan(500);
  });

  it('changes the clock completely or not at all', async () => {
    await bed.control('PUT', '/clock', { now: '2030-01-31T00:00:00Z', frozen: true });
    const wrong = await bed.control('PUT', '/clock', { now: '2031-01-01T00:00:00Z', advance: 'soon' });
    expect(wrong).toMatchObject({ status: 400, body: { path: '/advance' } });
    expect((await bed.control('GET', '/clock')).body).toMatchObject({ now: '2030-01-31T00:00:00.000Z', frozen: true });
    const moved = await bed.control('PUT', '/clock', { now: '2031-01-31T00:00:00Z', advance: 'P1MT1.5H' });
    expect(moved.body).toMatchObject({ now: '2031-02-28T01:30:00.000Z' });
    await bed.control('DELETE', '/clock');
  });

  it('explains a call by either of its names, always with a reason', async () => {
    for (const action of ['AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithWebIdentity']) {
      const { status, body } = await bed.control('POST', '/explain', {
        action,
        roleArn: 'arn:aws:iam::000000000000:role/x',
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        action: 'sts:AssumeRoleWithWebIdentity',
        reason: 'constraint',
        explanation: [expect.stringContaining("Value null at 'webIdentityToken'")],
      });
    }
  });

  it('returns the path and the nearest known name', async () => {
    expect(await bed.control('POST', '/tokens', { isuer: 'github-actions' })).toMatchObject({
      status: 400,
      body: { path: '/isuer', suggestion: 'issuer' },
    });
    expect(await bed.control('POST', '/tokens', { issuer: 'github-action' })).toMatchObject({
      body: { path: '/issuer', suggestion: 'github-actions' },
    });
    expect(await bed.control('GET', '/issuers/github-action')).toMatchObject({
      status: 404,
      body: { path: '/id', suggestion: 'github-actions' },
    });
    expect(await bed.control('GET', '/decisions?outcome=denyed')).toMatchObject({
      status: 400,
      body: { path: '/outcome', suggestion: 'denied' },
    });
  });
});
