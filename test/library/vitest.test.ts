/** globalSetup and setupFiles in a separate Vitest run of another suite. */
import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { startForRun } from '../../src/library/vitest-setup.ts';

const fixture = new URL('./fixture', import.meta.url).pathname;
const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;

interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const runSuite = (pool: string): Promise<Report> =>
  new Promise((resolve, reject) => {
    const args = [vitest, 'run', '--root', fixture, '--pool', pool, '--reporter=json'];
    const { PATH, HOME } = process.env;
    execFile(process.execPath, args, { env: { PATH, HOME, AWS_PROFILE: 'of-the-developer' } }, (_, stdout, stderr) => {
      const at = stdout.indexOf('{');
      if (at < 0) reject(new Error(stdout + stderr));
      else resolve(JSON.parse(stdout.slice(at)));
    });
  });

describe('rolecall/vitest/setup', () => {
  it.each(['forks', 'threads'])(
    'applies to the tests of a suite with the pool %s',
    { timeout: 120_000 },
    async pool => {
      const { testResults, success } = await runSuite(pool);
      const results = testResults.flatMap(file => file.assertionResults);
      expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
      expect(results).toHaveLength(5);
      expect(success).toBe(true);
    },
  );

  it('restores the environment at the end', async () => {
    const before = { ...process.env };
    const teardown = await startForRun();
    expect(process.env['AWS_ENDPOINT_URL_STS']).toBe(process.env['ROLECALL_URL']);
    await teardown();
    expect({ ...process.env }).toEqual(before);
  });
});
