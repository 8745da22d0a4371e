// npm run conformance: the upstream suite, csi-sanity, against all drivers. No spec is skipped or focused by name.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasGo, isBuilt, obtainGoTool } from '../testing/go-tool.js';
import { csiSanityTool } from './csi-sanity.js';
import { parseJunit, type SpecResult } from './junit-report.js';
import { complaintsAbout, isRefused } from './refusals.js';
import { subjects, type Subject } from './subjects.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const suiteScript = fileURLToPath(new URL('./run-suite.js', import.meta.url));
const reports = join(process.env['LUSTRE_CSI_TEST_REPORTS'] ?? join(root, 'reports'), 'conformance');
const emulator = join(root, 'node_modules/.bin/lustre-cloud-emulator');

/** Length of the shown end of a failed suite's output, in characters. */
const SHOWN_OUTPUT = 2000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface SuiteRun {
  readonly status: number;
  readonly output: string;
  readonly results: readonly SpecResult[];
}

/** Runs the suite for one driver, with its own clouds. */
async function runSubject(subject: Subject, csiSanity: string): Promise<SuiteRun> {
  const report = join(reports, `${subject.name}.xml`);
  rmSync(report, { force: true }); // The report of an earlier run must not count for this one.
  const durations = ['--create-seconds', '0.1', '--delete-seconds', '0.1', '--update-seconds', '0.1'];
  const command = [process.execPath, suiteScript, subject.name, csiSanity, report];
  const child = spawn(emulator, ['exec', ...durations, '--', ...command], {
    // The emulated clouds need no authorities of the machine, which each driver would read.
    env: { ...process.env, SSL_CERT_FILE: undefined, SSL_CERT_DIR: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  const output = Buffer.concat(chunks).toString();
  writeFileSync(join(reports, `${subject.name}.log`), output);
  return { status, output, results: parseJunit(readReport(report)) };
}

function readReport(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Prints the results.
 *  @returns true if all specs that ran have passed, or were refused as expected */
function report(subject: Subject, { status, output, results }: SuiteRun): boolean {
  const { name, refusals = [] } = subject;
  const refused = results.filter((spec) => isRefused(spec, refusals));
  const count = (wanted: SpecResult['status']): number =>
    results.filter((spec) => spec.status === wanted).length - (wanted === 'failed' ? refused.length : 0);
  const refusedNote = refusals.length === 0 ? '' : `${refused.length} refused by the driver as expected, `;
  const complaints = complaintsAbout(results, refusals);
  const passed = status === 0 && complaints.length === 0;
  const log = join(reports, `${name}.log`);
  writeSums(name, {
    numPassedTests: count('passed') + refused.length,
    numFailedTests: Math.max(count('failed'), complaints.length, passed ? 0 : 1),
    numPendingTests: count('skipped'),
    testResults: passed ? [] : [failedSuite(subject, status, complaints, output)],
  });
  say(
    `csi-sanity ${csiSanityTool.version}, ${describe(subject)}: ${count('passed')} passed, ${count('failed')} failed, ` +
      `${refusedNote}${count('skipped')} skipped`,
  );
  for (const [reason, times] of skipReasons(results)) say(`  ${times} skipped by the suite: ${reason}`);
  for (const spec of refused) say(`  refused: ${spec.name}`);
  for (const complaint of complaints) say(`  ${complaint}`);
  if (!passed) say(`  status ${status}; full output: ${log}; its end:\n${output.slice(-SHOWN_OUTPUT)}`);
  return passed;
}

/** Failure of a suite in vitest's format, for the closing lines of CI. */
const failedSuite = (
  subject: Subject,
  status: number,
  complaints: readonly string[],
  output: string,
): object => ({
  name: `csi-sanity, ${describe(subject)}`,
  status: 'failed',
  message: [`exit status ${status}`, ...complaints, output.slice(-SHOWN_OUTPUT / 2)].join('\n'),
  assertionResults: [],
});

/** Writes the sums in vitest's format, for CI: in the suite's own report, a refusal is a failure. */
function writeSums(name: string, sums: object): void {
  writeFileSync(join(reports, `${name}.json`), `${JSON.stringify(sums)}\n`);
}

const describe = ({ driverName, makesDirectories }: Subject): string =>
  `${driverName}${makesDirectories ? ' with directories' : ''}`;

function skipReasons(results: readonly SpecResult[]): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>();
  for (const spec of results.filter(({ status }) => status === 'skipped')) {
    reasons.set(spec.reason, (reasons.get(spec.reason) ?? 0) + 1);
  }
  return reasons;
}

async function main(): Promise<number> {
  const cache = join(root, 'node_modules/.cache/lustre-csi');
  if (!isBuilt(cache, csiSanityTool) && !(await hasGo())) {
    const mandatory = process.env['CI'] === 'true';
    say(
      `csi-sanity was not run: there is no Go toolchain to build it with${mandatory ? ', which CI requires' : ''}`,
    );
    return mandatory ? 1 : 0;
  }
  mkdirSync(reports, { recursive: true });
  mkdirSync(cache, { recursive: true });
  const csiSanity = await obtainGoTool(cache, csiSanityTool);
  const only = process.argv.slice(2);
  const chosen = subjects.filter(({ name }) => only.length === 0 || only.includes(name));
  const runs = await Promise.all(
    chosen.map(async (subject) => ({ subject, run: await runSubject(subject, csiSanity) })),
  );
  return runs.map(({ subject, run }) => report(subject, run)).every((passed) => passed) ? 0 : 1;
}

process.exitCode = await main();
