/** Packages and parts of Rolecall that a start does not load: each is loaded by the first call that needs it. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Reports each package, and each of the linter's files, that Node loads, once, between the lines that the script writes. */
const HOOK = `
  import { writeSync } from 'node:fs';
  const known = new Set();
  export async function load(url, context, next) {
    const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? /chunk-(findings|services.data)\\.js$/.exec(url)?.[1];
    if (name !== undefined && !known.has(name)) writeSync(1, 'loads ' + name + '\\n');
    known.add(name);
    return next(url, context);
  }`;

const SCRIPT = `
  import { writeSync } from 'node:fs';
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(HOOK)}));
  const { startRolecall } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
  const rolecall = await startRolecall();
  const { CreateVirtualMFADeviceCommand, IAMClient } = await import('@aws-sdk/client-iam');
  const iam = new IAMClient({ endpoint: rolecall.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  const phase = async (name, work) => {
    writeSync(1, name + '\\n');
    await work();
  };
  await phase('started', () => {});
  await phase('key', () => rolecall.mint({ issuer: 'gitlab-ci' }));
  await phase('certificate', () => rolecall.mint({ issuer: 'github-actions' }));
  await phase('scrape', () => fetch(rolecall.url + '/_rolecall/metrics').then(answer => answer.text()));
  await phase('device', () => iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' })));
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:GetObjekt', Resource: '*' } };
  await phase('lint', () => fetch(rolecall.url + '/_rolecall/lint', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'identity', policy }) }));
  writeSync(1, 'end\\n');
  await rolecall.close();`;

it('jose with the first key, node-forge with a certificate, prom-client with a scrape, otplib and uqr with an MFA device, the linter and its table with a policy', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    cwd: new URL('../..', import.meta.url),
    encoding: 'utf8',
    timeout: 100_000,
  });
  const named = ['findings', 'services.data', 'jose', 'node-forge', 'otplib', 'prom-client', 'uqr'];
  const lines = stdout.split('\n').filter(line => !line.startsWith('loads ') || named.includes(line.slice(6)));
  expect(
    lines.filter(line => line !== ''),
    stderr,
  ).toEqual([
    'started',
    'key',
    'loads jose',
    'certificate',
    'loads node-forge',
    'scrape',
    'loads prom-client',
    'device',
    'loads otplib',
    'loads uqr',
    'lint',
    'loads findings',
    'loads services.data',
    'end',
  ]);
});
