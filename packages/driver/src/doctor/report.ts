import { linkTo } from './links.js';
import { paintWith, type Colour, type Paint } from './paint.js';
import type { Finding, Outcome, Scope, Severity } from './check.js';
import type { CheckResult } from './run-checks.js';

/** Exit status: no defect, some that could not be decided, or defects. The scheme of `orphans`. */
export const EXIT = { healthy: 0, undecided: 1, defects: 3 } as const;

/** Counts of results. */
interface Summary {
  readonly passed: number;
  readonly warnings: number;
  readonly errors: number;
  readonly skipped: number;
  readonly unknown: number;
}

/** Exit status for results.
 *  @param failOn least severity of a failed check that counts */
export function exitStatusOf(results: readonly CheckResult[], failOn: Severity): number {
  const counts = ({ severity }: CheckResult): boolean => failOn === 'warning' || severity === 'error';
  const relevant = results.filter(counts);
  if (relevant.some(({ outcome }) => outcome.kind === 'failed')) return EXIT.defects;
  return relevant.some(({ outcome }) => outcome.kind === 'unknown') ? EXIT.undecided : EXIT.healthy;
}

function summaryOf(results: readonly CheckResult[]): Summary {
  const count = (kind: Outcome['kind'], severity?: Severity): number =>
    results.filter((result) => result.outcome.kind === kind && (!severity || result.severity === severity))
      .length;
  return {
    passed: count('passed'),
    warnings: count('failed', 'warning'),
    errors: count('failed', 'error'),
    skipped: count('skipped'),
    unknown: count('unknown'),
  };
}

/** Report for programs. Its fields are stable. */
export function jsonReport(results: readonly CheckResult[], about: Readonly<Record<string, string>>): string {
  const checks = results.map(({ outcome, ...check }) => ({
    ...check,
    outcome: outcome.kind,
    ...(outcome.kind === 'passed' ? { facts: outcome.facts } : {}),
    ...('reason' in outcome ? { reason: outcome.reason } : {}),
    ...(outcome.kind === 'failed' ? { findings: outcome.findings } : {}),
    link: linkTo(check.id),
  }));
  return `${JSON.stringify({ ...about, checks, summary: summaryOf(results) }, null, 2)}\n`;
}

const titles: Readonly<Record<Scope, string>> = {
  node: 'Node',
  controller: 'Controller',
  cluster: 'Cluster',
};

/** Report for people: one line a check, and the findings below it.
 *  @param hasColours true on a terminal */
export function textReport(results: readonly CheckResult[], hasColours: boolean): string {
  const paint = paintWith(hasColours);
  const lines: string[] = [];
  for (const scope of ['node', 'controller', 'cluster'] as const) {
    const own = results.filter((result) => result.scope === scope);
    if (own.length > 0) lines.push(titles[scope], ...own.flatMap((result) => linesOf(result, paint)), '');
  }
  const { passed, warnings, errors, skipped, unknown } = summaryOf(results);
  const counts = [
    `${passed} passed`,
    `${errors} failed`,
    `${warnings} with warnings`,
    `${unknown} undecided`,
    `${skipped} do not apply`,
  ];
  return [...lines, `${results.length} checks: ${counts.join(', ')}`, ''].join('\n');
}

function linesOf({ id, title, severity, outcome }: CheckResult, paint: Paint): readonly string[] {
  const line = (colour: Colour, word: string, text = ''): string =>
    `  ${paint(colour, word.padEnd(5))} ${id}  ${title}${text === '' ? '' : `: ${text}`}`;
  switch (outcome.kind) {
    case 'passed':
      return [line('green', 'ok', outcome.facts)];
    case 'skipped':
      return [line('grey', '-', outcome.reason)];
    case 'unknown':
      return [line('yellow', '?', outcome.reason), `          see ${linkTo(id)}`];
    case 'failed':
      return [
        severity === 'error' ? line('red', 'FAIL') : line('yellow', 'WARN'),
        ...outcome.findings.flatMap(describe),
        `          see ${linkTo(id)}`,
      ];
  }
}

const describe = ({ subject, cause, nextStep }: Finding): readonly string[] => [
  `          ${subject === undefined ? '' : `${subject}: `}${cause}`,
  `          -> ${nextStep}`,
];
