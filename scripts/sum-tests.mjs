/**
 * Sums up the vitest reports of a folder and ends with the line `N passed, N failed`. A test of several reports, one per Node
 * version, counts once: as failed if it failed in one of them, as passed if it passed in one, else as skipped. Prints every
 * failure of every report. A failed step whose report contains no failure counts as one failure, and so does a report that is
 * missing, cut off or without a passed test. Arguments: the folder, the number of failed steps, the names of the reports.
 * Exits 1 unless all tests passed.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const [folder, failedSteps, ...names] = process.argv.slice(2);

/** A report without results stands for one that cannot be read. */
function read(name) {
  try {
    return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  } catch (error) {
    console.log(`${name}: FAILED the report cannot be read: ${error.message}\n`);
    return { testResults: [] };
  }
}

const reports = names.map(name => ({ name, report: read(name) }));

/** The results of a report: a key for each test, equal in all reports, and for each file that did not run. */
function* resultsOf(report) {
  for (const { name, status, message, assertionResults } of report.testResults) {
    const file = relative(process.cwd(), name);
    // Tests of one name in one file are told apart by their order.
    const seen = new Map();
    for (const test of assertionResults) {
      const nth = seen.get(test.fullName) ?? 0;
      seen.set(test.fullName, nth + 1);
      const key = JSON.stringify([file, test.fullName, nth]);
      yield {
        key,
        status: test.status,
        text: `${file}: ${[test.fullName, ...(test.failureMessages ?? [])].join('\n')}`,
      };
    }
    if (status === 'failed' && assertionResults.every(test => test.status !== 'failed')) {
      yield { key: JSON.stringify([file]), status: 'failed', text: `${file}: ${message}` };
    }
  }
}

/** The weightiest status of each key: failed, passed, skipped. */
const weights = { failed: 2, passed: 1 };
const distinct = new Map();
let failedRuns = 0;
let incomplete = 0;
for (const { name, report } of reports) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { key, status, text } of resultsOf(report)) {
    const kind = status in weights ? status : 'skipped';
    counts[kind] += 1;
    if (kind === 'failed') console.log(`${name}: FAILED ${text}\n`);
    if ((weights[kind] ?? 0) >= (weights[distinct.get(key)] ?? 0)) distinct.set(key, kind);
  }
  console.log(`${name}: ${counts.passed} tests passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0) failedRuns += 1;
  else if (counts.passed === 0 || report.success === false) incomplete += 1;
}

const count = kind => [...distinct.values()].filter(one => one === kind).length;
const passed = count('passed');
const failed = count('failed') + Math.max(incomplete, Number(failedSteps) - failedRuns);
const skipped = count('skipped');
if (skipped > 0) console.log(`${skipped} tests skipped: their requirements are not installed on this machine`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
