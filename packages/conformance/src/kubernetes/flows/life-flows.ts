import { expect } from 'vitest';
import { until } from '../api/kubernetes-api.js';
import { bytesOf } from '../api/quantity.js';
import { apiVersionOf, type ApiObject } from '../api/resources.js';
import type { Flow } from './flow.js';
import type { FlowBench } from './flow-bench.js';
import { stay, staticVolume, volumeAttributesClass, volumeSnapshot, volumeSnapshotClass } from './objects.js';

const write = 'echo hello > /data/file';

interface SnapshotObject extends ApiObject {
  readonly status?: { readonly readyToUse?: boolean };
}

async function snapshotReady(bench: FlowBench, name: string): Promise<void> {
  await until(`snapshot ${name} is ready`, 60, async () => {
    const found = await bench.api.find<SnapshotObject>('VolumeSnapshot', name, bench.namespace);
    return found?.status?.readyToUse;
  });
}

/** Changes in the life of a volume. */
export const lifeFlows: readonly Flow[] = [
  {
    title: 'static, for a file system that stays',
    needs: ['deleted in the cloud'],
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('source', { storageClassName });
      const source = await bench.bound('source');
      await bench.run('writer', { volume: 'source', script: write });
      const handle = source.spec.csi?.volumeHandle ?? '';
      const volumeName = await bench.createShared(
        staticVolume(`${bench.namespace}-static`, {
          ...source.spec.csi,
          volumeHandle: bench.subject.release === 'fsx' ? `${handle}#static` : `${bench.namespace}`,
        }),
      );
      await bench.createClaim('data', { storageClassName: '', volumeName, size: '1Gi' });
      await bench.bound('data');
      expect(await bench.run('reader', { volume: 'data', script: 'cat /data/file' })).toBe('hello\n');
      await bench.api.delete('PersistentVolumeClaim', 'data', bench.namespace);
      await until(
        'the static volume is released',
        30,
        async () => (await bench.volume(volumeName)).status.phase === 'Released',
      );
      expect(await bench.run('still', { volume: 'source', script: 'cat /data/file' })).toBe('hello\n');
    },
  },
  {
    title: 'expansion under a running pod',
    isEssential: true,
    needs: ['expansion'],
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      await bench.createPod('pod', { volume: 'data', script: stay });
      await bench.running('pod');
      const began = Date.now();
      const { larger } = bench.subject;
      await bench.api.patch(
        'PersistentVolumeClaim',
        'data',
        { spec: { resources: { requests: { storage: larger } } } },
        bench.namespace,
      );
      await until(
        `the claim has ${larger}`,
        60,
        async () =>
          bytesOf((await bench.claimOf('data'))?.status.capacity?.storage ?? '0') === bytesOf(larger),
      );
      bench.note('expansion', began);
    },
  },
  {
    title: 'VolumeAttributesClass, changed under a running pod',
    isEssential: true,
    needs: ['modification'],
    run: async (bench) => {
      const { modification: [first, second] = [{}, {}] } = bench.subject;
      const before = volumeAttributesClass(`${bench.namespace}-before`, bench.subject, first);
      const after = volumeAttributesClass(`${bench.namespace}-after`, bench.subject, second);
      await bench.createShared(before);
      const volumeAttributesClassName = await bench.createShared(after);
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName, volumeAttributesClassName: before.metadata.name });
      await bench.bound('data');
      await bench.api.patch(
        'PersistentVolumeClaim',
        'data',
        { spec: { volumeAttributesClassName } },
        bench.namespace,
      );
      await until(
        'the claim has the class',
        60,
        async () =>
          (await bench.claimOf('data'))?.status.currentVolumeAttributesClassName ===
          volumeAttributesClassName,
      );
    },
  },
  {
    title: 'snapshot and restore',
    needs: ['snapshots'],
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      const snapshotClass = await bench.createShared(volumeSnapshotClass(bench.namespace, bench.subject));
      await bench.createClaim('data', { storageClassName });
      await bench.bound('data');
      await bench.api.apply(volumeSnapshot(bench.namespace, 'backup', snapshotClass, 'data'));
      await snapshotReady(bench, 'backup');
      const dataSource = {
        name: 'backup',
        kind: 'VolumeSnapshot',
        apiGroup: apiVersionOf('VolumeSnapshot').split('/')[0] ?? '',
      };
      await bench.createClaim('restored', { storageClassName, dataSource });
      await bench.bound('restored');
      await bench.run('pod', { volume: 'restored', script: write });
      await bench.api.delete('VolumeSnapshot', 'backup', bench.namespace);
      await bench.gone('VolumeSnapshot', 'backup', bench.namespace);
    },
  },
  {
    title: 'reclaim policy Retain, which leaves the data to a new claim',
    run: async (bench) => {
      const storageClassName = await bench.createClass({ reclaimPolicy: 'Retain' });
      await bench.createClaim('data', { storageClassName });
      const { metadata } = await bench.bound('data');
      await bench.run('writer', { volume: 'data', script: write });
      await bench.api.delete('PersistentVolumeClaim', 'data', bench.namespace);
      await until(
        'the volume is released',
        30,
        async () => (await bench.volume(metadata.name)).status.phase === 'Released',
      );
      await bench.api.patch('PersistentVolume', metadata.name, {
        spec: { claimRef: null },
      });
      await bench.createClaim('again', { storageClassName, volumeName: metadata.name });
      await bench.bound('again');
      await bench.api.patch('PersistentVolume', metadata.name, {
        spec: { persistentVolumeReclaimPolicy: 'Delete' },
      });
      expect(await bench.run('reader', { volume: 'again', script: 'cat /data/file' })).toBe('hello\n');
    },
  },
  {
    title: 'deletion of a namespace with everything in it',
    isEssential: true,
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      await bench.createPod('pod', { volume: 'data', script: `${write}; ${stay}` });
      await bench.running('pod');
      const began = Date.now();
      await bench.deleteNamespace();
      bench.note('deletion of a namespace with everything in it', began);
    },
  },
  {
    title: 'a directory named by the claim’s metadata',
    needs: ['templates'],
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      const { spec } = await bench.bound('data');
      expect(JSON.stringify(spec.csi)).toContain(`${bench.namespace}/data`);
    },
  },
  {
    title: 'usage in the summary of kubelet',
    run: async (bench) => {
      const storageClassName = await bench.createClass();
      await bench.createClaim('data', { storageClassName });
      await bench.createPod('pod', {
        volume: 'data',
        script: `head -c 1048576 /dev/zero > /data/file; ${stay}`,
      });
      await bench.running('pod');
      const reference = new RegExp(
        `"pvcRef":\\s*\\{\\s*"name":\\s*"data",\\s*"namespace":\\s*"${bench.namespace}"`,
      );
      await until('kubelet reports the usage', 90, async () =>
        reference.test(await bench.api.text('/api/v1/nodes/node1/proxy/stats/summary')),
      );
    },
  },
];
