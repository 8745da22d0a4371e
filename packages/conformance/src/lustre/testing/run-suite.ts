import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from '../run-tool.js';
import type { CheckResult, Verdict } from '../check.js';

const built = (file: string): string =>
  fileURLToPath(new URL(`../../../dist/lustre/${file}`, import.meta.url));

export const suite = built('main.js');
export const faultyDriver = built('testing/faulty-driver.js');

/** Report of a run of the suite, with its exit status. */
export interface SuiteReport {
  readonly status: number | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly checks: readonly CheckResult[];
  ids(verdict: Verdict): readonly string[];
}

/** Runs the suite as a user does, in a process of its own.
 *  @throws Error with its output, if that is no report */
export async function runSuite(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<SuiteReport> {
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-suite-'));
  const { status, stdout, stderr } = await runTool(process.execPath, [suite, '--output', 'json', ...args], {
    timeoutMs: 900_000,
    environment: { ...environment, TMPDIR: directory },
  });
  // Never into a mount that the suite has left.
  await runTool('rm', ['-rf', '--one-file-system', directory]);
  try {
    const report = JSON.parse(stdout) as Pick<SuiteReport, 'versions' | 'checks'>;
    const ids = (wanted: Verdict): readonly string[] =>
      report.checks.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);
    return { ...report, status, ids };
  } catch (error) {
    throw new Error(`status ${status}: ${stdout}${stderr}`, { cause: error });
  }
}
