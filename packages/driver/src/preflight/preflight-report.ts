import type { Severity } from '../doctor/check.js';
import { guide } from '../doctor/links.js';
import { EXIT } from '../doctor/report.js';
import { paintWith, type Colour } from '../doctor/paint.js';
import type { ClassFinding, ClassReport } from './examine-class.js';

/** Exit status for the examined classes. */
export function preflightStatus(reports: readonly ClassReport[], failOn: Severity): number {
  const severities = reports.flatMap(({ findings }) => findings.map(({ severity }) => severity));
  if (severities.includes('error')) return EXIT.defects;
  if (failOn === 'warning' && severities.includes('warning')) return EXIT.defects;
  return severities.includes('unknown') ? EXIT.undecided : EXIT.healthy;
}

/** Report for programs. Its fields are stable. */
export const jsonPreflight = (reports: readonly ClassReport[], otherDrivers: readonly string[]): string =>
  `${JSON.stringify({ classes: reports.filter(({ name }) => name !== ''), account: reports.filter(({ name }) => name === '').flatMap(({ findings }) => findings), otherDrivers }, null, 2)}\n`;

const words: Readonly<Record<ClassFinding['severity'], readonly [string, Colour]>> = {
  error: ['FAIL', 'red'],
  warning: ['WARN', 'yellow'],
  unknown: ['?', 'yellow'],
};

/** Report for people. */
export function textPreflight(
  reports: readonly ClassReport[],
  otherDrivers: readonly string[],
  hasColours: boolean,
): string {
  const paint = paintWith(hasColours);
  const lines = reports.flatMap(({ name, creates, sizes, findings }) => [
    name === '' ? 'Account' : `StorageClass ${name}`,
    ...(creates === undefined ? [] : [`  creates ${creates}`]),
    ...(sizes.length === 0 ? [] : [`  sizes   ${sizes.join(', ')}${sizes.length > 1 ? ', ...' : ''}`]),
    ...(findings.length === 0 ? [`  ${paint('green', 'ok')}`] : []),
    ...findings.flatMap(({ severity, subject, cause, nextStep }) => {
      const [word, colour] = words[severity];
      const about = subject === undefined ? '' : `${subject}: `;
      return [`  ${paint(colour, word.padEnd(5))} ${about}${cause}`, `        -> ${nextStep}`];
    }),
    '',
  ]);
  if (reports.length === 0) lines.push('no StorageClass names this driver', '');
  if (otherDrivers.length > 0) lines.push(`of other drivers, not examined: ${otherDrivers.join(', ')}`, '');
  const hasDefects = reports.some(({ findings }) => findings.length > 0);
  return [...lines, ...(hasDefects ? [`see ${guide('troubleshooting')}`, ''] : [])].join('\n');
}
