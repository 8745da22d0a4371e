import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { NodeReadiness } from './node-readiness.js';

const stateDir = mkdtempSync(join(tmpdir(), 'readiness-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

const complete = { hasHelper: true, hasModule: true };

it.each([
  ['complete', {}, stateDir, []],
  ['without the module', { hasModule: false }, stateDir, ['no-module']],
  ['without mount.lustre', { hasHelper: false }, stateDir, ['no-mount-helper']],
  ['without its directory', {}, join(stateDir, 'missing'), ['no-state-directory']],
  ['without any', { hasModule: false }, join(stateDir, 'missing'), ['no-module', 'no-state-directory']],
] as const)('a node %s: %j', async (_, parts, directory, reasons) => {
  const readClient = async () => ({ ...complete, ...parts });
  const readiness = new NodeReadiness({ stateDir: directory, isHelperOptional: false, readClient });
  expect((await readiness.findings()).map(({ reason }) => reason)).toEqual(reasons);
});

it('needs no mount.lustre where the driver does without', async () => {
  const readClient = async () => ({ hasHelper: false, hasModule: true });
  const readiness = new NodeReadiness({ stateDir, isHelperOptional: true, readClient });
  expect(await readiness.findings()).toEqual([]);
});
