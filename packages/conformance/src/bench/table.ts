import type { Figures } from './figures.js';
import { shortNumber, type Summary } from './statistics.js';

/** Renders all figures as a Markdown table: median and range of each subject, and below it the errors of what was not measured. */
export function tableOf(figures: Figures, subjects: readonly string[]): string {
  const rows = figures.all.map(({ key, title, unit }) => [
    unit === '' ? title : `${title} [${unit}]`,
    ...subjects.map((subject) => cellOf(figures, subject, key)),
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
  return [line(header), rule, ...rows.map(line), ...errorsOf(figures, subjects)].join('\n');
}

function cellOf(figures: Figures, subject: string, key: string): string {
  const cells = [textOf(figures.of(subject, key)), figures.failure(subject, key)?.cell];
  return cells.filter((cell) => cell !== undefined).join(', ') || '-';
}

function textOf(summary: Summary | undefined): string | undefined {
  if (!summary) return undefined;
  const { median, least, most } = summary;
  const range = least === most ? '' : ` (${shortNumber(least)}-${shortNumber(most)})`;
  return `${shortNumber(median)}${range}`;
}

/** Lines for the errors, each once: several figures of one measurement have the same. */
function errorsOf(figures: Figures, subjects: readonly string[]): readonly string[] {
  const lines = subjects.flatMap((subject) =>
    figures.all.flatMap(({ key, title }) => {
      const failure = figures.failure(subject, key);
      return failure?.isServed ? [`${subject}, ${title.split(': ', 1)[0] ?? ''}: ${failure.text}`] : [];
    }),
  );
  return lines.length === 0 ? [] : ['', ...new Set(lines)];
}
