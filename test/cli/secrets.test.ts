/** `start`, `config print` and `config check` never print or log a secret of the configuration. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configWithSecrets, SECRETS, SHOWN } from '../support/secret-config.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
const folder = mkdtempSync(join(tmpdir(), 'rolecall-secrets-'));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith('.json') ? JSON.stringify(content) : stringify(content));
  return path;
}

const found = (text: string): readonly string[] => SECRETS.filter(secret => text.includes(secret));

function start(args: readonly string[]): { readonly child: ChildProcess; output: () => string } {
  const { ROLECALL_PORT: _port, ROLECALL_URL: _url, ...env } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...env, NO_COLOR: '1' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', chunk => {
      output += chunk;
    });
  return { child, output: () => output };
}

function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((done, fail) => {
    const { child, output } = start(args);
    child.once('error', fail);
    child.once('close', code => done({ code, output: output() }));
  });
}

describe.each([['rolecall.yaml'], ['rolecall.json']])('config print of %s', name => {
  it.each([[[]], [['--json']]])('with %j shows that a secret is set, but not its value', async more => {
    const { code, output } = await run(['config', 'print', '--config', file(name, configWithSecrets()), ...more]);
    expect(code).toBe(0);
    expect(found(output)).toEqual([]);
    for (const word of SHOWN) expect(output).toContain(word);
    expect(output.match(/\(set\)/g)).toHaveLength(SECRETS.length);
  });
});

describe('config check', () => {
  it.each([[[]], [['--json']]])('with %j names only the paths of secrets', async more => {
    const [secret = ''] = SECRETS;
    const broken = {
      ...configWithSecrets(),
      secret: { [secret.slice(0, 3)]: secret },
      adminToken: [secret],
      credentials: { secretAccessKey: 7_654_321, accessKeyId: '' },
    };
    const { code, output } = await run(['config', 'check', '--config', file('broken.yaml', broken), ...more]);
    expect(code).toBe(2);
    for (const place of ['secret', 'adminToken', 'secretAccessKey']) expect(output).toContain(place);
    expect(found(output)).toEqual([]);
    expect(output).not.toContain('7654321');
  });

  it('does not quote an issuer key that cannot be read', async () => {
    const { code, output } = await run(['config', 'check', '--config', file('key.yaml', configWithSecrets())]);
    expect(code).toBe(2);
    expect(output).toContain('issuers.mine.keys.0.jwk: the key cannot be read');
    expect(found(output)).toEqual([]);
  });
});

describe('start', () => {
  it.each([
    ['the sample commands', [], 'provider "aws"'],
    ['the address', ['--json'], '"url":'],
  ])('prints %s and logs everything without secrets', async (_, more, last) => {
    const path = file('start.yaml', configWithSecrets([]));
    const { child, output } = start([
      'start',
      '--config',
      path,
      '--watch',
      '--port',
      '0',
      '--log-level',
      'trace',
      ...more,
    ]);
    const printed = async (part: string): Promise<void> => {
      for (let at = 0; at < 400 && !output().includes(part); at++) await new Promise(done => setTimeout(done, 25));
      expect(output()).toContain(part);
    };
    await printed(last);
    file('start.yaml', { ...configWithSecrets([]), adminToken: `${configWithSecrets().adminToken}-2` });
    await printed('restart required to apply: adminToken');
    const ended = new Promise(done => child.once('close', done));
    child.kill('SIGTERM');
    await ended;
    expect(found(output())).toEqual([]);
  });
});
