import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { executable } from '../testing/lustre-csi.js';

const directory = fileURLToPath(
  new URL('./bundle', import.meta.resolve('@lustre-csi/lustre-csi/package.json')),
);
const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .map((name) => join(directory, name))
  .filter((file) => statSync(file).isFile());

/** Size of what an image carries: all but the maps. */
const MAX_BYTES = 8_000_000;

it('is small', () => {
  const carried = files.filter((file) => !file.endsWith('.map'));
  const bytes = carried.reduce((sum, file) => sum + statSync(file).size, 0);
  expect(bytes).toBeLessThan(MAX_BYTES);
});

it('has a map of each of its programs and chunks', () => {
  const programs = files.filter((file) => file.endsWith('.js'));
  expect(programs.length).toBeGreaterThan(5);
  expect(programs.filter((file) => !files.includes(`${file}.map`))).toEqual([]);
});

interface Output {
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
}
const metafile = readFileSync(join(directory, '../dist/bundle-metafile.json'), 'utf8');
const { outputs } = JSON.parse(metafile) as { readonly outputs: Readonly<Record<string, Output>> };
const fileOf = (output: string): string => join(directory, '..', output);

it('starts from few chunks, none of them large', () => {
  const loaded = new Set(['bundle/entries/lustre-csi.js']);
  for (const file of loaded)
    for (const { path, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && path in outputs) loaded.add(path);
  expect(loaded.size).toBeLessThan(9);
  expect(Math.max(...[...loaded].map((output) => statSync(fileOf(output)).size))).toBeLessThan(400_000);
});

// A missing one would be noticed at the first call to a cloud, long after the start.
it('has each chunk that another loads on use', () => {
  const onUse = Object.values(outputs).flatMap(({ imports }) =>
    imports.filter(({ kind, external }) => kind === 'dynamic-import' && external !== true),
  );
  expect(onUse.length).toBeGreaterThan(20);
  expect(onUse.filter(({ path }) => !files.includes(fileOf(path)))).toEqual([]);
});

it('has the licence of each package of others in it', () => {
  const licences = readFileSync(join(directory, 'THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of ['@grpc/grpc-js', '@aws-sdk/client-fsx', '@azure/identity', 'pino', 'inversify'])
    expect(licences).toMatch(new RegExp(`^${name}@\\d+\\.\\d+\\.\\d+ \\((MIT|Apache-2\\.0)\\)$`, 'm'));
  // Left out: parts of these that the driver does not use.
  expect(licences).not.toMatch(/^(@grpc\/proto-loader|thread-stream)@/m);
});

it('reads YAML, whose reader it loads on use', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'lustre-csi-yaml-'));
  const file = join(scratch, 'azure.json');
  writeFileSync(file, 'subscriptionId:\n- a\n- b\n');
  const args = [
    '--driver-name=azurelustre.csi.azure.com',
    '--mode=controller',
    `--endpoint=unix://${scratch}/s`,
  ];
  const { stderr } = spawnSync(executable, args, {
    encoding: 'utf8',
    env: { ...process.env, AZURE_CONFIG_FILE: file },
  });
  rmSync(scratch, { recursive: true });
  expect(stderr).toContain(`subscriptionId in ${file} must be a string`);
});
