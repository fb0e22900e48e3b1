/** The sum of `.ci/run`, for reports written here by hand. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/source.ts';

type Tests = Readonly<Record<string, string>> | readonly (readonly [name: string, status: string])[];

/** A report of vitest: the status of each test of each file. A file without tests did not run. */
const report = (files: Readonly<Record<string, Tests>>) => ({
  testResults: Object.entries(files).map(([file, tests]) => {
    const rows = Array.isArray(tests) ? tests : Object.entries(tests);
    return {
      name: join(ROOT, file),
      status: rows.length === 0 || rows.some(([, status]) => status === 'failed') ? 'failed' : 'passed',
      message: rows.length === 0 ? 'SyntaxError: the file has an error' : '',
      assertionResults: rows.map(([fullName, status]) => ({
        fullName,
        status,
        failureMessages: status === 'failed' ? [`${fullName} is wrong`] : [],
      })),
    };
  }),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolecall-reports-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function sum(
  reports: Readonly<Record<string, ReturnType<typeof report> | string>>,
  failedSteps = 0,
  missing: readonly string[] = [],
): Promise<{ code: number; lines: readonly string[] }> {
  for (const [name, content] of Object.entries(reports)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(folder, `${name}.json`), text);
  }
  return new Promise(resolve => {
    const args = [
      join(ROOT, 'scripts/sum-tests.mjs'),
      folder,
      String(failedSteps),
      ...Object.keys(reports),
      ...missing,
    ];
    execFile(process.execPath, args, { cwd: ROOT }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), lines: stdout.trimEnd().split('\n') });
    });
  });
}

describe('the sum of reports', () => {
  it('counts a test once that passed on several versions of Node', async () => {
    const both = { 'test/a.test.ts': { one: 'passed', two: 'passed' }, 'test/b.test.ts': { one: 'passed' } };
    const { code, lines } = await sum({
      installed: report(both),
      'node-24': report(both),
      'node-26': report({ 'test/b.test.ts': { one: 'passed' } }),
    });
    expect(lines).toEqual([
      'installed: 3 tests passed, 0 failed, 0 skipped',
      'node-24: 3 tests passed, 0 failed, 0 skipped',
      'node-26: 1 tests passed, 0 failed, 0 skipped',
      '3 passed, 0 failed',
    ]);
    expect(code).toBe(0);
  });

  it('counts a test as failed once that failed on one version or on several', async () => {
    const tests = (two: string, three: string) => ({ 'test/a.test.ts': { one: 'passed', two, three } });
    const { code, lines } = await sum(
      {
        installed: report(tests('passed', 'failed')),
        'node-24': report(tests('failed', 'failed')),
        'node-26': report(tests('passed', 'passed')),
      },
      2,
    );
    expect(lines.filter(line => line.includes('FAILED'))).toEqual([
      'installed: FAILED test/a.test.ts: three',
      'node-24: FAILED test/a.test.ts: two',
      'node-24: FAILED test/a.test.ts: three',
    ]);
    expect(lines).toContain('three is wrong');
    expect(lines.at(-1)).toBe('1 passed, 2 failed');
    expect(code).toBe(1);
  });

  it('counts a test as skipped that ran nowhere', async () => {
    const { code, lines } = await sum({
      installed: report({ 'test/a.test.ts': { one: 'passed', two: 'skipped', three: 'pending' } }),
      'node-24': report({ 'test/a.test.ts': { one: 'skipped', two: 'skipped', three: 'passed' } }),
    });
    expect(lines.slice(-2)).toEqual([
      '1 tests skipped: their requirements are not installed on this machine',
      '2 passed, 0 failed',
    ]);
    expect(code).toBe(0);
  });

  it('counts tests of one name in one file separately', async () => {
    const twice = [
      ['same', 'passed'],
      ['same', 'failed'],
    ] as const;
    const { lines } = await sum(
      { 'node-20': report({ 'a.test.ts': twice }), 'node-24': report({ 'a.test.ts': twice }) },
      2,
    );
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
  });

  it('counts a file that does not run, and a failed step without tests', async () => {
    const { code, lines } = await sum(
      { installed: report({ 'test/a.test.ts': {}, 'test/b.test.ts': { one: 'passed' } }) },
      3,
    );
    expect(lines[0]).toBe('installed: FAILED test/a.test.ts: SyntaxError: the file has an error');
    expect(lines.at(-1)).toBe('1 passed, 3 failed');
    expect(code).toBe(1);
  });

  it.each([
    ['is missing', undefined],
    ['is cut off', '{"testResults": [{"na'],
    ['has no tests', '{"testResults": [], "success": true}'],
    ['has only skipped tests', JSON.stringify(report({ 'test/b.test.ts': { one: 'skipped' } }))],
    ['reports a failure outside tests', '{"testResults": [], "success": false}'],
  ])('counts a report that %s as one failure', async (_, text) => {
    const good = { installed: report({ 'test/a.test.ts': { one: 'passed' } }) };
    const { code, lines } =
      text === undefined ? await sum(good, 0, ['node-24']) : await sum({ ...good, 'node-24': text });
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
    expect(code).toBe(1);
  });

  it('counts a failed step and its missing report once', async () => {
    const { lines } = await sum({ installed: report({ 'test/a.test.ts': { one: 'passed' } }) }, 1, ['node-24']);
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
  });

  it('fails without tests', async () => {
    expect(await sum({})).toEqual({ code: 1, lines: ['0 passed, 0 failed'] });
  });
});
