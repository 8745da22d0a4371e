// The image that deploy/image/build.sh makes: unpacked and started in a root of its own, as a container is.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { connectCsi, type CsiClient } from '@lustre-csi/core/client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { IMAGE_BUILD_MS, imageScript, missingForImages, requireImageTools } from './image-tools.js';
import { makeMemoryGroup } from './memory-group.js';
import { startRegistry } from './registry.js';

/** Architecture of this machine, in the words of Debian. */
const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** Target of the image without Lustre's programs. */
const MAX_BYTES = 150 * 2 ** 20;

it('has what it needs where it must run', requireImageTools);

/** Manifests of the index that push.sh makes of layouts, in a registry of this test. */
async function platformsWhenPushed(...layouts: readonly string[]): Promise<readonly object[]> {
  const crane = inject('crane');
  const registry = await startRegistry(crane);
  try {
    const reference = `${registry.address}/lustre-csi:v1`;
    const env = { ...process.env, CRANE: crane };
    execFileSync(imageScript('push.sh'), [reference, ...layouts], { env, stdio: 'ignore' });
    const { manifests } = JSON.parse(execFileSync(crane, ['manifest', reference], { encoding: 'utf8' })) as {
      readonly manifests: readonly { readonly digest: string; readonly platform: object }[];
    };
    return manifests.map(({ digest, platform }) => ({ digest, platform }));
  } finally {
    await registry.stop();
  }
}

describe.skipIf(missingForImages.length > 0)('the image', () => {
  let directory: string;
  let root: string;
  let digest: string;

  const build = (layout: string, ...args: readonly string[]): string =>
    execFileSync(imageScript('build.sh'), [layout, ...args], { encoding: 'utf8' }).trim();

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
  }, IMAGE_BUILD_MS);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('has one digest, however often it is built', { timeout: IMAGE_BUILD_MS }, () => {
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(build(join(directory, 'again'))).toBe(digest);
  });

  it(
    'is built for arm64, too, and pushed as one reference for both',
    { timeout: IMAGE_BUILD_MS },
    async () => {
      const layout = join(directory, 'arm64');
      const other = build(layout, 'arm64');
      expect(other).not.toBe(digest);
      const blobs = readdirSync(join(layout, 'blobs/sha256')).map((name) =>
        join(layout, 'blobs/sha256', name),
      );
      const small = blobs
        .filter((blob) => lstatSync(blob).size < 100_000)
        .map((blob) => readFileSync(blob, 'utf8'));
      expect(small.some((text) => text.includes('"architecture":"arm64"'))).toBe(true);
      if (inject('crane') !== '')
        expect(await platformsWhenPushed(join(directory, 'oci'), layout)).toEqual([
          { digest, platform: { architecture: 'amd64', os: 'linux' } },
          { digest: other, platform: { architecture: 'arm64', os: 'linux' } },
        ]);
    },
  );

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

  it('runs Node.js with little space for short-lived objects, and returns memory of the start', () => {
    const program = readFileSync(join(root, 'usr/lib/lustre-csi/bin/lustre-csi.js'), 'utf8');
    expect(program).toMatch(/^#!\/usr\/bin\/node --max-semi-space-size=1\n/);
    const { process: started } = JSON.parse(
      readFileSync(join(directory, 'unpacked/config.json'), 'utf8'),
    ) as {
      readonly process: { readonly env: readonly string[] };
    };
    expect(started.env).toContain('MALLOC_TRIM_THRESHOLD_=131072');
  });

  it('has the licences and the packages that it consists of', () => {
    const packages = readdirSync(join(root, 'var/lib/dpkg/status.d'));
    expect(packages).toEqual(expect.arrayContaining(['libc6', 'mount']));
    const licences = readdirSync(join(root, 'licenses/debian'));
    for (const name of packages) expect(licences).toContain(`${name}.txt`);
    for (const name of ['lustre-csi.txt', 'node.txt', 'third-party.txt'])
      expect(readFileSync(join(root, 'licenses', name), 'utf8').length).toBeGreaterThan(1000);
  });

  describe('the bill of materials', () => {
    let text: string;
    let purls: readonly string[];
    beforeAll(() => {
      text = readFileSync(join(root, 'usr/share/sbom/lustre-csi.cdx.json'), 'utf8');
      const { components } = JSON.parse(text) as {
        readonly components: readonly { readonly purl: string }[];
      };
      purls = components.map(({ purl }) => purl);
    });

    it('is CycloneDX', async () => {
      expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull();
    });

    it('has each package once, and those of the bundle, of Debian and Node.js', () => {
      expect(purls).toEqual([...new Set(purls)]);
      for (const beginning of [
        'npm/%40grpc/grpc-js@',
        'npm/%40azure/identity@',
        `npm/node-linux-${process.arch}@24.`,
      ])
        expect(purls).toContainEqual(expect.stringMatching(`^pkg:${beginning}`));
      const packages = readdirSync(join(root, 'var/lib/dpkg/status.d'));
      const debian = purls.filter((purl) => purl.startsWith('pkg:deb/debian/'));
      expect(debian.map((purl) => purl.replace(/^pkg:deb\/debian\/([^@]+)@.*$/, '$1'))).toEqual(
        packages.sort(),
      );
    });

    it('has the packages of others whose licences are in the image', () => {
      const licences = readFileSync(join(root, 'licenses/third-party.txt'), 'utf8');
      const titles = new Set(
        [...licences.matchAll(/^((?:@[\w-]+\/)?[\w.-]+@\d[\w.+-]*) \(.+\)$/gm)].map(([, id]) => id),
      );
      const bundled = purls
        .filter((purl) => purl.startsWith('pkg:npm/') && !/\/(?:%40lustre-csi|node-linux-)/.test(purl))
        .map((purl) => decodeURIComponent(purl.slice('pkg:npm/'.length)));
      expect(bundled.length).toBeGreaterThan(50);
      expect(bundled.filter((id) => !titles.has(id))).toEqual([]);
    });

    it('lies beside the image, to be attested', () => {
      expect(readFileSync(join(directory, `oci.${arch}.cdx.json`), 'utf8')).toBe(text);
    });
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

  describe('an idle process', () => {
    const MIB = 2 ** 20;
    /** Address of the driver's socket in the root of the image. */
    const socket = (): string => `unix://${root}/tmp/idle.sock`;
    const common = ['--endpoint=unix:///tmp/idle.sock', '--state-dir=/tmp/idle', '--node-id=node-1'];

    /** Starts a process of the image in a control group of its own, uses it a little, and measures it when it rests. */
    async function restingBytes(args: readonly string[]): Promise<number> {
      const group = makeMemoryGroup(`lustre-csi-test-${process.pid}`);
      if (!group) return expect.fail('this machine has no control group for memory');
      const enter = 'echo $$ >"$0" && exec "$@"';
      const command = ['/usr/sbin/chroot', root, '/bin/lustre-csi', ...args, ...common];
      const started = spawn('/bin/sh', ['-c', enter, group.processes, ...command], {
        env: { AWS_REGION: 'eu-west-1', AZURE_SUBSCRIPTION_ID: 'none', NODE_ENV: 'production' },
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => started.once('exit', resolve));
      const client = connectCsi(socket());
      try {
        await vi.waitFor(() => client.identity.probe({}), 10_000);
        for (let call = 0; call < 50; call += 1) await client.identity.getPluginCapabilities({});
        await delay(2_000);
        return group.workingSet();
      } finally {
        client.close();
        started.kill();
        await ended;
        group.remove();
      }
    }

    it.each([
      ['node plugin', ['--mode=node', '--driver-name=fsx.csi.aws.com'], 55],
      [
        'node plugin without sidecars',
        [
          ...['--mode=node', '--driver-name=azurelustre.csi.azure.com', '--health-address=127.0.0.1:0'],
          ...['--kubelet-registration-path=/csi.sock', '--plugin-registration-path=/tmp'],
        ],
        55,
      ],
      ['controller of FSx', ['--mode=controller', '--driver-name=fsx.csi.aws.com'], 70],
      ['controller of Azure', ['--mode=controller', '--driver-name=azurelustre.csi.azure.com'], 70],
    ])('of the %s has a working set within its goal', async (name, args, mebibytes) => {
      const used = await restingBytes(args);
      process.stderr.write(`working set of the ${name}: ${(used / MIB).toFixed(1)} MiB\n`);
      // A process has some: less would mean that none was measured.
      expect(used).toBeGreaterThan(15 * MIB);
      expect(used).toBeLessThan(mebibytes * MIB);
    });
  });
});
