import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { excesses, ratiosOf, type Baseline, type Ratio } from './baseline.js';
import { parseBenchOptions, usage, type BenchOptions } from './options.js';
import { plotsOf } from './plots.js';
import { ratioRules } from './ratio-rules.js';
import { runBench, type BenchResult } from './run-bench.js';
import { OURS, UnreachableDriver } from './subject.js';
import { tableOf } from './table.js';

/** Exit status where this driver failed, or where a ratio is beyond the baseline. Failures of other drivers are cells of the table only. */
const FAILED = 1;
const USAGE = 2;

/** Runs the benchmark. @returns the exit status */
async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (typeof options === 'number') return options;
  if (process.env['LUSTRE_EMULATOR_URL'] === undefined) return insideEmulator(args, options);
  const result = await runBench(options, (line) => process.stderr.write(`${line}\n`)).catch(
    unlessUnreachable,
  );
  if (!result) return USAGE;
  process.stdout.write(`${tableOf(result.figures, result.subjects)}\n`);
  const ratios = ratiosOf(result.figures, OURS, ratioRules);
  writeFiles(options, result, ratios);
  return Math.max(compare(options, ratios), result.figures.hasFailed(OURS) ? FAILED : 0);
}

function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof UnreachableDriver)) throw error;
  process.stderr.write(`${error.message}\n`);
}

function optionsOf(args: readonly string[]): BenchOptions | number {
  try {
    const options = parseBenchOptions(args);
    if (options !== 'help') return options;
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)} (see --help)\n`);
    return USAGE;
  }
}

/** Starts this program again where the clouds are emulated. Durations and pages are as long as those of a real cloud allow
 *  in the time of a benchmark. */
function insideEmulator(args: readonly string[], { short }: BenchOptions): number {
  const emulator = fileURLToPath(
    new URL('../../../cloud-emulator/bin/lustre-cloud-emulator.js', import.meta.url),
  );
  const seconds = short ? ['2', '1', '2'] : ['6', '3', '5'];
  const durations = ['create', 'delete', 'update'].flatMap((work, index) => [
    `--${work}-seconds`,
    seconds[index] ?? '',
  ]);
  const program = [process.execPath, fileURLToPath(import.meta.url), ...args];
  const child = spawnSync(
    process.execPath,
    [emulator, 'exec', ...durations, '--page-size', '50', '--', ...program],
    { stdio: 'inherit' },
  );
  return child.status ?? FAILED;
}

function writeFiles(
  { json, plots }: BenchOptions,
  { figures, subjects }: BenchResult,
  ratios: readonly Ratio[],
): void {
  if (json !== undefined) {
    const content = { figures: figures.toJSON(subjects), ratios: byName(ratios) };
    writeFileSync(json, `${JSON.stringify(content, null, 2)}\n`);
  }
  if (plots === undefined) return;
  mkdirSync(plots, { recursive: true });
  for (const [file, svg] of Object.entries(plotsOf(figures, subjects))) writeFileSync(join(plots, file), svg);
}

const byName = (ratios: readonly Ratio[]): Baseline =>
  Object.fromEntries(ratios.map(({ name, value }) => [name, Number(value.toFixed(2))]));

function compare({ baseline, writeBaseline }: BenchOptions, ratios: readonly Ratio[]): number {
  if (baseline === undefined) return 0;
  if (writeBaseline) {
    writeFileSync(baseline, `${JSON.stringify(byName(ratios), null, 2)}\n`);
    return 0;
  }
  const found = excesses(ratios, JSON.parse(readFileSync(baseline, 'utf8')) as Baseline);
  for (const line of found) process.stderr.write(`${line}\n`);
  return found.length > 0 ? FAILED : 0;
}

process.exitCode = await main(process.argv.slice(2));
