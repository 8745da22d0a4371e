import { readFileSync } from 'node:fs';
import { metricCatalogue, type MetricDeclaration } from '@lustre-csi/driver/reference';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { metricReference } from './metric-reference.js';

const all: readonly MetricDeclaration[] = Object.values(metricCatalogue);

it('docs/reference/metrics.md is up to date (npm run generate)', async () => {
  const written = readFileSync(new URL('../../../../docs/reference/metrics.md', import.meta.url), 'utf8');
  expect(written).toBe(await format(metricReference(), { parser: 'markdown', printWidth: 110 }));
});

it('declares each metric once, with help and a name of the ecosystem', () => {
  const names = all.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  for (const { name, type, help } of all) {
    expect(name).toMatch(/^(?:csi_plugin|lustre_csi)_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(help, name).toMatch(/^[A-Z].*\.$/);
  }
});

it('has no label for a volume, a claim or a pod', () => {
  const labels = new Set(all.flatMap((metric) => Object.keys(metric.labels)));
  expect([...labels].filter((label) => /volume|claim|pvc|pod|namespace|path/.test(label))).toEqual([]);
});
