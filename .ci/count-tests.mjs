// Sums the reports of all suites (vitest's JSON) below a directory and prints the closing line, `N passed, N failed`:
//   count-tests.mjs DIRECTORY BROKEN-STAGES
// A stage that broke without a failed test counts as one failure. What failed is named, with its first words.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [directory, brokenStages] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;

for (const name of readdirSync(directory, { recursive: true })) {
  const path = join(directory, name);
  if (name.endsWith('.json')) {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests ?? 0;
    failed += report.numFailedTests ?? 0;
    skipped += (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
    for (const { name: file, status, message, assertionResults } of report.testResults ?? []) {
      for (const test of assertionResults.filter((one) => one.status === 'failed')) {
        console.log(
          `FAILED ${name}: ${test.fullName}\n  ${(test.failureMessages ?? []).join('\n').slice(0, 1500)}`,
        );
      }
      if (status === 'failed' && message) console.log(`FAILED ${name}: ${file}\n  ${message.slice(0, 1500)}`);
    }
    // A suite that broke before its first test has no failed test to count.
    failed += (report.testResults ?? []).filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    ).length;
  }
}

failed = Math.max(failed, Number(brokenStages));
if (passed === 0) failed = Math.max(failed, 1);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
