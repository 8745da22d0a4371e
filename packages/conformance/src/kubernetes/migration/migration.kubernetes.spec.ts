// The move from the Go drivers, by the steps of docs/guides/migration.md, with pods that write all the time; and the way back.
import { afterAll, describe, expect, it } from 'vitest';
import { until } from '../api/kubernetes-api.js';
import type { ApiObject } from '../api/resources.js';
import { expectNoMounts, mountsOf } from '../chaos/invariants.js';
import { Writers } from '../chaos/writers.js';
import { FlowBench, type VolumeObject } from '../flows/flow-bench.js';
import { azure, fsx, type Subject } from '../flows/subjects.js';
import { installRelease, kubectlApply, uninstallRelease, workloadsReady } from '../release/install.js';
import { allReleases, RELEASE_NAMESPACE, type Release } from '../release/releases.js';
import { openCluster } from '../release/suite-cluster.js';
import { readVersions } from '../versions.js';
import { awsPredecessor, azurePredecessor, predecessorObjects, type Predecessor } from './predecessors.js';

const cluster = openCluster();
const { api, plan } = cluster;
afterAll(() => api.close());

const LIMIT_MS = 8 * 60_000;

interface CsiNode extends ApiObject {
  readonly spec: { readonly drivers: readonly { readonly name: string }[] };
}

async function registered(driver: string): Promise<void> {
  await until(`${driver} is registered`, 60, async () => {
    const node = await api.find<CsiNode>('CSINode', 'node1');
    return node?.spec.drivers.some(({ name }) => name === driver);
  });
}

/** PersistentVolume of a file system as the Go driver writes it. */
const volumeOfPredecessor = (
  name: string,
  { spec }: VolumeObject,
  { driver, attributes }: Predecessor,
): ApiObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': driver } },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteMany'],
    persistentVolumeReclaimPolicy: 'Delete',
    storageClassName: '',
    csi: {
      driver,
      volumeHandle: spec.csi?.volumeHandle,
      volumeAttributes: Object.fromEntries(
        Object.entries(spec.csi?.volumeAttributes ?? {}).filter(([key]) => attributes.includes(key)),
      ),
    },
  },
});

/** Makes a claim that looks as if the Go driver had provisioned it. */
async function claimOfPredecessor(bench: FlowBench, predecessor: Predecessor): Promise<void> {
  const storageClassName = await bench.createClass({ reclaimPolicy: 'Retain' });
  await bench.createClaim('made', { storageClassName });
  const made = await bench.bound('made');
  await api.delete('PersistentVolumeClaim', 'made', bench.namespace);
  await api.delete('PersistentVolume', made.metadata.name);
  await bench.gone('PersistentVolume', made.metadata.name);
  const volumeName = `${bench.namespace}-volume`;
  await api.apply(volumeOfPredecessor(volumeName, made, predecessor));
  await bench.createClaim('data', { storageClassName: '', volumeName, size: '1Gi' });
  await bench.bound('data');
}

async function removePredecessor({ daemonSet }: Predecessor, objects: readonly ApiObject[]): Promise<void> {
  await api.delete('DaemonSet', daemonSet, RELEASE_NAMESPACE);
  await until('the pods of the Go driver are gone', 60, async () => {
    const pods = await api.list('Pod', RELEASE_NAMESPACE);
    return !pods.some(({ metadata }) => metadata.name.startsWith(`${daemonSet}-`));
  });
  const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount');
  for (const { kind, metadata } of accounts) await api.delete(kind, metadata.name, RELEASE_NAMESPACE);
  for (const { kind, metadata } of objects) if (kind === 'CSIDriver') await api.delete(kind, metadata.name);
}

async function play(subject: Subject, predecessor: Predecessor): Promise<void> {
  const release = allReleases(cluster.node).find(({ name }) => name === subject.release) as Release;
  const successor = { ...release, values: { ...release.values, compatibility: predecessor.compatibility } };
  const objects = predecessorObjects(cluster, readVersions(), predecessor);
  const bench = new FlowBench(cluster, subject, 'migration');
  await bench.open();
  await claimOfPredecessor(bench, predecessor);
  await uninstallRelease(plan, release);

  await kubectlApply(plan, objects);
  await registered(predecessor.driver);
  const writers = new Writers(bench, 'data', 2);
  await writers.start();
  const before = mountsOf(bench);
  expect(before).toHaveLength(2);

  await removePredecessor(predecessor, objects);
  await installRelease(api, plan, successor, predecessor.daemonSet.replace(/-node$/, ''));
  await registered(predecessor.driver);
  expect(mountsOf(bench)).toEqual(expect.arrayContaining([...before]));
  expect(await bench.run('new', { volume: 'data', script: 'cat /data/*.log | wc -l' })).not.toBe('0\n');

  await uninstallRelease(plan, successor);
  await kubectlApply(plan, objects);
  await registered(predecessor.driver);
  expect(await writers.finish()).toEqual([]);

  await removePredecessor(predecessor, objects);
  await installRelease(api, plan, release);
  await workloadsReady(api, release);
  await bench.close();
  await expectNoMounts(bench);
}

describe('the move from a Go driver, with pods that write', () => {
  it.concurrent('works for FSx, and back', { timeout: LIMIT_MS }, () => play(fsx, awsPredecessor));
  it.concurrent('works for Azure, and back', { timeout: LIMIT_MS }, () => play(azure, azurePredecessor));
});
