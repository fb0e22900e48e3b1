/** The starters: each is a valid configuration, and the command in its last lines works. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STARTERS, startersOf } from '../../src/cli/starters.ts';
import { parseConfigText } from '../../src/config/load.ts';
import { CUSTOM } from '../../src/idp/presets/custom.ts';
import { startRolecall } from '../../src/index.ts';

const cli = new URL('../../dist/cli.js', import.meta.url).pathname;

const rolecall = (cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise(resolve => {
    execFile(process.execPath, [cli, ...args], { cwd, env: { PATH: process.env['PATH'] } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

/** The command under `# Try it:`, as words. */
function trial(text: string): readonly string[] {
  const [, lines = ''] = text.split('# Try it:\n');
  const words = lines
    .replaceAll(/^# {2,}/gm, '')
    .replaceAll('\\\n', ' ')
    .split(/\s+/)
    .filter(word => word !== '');
  return words.slice(1);
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolecall-init-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('a starter with an unknown placeholder is refused', () => {
  const starter = { title: 'Custom', text: 'accounts: ${acounts}' };
  expect(() => startersOf([{ ...CUSTOM, starter }])).toThrow('the starter of custom has no value for acounts');
});

describe('rolecall init', () => {
  it.each([...STARTERS.keys()])('%s: writes a valid file whose sample command works', async starter => {
    const written = await rolecall(folder, 'init', starter);
    expect(written).toEqual({
      code: 0,
      stdout: 'wrote rolecall.yaml; start with: rolecall start --config rolecall.yaml --watch\n',
      stderr: '',
    });
    const text = await readFile(join(folder, 'rolecall.yaml'), 'utf8');
    expect(await rolecall(folder, 'config', 'check', '--config', 'rolecall.yaml')).toMatchObject({ code: 0 });

    await using server = await startRolecall(parseConfigText(text, 'rolecall.yaml'));
    const assumed = await rolecall(folder, ...trial(text), '--url', server.url);
    expect(assumed).toMatchObject({ code: 0, stderr: '' });
    expect(assumed.stdout).toContain('AWS_SESSION_TOKEN');
    const refused = await rolecall(folder, ...trial(text), '--claim', 'sub=somebody-else', '--url', server.url);
    expect(refused.code).toBe(1);
  });

  it('prints with --out -, and never overwrites a file', async () => {
    expect(await rolecall(folder, 'init', 'gitlab-ci', '--out', '-')).toEqual({
      code: 0,
      stdout: STARTERS.get('gitlab-ci'),
      stderr: '',
    });
    await rolecall(folder, 'init');
    expect(await rolecall(folder, 'init')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'rolecall: cannot write rolecall.yaml: the file already exists; choose another name with --out\n',
    });
  });

  it('lists the starters for an unknown name', async () => {
    const { code, stderr } = await rolecall(folder, 'init', 'jenkins');
    expect(code).toBe(2);
    expect(stderr).toContain('github-actions, gitlab-ci, eks-irsa, custom');
  });
});
