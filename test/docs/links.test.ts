/** Every link in the docs has a target, and the index links to every page. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('npm run docs:check reports no problems', () => {
  const script = new URL('../../scripts/docs-check.mjs', import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
