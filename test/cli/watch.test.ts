/** `rolecall start --watch`: a saved file is reloaded; an invalid file is reported and changes nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { STARTERS } from '../../src/cli/starters.ts';

const starterOf = (id: string): string => STARTERS.get(id) ?? '';
const cli = new URL('../../dist/cli.js', import.meta.url).pathname;

it('reloads the file', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-watch-'));
  const file = join(folder, 'rolecall.yaml');
  await writeFile(file, starterOf('github-actions'));
  const server = spawn(process.execPath, [cli, 'start', '--config', file, '--watch', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  const exited = once(server, 'exit');
  let output = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const expectOutput = (text: string | RegExp) =>
    expect.poll(() => output, { timeout: 20_000, interval: 50 }).toMatch(text);
  try {
    await expectOutput(/listening on http/);
    const url = /listening on (http:\S+)/.exec(output)?.[1] ?? '';
    const providers = async (): Promise<string> => (await fetch(`${url}/_rolecall/state`)).text();
    expect(await providers()).toContain('token.actions.githubusercontent.com');

    await writeFile(file, starterOf('gitlab-ci'));
    await expectOutput('was reloaded');
    expect(await providers()).toContain('https://gitlab.com');
    expect(await providers()).not.toContain('token.actions.githubusercontent.com');

    await writeFile(file, starterOf('gitlab-ci').replace('roles:', 'rolez:'));
    await expectOutput('is not valid; the previous configuration stays in effect');
    expect(output).toContain('did you mean \\"roles\\"?');
    expect(await providers()).toContain('role');

    await writeFile(file, `${starterOf('gitlab-ci')}decisions: { capacity: 5 }\n`);
    await expectOutput('restart required to apply: decisions');
  } finally {
    server.kill('SIGTERM');
    await rm(folder, { recursive: true });
  }
  expect(await exited).toEqual([0, null]);
});
