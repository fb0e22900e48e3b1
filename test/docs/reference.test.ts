/** Pages generated from the code; `-u` updates them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checksPage, configurationPage, controlApiPage, errorsPage, operationsPage } from './pages.ts';

const cli = new URL('../../dist/cli.js', import.meta.url).pathname;

async function help(...command: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...command, '--help'], { env });
  return stdout.trimEnd();
}

/** Names under `Commands:`, except help. */
const commandsIn = (text: string): readonly string[] =>
  [...(text.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z]+)/gm)]
    .map(match => match[1] ?? '')
    .filter(name => name !== 'help');

async function sections(...command: readonly string[]): Promise<readonly string[]> {
  const text = await help(...command);
  const title = ['rolecall', ...command].join(' ');
  const inner = await Promise.all(commandsIn(text).map(name => sections(...command, name)));
  return [`## ${title}\n\n\`\`\`text\n${text}\n\`\`\`\n`, ...inner.flat()];
}

describe('docs/reference', () => {
  it.each([
    ['configuration', configurationPage],
    ['control-api', controlApiPage],
    ['operations', operationsPage],
    ['errors', errorsPage],
    ['checks', checksPage],
  ])('%s.md matches the code', async (name, page) => {
    await expect(page()).toMatchFileSnapshot(`../../docs/reference/${name}.md`);
  });

  it('cli.md matches --help', { timeout: 60_000 }, async () => {
    const page = `# Command line

This page shows the output of \`rolecall --help\` and of each command's help. Exit codes: 0 success, 1 denied or findings, 2 usage or
configuration error, 70 internal error of Rolecall.

${(await sections()).join('\n')}`;
    await expect(page).toMatchFileSnapshot('../../docs/reference/cli.md');
  });
});
