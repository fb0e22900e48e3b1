/** The two calls of docs/ARCHITECTURE.md run in the files that it lists, and nowhere else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, describe, expect, it } from 'vitest';
import { type RunFunction, startMeasured } from './flows.ts';
import { files, ROOT, runtimeImportsOf } from './source.ts';

const document = readFileSync(join(ROOT, 'docs/ARCHITECTURE.md'), 'utf8');

const sectionOf = (heading: string): string => {
  const [, section = ''] = document.split(`\n### ${heading}\n`);
  return section.split(/\n##/)[0] ?? '';
};

/** The numbered files of a call, by their paths below src. */
const stationsOf = (call: string) =>
  [...sectionOf(call).matchAll(/^(\d+)\. `src\/([^`]+)` /gm)].map(([, number, file = '']) => ({ number, file }));

/** Files and folders (with a slash at the end). */
const leaves = [...sectionOf('Leaves').matchAll(/^- `src\/([^`]+)` /gm)].map(([, path = '']) => path);

const isLeaf = (file: string): boolean =>
  leaves.some(leaf => file === leaf || (leaf.endsWith('/') && file.startsWith(leaf)));

const GITHUB = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';
const ACCOUNT = '000000000000';
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${GITHUB}:aud`]: AUDIENCE },
        StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/*' },
      },
    },
  ],
};

const emulator = await startMeasured();
const iam = new IAMClient({
  endpoint: emulator.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
afterAll(async () => {
  iam.destroy();
  await emulator.close();
});

let roles = 0;
const createRole = async (): Promise<string> => {
  const command = { RoleName: `role-${++roles}`, AssumeRolePolicyDocument: JSON.stringify(TRUST) };
  const { Role } = await iam.send(new CreateRoleCommand(command));
  return Role?.Arn ?? '';
};

async function assumeRole(roleArn: string, token: string): Promise<void> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: 'test-session',
    WebIdentityToken: token,
  });
  const answer = await fetch(emulator.url, { method: 'POST', body });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<SessionToken>')]);
}

async function measureAssumeRole(): Promise<readonly RunFunction[]> {
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: `https://${GITHUB}`, ClientIDList: [AUDIENCE] }));
  const roleArn = await createRole();
  // Each call has a token of its own.
  const tokens: string[] = [];
  for (let at = 0; at < 3; at++) tokens.push(await emulator.mint(AUDIENCE));
  return emulator.functionsOf(() => assumeRole(roleArn, tokens.pop() ?? ''));
}

const FLOWS = [
  { call: 'AssumeRoleWithWebIdentity', limit: 25, functions: await measureAssumeRole() },
  { call: 'CreateRole', limit: 20, functions: await emulator.functionsOf(createRole) },
];

/** The functions that ran in files other than stations and leaves, as `file: function`. */
const outside = (functions: readonly RunFunction[], stations: ReadonlySet<string>): readonly string[] =>
  functions.filter(({ file }) => !stations.has(file) && !isLeaf(file)).map(({ file, name }) => `${file}: ${name}`);

describe.each(FLOWS)('$call', ({ call, limit, functions }) => {
  const stations = stationsOf(call);
  const listed = new Set(stations.map(({ file }) => file));

  it('runs in its stations and the leaves only', () => {
    expect(outside(functions, listed)).toEqual([]);
  });

  it('runs in each of its stations', () => {
    const run = new Set(functions.map(({ file }) => file));
    expect([...listed].filter(file => !run.has(file))).toEqual([]);
  });

  it(`has at most ${limit} stations, numbered, each once, and none is a leaf`, () => {
    expect(stations.map(({ number }) => number)).toEqual(stations.map((_, at) => String(at + 1)));
    expect([stations.length > 0, stations.length <= limit, listed.size]).toEqual([true, true, stations.length]);
    expect([...listed].filter(isLeaf)).toEqual([]);
  });
});

describe('a leaf', () => {
  const stations = new Set(FLOWS.flatMap(({ call }) => stationsOf(call).map(({ file }) => file)));

  it('is listed once, and there are at most 42', () => {
    expect([leaves.length > 0, leaves.length <= 42, new Set(leaves).size]).toEqual([true, true, leaves.length]);
  });

  it.each(leaves)('%s runs in a call', leaf => {
    expect(FLOWS.some(({ functions }) => functions.some(({ file }) => file.startsWith(leaf)))).toBe(true);
  });

  it.each(leaves)('%s imports no station, also not through other files', leaf => {
    const reached = new Set(files.filter(file => file === leaf || (leaf.endsWith('/') && file.startsWith(leaf))));
    for (const file of reached) for (const target of runtimeImportsOf(file)) reached.add(target);
    expect([...reached].filter(file => stations.has(file))).toEqual([]);
  });
});

describe('the measurement', () => {
  const stations = new Set(stationsOf('CreateRole').map(({ file }) => file));

  it('finds functions of a call that the list is not for', async () => {
    const functions = await emulator.functionsOf(() => iam.send(new GetRoleCommand({ RoleName: 'role-1' })));
    expect(outside(functions, stations)).toContain('iam/lookups.ts: found');
  });

  it('finds nothing without a call', async () => {
    expect(await emulator.functionsOf(async () => undefined)).toEqual([]);
  });
});
