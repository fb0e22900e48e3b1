/**
 * Sums up the vitest reports of a folder, prints every failed test, and ends with the line `N passed, N failed`. A failed step
 * whose report contains no failed test counts as one failure. Arguments: the folder, the number of failed steps. Exits 1 unless
 * all tests passed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const [folder, failedSteps] = process.argv.slice(2);
const reports = readdirSync(folder).map(name => ({
  name: name.replace('.json', ''),
  report: JSON.parse(readFileSync(join(folder, name), 'utf8')),
}));

/** The failures of a report, one paragraph each: a test with its messages, or a file that did not run. */
const failures = report =>
  report.testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    const tests = assertionResults.filter(test => test.status === 'failed');
    const paragraphs = tests.map(test => [test.fullName, ...test.failureMessages].join('\n'));
    if (status === 'failed' && tests.length === 0) paragraphs.push(message);
    return paragraphs.map(paragraph => `${relative(process.cwd(), file)}: ${paragraph}`);
  });

let passed = 0;
let failed = 0;
let skipped = 0;
let failedRuns = 0;
for (const { name, report } of reports) {
  const { numPassedTests, numFailedTests, numPendingTests, success } = report;
  for (const failure of failures(report)) console.log(`${name}: FAILED ${failure}\n`);
  console.log(
    `${name}: ${numPassedTests} tests passed, ${numFailedTests} tests failed, ${numPendingTests} tests skipped`,
  );
  passed += numPassedTests;
  failed += numFailedTests;
  skipped += numPendingTests;
  if (!success && numFailedTests > 0) failedRuns += 1;
}
failed += Math.max(0, Number(failedSteps) - failedRuns);
if (skipped > 0) console.log(`${skipped} tests skipped: their requirements are not installed on this machine`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
