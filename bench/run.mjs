// `npm run bench`: start time, memory and throughput. The processor time of each call is compared with a ceiling measured in
// the same run. Runs are interleaved and the median is printed, because measurements vary; only ratios have targets.
// `--quick` makes fewer, shorter runs. Exits 1 if a result is worse than twice its target.
import { fork, spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import autocannon from 'autocannon';
import { reportScale } from './iam-scale.mjs';
import { reportPolicies } from './policy.mjs';

const quick = process.argv.includes('--quick');
const RUNS = quick ? 3 : 9;
const SECONDS = quick ? 1 : 2;
const WARM_UPS = 3;
const ROOT = join(import.meta.dirname, '..');
const ISSUER = 'token.actions.githubusercontent.com';

/** Processor time of a call of `ceiling`, as a share of that of a call of `name`; a result below half of `target` fails. */
const SHARES = [
  { title: 'GetCallerIdentity (SigV4)', name: 'identity', ceiling: 'bare', target: 0.45, of: 'the Fastify route' },
  {
    title: 'AssumeRoleWithWebIdentity',
    name: 'assume',
    ceiling: 'verifyRoute',
    target: 0.45,
    of: 'route + verification',
  },
  { title: 'mint RS256 over HTTP', name: 'mint', ceiling: 'signBare', target: 0.55, of: 'RS256 sign' },
  {
    title: '  with the decision log',
    name: 'assume',
    ceiling: 'assumeUnrecorded',
    target: 0.9,
    of: 'the call without it',
  },
];

const percent = share => `${(share * 100).toFixed(0)}%`;
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];
const sleep = ms => new Promise(done => setTimeout(done, ms));
const children = [];

async function freePort() {
  const server = createServer();
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise(done => server.close(done));
  return port;
}

/** Starts the server process; returns its URL, its process and the milliseconds to the first successful health check. */
async function startServer(environment = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [join(ROOT, 'dist/cli.js'), 'start', '--port', String(port), '--log-level', 'silent'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...environment },
    },
  );
  children.push(child);
  for (;;) {
    const healthy = await fetch(`${url}/_rolecall/health`).then(
      answer => answer.ok,
      () => false,
    );
    if (healthy) return { child, url, ms: performance.now() - began };
    if (child.exitCode !== null) throw new Error('the server exited before it was healthy');
    await sleep(2);
  }
}

/** Starts the ceiling, Fastify alone; returns its URL, its process and the milliseconds until it listens. */
async function startBare() {
  const began = performance.now();
  const child = fork(join(import.meta.dirname, 'bare.mjs'));
  children.push(child);
  const { url } = await new Promise(done => child.once('message', done));
  return { child, url, ms: performance.now() - began };
}

async function end(child) {
  const ended = new Promise(done => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

/** Processor time of a process so far, in microseconds: fields 14 and 15 of `/proc/PID/stat`, in ticks of 10 ms. */
function processorTime(pid) {
  const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return (user + system) * 10_000;
}

const residentMegabytes = pid => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Creates provider and role, mints a token and assumes the role once; returns the inputs of the load test. */
async function prepare(url) {
  const options = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const iam = new IAMClient(options);
  const sts = new STSClient(options);
  const provider = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList: ['sts.amazonaws.com'] }),
  );
  const statement = sub => ({
    Effect: 'Allow',
    Principal: { Federated: provider.OpenIDConnectProviderArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' }, StringLike: { [`${ISSUER}:sub`]: sub } },
  });
  const { Role: role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'bench',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: ['a/b', 'c/d', 'e/f', 'g/h', 'octo-org/octo-repo'].map(repository =>
          statement(`repo:${repository}:*`),
        ),
      }),
    }),
  );
  const minted = await fetch(`${url}/_rolecall/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ issuer: 'github-actions', audience: 'sts.amazonaws.com', expiresIn: 7200 }),
  }).then(answer => answer.json());
  const { Credentials: session } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: role.Arn,
      RoleSessionName: 'bench',
      WebIdentityToken: minted.token,
    }),
  );
  const credentials = {
    accessKeyId: session.AccessKeyId,
    secretAccessKey: session.SecretAccessKey,
    sessionToken: session.SessionToken,
  };
  await new STSClient({ ...options, credentials }).send(new GetCallerIdentityCommand({}));
  const keys = await fetch(`${url}/idp/github-actions/.well-known/jwks`).then(answer => answer.json());
  const { kid } = JSON.parse(Buffer.from(minted.token.split('.')[0], 'base64url'));
  return { role: role.Arn, token: minted.token, jwk: keys.keys.find(key => key.kid === kid) };
}

async function signedIdentityCall(url) {
  const { host } = new URL(url);
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const signer = new SignatureV4({
    service: 'sts',
    region: 'us-east-1',
    sha256: Sha256,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname: host,
    path: '/',
    query: {},
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  return { url, method: 'POST', headers, body };
}

/**
 * Keeps this process polling instead of sleeping while `work` runs. A server slower than its client would otherwise wake the
 * client for each reply, which on a virtual machine takes as long as the reply; the ceiling never does.
 */
async function withPolling(work) {
  let polling = true;
  const poll = () => {
    if (polling) setImmediate(poll);
  };
  poll();
  try {
    return await work();
  } finally {
    polling = false;
  }
}

/** Calls per second, and microseconds of the server's processor time per call. */
async function load(pid, request) {
  const before = processorTime(pid);
  const result = await withPolling(() => autocannon({ ...request, connections: 16, duration: SECONDS }));
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${request.url}: ${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  }
  return { rate: result.requests.average, micros: (processorTime(pid) - before) / result.requests.total };
}

/** 99th percentile of the latency of one connection, in milliseconds. */
async function percentile(request) {
  const { latency } = await autocannon({ ...request, connections: 1, duration: SECONDS });
  return latency.p99;
}

/** Calls per second of a synchronous function on one core, and microseconds of processor time per call. */
function spin(work) {
  const until = performance.now() + SECONDS * 500;
  const began = performance.now();
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() < until) {
    for (let i = 0; i < 20; i++) work();
    count += 20;
  }
  const { user, system } = process.cpuUsage(before);
  return { rate: (count * 1000) / (performance.now() - began), micros: (user + system) / count };
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };

async function main() {
  const starts = [];
  for (let i = 0; i < (quick ? 3 : 7); i++) {
    const bare = await startBare();
    await end(bare.child);
    const { child, ms } = await startServer();
    await end(child);
    starts.push({ ms, times: ms / bare.ms });
  }
  const startMs = median(starts.map(({ ms }) => ms));
  const startTimes = median(starts.map(({ times }) => times));
  const server = await startServer();
  const { role, token, jwk } = await prepare(server.url);
  const silent = await startServer({ ROLECALL_DECISIONS_CAPACITY: '0' });
  const unrecorded = await prepare(silent.url);
  const memory = residentMegabytes(server.child.pid);

  const { url: bare, child: bareChild } = await startBare();
  await fetch(`${bare}/key`, {
    method: 'POST',
    body: JSON.stringify({ jwk, token }),
    headers: { 'content-type': 'text/plain' },
  });

  const identity = await signedIdentityCall(server.url);
  const assumeOf = (url, roleArn, webIdentityToken) => ({
    url,
    method: 'POST',
    headers: form,
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: 'bench',
      WebIdentityToken: webIdentityToken,
    }).toString(),
  });
  const assume = assumeOf(server.url, role, token);
  const assumeUnrecorded = assumeOf(silent.url, unrecorded.role, unrecorded.token);
  const mint = {
    url: `${server.url}/_rolecall/tokens`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ issuer: 'github-actions', audience: 'sts.amazonaws.com' }),
  };
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const payload = Buffer.alloc(1200, 'x');
  const signature = sign('sha256', payload, privateKey);
  const signing = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const checking = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));

  const [plain, recorded, unlogged] = [bareChild.pid, server.child.pid, silent.child.pid];
  const measures = {
    bare: () => load(plain, { url: bare, method: 'POST', headers: form, body: identity.body }),
    verifyRoute: () => load(plain, { url: `${bare}/verify`, method: 'POST', headers: form, body: assume.body }),
    signBare: () => spin(() => sign('sha256', payload, signing)),
    verifyBare: () => spin(() => verify('sha256', payload, checking, signature)),
    identity: () => load(recorded, identity),
    assume: () => load(recorded, assume),
    assumeUnrecorded: () => load(unlogged, assumeUnrecorded),
    mint: () => load(recorded, mint),
  };
  const results = Object.fromEntries(Object.keys(measures).map(name => [name, []]));
  const run = async isWarmUp => {
    for (const [name, measure] of Object.entries(measures)) {
      const result = await measure();
      if (!isWarmUp) results[name].push(result);
    }
  };
  /** The processor time of a call of `ceiling` divided by that of a call of `name`, median of the runs. */
  const ratio = ({ name, ceiling }) =>
    median(results[name].map(({ micros }, at) => results[ceiling][at].micros / micros));
  const meetsLimit = share => ratio(share) >= share.target / 2;
  // The optimizing compiler of a server is busy for some thousand calls.
  for (let at = 0; at < WARM_UPS; at++) await run(true);
  for (let at = 0; at < RUNS; at++) await run(false);
  // More runs before a miss counts, because a neighbour on the machine can slow down some of them.
  for (let at = 0; at < 2 * RUNS && !SHARES.every(meetsLimit); at++) await run(false);
  const calm = await percentile(identity);
  const minting = autocannon({ ...mint, connections: 8, duration: SECONDS * 2 });
  const loaded = await percentile(identity);
  await minting;
  const before = residentMegabytes(server.child.pid);
  const calls = quick ? 20_000 : 500_000;
  await autocannon({ ...identity, connections: 16, amount: calls / 2 });
  await autocannon({ ...assume, connections: 16, amount: calls / 2 });
  const after = residentMegabytes(server.child.pid);

  const rows = [
    [
      'start to healthy',
      `${startMs.toFixed(0)} ms`,
      `${startTimes.toFixed(2)} × the start of Fastify alone`,
      'under 1.5 ×',
      startTimes <= 3,
    ],
    ['resident memory after one federation', `${memory.toFixed(0)} MB`, '', 'under 100 MB', memory <= 200],
    ['ceiling: Fastify route', perSecond('bare'), '', '', true],
    ['ceiling: route + jose verification', perSecond('verifyRoute'), '', '', true],
    ['ceiling: RS256 verify, one core', perSecond('verifyBare'), '', '', true],
    ['ceiling: RS256 sign, one core', perSecond('signBare'), '', '', true],
    ...SHARES.map(shareRow),
    ['GetCallerIdentity p99', `${calm} ms`, `${loaded} ms while tokens are minted`, '', true],
    [
      `resident memory before and after ${calls.toLocaleString('en')} calls`,
      `${before.toFixed(0)} → ${after.toFixed(0)} MB`,
      '',
      'constant',
      after <= before * 1.5 + 50,
    ],
  ];

  function perSecond(name) {
    return `${Math.round(median(results[name].map(({ rate }) => rate))).toLocaleString('en')} /s`;
  }
  function shareRow(share) {
    const { title, name, of, target } = share;
    const value = `${percent(ratio(share))} of ${of}`;
    return [title, perSecond(name), value, `at least ${percent(target)}`, meetsLimit(share)];
  }

  console.log(
    `median of ${results.bare.length} interleaved runs of ${SECONDS} s, Node ${process.version}; shares are the processor time of the ceiling divided by that of the call\n`,
  );
  const widths = [0, 1, 2, 3].map(column => Math.max(...rows.map(row => row[column].length)));
  for (const row of rows) {
    console.log(
      row
        .slice(0, 4)
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  '),
      row[4] ? '' : '  FAILED',
    );
  }
  return rows.every(row => row[4]);
}

try {
  const servers = await main();
  console.log('\npolicy evaluator: microseconds of elapsed time and of processor time');
  const policies = reportPolicies();
  let scale = true;
  if (!quick) {
    console.log('\nIAM with ten roles and with 10,000 roles and 1,000 providers');
    scale = await reportScale();
  }
  process.exitCode = servers && policies && scale ? 0 : 1;
} finally {
  for (const child of children) child.kill('SIGTERM');
}
