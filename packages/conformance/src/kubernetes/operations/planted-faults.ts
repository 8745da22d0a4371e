import type { ApiObject } from '../api/resources.js';
import type { FlowBench } from '../flows/flow-bench.js';
import { staticVolume } from '../flows/objects.js';

/** Fault that a test plants in the cluster, the check that has to find it, and words of its report. */
export interface PlantedFault {
  readonly title: string;
  /** Plants it. @returns the function that repairs it */
  readonly plant: (bench: FlowBench) => Promise<() => Promise<void>>;
  readonly id: string;
  readonly text: RegExp;
}

/** Objects as the API server takes them again, after their deletion. */
const withoutServerFields = ({ apiVersion, kind, metadata, spec, rules }: ApiObject): ApiObject => ({
  apiVersion,
  kind,
  metadata: {
    name: metadata.name,
    ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
    ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
  },
  ...(spec === undefined ? {} : { spec }),
  ...(rules === undefined ? {} : { rules }),
});

async function deleteForNow({ api }: FlowBench, kind: string, name: string): Promise<() => Promise<void>> {
  const found = await api.find(kind, name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  await api.delete(kind, name);
  return () => api.apply({ ...withoutServerFields(found), kind, apiVersion: found.apiVersion });
}

async function volume(
  bench: FlowBench,
  csi: Readonly<Record<string, unknown>>,
): Promise<() => Promise<void>> {
  const name = bench.namespace;
  await bench.api.apply(staticVolume(name, { driver: bench.subject.driver, ...csi }));
  return () => bench.api.delete('PersistentVolume', name);
}

/** Attributes of a volume whose file system no cloud has and no address serves. */
export const absentFileSystem = {
  volumeHandle: 'fs-0123456789abcdef0',
  volumeAttributes: { dnsname: '127.200.99.9', mountname: 'gone' },
} as const;

/** Faults of a cluster, planted in a real one. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    title: 'a CSIDriver object that is missing',
    plant: (bench) => deleteForNow(bench, 'CSIDriver', bench.subject.driver),
    id: 'LCSI-K002',
    text: /there is no CSIDriver fsx\.csi\.aws\.com/,
  },
  {
    title: 'a right that the service account has lost',
    plant: (bench) =>
      deleteForNow(
        bench,
        'ClusterRole',
        `${bench.subject.release}-lustre-csi-${bench.subject.driver}-provisioner`,
      ),
    id: 'LCSI-K007',
    text: /persistentvolumes/,
  },
  {
    title: 'a StorageClass with a parameter that does not exist',
    plant: async (bench) => {
      const name = await bench.createClass({ parameters: { deplymentType: 'SCRATCH_2' } });
      return () => bench.api.delete('StorageClass', name);
    },
    id: 'LCSI-K010',
    text: /deplymentType/,
  },
  {
    title: 'a PersistentVolume that no node can mount',
    plant: (bench) => volume(bench, { volumeHandle: 'fs-0123456789abcdef0', volumeAttributes: {} }),
    id: 'LCSI-K011',
    text: /fs-0123456789abcdef0/,
  },
  {
    title: 'a PersistentVolume whose file system does not exist',
    plant: (bench) => volume(bench, absentFileSystem),
    id: 'LCSI-K012',
    text: /fs-0123456789abcdef0/,
  },
];
