import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publication, type CreatedVolume } from '../testing/directory-bench.js';
import { inParallel } from './call-figures.js';
import { directoryOf, staticVolume } from './dialects.js';
import type { Figure, Figures } from './figures.js';
import { withForeignMounts } from './foreign-mounts.js';
import { measure } from './measure.js';
import { shell } from './shell.js';
import type { Subject } from './subject.js';
import { cpuOf, memoryOf, peakMemoryOf, resetPeakMemory } from './usage.js';

export interface NodeSizes {
  /** Targets of one volume. */
  readonly targets: number;
  /** Other mounts on the node. */
  readonly foreignMounts: readonly number[];
  /** Volumes with a server each, published 16 at once. */
  readonly volumes: number;
}

const CONCURRENCY = 16;

/** Duration of a client's mount where many volumes are published at once: near that of a real Lustre client in one data centre. */
const MOUNT_SECONDS = 0.2;

interface Parts {
  readonly subject: Subject;
  readonly figures: Figures;
  /** Directory for targets. */
  readonly kubelet: string;
}

/** Measures publications: of one volume for many pods, beside many other mounts, and of many volumes; and the memory meanwhile. */
export async function measureNode(
  subject: Subject,
  { figures, sizes }: { figures: Figures; sizes: NodeSizes },
): Promise<void> {
  const kubelet = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'));
  const parts = { subject, figures, kubelet };
  resetPeakMemory(subject.pid);
  try {
    for (const mounts of sizes.foreignMounts) {
      await withForeignMounts(mounts, () => measureTargets(parts, mounts, sizes.targets));
    }
    await measureDirectories(parts, Math.ceil(sizes.targets / 5));
    await measureVolumes(parts, sizes.volumes);
    await measureMemory(parts);
  } finally {
    discard(kubelet);
  }
}

/** Removes the targets, and what a failed driver has left mounted there. */
function discard(kubelet: string): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((target) => target.startsWith(`${kubelet}/`));
  for (const target of mounts.reverse()) shell('umount -n -l "$1"', [target]);
  rmSync(kubelet, { recursive: true, force: true });
}

async function measureMemory({ subject, figures }: Parts): Promise<void> {
  const figure = (key: string, title: string): Figure => ({
    key: `node.${key}`,
    title: `node, after these publications: ${title}`,
    unit: 'MB',
  });
  const group = {
    busy: figure('busy', 'resident memory'),
    peak: figure('peak', 'peak of the resident memory'),
  };
  await measure(subject, figures, group, async () => ({
    busy: memoryOf(subject.pid).residentBytes / 1e6,
    peak: peakMemoryOf(subject.pid) / 1e6,
  }));
}

/** Measures one volume for many pods: all are published, measured and unpublished, one after another. */
async function measureTargets(parts: Parts, mounts: number, count: number): Promise<void> {
  const { subject, kubelet } = parts;
  const { node } = subject.client;
  const volume = staticVolume(subject);
  const target = (index: number): string => join(kubelet, `pod-${mounts}-${index}`);
  const call: Record<PhaseName, (index: number) => Promise<unknown>> = {
    publish: (index) => node.nodePublishVolume(publication(volume, target(index))),
    stats: (index) =>
      node.nodeGetVolumeStats({
        volumeId: volume.volumeId,
        volumePath: target(index),
        stagingTargetPath: '',
      }),
    unpublish: (index) => node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath: target(index) }),
  };
  const clientsBefore = lustreClients();
  const isPublished = await measurePhase(parts, 'publish', { mounts, count, call: call.publish });
  if (!isPublished) return;
  const title = `publish, ${count} targets: Lustre clients`;
  const clients = { key: `publish.clients.${mounts}`, title, unit: '' };
  parts.figures.add(subject.name, clients, lustreClients() - clientsBefore);
  await measurePhase(parts, 'stats', { mounts, count, call: call.stats });
  await measurePhase(parts, 'unpublish', { mounts, count, call: call.unpublish });
}

type PhaseName = 'publish' | 'stats' | 'unpublish';

interface Phase {
  /** Other mounts on the node. */
  readonly mounts: number;
  readonly count: number;
  readonly call: (index: number) => Promise<unknown>;
}

function measurePhase(
  { subject, figures }: Parts,
  name: PhaseName,
  { mounts, count, call }: Phase,
): Promise<boolean> {
  const figure = (key: string, title: string, unit: string): Figure => ({
    key: `${name}.${key}.${mounts}`,
    title: `${name}, ${count} targets, ${mounts} other mounts: ${title}`,
    unit,
  });
  const group = {
    cpu: figure('cpu', 'CPU of a call', 'ms'),
    time: figure('time', 'time of a call', 'ms'),
    total: figure('total', 'time of all, one after another', 's'),
  };
  return measure(subject, figures, group, async () => {
    const before = cpuOf(subject.pid);
    const began = performance.now();
    await inParallel(call, count, 1);
    const milliseconds = performance.now() - began;
    const cpu = (cpuOf(subject.pid) - before) / count;
    return { cpu, time: milliseconds / count, total: milliseconds / 1000 };
  });
}

/** Measures publications of a directory of a file system. Drivers whose volumes have no directory are left out: they would publish
 *  the whole file system. */
async function measureDirectories({ subject, figures, kubelet }: Parts, count: number): Promise<void> {
  if (subject.startMs === undefined) return;
  const { node } = subject.client;
  const volume = directoryOf(subject, staticVolume(subject), 'team/a');
  const target = (index: number): string => join(kubelet, `directory-${index}`);
  const title = `publish of a directory, ${count} targets: CPU of a call`;
  const group = { cpu: { key: `directory.cpu.${count}`, title, unit: 'ms' } };
  await measure(subject, figures, group, async () => {
    // The first one mounts the client.
    await node.nodePublishVolume(publication(volume, target(count)));
    const before = cpuOf(subject.pid);
    await inParallel((index) => node.nodePublishVolume(publication(volume, target(index))), count, 1);
    const cpu = (cpuOf(subject.pid) - before) / count;
    await inParallel(
      (index) => node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath: target(index) }),
      count + 1,
      CONCURRENCY,
    );
    return { cpu };
  });
}

async function measureVolumes({ subject, figures, kubelet }: Parts, count: number): Promise<void> {
  const { node } = subject.client;
  const volumes = Array.from({ length: count }, () => staticVolume(subject, MOUNT_SECONDS));
  const volume = (index: number): CreatedVolume => volumes[index] as CreatedVolume;
  const target = (index: number): string => join(kubelet, `volume-${index}`);
  const milliseconds = MOUNT_SECONDS * 1000;
  const title = `${count} volumes published, ${CONCURRENCY} at once, ${milliseconds} ms for a client: time`;
  await measure(subject, figures, { time: { key: `volumes.time.${count}`, title, unit: 's' } }, async () => {
    const began = performance.now();
    await inParallel(
      (index) => node.nodePublishVolume(publication(volume(index), target(index))),
      count,
      CONCURRENCY,
    );
    const time = (performance.now() - began) / 1000;
    await inParallel(
      (index) => node.nodeUnpublishVolume({ volumeId: volume(index).volumeId, targetPath: target(index) }),
      count,
      CONCURRENCY,
    );
    return { time };
  });
}

/** Counts the Lustre clients of this node. In the simulation, a client is the peer group of its mount. */
function lustreClients(): number {
  const groups = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => /@(tcp|o2ib)[0-9]*:\//.test(line))
    .flatMap((line) => / shared:(\d+) /.exec(line)?.[1] ?? []);
  return new Set(groups).size;
}
