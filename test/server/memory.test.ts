/** The built server with a small heap: it keeps no data of refused calls of 1 MB, and nothing of a scrape. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMINISTRATOR, refusal } from '../support/emulator.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
/** Runs garbage collection on request, so that the used heap is the kept data. */
const COLLECTOR = 'data:text/javascript,process.on("SIGUSR2",()=>globalThis.gc())';
const CALLS = 60;
const LONG = 'A'.repeat(1_000_000);

let server: ChildProcess;
let sts: STSClient;
let url = '';

beforeAll(async () => {
  const flags = ['--max-old-space-size=256', '--expose-gc', '--import', COLLECTOR];
  server = spawn(process.execPath, [...flags, CLI, 'start', '--port', '0', '--json', '--log-level', 'silent'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  if (server.stdout === null) throw new Error('the server has no output');
  const [line] = await once(server.stdout, 'data');
  url = JSON.parse(String(line)).url;
  sts = new STSClient({ endpoint: url, region: 'us-east-1', credentials: ADMINISTRATOR, maxAttempts: 1 });
});
afterAll(async () => {
  sts.destroy();
  server.kill('SIGTERM');
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
});

const scrape = async (): Promise<string> => (await fetch(`${url}/_rolecall/metrics`)).text();

/** Used heap in megabytes after a garbage collection. */
async function heapMegabytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < 5; at++) {
    server.kill('SIGUSR2');
    const [, used] = /^rolecall_nodejs_heap_size_used_bytes (\S+)$/m.exec(await scrape()) ?? [];
    least = Math.min(least, Number(used) / 1_000_000);
  }
  return least;
}

async function grownBy(count: number, run: (at: number) => Promise<unknown>): Promise<number> {
  for (let at = 0; at < 20; at++) await run(at);
  const before = await heapMegabytes();
  for (let at = 20; at < count + 20; at += 4) await Promise.all([0, 1, 2, 3].map(more => run(at + more)));
  return (await heapMegabytes()) - before;
}

/** A small value first: a part of a large request must not keep the whole request in memory. */
const webIdentity = (at: number, more: string) =>
  [
    'Action=AssumeRoleWithWebIdentity&Version=2011-06-15',
    `RoleArn=arn:aws:iam::000000000000:role/nobody-${at}&RoleSessionName=session-of-length`,
    `WebIdentityToken=${Buffer.from(JSON.stringify({ alg: 'RS256', kid: `${at}` })).toString('base64url')}.e30.AAAA`,
    more,
  ].join('&');

const CASES: readonly (readonly [string, (at: number) => Promise<unknown>])[] = [
  [
    'a Policy',
    at =>
      refusal(
        sts.send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::000000000000:role/nobody-${at}`,
            RoleSessionName: 'session-of-length',
            Policy: LONG,
          }),
        ),
      ),
  ],
  ['a value that the error prints', at => post(webIdentity(at, '').replace('nobody', LONG))],
  [
    'an access key that does not exist, and a Policy',
    at => post(`Action=AssumeRole&Version=2011-06-15&Policy=${LONG}`, unknownKey(at)),
  ],
  ['an unknown parameter', at => post(webIdentity(at, `Junk=${LONG}`))],
];

/** A signature of an access key that does not exist, in a long header. */
function unknownKey(at: number): Record<string, string> {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `AKIA${String(at).padStart(16, '0')}/${date.slice(0, 8)}/us-east-1/sts/aws4_request`;
  const signature = 'A'.repeat(30_000);
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${signature}`;
  return { authorization, 'x-amz-date': date };
}

async function post(body: string, more: Record<string, string> = {}): Promise<number> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...more };
  const answer = await fetch(url, { method: 'POST', headers, body });
  await answer.text();
  return answer.status;
}

it.each(CASES)(`${CALLS} refused calls with %s of a megabyte`, { timeout: 120_000 }, async (_, run) => {
  expect(await grownBy(CALLS, run)).toBeLessThan(10);
});

it('200 scrapes', async () => {
  expect(await grownBy(200, scrape)).toBeLessThan(2);
});

it('calls into accounts with an invalid signature', async () => {
  const grown = await grownBy(200, async at => {
    const credentials = { accessKeyId: `${100_000_000_000 + at}`, secretAccessKey: 'wrong' };
    const unrelated = new STSClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
    const RoleArn = 'arn:aws:iam::000000000000:role/nobody';
    expect(await refusal(unrelated.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' })))).toMatchObject(
      {
        code: 'SignatureDoesNotMatch',
      },
    );
    unrelated.destroy();
  });
  expect(grown).toBeLessThan(2);
  const state = await (await fetch(`${url}/_rolecall/state`)).text();
  expect(state).not.toMatch(/"1000000\d{5}"/);
});
