import type { ChartValue } from './values-file.js';

/** Begin of the generated part of the chart's README. */
export const GENERATED = '<!-- Generated from values.yaml. Edit the comments there. -->';

/** README with the tables of the values below the marker. */
export function readmeWithValues(readme: string, values: readonly ChartValue[]): string {
  const [before] = readme.split(GENERATED);
  const sections = [...new Set(values.map(sectionOf))];
  const tables = sections.map((name) =>
    [
      `### ${name}`,
      '',
      '| Value | Default | Meaning |',
      '| --- | --- | --- |',
      ...values.filter((value) => sectionOf(value) === name).map(row),
    ].join('\n'),
  );
  return `${before}${GENERATED}\n\n${tables.join('\n\n')}\n`;
}

const sectionOf = ({ path }: ChartValue): string => (path.length === 1 ? 'General' : `\`${path[0] ?? ''}\``);

const row = ({ path, default: value, description }: ChartValue): string =>
  `| \`${path.join('.')}\` | ${shown(value)} | ${description.replaceAll('|', '\\|')} |`;

const shown = (value: unknown): string => (value === '' ? '' : `\`${JSON.stringify(value)}\``);
