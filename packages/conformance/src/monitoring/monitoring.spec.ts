import { readFileSync, readdirSync } from 'node:fs';
import { metricCatalogue } from '@lustre-csi/driver/reference';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { alertRules, alertsFile, runbookDirectory } from './alerts.js';
import { dashboard, dashboardFile } from './dashboard.js';
import { familyOf, metricsIn } from './metrics-in.js';
import { rows } from './panels.js';

const known = new Set<string>(Object.values(metricCatalogue).map(({ name }) => name));
/** Metrics of the process, which prom-client declares. */
const ofProcess = /^(?:process|nodejs)_/;

const unknownIn = (expression: string): readonly string[] =>
  metricsIn(expression).filter(
    (name) => !known.has(familyOf(name)) && !known.has(name) && !ofProcess.test(name),
  );

describe('metricsIn', () => {
  it.each([
    ['sum by (pod, le) (rate(a_total{b_c="d_e"}[5m])) > 3', ['a_total']],
    ['max_over_time(a_b[1h]) unless on (x_y) c_d offset 15m', ['a_b', 'c_d']],
    ['absent(a_b{mode=~"c_d|e"})', ['a_b']],
    ['histogram_quantile(0.95, sum by (le) (rate(a_bucket[$__rate_interval])))', ['a_bucket']],
  ])('of %s are %j', (expression, names) => {
    expect(metricsIn(expression)).toEqual(names);
  });
});

describe('the alerts', () => {
  it.each(alertRules())('$alert uses metrics of the driver', ({ expr }) => {
    expect(metricsIn(expr).length).toBeGreaterThan(0);
    expect(unknownIn(expr)).toEqual([]);
  });

  it.each(alertRules())('$alert has a severity, texts and a runbook', ({ alert, labels, annotations }) => {
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/^[A-Z].*\.$/);
    expect(annotations.description).toMatch(/^[A-Z{].*\.$/);
    expect(annotations.runbook_url).toMatch(new RegExp(`/docs/runbooks/${alert}\\.md$`));
    const page = readFileSync(`${runbookDirectory}/${alert}.md`, 'utf8');
    expect(page).toContain(`# ${alert}\n\n${annotations.summary} Severity: ${labels.severity}.`);
    for (const title of ['Symptom', 'Causes', 'Commands', 'Fix']) expect(page).toContain(`\n## ${title}\n`);
  });

  it('have a page each, and no page is left over', () => {
    const pages = readdirSync(runbookDirectory).filter((name) => name !== 'README.md');
    expect(pages.sort()).toEqual(
      alertRules()
        .map(({ alert }) => `${alert}.md`)
        .sort(),
    );
    const index = readFileSync(`${runbookDirectory}/README.md`, 'utf8');
    for (const { alert, labels, annotations } of alertRules())
      expect(index.replace(/ +/g, ' ')).toContain(
        `| [${alert}](${alert}.md) | ${labels.severity} | ${annotations.summary} |`,
      );
  });

  it('name no namespace', () => {
    expect(readFileSync(alertsFile, 'utf8')).not.toMatch(/namespace=/);
  });
});

describe('the dashboard', () => {
  const panels = rows.flatMap((row) => row.panels);

  it('is up to date (npm run generate)', async () => {
    const wanted = await format(dashboard(), { parser: 'json', printWidth: 110 });
    expect(readFileSync(dashboardFile, 'utf8')).toBe(wanted);
  });

  it.each(panels)(
    '$title has a unit, a description and metrics of the driver',
    ({ unit, description, curves }) => {
      expect(unit).not.toBe('');
      expect(description).toMatch(/^[A-Z0-9].*\.$/);
      for (const { expression } of curves) {
        expect(metricsIn(expression).length).toBeGreaterThan(0);
        expect(unknownIn(expression)).toEqual([]);
        expect(expression).toContain('namespace=~"$namespace", job=~"$job"');
      }
    },
  );

  it('shows each metric of the driver', () => {
    const shown = new Set(
      panels.flatMap(({ curves }) => curves.flatMap(({ expression }) => metricsIn(expression).map(familyOf))),
    );
    expect([...known].filter((name) => !shown.has(name))).toEqual([]);
  });

  it('has no fixed data source, and panels that do not overlap', () => {
    const text = dashboard();
    expect(
      [...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid).filter((uid) => uid !== 'lustre-csi'),
    ).toEqual([...text.matchAll(/"uid": "\$\{datasource\}"/g)].map(() => '${datasource}'));
    const { panels: placed } = JSON.parse(text) as {
      readonly panels: readonly { readonly gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    const cells = placed.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
