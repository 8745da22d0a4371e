import { azure, directories, fsx, type Subject } from '../flows/subjects.js';
import { storageClass, volumeAttributesClass } from '../flows/objects.js';
import type { ApiObject } from '../api/resources.js';

/** Driver as the upstream suite describes one (DriverDefinition of test/e2e/storage/external). */
export interface TestDriver {
  readonly subject: Subject;
  readonly sizes: { readonly Min: string; readonly Max: string };
  /** Options that the mount table of a pod shows. `flock` and others of Lustre's own are missing there: the simulated client mounts
   *  an ordinary directory. */
  readonly mountOptions: readonly string[];
  /** Capabilities besides those of every Lustre volume. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** Parameters of a VolumeAttributesClass. */
  readonly modification?: Readonly<Record<string, string>>;
  /** Specs that the suite leaves out, each with the reason. */
  readonly skips: readonly Skip[];
}

/** Specs that cannot pass here. */
export interface Skip {
  /** Regular expression for the full name of the spec. */
  readonly name: string;
  readonly reason: string;
}

/** Capabilities of every Lustre volume. */
const lustre = {
  persistence: true,
  exec: true,
  multipods: true,
  RWX: true,
  readWriteOncePod: true,
  multiplePVsSameID: true,
  capReadOnlyMany: true,
  block: false,
  fsGroup: false,
  nodeExpansion: false,
};

const noData = 'the emulated backups have no data';

export const testDrivers: readonly TestDriver[] = [
  {
    subject: fsx,
    sizes: { Min: '1200Gi', Max: '64Ti' },
    mountOptions: ['noatime'],
    // FSx restores a backup to the size of its source only.
    capabilities: {
      controllerExpansion: true,
      snapshotDataSource: true,
      FSResizeFromSourceNotSupported: true,
    },
    modification: { perUnitStorageThroughput: '250' },
    skips: [
      { name: 'should provision storage with snapshot data source', reason: noData },
      { name: 'should check snapshot fields, check restore correctly works', reason: noData },
    ],
  },
  {
    subject: azure,
    sizes: { Min: '16Ti', Max: '768Ti' },
    mountOptions: ['noatime'],
    capabilities: { controllerExpansion: true },
    skips: [],
  },
  {
    subject: directories,
    sizes: { Min: '1Gi', Max: '64Ti' },
    mountOptions: ['noatime'],
    capabilities: { controllerExpansion: true },
    skips: [],
  },
];

/** Specs that no run of the suite contains. */
export const skippedEverywhere: readonly Skip[] = [
  { name: '\\[Disruptive\\]', reason: 'they restart kubelet over SSH; the chaos specs kill it' },
  { name: '\\[Serial\\]', reason: 'they need the node for themselves while other specs run' },
  { name: 'Feature:Windows', reason: 'Lustre has no client for Windows' },
];

/** Files of a driver definition, by the name of the file: JSON is YAML. */
export function definitionFiles(driver: TestDriver, directory: string): Readonly<Record<string, unknown>> {
  const { subject, modification } = driver;
  const file = (kind: string): string => `${subject.release}-${kind}.json`;
  const from = (kind: string): { FromFile: string } => ({ FromFile: `${directory}/${file(kind)}` });
  const classes: Record<string, ApiObject> = {
    [file('class')]: storageClass(`suite-${subject.release}`, subject),
  };
  if (modification !== undefined)
    classes[file('attributes')] = volumeAttributesClass(`suite-${subject.release}`, subject, modification);
  return {
    ...classes,
    [file('driver')]: {
      StorageClass: from('class'),
      ...(modification === undefined ? {} : { VolumeAttributesClass: from('attributes') }),
      ...(driver.capabilities['snapshotDataSource'] === true ? { SnapshotClass: { FromName: true } } : {}),
      DriverInfo: {
        Name: subject.driver,
        SupportedSizeRange: driver.sizes,
        SupportedMountOption: Object.fromEntries(driver.mountOptions.map((option) => [option, {}])),
        Capabilities: { ...lustre, ...driver.capabilities },
        StressTestOptions: { NumPods: 3, NumRestarts: 2 },
        VolumeSnapshotStressTestOptions: { NumPods: 2, NumSnapshots: 2 },
      },
    },
  };
}
