/** Runs the README's commands unchanged with a shell, curl and the AWS CLI, without other setup. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { awsCli } from './available.ts';
import { withRolecall } from './emulator.ts';
import { inFolder, run } from './run.ts';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

/** The first shell block after a sentence. */
function blockAfter(sentence: string): string {
  const at = readme.indexOf(sentence);
  const block = /```sh\n([^`]*)```/.exec(readme.slice(at))?.[1];
  if (at < 0 || block === undefined) throw new Error(`the README has no shell block after "${sentence}"`);
  return block;
}

/** Runs a block of the README in a shell that stops at the first failure. Only the address is replaced. */
const shell = (block: string, url: string, home: string) =>
  run('sh', ['-euc', block.replaceAll('http://127.0.0.1:4592', url)], {
    env: { HOME: home, PATH: `${dirname(awsCli)}:${process.env['PATH'] ?? ''}`, PYTHONDONTWRITEBYTECODE: '1' },
    cwd: home,
  });

describe('the five commands of the README', () => {
  it('assume a role on a new instance', () =>
    withRolecall(({ url }) =>
      inFolder(async home => {
        const block = blockAfter('these five commands register');
        expect(block.match(/^(export|aws) /gm)).toHaveLength(5);
        const { code, stdout, stderr } = await shell(block, url, home);
        expect(stderr).toBe('');
        expect(code).toBe(0);
        expect(stdout).toContain('"Arn": "arn:aws:sts::000000000000:assumed-role/deploy/ci"');
        expect(stdout).toContain('"SessionToken"');
      }),
    ));
});
