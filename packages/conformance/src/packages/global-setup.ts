import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packAll, type PackedPackage } from './packed-packages.js';
import { runTool } from './run-tool.js';

/** Results of the setup, for `inject`. */
declare module 'vitest' {
  interface ProvidedContext {
    readonly packed: readonly PackedPackage[];
    /** Directory outside of the workspace: a production install of core and driver, from the tarballs. */
    readonly installed: string;
  }
}

const inInstall = ['@lustre-csi/core', '@lustre-csi/driver'];

const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-packed-'));

/** Packs the packages once for all specs, and installs those of a custom driver as its author does. */
export async function setup(project: TestProject): Promise<void> {
  const tarballs = join(directory, 'tarballs');
  const installed = join(directory, 'installed');
  for (const path of [tarballs, installed]) mkdirSync(path);
  const packed = await packAll(tarballs);
  const dependencies = Object.fromEntries(
    packed
      .filter(({ name }) => inInstall.includes(name))
      .map(({ name, tarball }) => [name, `file:${tarball}`]),
  );
  writeFileSync(
    join(installed, 'package.json'),
    JSON.stringify({ name: 'custom-driver', version: '1.0.0', type: 'module', private: true, dependencies }),
  );
  await runTool('npm', ['install', '--omit=dev', '--no-audit', '--no-fund'], { cwd: installed });
  project.provide('packed', packed);
  project.provide('installed', installed);
}

export const teardown = (): void => rmSync(directory, { recursive: true, force: true });
