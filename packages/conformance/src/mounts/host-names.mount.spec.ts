// Sources with host names, other spellings and failover lists, of which clients of Lustre 2.17 show the first NID as written,
// without the others and without the sub-directory. Runs inside `lustre-cloud-emulator exec`, with each release.
import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addSimulatedFileSystem } from '../lustre/testing/simulated-lustre.js';
import { readWriteMany } from '../testing/emulated-cloud.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';

/** gRPC status codes. */
const FAILED_PRECONDITION = 9;
const UNAVAILABLE = 14;

const name = `mgs-${process.pid}.example`;
let nid: string;
let driver: DriverProcess;
let kubelet: string;
let state: string;
let target: string;

beforeAll(async () => {
  const source = addSimulatedFileSystem([name]);
  nid = source.slice(0, source.indexOf('@'));
  state = await mkdtemp(join(tmpdir(), 'lustre-csi-state-'));
  kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
  driver = await startLustreCsi({ driverName: 'generic.lustre-csi', args: ['--state-dir', state] });
  await lookAt(source, async (root) => {
    for (const directory of ['team/a', 'team/b']) await mkdir(join(root, directory), { recursive: true });
    await writeFile(join(root, 'team/a/marker'), 'a');
  });
});
afterAll(async () => {
  await driver.stop();
  await rmdir(kubelet);
  await rm(state, { recursive: true });
});

/** Works in a file system that is mounted like an administrator's. */
async function lookAt(source: string, work: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'lustre-csi-look-'));
  execFileSync('mount', ['-t', 'lustre', source, root]);
  await work(root);
  execFileSync('umount', [root]);
  await rmdir(root);
}

let targets = 0;
beforeEach(() => void (target = join(kubelet, `target-${(targets += 1)}`)));
afterEach(async () => {
  await driver.client.node.nodeUnpublishVolume({ volumeId: 'v', targetPath: target });
});

const publish = (source: string, mountSharing: string): Promise<unknown> =>
  driver.client.node.nodePublishVolume({
    volumeId: 'v',
    volumeContext: { source, mountSharing },
    targetPath: target,
    volumeCapability: readWriteMany(),
    readonly: false,
    stagingTargetPath: '',
    publishContext: {},
    secrets: {},
  });

/** Source as written, of the address and the host name. */
const spellings: readonly (readonly [string, () => string])[] = [
  ['a host name', () => `${name}@tcp:/scratch`],
  ['tcp0', () => `${nid}@tcp0:/scratch`],
  ['a failover list that begins with tcp0', () => `${nid}@tcp0,127.9.0.8@tcp:127.9.0.9@tcp:/scratch`],
  ['a failover list with a host name at its end', () => `${nid}@tcp:127.9.0.9@tcp:${name}@tcp:/scratch`],
];

describe.each(['node', 'pod'])('a source (mountSharing: %s)', (mountSharing) => {
  it.each(spellings)('with %s shows its sub-directory, repeatedly and alone', async (_, source) => {
    for (let time = 0; time < 2; time += 1) await publish(`${source()}/team/a`, mountSharing);
    expect(await readFile(join(target, 'marker'), 'utf8')).toBe('a');
    await expect(publish(`${source()}/team/b`, mountSharing)).rejects.toMatchObject({
      code: FAILED_PRECONDITION,
    });
    await expect(publish(source(), mountSharing)).rejects.toMatchObject({ code: FAILED_PRECONDITION });
  });

  it.each(spellings)('with %s shows the whole file system, repeatedly', async (_, source) => {
    for (let time = 0; time < 2; time += 1) await publish(source(), mountSharing);
    expect(await readdir(target)).toContain('team');
    await expect(publish(`${source()}/team/a`, mountSharing)).rejects.toMatchObject({
      code: FAILED_PRECONDITION,
    });
  });
});

describe('a sub-directory that another program has mounted by host name', () => {
  it.each(['node', 'pod'])(
    'never passes for the whole file system (mountSharing: %s)',
    async (mountSharing) => {
      await mkdir(target);
      execFileSync('mount', ['-t', 'lustre', `${name}@tcp:/scratch/team/a`, target]);
      await expect(publish(`${name}@tcp:/scratch`, mountSharing)).rejects.toMatchObject({
        code: FAILED_PRECONDITION,
      });
      expect(await readdir(target)).toEqual(['marker']);
    },
  );
});

it('a host name that does not resolve is named in a short message', async () => {
  await expect(publish('nohost.invalid@tcp:/scratch', 'node')).rejects.toMatchObject({
    code: UNAVAILABLE,
    details: expect.stringMatching(/^.{0,100}host name nohost\.invalid .{0,250}$/) as string,
  });
});
