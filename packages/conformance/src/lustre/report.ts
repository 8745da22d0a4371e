import type { CheckResult, Verdict } from './check.js';

/** Facts about the machine, the servers and the driver: name and value. */
export type Header = readonly (readonly [name: string, value: string])[];

export const formatHeader = (header: Header): string => {
  const width = Math.max(0, ...header.map(([name]) => name.length));
  return header.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
};

/** Rows of the table, for ids of at most this width. */
export const tableHead = (width: number): string => `${'check'.padEnd(width)}  result  seconds`;

export function tableRow({ id, verdict, seconds, detail }: CheckResult, width: number): string {
  const row = `${id.padEnd(width)}  ${verdict.padEnd(6)}  ${seconds.toFixed(1).padStart(7)}`;
  return detail === '' ? row : `${row}  ${detail.replaceAll(/\s*\n\s*/g, ' ')}`;
}

const count = (results: readonly CheckResult[], wanted: Verdict): number =>
  results.filter(({ verdict }) => verdict === wanted).length;

/** Closing line. */
export const totals = (results: readonly CheckResult[]): string =>
  `${count(results, 'pass')} passed, ${count(results, 'fail')} failed, ${count(results, 'skip')} skipped`;

/** Whole report as JSON. */
export const jsonReport = (header: Header, results: readonly CheckResult[]): string =>
  JSON.stringify(
    {
      versions: Object.fromEntries(header),
      checks: results,
      passed: count(results, 'pass'),
      failed: count(results, 'fail'),
      skipped: count(results, 'skip'),
    },
    undefined,
    2,
  );

/** Exit status for these results. */
export const exitStatus = (results: readonly CheckResult[]): 0 | 1 => (count(results, 'fail') > 0 ? 1 : 0);
