// The image that deploy/image/build.sh makes: unpacked and started in a root of its own, as a container is.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectCsi, type CsiClient } from '@lustre-csi/core/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const script = (name: string): string =>
  fileURLToPath(new URL(`../../../../deploy/image/${name}`, import.meta.url));

/** Target of the image without Lustre's programs. */
const MAX_BYTES = 150 * 2 ** 20;
const BUILD_MS = 300_000;

const needs = ['mmdebstrap', 'umoci', 'npm'].filter((tool) => !isThere(tool));
const why = process.getuid?.() === 0 ? needs : [...needs, 'root'];

function isThere(tool: string): boolean {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it('has what it needs where it must run', () => {
  if (process.env['CI'] === 'true') expect(why).toEqual([]);
});

describe.skipIf(why.length > 0)('the image', () => {
  let directory: string;
  let root: string;
  let digest: string;

  const build = (layout: string, ...args: readonly string[]): string =>
    execFileSync(script('build.sh'), [layout, ...args], { encoding: 'utf8' }).trim();

  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync('/usr/sbin/chroot', [root, program, ...args], {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin' },
    });

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'lustre-csi-image-'));
    digest = build(join(directory, 'oci'));
    const { version } = JSON.parse(
      readFileSync(
        new URL('./package.json', import.meta.resolve('@lustre-csi/lustre-csi/package.json')),
        'utf8',
      ),
    ) as { readonly version: string };
    root = join(directory, 'unpacked/rootfs');
    execFileSync('umoci', [
      'unpack',
      '--image',
      join(directory, `oci:v${version}`),
      join(directory, 'unpacked'),
    ]);
  }, BUILD_MS);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('has one digest, however often it is built', { timeout: BUILD_MS }, () => {
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(build(join(directory, 'again'))).toBe(digest);
  });

  it('is built for arm64, too', { timeout: BUILD_MS }, () => {
    const layout = join(directory, 'arm64');
    expect(build(layout, 'arm64')).not.toBe(digest);
    const blobs = readdirSync(join(layout, 'blobs/sha256')).map((name) => join(layout, 'blobs/sha256', name));
    const small = blobs
      .filter((blob) => lstatSync(blob).size < 100_000)
      .map((blob) => readFileSync(blob, 'utf8'));
    expect(small.some((text) => text.includes('"architecture":"arm64"'))).toBe(true);
  });

  it('is small, and has no shell, package manager or set-user-ID program', () => {
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name));
    const found = files.map((file) => ({ file, stat: lstatSync(file) }));
    expect(found.reduce((sum, { stat }) => sum + (stat.isFile() ? stat.size : 0), 0)).toBeLessThan(MAX_BYTES);
    const programs = found.filter(({ stat }) => stat.isFile() && (stat.mode & 0o111) !== 0);
    const names = programs.map(({ file }) => file.slice(root.length + 1));
    expect(names).toEqual(expect.arrayContaining(['bin/mount', 'bin/umount', 'usr/bin/node']));
    expect(names.filter((name) => /\/(?:ba|da|)sh$|\/(?:apt|dpkg|npm|gcc|perl)[^/]*$/.test(name))).toEqual(
      [],
    );
    expect(programs.filter(({ stat }) => (stat.mode & 0o6000) !== 0)).toEqual([]);
  });

  it('has the licences and the packages that it consists of', () => {
    const packages = readdirSync(join(root, 'var/lib/dpkg/status.d'));
    expect(packages).toEqual(expect.arrayContaining(['libc6', 'mount']));
    const licences = readdirSync(join(root, 'licenses/debian'));
    for (const name of packages) expect(licences).toContain(`${name}.txt`);
    for (const name of ['lustre-csi.txt', 'node.txt', 'third-party.txt'])
      expect(readFileSync(join(root, 'licenses', name), 'utf8').length).toBeGreaterThan(1000);
  });

  it.each([
    ['/bin/lustre-csi', /^lustre-csi \d/],
    ['/bin/aws-fsx-csi-driver', /"driverVersion"/],
    ['/app/azurelustreplugin', /Driver Name: azurelustre\.csi\.azure\.com/],
  ])('runs %s', (program, words) => {
    expect(run(program, '--version')).toMatch(words);
  });

  it('has the probe of Azure’s manifests', () => {
    expect(() => run('/app/readinessProbe.sh')).toThrow(/connect ENOENT \/tmp\/csi\.sock/);
  });

  describe('a controller without rights', () => {
    let driver: ChildProcess;
    let client: CsiClient;
    beforeAll(() => {
      const args = [
        '--mode',
        'controller',
        '--driver-name',
        'fsx.csi.aws.com',
        '--endpoint',
        'unix:///tmp/s',
      ];
      const user = ['--userspec', '65532:65532', root, '/bin/lustre-csi'];
      driver = spawn('/usr/sbin/chroot', [...user, ...args], {
        env: { AWS_REGION: 'eu-west-1' },
        stdio: 'ignore',
      });
      client = connectCsi(`unix://${root}/tmp/s`);
    });
    afterAll(() => {
      client.close();
      driver.kill();
    });

    it('serves', async () => {
      const answer = await vi.waitFor(() => client.identity.getPluginInfo({}), 10_000);
      expect(answer.name).toBe('fsx.csi.aws.com');
    });
  });
});
