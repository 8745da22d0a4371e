// LUSTRE_USERLAND: Debian packages of the user in the image. The test makes one, with programs of this machine as Lustre's.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE_BUILD_MS, imageScript, missingForImages, requireImageTools } from './image-tools.js';
import { hasProgram } from './tools.js';

const control = `Package: lustre-client-utils
Version: 2.15.6-1
Architecture: ${process.arch === 'arm64' ? 'arm64' : 'amd64'}
Maintainer: Storage Team <storage@example.com>
Description: programs in place of Lustre's
`;

it('has what it needs where it must run', () => {
  requireImageTools();
  if (process.env['CI'] === 'true') expect(hasProgram('bindfs')).toBe(true);
});

describe.skipIf(missingForImages.length > 0 || !hasProgram('bindfs'))('packages of the user', () => {
  let directory: string;

  const rootfs = (root: string, environment: Readonly<Record<string, string>>): string =>
    execFileSync(imageScript('rootfs.sh'), [join(directory, root)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LUSTRE_USERLAND: join(directory, 'debs'), ...environment },
    });

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'lustre-csi-userland-'));
    const tree = join(directory, 'tree');
    for (const part of ['DEBIAN', 'sbin', 'usr/bin', 'usr/share/doc/lustre-client-utils', '../debs'])
      mkdirSync(join(tree, part), { recursive: true });
    writeFileSync(join(tree, 'DEBIAN/control'), control);
    writeFileSync(join(tree, 'usr/share/doc/lustre-client-utils/copyright'), 'GPL-2\n');
    copyFileSync('/bin/true', join(tree, 'sbin/mount.lustre'));
    // A program with a library that the image does not have.
    copyFileSync('/usr/bin/bindfs', join(tree, 'usr/bin/lfs'));
    writeFileSync(join(tree, 'usr/bin/lctl'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(tree, 'usr/bin/llverdev'), '#!/bin/sh\n', { mode: 0o755 });
    execFileSync('dpkg-deb', ['--build', tree, join(directory, 'debs')], { stdio: 'ignore' });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('fail the build where a library is missing, which it names', { timeout: IMAGE_BUILD_MS }, () => {
    expect(() => rootfs('without', {})).toThrow(
      /\/usr\/bin\/lfs lacks a library.*LUSTRE_DEPENDS.*libfuse\.so\.2/,
    );
  });

  it('are in the image with what they need, and in its records', { timeout: IMAGE_BUILD_MS }, () => {
    rootfs('root', { LUSTRE_DEPENDS: 'libfuse2' });
    const root = join(directory, 'root');
    const run = (...command: readonly string[]): string =>
      execFileSync('/usr/sbin/chroot', [root, ...command], { encoding: 'utf8', env: {} });
    expect(run('/sbin/mount.lustre')).toBe('');
    expect(run('/usr/bin/lfs', '--version')).toMatch(/^bindfs /);
    expect(existsSync(join(root, 'usr/bin/lctl'))).toBe(true);
    expect(existsSync(join(root, 'usr/bin/llverdev'))).toBe(false);
    expect(readFileSync(join(root, 'licenses/debian/lustre-client-utils.txt'), 'utf8')).toBe('GPL-2\n');
    const materials = readFileSync(join(root, 'usr/share/sbom/lustre-csi.cdx.json'), 'utf8');
    expect(materials).toMatch(/"purl": "pkg:generic\/lustre-client-utils@2\.15\.6-1\?arch=/);
    expect(materials).toMatch(/"purl": "pkg:deb\/debian\/libfuse2@/);
  });

  it('fail the build at once where the directory has none', () => {
    mkdirSync(join(directory, 'none'));
    expect(() => rootfs('nothing', { LUSTRE_USERLAND: join(directory, 'none') })).toThrow(
      'there is no .deb package in LUSTRE_USERLAND',
    );
  });
});
