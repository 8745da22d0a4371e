import type { DeploymentType, StorageType } from './file-system-shapes.js';

/** One row of FSx for Lustre's table of what can be deployed. Capacities are in GiB, throughputs in MB/s/TiB. */
export interface DeploymentRule {
  readonly deployment: DeploymentType;
  readonly storage: StorageType;
  /** Valid values of PerUnitStorageThroughput; empty: it must be absent. */
  readonly throughputs: readonly number[];
  /** Capacities that are valid although they are not a multiple of the step. */
  readonly smallCapacities: readonly number[];
  /** Step of which the capacity must be a multiple; undefined for elastic storage, which has no capacity. */
  readonly capacityStep: (throughput: number) => number | undefined;
  readonly versions: readonly string[];
  readonly defaultVersion: string;
  readonly persistent: boolean;
  /** One object storage server for each of these many GiB. */
  readonly serverCapacity: (throughput: number) => number;
}

const always = (value: number) => () => value;
const allVersions = ['2.10', '2.12', '2.15'];

/** https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html, StorageCapacity and others. */
export const deploymentRules: readonly DeploymentRule[] = [
  {
    deployment: 'SCRATCH_1',
    storage: 'SSD',
    throughputs: [],
    smallCapacities: [1200, 2400],
    capacityStep: always(3600),
    versions: allVersions,
    defaultVersion: '2.10',
    persistent: false,
    serverCapacity: always(3600),
  },
  {
    deployment: 'SCRATCH_2',
    storage: 'SSD',
    throughputs: [],
    smallCapacities: [1200],
    capacityStep: always(2400),
    versions: allVersions,
    defaultVersion: '2.10',
    persistent: false,
    serverCapacity: always(2400),
  },
  {
    deployment: 'PERSISTENT_1',
    storage: 'SSD',
    throughputs: [50, 100, 200],
    smallCapacities: [1200],
    capacityStep: always(2400),
    versions: allVersions,
    defaultVersion: '2.10',
    persistent: true,
    serverCapacity: always(2400),
  },
  {
    deployment: 'PERSISTENT_1',
    storage: 'HDD',
    throughputs: [12, 40],
    smallCapacities: [],
    capacityStep: (throughput) => (throughput === 12 ? 6000 : 1800),
    versions: allVersions,
    defaultVersion: '2.10',
    persistent: true,
    serverCapacity: (throughput) => (throughput === 12 ? 6000 : 1800),
  },
  {
    deployment: 'PERSISTENT_2',
    storage: 'SSD',
    throughputs: [125, 250, 500, 1000],
    smallCapacities: [1200],
    capacityStep: always(2400),
    versions: ['2.12', '2.15'],
    defaultVersion: '2.12',
    persistent: true,
    serverCapacity: always(2400),
  },
  {
    deployment: 'PERSISTENT_2',
    storage: 'INTELLIGENT_TIERING',
    throughputs: [],
    smallCapacities: [],
    capacityStep: () => undefined,
    versions: ['2.15'],
    defaultVersion: '2.15',
    persistent: true,
    serverCapacity: always(Number.POSITIVE_INFINITY),
  },
];

/** Capacity steps in GiB with EFA, where a file system grows by whole servers: one for each throughput. */
const efaSteps: Readonly<Record<number, number>> = { 125: 38400, 250: 19200, 500: 9600, 1000: 4800 };

/** The row as it reads with EFA enabled. */
export function withEfa(rule: DeploymentRule): DeploymentRule {
  if (rule.storage !== 'SSD') return rule;
  const step = (throughput: number): number => efaSteps[throughput] ?? 4800;
  return {
    ...rule,
    smallCapacities: [],
    capacityStep: step,
    serverCapacity: step,
    versions: ['2.15'],
    defaultVersion: '2.15',
  };
}

/** The row for a deployment, or undefined where that storage is not offered with it. */
export function deploymentRule(
  deployment: DeploymentType,
  storage: StorageType,
  efa: boolean,
): DeploymentRule | undefined {
  const rule = deploymentRules.find((row) => row.deployment === deployment && row.storage === storage);
  return rule && efa ? withEfa(rule) : rule;
}

export function isValidCapacity(rule: DeploymentRule, throughput: number, gib: number): boolean {
  const step = rule.capacityStep(throughput);
  return rule.smallCapacities.includes(gib) || (step !== undefined && gib >= step && gib % step === 0);
}

/** FSx's own words for a capacity that does not fit, trailing space included. */
export function invalidCapacityMessage(rule: DeploymentRule, throughput: number, gib: number): string {
  const multiple = `a multiple of ${rule.capacityStep(throughput)}`;
  const choices = [rule.smallCapacities.join(', '), multiple].filter((choice) => choice !== '').join(' or ');
  return `Invalid Lustre FS storage capacity: ${gib}. Must be ${choices}. `;
}

/** Metadata IOPS of a PERSISTENT_2 SSD file system in AUTOMATIC mode, by its capacity in GiB. */
export function automaticMetadataIops(gib: number): number {
  if (gib < 2400) return 1500;
  if (gib < 4800) return 3000;
  if (gib < 12000) return 6000;
  if (gib < 48000) return 12000;
  return 12000 * Math.floor(gib / 24000);
}

/** IP addresses that a file system takes: one for each metadata server, one for each object storage server. */
export function serverCount(
  rule: DeploymentRule,
  size: { gib: number; throughput: number; throughputCapacity: number; metadataIops: number },
): number {
  const metadata = Math.max(1, Math.ceil(size.metadataIops / 12000));
  const storage =
    rule.storage === 'INTELLIGENT_TIERING'
      ? size.throughputCapacity / 4000
      : Math.ceil(size.gib / rule.serverCapacity(size.throughput));
  return metadata + storage;
}
