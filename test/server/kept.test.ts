/** The data that an instance keeps of its calls: limited in number and bytes, and none with a capacity of 0. */
import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it, vi } from 'vitest';
import { startRolecall } from '../../src/index.ts';
import { ACCOUNT, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator({ decisions: { capacity: 50, maxBytes: 1_048_576 } });
const deny = (role: string, more: object = {}) =>
  refusal(
    bed
      .sts()
      .send(
        new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`, RoleSessionName: 'session', ...more }),
      ),
  );
const decisions = async () =>
  (await bed.control('GET', '/decisions')).body as { decisions: { id: string; resource: string }[] };

describe('decisions', () => {
  it('are dropped oldest first; the ID of a dropped one gives 404', async () => {
    for (let at = 0; at < 60; at++) await deny(`role-${at}`);
    const first = (await decisions()).decisions;
    expect(first).toHaveLength(50);
    expect(first.at(-1)?.resource).toBe(`arn:aws:iam::${ACCOUNT}:role/role-10`);
    await deny('another');
    expect(await bed.control('GET', `/decisions/${first.at(-1)?.id}`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-decision', detail: `the decision log does not contain "${first.at(-1)?.id}"` },
    });
    expect((await bed.control('GET', `/decisions/${first[0]?.id}`)).status).toBe(200);
  });

  it('of a request of 1 MB are short and have the same content', async () => {
    const Policy = 'A'.repeat(900_000);
    expect(await deny('nobody', { Policy })).toEqual({
      code: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${ACCOUNT}:role/nobody`,
    });
    const {
      decisions: [decision],
    } = await decisions();
    expect(JSON.stringify(decision).length).toBeLessThan(10_000);
    expect(decision).toMatchObject({
      allowed: false,
      reason: 'unknown-role',
      resource: `arn:aws:iam::${ACCOUNT}:role/nobody`,
    });
  });

  it('are not kept with a capacity of 0: the ID in the header is unknown', async () => {
    await using rolecall = await startRolecall({ decisions: { capacity: 0 }, logLevel: 'silent' });
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/nobody`,
      RoleSessionName: 'session',
      WebIdentityToken: 'token',
    });
    const answer = await fetch(rolecall.url, { method: 'POST', body });
    const id = answer.headers.get('x-rolecall-decision');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await fetch(`${rolecall.url}/_rolecall/decisions/${id}`)).status).toBe(404);
    expect(await (await fetch(`${rolecall.url}/_rolecall/decisions`)).json()).toEqual({ decisions: [] });
  });
});

describe('accounts', () => {
  it('are not created by calls with an invalid signature', async () => {
    const state = async () => (await bed.control('GET', '/state')).body;
    const before = await state();
    for (let at = 0; at < 20; at++) {
      const keys = { accessKeyId: `${200_000_000_000 + at}`, secretAccessKey: 'wrong' };
      expect(await refusal(bed.sts(keys).send(new GetCallerIdentityCommand({})))).toMatchObject({
        code: 'SignatureDoesNotMatch',
        status: 403,
      });
    }
    expect(await state()).toEqual(before);
    const keys = { accessKeyId: '200000000001', secretAccessKey: 'test' };
    expect((await bed.iam(keys).send(new ListUsersCommand({}))).Users).toMatchObject([
      { Arn: 'arn:aws:iam::200000000001:user/rolecall/rolecall-admin' },
    ]);
  });

  it('are created by an explained call, with the operator as requester', async () => {
    const { body } = await bed.control('POST', '/explain', {
      action: 'AssumeRole',
      accessKeyId: '200000000009',
      roleArn: 'arn:aws:iam::200000000009:role/none',
    });
    expect(body).toMatchObject({
      allowed: false,
      reason: 'unknown-role',
      principal: { arn: 'arn:aws:iam::200000000009:user/rolecall/rolecall-admin' },
    });
  });
});

describe('injected faults', () => {
  it('are limited to a thousand', async () => {
    const fault = { match: { action: 'AssumeRole' }, respond: { status: 500 } };
    for (let at = 0; at < 1000; at++) expect((await bed.control('POST', '/faults', fault)).status).toBe(200);
    expect(await bed.control('POST', '/faults', fault)).toMatchObject({
      status: 409,
      body: { code: 'too-many-faults', detail: '1000 injected faults already exist; delete some first' },
    });
    await bed.control('DELETE', '/faults');
    expect((await bed.control('POST', '/faults', fault)).status).toBe(200);
  });

  it('end when the client closes the connection', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(type => type === 'Timeout').length;
    await bed.control('POST', '/faults', { match: {}, respond: { delayMs: 600_000 } });
    const before = timers();
    const calls = Array.from({ length: 40 }, () => {
      const call = request(`${bed.rolecall.url}/?Action=GetCallerIdentity&Version=2011-06-15`);
      call.on('error', () => undefined).end();
      return call;
    });
    await vi.waitFor(() => expect(timers()).toBeGreaterThanOrEqual(before + 40));
    for (const call of calls) call.destroy();
    await vi.waitFor(() => expect(timers()).toBeLessThan(before + 20));
  });
});

describe('streams of decisions', () => {
  const open = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get(`${bed.rolecall.url}/_rolecall/decisions/stream`, { agent: false }, resolve).once('error', reject);
    });

  it('are limited to a hundred, and can be opened again when others end', async () => {
    const warned = vi.spyOn(process, 'emitWarning');
    const streams = await Promise.all(Array.from({ length: 100 }, open));
    expect(streams.map(({ statusCode }) => statusCode)).toEqual(Array(100).fill(200));
    const refused = await open();
    expect(refused.statusCode).toBe(429);
    const chunks: Buffer[] = await refused.toArray();
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({
      code: 'too-many-streams',
      detail: '100 decision streams are already open; close one first',
    });
    const events = streams.map(stream => once(stream.setEncoding('utf8'), 'data'));
    await deny('heard-by-all');
    for (const [text] of await Promise.all(events)) expect(text).toBeTruthy();
    for (const stream of streams) stream.destroy();
    await vi.waitFor(async () => {
      const again = await open();
      again.destroy();
      expect(again.statusCode).toBe(200);
    });
    expect(warned.mock.calls.filter(([text]) => String(text).includes('leak'))).toEqual([]);
  });
});
