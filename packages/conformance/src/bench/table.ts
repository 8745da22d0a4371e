import type { Figures } from './figures.js';
import { shortNumber, type Summary } from './statistics.js';

/** Renders all figures as a Markdown table: median and range of each subject. */
export function tableOf(figures: Figures, subjects: readonly string[]): string {
  const rows = figures.all.map(({ key, title, unit }) => [
    unit === '' ? title : `${title} [${unit}]`,
    ...subjects.map((subject) => cellOf(figures.of(subject, key))),
  ]);
  const header = ['Figure', ...subjects];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = line(
    widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)),
  );
  return [line(header), rule, ...rows.map(line)].join('\n');
}

function cellOf(summary: Summary | undefined): string {
  if (!summary) return '-';
  const { median, least, most } = summary;
  const range = least === most ? '' : ` (${shortNumber(least)}-${shortNumber(most)})`;
  return `${shortNumber(median)}${range}`;
}
