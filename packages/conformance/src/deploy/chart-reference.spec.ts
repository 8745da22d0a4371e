import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { chartDirectory, root } from './chart.js';
import { readmeWithValues } from './chart-readme.js';
import { chartValues, valueAt } from './values-file.js';
import { valuesSchema } from './values-schema.js';

const style = { printWidth: 110, singleQuote: true };
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const source = readFileSync(`${chartDirectory}/values.yaml`, 'utf8');
const values = chartValues(source);

/** Paths of all leaves of a tree; an empty object or a list is a leaf. */
function leavesOf(node: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return [path.join('.')];
  const entries = Object.entries(node);
  if (entries.length === 0) return [path.join('.')];
  return entries.flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

describe('values.yaml', () => {
  it('has a description of each leaf', () => {
    expect(values.length).toBeGreaterThan(200);
    const described = values.map(({ path }) => path.join('.'));
    const isDescribed = (leaf: string): boolean =>
      described.some((path) => leaf === path || leaf.startsWith(`${path}.`));
    expect(leavesOf(parse(source)).filter((leaf) => !isDescribed(leaf))).toEqual([]);
  });

  it('refuses a leaf without one', () => {
    expect(() => chartValues('a:\n  # Text.\n  b: 1\n\n  c: 2\n')).toThrow('a.c has no comment');
  });
});

describe('the reference of the chart', () => {
  it('has the current schema', async () => {
    const current = await format(JSON.stringify(valuesSchema(values)), { parser: 'json', ...style });
    expect(read('deploy/helm/lustre-csi/values.schema.json')).toBe(current);
  });

  it('has the current tables', async () => {
    const page = read('deploy/helm/lustre-csi/README.md');
    expect(page).toBe(await format(readmeWithValues(page, values), { parser: 'markdown', ...style }));
  });
});

describe('the pages', () => {
  const pages = [
    'deploy/helm/lustre-csi/README.md',
    ...['aws', 'azure', 'google', 'oci', 'openshift', 'bare-metal'].map(
      (name) => `docs/guides/install-${name}.md`,
    ),
    'docs/guides/migration.md',
    'docs/reference/support-matrix.md',
  ];
  const sections = [...new Set(values.map(({ path }) => path[0] ?? ''))].join('|');
  const named = new RegExp(`(?:\`|--set |,)((?:${sections})(?:\\.[a-zA-Z]+)+)(?=[\`=*,. ])`, 'g');

  /** Name of a file, or key of a label. */
  const isOther = (name: string): boolean => /\.(?:go|io|json|ts|yaml)$|kubernetes\.io/.test(name);

  it.each(pages)('%s names values that exist', (page) => {
    const text = read(page);
    const found = [...text.matchAll(named)].map(([, name = '']) => name);
    const known = values.map(({ path }) => path.join('.'));
    const isKnown = (name: string): boolean =>
      known.some((path) => path === name || path.startsWith(`${name}.`));
    expect(found.filter((name) => !isKnown(name) && !isOther(name))).toEqual([]);
    if (page.includes('install')) expect(found.length).toBeGreaterThan(2);
  });
});

interface Versions {
  readonly sidecars: Readonly<Record<string, { readonly image: string; readonly version: string }>>;
  readonly kubernetes: { readonly oldest: string; readonly checked: readonly string[] };
}

describe('deploy/versions.yaml', () => {
  const { sidecars, kubernetes } = parse(read('deploy/versions.yaml')) as Versions;

  it('has the images of the chart', () => {
    const images = valueAt(parse(source), ['sidecars']) as Record<string, { readonly image: unknown }>;
    expect(Object.keys(images).sort()).toEqual(Object.keys(sidecars).sort());
    for (const [name, { image, version }] of Object.entries(sidecars)) {
      expect(images[name]?.image).toMatchObject({ repository: image, tag: version });
    }
  });

  it('has the oldest Kubernetes of the chart', () => {
    const { kubeVersion } = parse(read('deploy/helm/lustre-csi/Chart.yaml')) as {
      readonly kubeVersion: string;
    };
    expect(kubeVersion).toBe(`>=${kubernetes.oldest}.0-0`);
  });

  it('agrees with the support matrix', () => {
    const page = read('docs/reference/support-matrix.md').replace(/\s+/g, ' ');
    const named = Object.values(sidecars).map(
      ({ image, version }) => `${image.split('/').at(-1) ?? ''} ${version}`,
    );
    expect(named.filter((text) => !page.includes(text))).toEqual([]);
    expect(page).toContain(
      `schemas of ${kubernetes.checked.slice(0, -1).join(', ')} and ${kubernetes.checked.at(-1) ?? ''}`,
    );
  });

  it('agrees with the manifests', () => {
    const manifests = ['aws-fsx', 'azure-amlfs', 'google-lustre', 'generic'].map((name) =>
      read(`deploy/kubernetes/${name}/lustre-csi.yaml`),
    );
    const used = manifests.flatMap((text) =>
      [...text.matchAll(/image: (registry\.k8s\.io\S+)/g)].map(([, one]) => one),
    );
    const known = Object.values(sidecars).map(({ image, version }) => `${image}:${version}`);
    expect(used.length).toBeGreaterThan(8);
    expect(used.filter((image) => !known.includes(image ?? ''))).toEqual([]);
  });
});
