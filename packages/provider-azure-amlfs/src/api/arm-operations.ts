import type { AscOperation, ResourceSku, ResourceUsage } from '@azure/arm-storagecache';
import { rest, sdk } from './arm-operation.js';

/** Which file system. */
export interface FileSystemAddress {
  readonly resourceGroup: string;
  readonly name: string;
}

/** Which job of a file system. */
export interface JobAddress extends FileSystemAddress {
  readonly job: string;
}

export interface Page {
  /** Of the page before; absent: the first page. */
  readonly nextLink?: string;
}

export interface WithBody {
  readonly body: object;
}

export interface VirtualNetworkAddress extends Page {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly network: string;
}

/** What a file system will be, as far as its subnet is concerned. */
export interface SubnetDemand {
  readonly capacityTiB: number;
  readonly skuName: string;
}

export interface SubnetCheck extends SubnetDemand {
  readonly subnetId: string;
  readonly location: string;
}

/** `2026-01-01` tells the live size of an expanded file system; where Azure does not have it yet, everything but that
 *  is in `2024-03-01`, root squash included. */
const fileSystemVersions = ['2026-01-01', '2024-03-01'];
const jobVersions = ['2026-01-01'];
const networkVersions = ['2024-05-01'];
const tagVersions = ['2021-04-01'];

const AMLFS = 'Microsoft.StorageCache/amlFilesystems';

const segment = encodeURIComponent;

const groupPath = (subscriptionId: string, resourceGroup: string): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${segment(resourceGroup)}/providers`;

const fileSystemsPath = (subscriptionId: string, { resourceGroup }: { resourceGroup: string }): string =>
  `${groupPath(subscriptionId, resourceGroup)}/${AMLFS}`;

const fileSystemPath = (subscriptionId: string, address: FileSystemAddress): string =>
  `${fileSystemsPath(subscriptionId, address)}/${segment(address.name)}`;

const fileSystem = { apiVersions: fileSystemVersions, path: fileSystemPath };

/** What referring to other resources in a file system takes. */
const linked = [
  'Microsoft.Network/virtualNetworks/subnets/read',
  'Microsoft.Network/virtualNetworks/subnets/join/action',
  'Microsoft.ManagedIdentity/userAssignedIdentities/read',
  'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
];

const fileSystemOperations = {
  /** All of a subscription: needs its right on the subscription itself, not only on resource groups. */
  listAllFileSystems: rest<Page>({
    name: 'AmlFilesystems_List',
    permissions: [`${AMLFS}/read`],
    method: 'GET',
    apiVersions: fileSystemVersions,
    path: (subscriptionId) => `/subscriptions/${subscriptionId}/providers/${AMLFS}`,
  }),
  listFileSystems: rest<{ readonly resourceGroup: string } & Page>({
    name: 'AmlFilesystems_ListByResourceGroup',
    permissions: [`${AMLFS}/read`],
    method: 'GET',
    apiVersions: fileSystemVersions,
    path: fileSystemsPath,
  }),
  getFileSystem: rest<FileSystemAddress>({
    ...fileSystem,
    name: 'AmlFilesystems_Get',
    permissions: [`${AMLFS}/read`],
    method: 'GET',
  }),
  putFileSystem: rest<FileSystemAddress & WithBody>({
    ...fileSystem,
    name: 'AmlFilesystems_CreateOrUpdate',
    permissions: [`${AMLFS}/write`, ...linked],
    method: 'PUT',
  }),
  patchFileSystem: rest<FileSystemAddress & WithBody>({
    ...fileSystem,
    name: 'AmlFilesystems_Update',
    permissions: [`${AMLFS}/write`],
    method: 'PATCH',
  }),
  /** Writes some tags and leaves the others; `patchFileSystem` replaces them all. */
  mergeTags: rest<FileSystemAddress & WithBody>({
    name: 'Tags_UpdateAtScope',
    permissions: ['Microsoft.Resources/tags/write'],
    method: 'PATCH',
    apiVersions: tagVersions,
    path: (subscriptionId, address) =>
      `${fileSystemPath(subscriptionId, address)}/providers/Microsoft.Resources/tags/default`,
  }),
  deleteFileSystem: rest<FileSystemAddress>({
    ...fileSystem,
    name: 'AmlFilesystems_Delete',
    permissions: [`${AMLFS}/delete`],
    method: 'DELETE',
  }),
};

/** Which jobs of file systems there are, as paths name them. */
type JobType = 'expansionJobs' | 'autoImportJobs' | 'autoExportJobs';

const job = (type: JobType, verb: 'read' | 'write' | 'delete') => ({
  permissions: [`${AMLFS}/${type}/${verb}`],
  apiVersions: jobVersions,
  path: (subscriptionId: string, address: JobAddress): string =>
    `${fileSystemPath(subscriptionId, address)}/${type}/${segment(address.job)}`,
});

const expansionOperations = {
  listExpansions: rest<FileSystemAddress & Page>({
    name: 'ExpansionJobs_ListByAmlFilesystem',
    permissions: [`${AMLFS}/expansionJobs/read`],
    method: 'GET',
    apiVersions: jobVersions,
    path: (subscriptionId, address) => `${fileSystemPath(subscriptionId, address)}/expansionJobs`,
  }),
  putExpansion: rest<JobAddress & WithBody>({
    ...job('expansionJobs', 'write'),
    name: 'ExpansionJobs_CreateOrUpdate',
    method: 'PUT',
  }),
};

/** What the driver does with a kind of jobs that move data between a file system and its blob container. */
function dataJob(group: string, type: JobType) {
  return {
    get: rest<JobAddress>({ ...job(type, 'read'), name: `${group}_Get`, method: 'GET' }),
    put: rest<JobAddress & WithBody>({
      ...job(type, 'write'),
      name: `${group}_CreateOrUpdate`,
      method: 'PUT',
    }),
    delete: rest<JobAddress>({ ...job(type, 'delete'), name: `${group}_Delete`, method: 'DELETE' }),
  };
}

export type DataJobOperations = ReturnType<typeof dataJob>;

/** What is asked of the subscription: the SDK's own methods do for it. */
const subscriptionOperations = {
  listSkus: sdk<void, readonly ResourceSku[]>({
    name: 'Skus_List',
    permissions: ['Microsoft.StorageCache/skus/read'],
    send: ({ client, options }) => gathered(client.skus.list(options)),
  }),
  listUsages: sdk<{ readonly location: string }, readonly ResourceUsage[]>({
    name: 'AscUsages_List',
    permissions: ['Microsoft.StorageCache/locations/usages/read'],
    send: ({ client, options }, { location }) => gathered(client.ascUsages.list(location, options)),
  }),
  getOperation: sdk<{ readonly location: string; readonly id: string }, AscOperation>({
    name: 'AscOperations_Get',
    permissions: ['Microsoft.StorageCache/locations/ascOperations/read'],
    send: ({ client, options }, { location, id }) => client.ascOperations.get(location, id, options),
  }),
  checkSubnet: sdk<SubnetCheck, void>({
    name: 'checkAmlFSSubnets',
    permissions: [
      'Microsoft.StorageCache/checkAmlFSSubnets/action',
      'Microsoft.Network/virtualNetworks/subnets/read',
    ],
    send: ({ client, options }, { subnetId, capacityTiB, skuName, location }) =>
      client.checkAmlFSSubnets({
        amlFilesystemSubnetInfo: {
          filesystemSubnet: subnetId,
          storageCapacityTiB: capacityTiB,
          sku: { name: skuName },
          location,
        },
        ...options,
      }),
  }),
  requiredAddresses: sdk<SubnetDemand, number | undefined>({
    name: 'getRequiredAmlFSSubnetsSize',
    permissions: ['Microsoft.StorageCache/getRequiredAmlFSSubnetsSize/action'],
    send: async ({ client, options }, { capacityTiB, skuName }) => {
      const requiredAMLFilesystemSubnetsSizeInfo = {
        storageCapacityTiB: capacityTiB,
        sku: { name: skuName },
      };
      const { filesystemSubnetSize } = await client.getRequiredAmlFSSubnetsSize({
        requiredAMLFilesystemSubnetsSizeInfo,
        ...options,
      });
      return filesystemSubnetSize;
    },
  }),
};

const networkOperations = {
  listSubnetUsages: rest<VirtualNetworkAddress>({
    name: 'VirtualNetworks_ListUsage',
    permissions: ['Microsoft.Network/virtualNetworks/usages/read'],
    method: 'GET',
    apiVersions: networkVersions,
    path: (_, { subscriptionId, resourceGroup, network }) =>
      `${groupPath(subscriptionId, resourceGroup)}/Microsoft.Network/virtualNetworks/${segment(network)}/usages`,
  }),
};

/** Every call of Azure Resource Manager that the driver makes: `Arm` takes no other. The role definition in
 *  deploy/azure-amlfs is made from it. */
export const armOperations = {
  ...fileSystemOperations,
  ...expansionOperations,
  ...subscriptionOperations,
  ...networkOperations,
};

/** The same, of the jobs. */
export const dataJobOperations = {
  autoImport: dataJob('AutoImportJobs', 'autoImportJobs'),
  autoExport: dataJob('AutoExportJobs', 'autoExportJobs'),
};

async function gathered<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
