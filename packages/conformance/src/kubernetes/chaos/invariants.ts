import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '../api/kubernetes-api.js';
import type { FlowBench, VolumeObject } from '../flows/flow-bench.js';
import { fileSystemsOf } from './emulated-clouds.js';

/** Handles of the PersistentVolumes of a bench's driver. */
async function handlesOf({ api, subject }: FlowBench): Promise<readonly string[]> {
  const volumes = await api.list<VolumeObject>('PersistentVolume');
  return volumes.flatMap(({ spec }) => (spec.csi?.driver === subject.driver ? [spec.csi.volumeHandle] : []));
}

/** Waits until each file system of the cloud belongs to one PersistentVolume, and the other way round. */
export async function expectNoOrphans(bench: FlowBench): Promise<void> {
  await until('each file system has one PersistentVolume', 60, async () => {
    const [handles, fileSystems] = await Promise.all([handlesOf(bench), fileSystemsOf(bench.subject)]);
    const owned = fileSystems.filter(
      (name) => handles.filter((handle) => handle.includes(name)).length === 1,
    );
    if (
      owned.length === fileSystems.length &&
      (fileSystems.length === handles.length || bench.subject.release === 'generic')
    )
      return true;
    throw new Error(
      `${fileSystems.length} file systems: ${fileSystems.join(' ')}; volumes: ${handles.join(' ')}`,
    );
  });
}

/** Mounts of the driver on this node: of pods, and its shared clients. */
export function mountsOf({ subject: { driver } }: FlowBench): readonly string[] {
  const table = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const targets = table.map((line) => line.split(' ')[4] ?? '');
  return targets.filter(
    (target) => isOfDriver(target, driver) || target.startsWith(`/run/lustre-csi/${driver}/`),
  );
}

/** Reads what kubelet keeps beside the target of a volume of a pod. */
function isOfDriver(target: string, driver: string): boolean {
  if (!target.includes('kubernetes.io~csi')) return false;
  try {
    return readFileSync(join(dirname(target), 'vol_data.json'), 'utf8').includes(`"${driver}"`);
  } catch {
    // kubelet has removed it, and the mount with it, since the table was read; or a mount was left over.
    return existsSync(target);
  }
}

/** Waits until no volume is mounted on the node any more. */
export async function expectNoMounts(bench: FlowBench): Promise<void> {
  await until('nothing is mounted any more', 60, async () => {
    const left = mountsOf(bench);
    if (left.length === 0) return true;
    throw new Error(left.join('\n'));
  });
}
