// Measures the effect of size: start from a 20 MB configuration, then assume, list and create with 10,000 roles and 1,000
// providers, compared with ten. Both servers run at the same time and are measured alternately; only ratios are compared.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import autocannon from 'autocannon';

const ACCOUNT = '000000000000';
const GITHUB = 'token.actions.githubusercontent.com';
const ROUNDS = 5;
const SECONDS = 1;
const CLI = join(import.meta.dirname, '../dist/cli.js');

const median = values => values.toSorted((one, other) => one - other)[values.length >> 1];

const trust = (issuer, repository) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${issuer}:sub`]: `repo:octo-org/${repository}:*` },
      },
    },
  ],
});

/** A configuration with `roles` roles, each with an inline policy of ten statements, and `providers` providers. */
export function configuration(roles, providers) {
  const issuers = [GITHUB, ...Array.from({ length: providers - 1 }, (_, at) => `issuer-${at}.example.com`)];
  const statements = Array.from({ length: 10 }, (_, at) => ({
    Sid: `Folder${at}`,
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    Resource: `arn:aws:s3:::octo-artifacts-${at}/a/folder/of/this/role/*`,
  }));
  return {
    accounts: {
      [ACCOUNT]: {
        oidcProviders: issuers.map(issuer => ({ url: `https://${issuer}`, clientIds: ['sts.amazonaws.com'] })),
        roles: Array.from({ length: roles }, (_, at) => ({
          name: `role-${at}`,
          trust: trust(at === roles - 1 ? GITHUB : issuers[at % issuers.length], 'octo-repo'),
          inlinePolicies: { folders: { Version: '2012-10-17', Statement: statements } },
          attachedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
        })),
      },
    },
  };
}

/** Starts the server from a file; returns its URL, its process and the milliseconds until it prints the URL. */
async function start(file) {
  const began = performance.now();
  const child = spawn(process.execPath, [CLI, 'start', '--port', '0', '--log-level', 'silent', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) {
    const url = /listening on (http:\S+)/.exec(String(chunk).replaceAll('\u001b', ''))?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, child, ms: performance.now() - began };
  }
  throw new Error('the server exited before it listened');
}

const clientOf = url =>
  new IAMClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });

/** AssumeRoleWithWebIdentity calls per second for one role, on 8 connections. */
async function assumeRate(url, role) {
  const token = await fetch(
    `${url}/_rolecall/tokens/github-actions?aud=sts.amazonaws.com&repository=octo-org/octo-repo`,
  ).then(answer => answer.text());
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
    RoleSessionName: 'bench',
    WebIdentityToken: token,
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const result = await autocannon({ url, method: 'POST', headers, body, connections: 8, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} of the assume calls failed`);
  return result.requests.average;
}

/** Milliseconds per call, median of twenty. */
async function millis(call) {
  const taken = [];
  for (let round = 0; round < 20; round++) {
    const began = performance.now();
    await call(round);
    taken.push(performance.now() - began);
  }
  return median(taken);
}

async function createAndDelete(iam, round) {
  const RoleName = `created-${round}`;
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust(GITHUB, 'x')) }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

/** Measures both sizes alternately; rows of name, few, many and ratio (above 1: many is slower). */
export async function measureScale() {
  const folder = mkdtempSync(join(tmpdir(), 'rolecall-scale-'));
  const started = [];
  try {
    const sizes = [
      { roles: 10, file: join(folder, 'few.json'), config: configuration(10, 10) },
      { roles: 10_000, file: join(folder, 'many.json'), config: configuration(10_000, 1000) },
    ];
    for (const { file, config } of sizes) writeFileSync(file, JSON.stringify(config));
    for (const size of sizes) started.push({ ...size, ...(await start(size.file)), rates: [] });
    for (let round = 0; round <= ROUNDS; round++) {
      for (const one of started) {
        const rate = await assumeRate(one.url, `role-${one.roles - 1}`);
        // The first round is a warm-up.
        if (round > 0) one.rates.push(rate);
      }
    }
    const [few, many] = started;
    const rows = [];
    const row = (name, unit, one, other, ratio) => rows.push({ name, unit, few: one, many: other, ratio });
    const megabytes = one => statSync(one.file).size / 1e6;
    row('configuration', 'MB', megabytes(few), megabytes(many));
    row('start', 'ms', few.ms, many.ms, many.ms / few.ms);
    row(
      'assume with a web identity',
      'calls/s',
      median(few.rates),
      median(many.rates),
      median(few.rates) / median(many.rates),
    );
    const [fewIam, manyIam] = [clientOf(few.url), clientOf(many.url)];
    const both = async (name, call) => {
      const [one, other] = [await millis(round => call(fewIam, round)), await millis(round => call(manyIam, round))];
      row(name, 'ms', one, other, other / one);
    };
    await both('list ten roles', iam => iam.send(new ListRolesCommand({ MaxItems: 10 })));
    await both('create and delete a role', createAndDelete);
    return rows;
  } finally {
    for (const { child } of started) child.kill();
    rmSync(folder, { recursive: true });
  }
}

/** Measures and prints; false if assume is more than twice as slow with 10,000 roles as with ten. */
export async function reportScale() {
  console.log(`${''.padEnd(30)} ${'10 roles'.padStart(12)} ${'10,000'.padStart(12)}    ratio`);
  const rows = await measureScale();
  for (const { name, unit, few, many, ratio } of rows) {
    const shown = ratio === undefined ? '' : ratio.toFixed(2).padStart(8);
    console.log(`${name.padEnd(30)} ${few.toFixed(1).padStart(12)} ${many.toFixed(1).padStart(12)} ${shown}  ${unit}`);
  }
  return rows.every(({ name, ratio = 1 }) => !name.startsWith('assume') || ratio <= 2);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = (await reportScale()) ? 0 : 1;
