// npm run test:lustre -- --source NID:/FSNAME: checks the driver with the Lustre client of this machine and real servers.
import { messageOf } from '@lustre-csi/core';
import { LustreBench } from './bench.js';
import type { Check, CheckResult } from './check.js';
import { allChecks } from './checks/all-checks.js';
import { chooseChecks } from './choose-checks.js';
import { helpText, parseOptions, UsageError, type SuiteOptions } from './options.js';
import { findClient } from './preflight.js';
import { exitStatus, formatHeader, jsonReport, tableHead, tableRow, totals, type Header } from './report.js';
import { runChecks } from './run-checks.js';
import { readVersions } from './versions.js';

const WRONG_USAGE = 2;

type Checks = readonly Check<LustreBench>[];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Lines that a reader follows: on stderr where stdout is for a program. */
const progress = ({ output }: SuiteOptions): ((line: string) => void) =>
  output === 'json' ? (line) => void process.stderr.write(`${line}\n`) : print;

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) return end(helpText());
    if (options.list) return end(allChecks.map(({ id, statement }) => `${id}  ${statement}`).join('\n'));
    return await runSuite(options, chooseChecks(allChecks, options));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`test:lustre: ${error.message} (see --help)\n`);
    return WRONG_USAGE;
  }
}

async function runSuite(options: SuiteOptions, checks: Checks): Promise<number> {
  if (options.source === undefined) {
    return finish(options, [], skipAll(checks, 'no file system: give --source NID:/FSNAME'));
  }
  const tools = await findClient();
  if (typeof tools === 'string') return finish(options, [], skipAll(checks, tools));
  const interruption = interrupted();
  let bench: LustreBench;
  try {
    bench = await LustreBench.open(options, options.source, tools);
  } catch (error) {
    const why = `the bench could not be prepared: ${messageOf(error)}`;
    const result = {
      id: 'bench.open',
      statement: 'the file system is mounted and the driver starts',
      seconds: 0,
    };
    return finish(
      options,
      [],
      [{ ...result, verdict: 'fail', detail: why }, ...skipAll(checks, 'see bench.open')],
    );
  }
  return runOn(bench, options, checks, interruption);
}

async function runOn(
  bench: LustreBench,
  options: SuiteOptions,
  checks: Checks,
  signal: AbortSignal,
): Promise<number> {
  const say = progress(options);
  const width = Math.max(...checks.map(({ id }) => id.length));
  const results: CheckResult[] = [];
  let header: Header = [];
  try {
    header = await readVersions(options.source ?? '', bench.source.fsname, bench.client);
    say(`${formatHeader(header)}\n\n${tableHead(width)}`);
    results.push(
      ...(await runChecks(checks, bench, { report: (result) => say(tableRow(result, width)), signal })),
    );
  } finally {
    const problems = await bench.close();
    if (problems.length > 0) {
      const [id, statement] = ['bench.close', 'nothing is left behind'];
      const result: CheckResult = { id, statement, verdict: 'fail', seconds: 0, detail: problems.join('; ') };
      results.push(result);
      say(tableRow(result, width));
    }
  }
  if (exitStatus(results) !== 0) say(`\nlog of the driver: ${bench.keepLog()}`);
  return conclude(options, header, results);
}

/** Prints results that no check has reported. */
function finish(options: SuiteOptions, header: Header, results: readonly CheckResult[]): number {
  const say = progress(options);
  const [first] = results;
  const reported = first?.verdict === 'fail' ? [first] : [];
  for (const result of reported) say(tableRow(result, result.id.length));
  const reason = results.find(({ verdict }) => verdict === 'skip')?.detail;
  if (reason !== undefined) say(`skipped: ${reason}`);
  return conclude(options, header, results);
}

function conclude(options: SuiteOptions, header: Header, results: readonly CheckResult[]): number {
  if (options.output === 'json') print(jsonReport(header, results));
  progress(options)(totals(results));
  return exitStatus(results);
}

const skipAll = (checks: Checks, detail: string): readonly CheckResult[] =>
  checks.map(({ id, statement }) => ({ id, statement, verdict: 'skip', seconds: 0, detail }));

/** Aborted by SIGINT or SIGTERM: the servers are thawed and all is cleaned up before the process ends. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => controller.abort(new Error(`interrupted by ${name}`)));
  }
  return controller.signal;
}

function end(text: string): number {
  print(text);
  return 0;
}

// sudo and cron may have left out where mount.lustre and lctl are.
process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
// A child that the kernel holds must not keep this process alive.
process.exit(await main(process.argv.slice(2)));
