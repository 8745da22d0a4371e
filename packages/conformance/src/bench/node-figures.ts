import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareGeneric, publication, type CreatedVolume } from '../testing/directory-bench.js';
import { inParallel } from './call-figures.js';
import type { Figures } from './figures.js';
import { withForeignMounts } from './foreign-mounts.js';
import type { Subject } from './subject.js';
import { cpuOf } from './usage.js';

export interface NodeSizes {
  /** Targets of one volume. */
  readonly targets: number;
  /** Other mounts on the node. */
  readonly foreignMounts: readonly number[];
  /** Volumes with a server each, published 16 at once. */
  readonly volumes: number;
}

const CONCURRENCY = 16;

/** Context keys by which the drivers of both clouds name a file system: its address, and its name. */
const contextKeys = new Map([
  ['fsx.csi.aws.com', ['dnsname', 'mountname']],
  ['azurelustre.csi.azure.com', ['mgs-ip-address', 'fs-name']],
]);

/** Context keys by which this driver's volumes name a directory of a file system. */
const directoryKeys = new Map([
  ['fsx.csi.aws.com', 'subDir'],
  ['azurelustre.csi.azure.com', 'sub-dir'],
]);

/** Volume on a file system of its own, which an administrator has made. */
function staticVolume({ driverName }: Subject): CreatedVolume {
  const [address = '', fsname = ''] = prepareGeneric().source.split('@tcp:/');
  const [addressKey, nameKey] = contextKeys.get(driverName) ?? [];
  if (addressKey === undefined || nameKey === undefined) {
    throw new Error(`the benchmark does not know how volumes of ${driverName} name their servers`);
  }
  const volumeContext = { [addressKey]: address, [nameKey]: fsname };
  return { volumeId: `bench-${address}`, capacityBytes: 0n, volumeContext };
}

/** Measures publications: of one volume for many pods, beside many other mounts, and of many volumes. */
export async function measureNode(
  subject: Subject,
  { figures, sizes }: { figures: Figures; sizes: NodeSizes },
): Promise<void> {
  const kubelet = mkdtempSync(join(tmpdir(), 'lustre-csi-bench-'));
  try {
    for (const mounts of sizes.foreignMounts) {
      await withForeignMounts(mounts, () => measureTargets(subject, { figures, mounts, kubelet, sizes }));
    }
    await measureDirectories(subject, { figures, kubelet, count: Math.ceil(sizes.targets / 5) });
    await measureVolumes(subject, { figures, kubelet, count: sizes.volumes });
  } finally {
    rmSync(kubelet, { recursive: true, force: true });
  }
}

interface Targets {
  readonly figures: Figures;
  /** Other mounts on the node. */
  readonly mounts: number;
  readonly kubelet: string;
  readonly sizes: NodeSizes;
}

async function measureTargets(subject: Subject, { figures, mounts, kubelet, sizes }: Targets): Promise<void> {
  const { node } = subject.client;
  const volume = staticVolume(subject);
  const target = (index: number): string => join(kubelet, `pod-${mounts}-${index}`);
  const phase = async (name: string, work: (index: number) => Promise<unknown>): Promise<void> => {
    const before = cpuOf(subject.pid);
    const began = performance.now();
    await inParallel(work, sizes.targets, 1);
    const milliseconds = performance.now() - began;
    const add = (key: string, title: string, value: number): void =>
      figures.add(
        subject.name,
        {
          key: `${name}.${key}.${mounts}`,
          title: `${name}, ${sizes.targets} targets, ${mounts} other mounts: ${title}`,
          unit: 'ms',
        },
        value / sizes.targets,
      );
    add('cpu', 'CPU of a call', cpuOf(subject.pid) - before);
    add('time', 'time of a call', milliseconds);
  };
  const clientsBefore = lustreClients();
  await phase('publish', (index) => node.nodePublishVolume(publication(volume, target(index))));
  const clients = {
    key: `publish.clients.${mounts}`,
    title: `publish, ${sizes.targets} targets: Lustre clients`,
    unit: '',
  };
  figures.add(subject.name, clients, lustreClients() - clientsBefore);
  await phase('stats', (index) =>
    node
      .nodeGetVolumeStats({ volumeId: volume.volumeId, volumePath: target(index), stagingTargetPath: '' })
      .catch(ifNotServed),
  );
  await phase('unpublish', (index) =>
    node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath: target(index) }),
  );
}

/** gRPC code UNIMPLEMENTED: aws-fsx-csi-driver has no statistics. */
const UNIMPLEMENTED = 12;

function ifNotServed(error: unknown): void {
  if ((error as { code?: number }).code !== UNIMPLEMENTED) throw error;
}

/** Measures publications of a directory of a file system. Drivers whose volumes have no directory are left out: they would publish
 *  the whole file system. */
async function measureDirectories(
  subject: Subject,
  { figures, kubelet, count }: { figures: Figures; kubelet: string; count: number },
): Promise<void> {
  if (subject.startMs === undefined) return;
  const { node } = subject.client;
  const whole = staticVolume(subject);
  const volume = {
    ...whole,
    volumeContext: { ...whole.volumeContext, [directoryKeys.get(subject.driverName) ?? '']: 'team/a' },
  };
  const target = (index: number): string => join(kubelet, `directory-${index}`);
  // The first one mounts the client.
  await node.nodePublishVolume(publication(volume, target(count)));
  const before = cpuOf(subject.pid);
  await inParallel((index) => node.nodePublishVolume(publication(volume, target(index))), count, 1);
  figures.add(
    subject.name,
    {
      key: `directory.cpu.${count}`,
      title: `publish of a directory, ${count} targets: CPU of a call`,
      unit: 'ms',
    },
    (cpuOf(subject.pid) - before) / count,
  );
  await inParallel(
    (index) => node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath: target(index) }),
    count + 1,
    CONCURRENCY,
  );
}

async function measureVolumes(
  subject: Subject,
  { figures, kubelet, count }: { figures: Figures; kubelet: string; count: number },
): Promise<void> {
  const { node } = subject.client;
  const volumes = Array.from({ length: count }, () => staticVolume(subject));
  const target = (index: number): string => join(kubelet, `volume-${index}`);
  const began = performance.now();
  await inParallel(
    (index) => node.nodePublishVolume(publication(volumes[index] as CreatedVolume, target(index))),
    count,
    CONCURRENCY,
  );
  figures.add(
    subject.name,
    {
      key: `volumes.time.${count}`,
      title: `${count} volumes published, ${CONCURRENCY} at once: time`,
      unit: 's',
    },
    (performance.now() - began) / 1000,
  );
  await inParallel(
    (index) =>
      node.nodeUnpublishVolume({ volumeId: volumes[index]?.volumeId ?? '', targetPath: target(index) }),
    count,
    CONCURRENCY,
  );
}

/** Counts the Lustre clients of this node. In the simulation, a client is the peer group of its mount. */
function lustreClients(): number {
  const groups = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => /@(tcp|o2ib)[0-9]*:\//.test(line))
    .flatMap((line) => / shared:(\d+) /.exec(line)?.[1] ?? []);
  return new Set(groups).size;
}
