import { ZONE } from '../release/releases.js';

/** Directory volumes and whole file systems of each driver: each flow runs with all that can do it. */
export interface Subject {
  readonly name: string;
  readonly driver: string;
  /** Release of the chart, whose workloads it names. */
  readonly release: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Size of claims, and the next larger legal one. */
  readonly size: string;
  readonly larger: string;
  /** Parameters of a VolumeAttributesClass before and after a change. */
  readonly modification?: readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>];
  readonly can: readonly Ability[];
}

/** Capability that not all subjects have. */
export type Ability =
  | 'snapshots'
  | 'modification'
  | 'topology'
  | 'expansion'
  | 'templates'
  | 'deleted in the cloud'
  | 'runtime check'
  | 'guest volumes';

/** File system for directories, which no cloud knows. */
export const parentFileSystem = {
  id: 'parent-of-directories',
  mgsAddresses: ['127.200.0.4'],
  dnsNames: [],
  fsname: 'parent',
  capacityBytes: String(1n << 44n),
  version: '2.15.5',
} as const;

export const fsx: Subject = {
  name: 'FSx file systems',
  driver: 'fsx.csi.aws.com',
  release: 'fsx',
  parameters: {
    subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
    securityGroupIds: 'sg-0aaaaaaaaaaaaaaa1',
    deploymentType: 'PERSISTENT_2',
    perUnitStorageThroughput: '125',
    fileSystemTypeVersion: '2.15',
    directoryPerms: '0777',
  },
  size: '1200Gi',
  larger: '2400Gi',
  modification: [{ perUnitStorageThroughput: '125' }, { perUnitStorageThroughput: '250' }],
  can: ['snapshots', 'modification', 'topology', 'expansion', 'deleted in the cloud'],
};

export const azure: Subject = {
  name: 'Azure file systems',
  driver: 'azurelustre.csi.azure.com',
  release: 'azure',
  parameters: {
    'sku-name': 'AMLFS-Durable-Premium-125',
    zone: '1',
    'maintenance-day-of-week': 'Sunday',
    'maintenance-time-of-day-utc': '22:00',
    directoryPerms: '0777',
  },
  size: '16Ti',
  larger: '32Ti',
  can: ['deleted in the cloud'],
};

export const directories: Subject = {
  name: 'directories',
  driver: 'generic.lustre-csi',
  release: 'generic',
  parameters: {
    provisioningMode: 'directory',
    mgsNids: `${parentFileSystem.mgsAddresses[0]}@tcp`,
    fsName: parentFileSystem.fsname,
    basePath: '/volumes',
    subPath: '${pvc.namespace}/${pvc.name}',
    removeEmptyParents: 'true',
    quota: 'hard',
    directoryPerms: '0777',
  },
  size: '1Gi',
  larger: '2Gi',
  can: ['expansion', 'templates', 'runtime check', 'guest volumes'],
};

export const google: Subject = {
  name: 'Google Cloud file systems',
  driver: 'lustre.csi.storage.gke.io',
  release: 'google',
  parameters: { perUnitStorageThroughput: '1000', directoryPerms: '0777' },
  size: '9000Gi',
  larger: '18000Gi',
  modification: [{ description: 'before' }, { description: 'after' }],
  can: ['modification', 'expansion', 'deleted in the cloud'],
};

export const oci: Subject = {
  name: 'OCI file systems',
  driver: 'lustre.csi.oraclecloud.com',
  release: 'oci',
  parameters: {
    subnetId: `ocid1.subnet.oc1.phx.aaaaaaaa${'s'.repeat(52)}`,
    performanceTier: 'MBPS_PER_TB_125',
    availabilityDomain: 'PHX-AD-1',
    directoryPerms: '0777',
  },
  size: '31200G',
  larger: '41600G',
  modification: [
    { 'oci.oraclecloud.com/initial-freeform-tags-override': '{"team":"a"}' },
    { 'oci.oraclecloud.com/initial-freeform-tags-override': '{"team":"b"}' },
  ],
  can: ['modification', 'expansion', 'deleted in the cloud'],
};

/** Subjects of all flows. */
export const subjects: readonly Subject[] = [fsx, azure, directories];

/** Subjects of the flows from creation to deletion. Their drivers differ from the first ones in the cloud only. */
export const furtherSubjects: readonly Subject[] = [google, oci];

/** Value of the driver's topology key on this node. */
export const zoneOfNode = ZONE;
