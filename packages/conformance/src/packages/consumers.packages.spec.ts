// Consumers of the tarballs, in directories of their own: what they run is resolved there alone.
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { startDriverProcess } from '@lustre-csi/driver/testing';
import { describe, expect, inject, it } from 'vitest';
import { root } from './packed-packages.js';
import { runTool } from './run-tool.js';

const installed = inject('installed');
const packed = inject('packed');
const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

const RESOURCE_EXHAUSTED = 8;
const BAD_CONFIGURATION = 2;

/** Copies a consumer beside the installed packages. */
function consumer(name: string, { resolves = true } = {}): string {
  const directory = join(dirname(installed), name);
  cpSync(join(fixtures, name), directory, { recursive: true });
  if (resolves) symlinkSync(join(installed, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}

describe('an installed custom driver without a cloud', () => {
  it('takes at most 45 MB', async () => {
    const [kibibytes] = (await runTool('du', ['-sk', 'node_modules'], { cwd: installed })).split('\t');
    expect(Number(kibibytes)).toBeGreaterThan(5 * 1024);
    expect(Number(kibibytes)).toBeLessThanOrEqual(45 * 1024);
  });

  it('holds no SDK of a cloud', () => {
    const names = readdirSync(join(installed, 'node_modules'));
    expect(names).toContain('@lustre-csi');
    expect(names.filter((name) => /^@(aws|azure|smithy)/.test(name))).toEqual([]);
  });
});

describe('a consumer', () => {
  it('in plain JavaScript starts a driver and calls it', async () => {
    const directory = consumer('plain');
    const printed = await runTool(process.execPath, ['call-driver.js'], { cwd: directory });
    expect(JSON.parse(printed)).toEqual({
      name: 'memory.lustre.test',
      vendorVersion: '1.2.3',
      volumeId: 'fs-1',
      sections: ['### tier'],
    });
  });

  it('in TypeScript with NodeNext compiles against all declarations, and serves CSI', async () => {
    const directory = consumer('nodenext');
    await runTool(join(root, 'node_modules/.bin/tsc'), ['--project', '.'], { cwd: directory });
    const printed = await runTool(process.execPath, ['dist/serve-csi.js'], { cwd: directory });
    expect(JSON.parse(printed)).toEqual({ name: 'typed.lustre.test', vendorVersion: '2.0.0', ready: true });
  });

  it('in one file of a bundler runs without node_modules', async () => {
    const directory = consumer('bundle');
    const alone = join(dirname(installed), 'bundled');
    mkdirSync(alone);
    await build({
      absWorkingDir: directory,
      entryPoints: ['driver.js'],
      outfile: join(alone, 'driver.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
      // CommonJS packages inside require the modules of Node.js.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
    expect(existsSync(join(alone, 'node_modules'))).toBe(false);
    const driver = await startDriverProcess({ executable: join(alone, 'driver.mjs'), mode: 'controller' });
    try {
      const { name, vendorVersion } = await driver.client.identity.getPluginInfo({});
      expect([name, vendorVersion]).toEqual(['memory.lustre.test', '3.0.0']);
      const { capabilities } = await driver.client.controller.controllerGetCapabilities({});
      expect(capabilities.length).toBeGreaterThan(0);
    } finally {
      expect(await driver.stop()).toBe(0);
    }
  });
});

describe('two copies of core in one tree', () => {
  const directory = consumer('two-copies');
  const core = packed.find(({ name }) => name === '@lustre-csi/core')?.extracted ?? '';
  cpSync(core, join(directory, 'vendored/node_modules/@lustre-csi/core'), { recursive: true });
  const executable = join(directory, 'driver.js');

  it('keep the code of an error that the other copy throws', async () => {
    const driver = await startDriverProcess({ executable, mode: 'controller' });
    try {
      const capability = {
        accessType: { $case: 'mount' as const, value: { fsType: '', mountFlags: [], volumeMountGroup: '' } },
        accessMode: { mode: 5 },
      };
      const request = {
        name: 'pvc-1',
        capacityRange: undefined,
        volumeCapabilities: [capability],
        parameters: {},
        mutableParameters: {},
        secrets: {},
        volumeContentSource: undefined,
        accessibilityRequirements: undefined,
      };
      await expect(driver.client.controller.createVolume(request)).rejects.toMatchObject({
        code: RESOURCE_EXHAUSTED,
        details: expect.stringContaining('no quota left (request r-1)') as string,
      });
    } finally {
      await driver.stop();
    }
  });

  it('end a start with bad settings with one line', async () => {
    const run = runTool(process.execPath, [executable, '--endpoint', 'unix:///nowhere/csi.sock'], {
      cwd: directory,
      environment: { TWO_COPIES_SETTING: 'bad' },
    });
    await expect(run).rejects.toThrow(/failed:\n\n?two-copies: TWO_COPIES_SETTING is "bad": unset it\n?$/);
    await expect(run).rejects.toMatchObject({ cause: { code: BAD_CONFIGURATION } });
  });
});
