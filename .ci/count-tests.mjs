// Sums the reports of all suites (vitest's JSON) below a directory and prints the closing line, `N passed, N failed`:
//   count-tests.mjs DIRECTORY BROKEN-STAGES
// A stage that broke without a failed test counts as one failure. What failed is named right above that line: each
// test and each suite with its first words, and each stage with its last ones (DIRECTORY/failed-stages/STAGE.log).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const LONGEST_MESSAGE = 1500;
const LAST_LINES = 25;
/** Lines of a stage's output that state a fault, wherever they stand. */
const FAULT = /unhandled|\bFAIL(ED)?\b|\bERROR\b|[A-Za-z]*Error:|\berror\b.*:|✗|×|✖|stale|refus/;
const [directory, brokenStages] = process.argv.slice(2);

/** Reports of one suite each: path below the directory, and vitest's JSON. */
const reports = readdirSync(directory, { recursive: true })
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, ...JSON.parse(readFileSync(join(directory, name), 'utf8')) }));

const sum = (count) => reports.reduce((total, report) => total + (count(report) ?? 0), 0);
const suites = reports.flatMap(({ name, testResults = [] }) =>
  testResults.map((suite) => ({ report: name, ...suite })),
);
const failedTests = ({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed');
/** Suites that failed without a failed test: broken before the first one, or in a hook. */
const brokenSuites = suites.filter((suite) => suite.status === 'failed' && failedTests(suite).length === 0);

for (const suite of suites) {
  for (const test of failedTests(suite)) {
    const messages = (test.failureMessages ?? []).join('\n').slice(0, LONGEST_MESSAGE);
    console.log(`FAILED ${suite.report}: ${test.fullName}\n  ${messages}`);
  }
}
for (const { report, name, message } of brokenSuites) {
  console.log(
    `FAILED ${report}: ${name}\n  ${message?.slice(0, LONGEST_MESSAGE) || 'no test failed: see its hooks'}`,
  );
}

const logs = join(directory, 'failed-stages');
for (const log of existsSync(logs) ? readdirSync(logs) : []) {
  const lines = readFileSync(join(logs, log), 'utf8').trimEnd().split('\n');
  const last = lines.slice(-LAST_LINES);
  const faults = lines.slice(0, -LAST_LINES).filter((line) => FAULT.test(line));
  console.log(`FAILED stage ${basename(log, '.log')}, its last words:`);
  for (const line of [...faults.slice(-LAST_LINES), ...last]) console.log(`  ${line.slice(0, 300)}`);
}

const passed = sum((report) => report.numPassedTests);
const skipped = sum((report) => (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0));
// csi-sanity counts a broken suite itself.
const counted = Math.max(
  sum((report) => report.numFailedTests),
  suites.flatMap(failedTests).length + brokenSuites.length,
);
const failed = Math.max(counted, Number(brokenStages), passed === 0 ? 1 : 0);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
