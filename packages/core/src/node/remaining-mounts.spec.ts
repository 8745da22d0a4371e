import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMountInfo } from '../mount/table/mount-table.js';
import { remainingMounts } from './remaining-mounts.js';
import { success, until } from './testing/engine-answers.js';
import { PrivateNode } from './testing/private-node.js';

let node: PrivateNode;

beforeAll(async () => {
  node = await PrivateNode.start();
});
afterAll(() => node.stop());

const left = (): Promise<readonly string[]> =>
  remainingMounts(join(node.base, 'state'), () => node.mountTable());

describe('remainingMounts', () => {
  it('is empty where no driver has ever run', async () => {
    expect(await left()).toEqual([]);
  });

  it('names targets and clients until the last one is unmounted, also where records make no sense', async () => {
    const engine = node.engine();
    const [shared, own] = [await node.target('shared'), await node.target('own')];
    expect(await engine.publish(shared)).toEqual(success);
    expect(await engine.publish(own, { volumeId: 'v2', context: { mountSharing: 'pod' } })).toEqual(success);
    const [client] = await node.clientMounts();
    await writeFile(join(node.base, 'state/publications/nonsense.json'), '{');
    await mkdir(join(node.base, 'state/publications/directory.json'));
    execFileSync('mkfifo', [join(node.base, 'state/publications/fifo.json')]);
    expect([...(await left())].sort()).toEqual([client?.mountPoint, own, shared].sort());
    expect(await engine.unpublish(own, { volumeId: 'v2' })).toEqual(success);
    expect([...(await left())].sort()).toEqual([client?.mountPoint, shared].sort());
    expect(await engine.unpublish(shared)).toEqual(success);
    await until(async () => expect(await left()).toEqual([]));
  });

  it.each([
    ['a Go driver', '/var/lib/kubelet/pods/p-1/volumes/kubernetes.io~csi/pvc-1/mount', 'lustre', true],
    [
      'another kubelet directory',
      '/srv/k0s/kubelet/pods/p/volumes/kubernetes.io~csi/v/mount',
      'lustre',
      true,
    ],
    [
      'a volume that is staged',
      '/var/lib/kubelet/plugins/kubernetes.io/csi/d/0a/globalmount',
      'lustre',
      true,
    ],
    ['another file system', '/var/lib/kubelet/pods/p-1/volumes/kubernetes.io~csi/pvc-1/mount', 'nfs4', false],
    ['the node itself', '/mnt/scratch', 'lustre', false],
    ['a path that only looks similar', '/data/kubernetes.io~csi/pvc-1/mount', 'lustre', false],
  ])('counts a mount of %s without a record only at a target of CSI: %s', async (_, path, type, counts) => {
    const table = parseMountInfo(`40 30 0:50 / ${path} rw shared:9 - ${type} 127.0.0.4@tcp:/lustrefs rw`);
    expect(await remainingMounts(join(node.base, 'no-state'), async () => table)).toEqual(
      counts ? [path] : [],
    );
  });
});
