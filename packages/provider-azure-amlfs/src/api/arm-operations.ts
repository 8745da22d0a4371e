import type { AscOperation, ResourceSku, ResourceUsage } from '@azure/arm-storagecache';
import type { OperationOptions, RawResponseCallback } from '@azure/core-client';
import { malformed, memberOf } from './answer-shape.js';
import { rest, sdk, type ArmChannel } from './arm-operation.js';

/** Address of a file system. */
export interface FileSystemAddress {
  readonly resourceGroup: string;
  readonly name: string;
}

/** Address of a job of a file system. */
export interface JobAddress extends FileSystemAddress {
  readonly job: string;
}

export interface Page {
  /** Link from the previous page; absent: the first page. */
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

/** Properties of a future file system that decide about its subnet. */
export interface SubnetDemand {
  readonly capacityTiB: number;
  readonly skuName: string;
}

export interface SubnetCheck extends SubnetDemand {
  readonly subnetId: string;
  readonly location: string;
}

/** Versions for file systems. `2026-01-01` reports the live size of an expanded file system; `2024-03-01`, for clouds
 *  without it, has everything else, root squash included. */
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

/** Permissions to refer to other resources in a file system. */
const linked = [
  'Microsoft.Network/virtualNetworks/subnets/read',
  'Microsoft.Network/virtualNetworks/subnets/join/action',
  'Microsoft.ManagedIdentity/userAssignedIdentities/read',
  'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
];

const fileSystemOperations = {
  /** Lists a whole subscription: needs the permission on the subscription itself, not only on resource groups. */
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
  /** Writes some tags and keeps the others; `patchFileSystem` replaces all tags. */
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

/** Types of jobs of file systems, by their names in paths. */
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

/** Declares the operations of one type of jobs that move data between a file system and its blob container. */
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

/** Operations on the subscription, for which the SDK's own methods suffice. */
const subscriptionOperations = {
  listSkus: sdk<void, readonly ResourceSku[]>({
    name: 'Skus_List',
    permissions: ['Microsoft.StorageCache/skus/read'],
    send: ({ client, options }) => gathered(options, (checked) => client.skus.list(checked)),
  }),
  listUsages: sdk<{ readonly location: string }, readonly ResourceUsage[]>({
    name: 'AscUsages_List',
    permissions: ['Microsoft.StorageCache/locations/usages/read'],
    send: ({ client, options }, { location }) =>
      gathered(options, (checked) => client.ascUsages.list(location, checked)),
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

/** Every operation of Azure Resource Manager that the driver calls, except those of jobs: `Arm` accepts no other. The
 *  role definition in deploy/azure-amlfs is generated from them. */
export const armOperations = {
  ...fileSystemOperations,
  ...expansionOperations,
  ...subscriptionOperations,
  ...networkOperations,
};

/** Operations of jobs, part of the same role definition. */
export const dataJobOperations = {
  autoImport: dataJob('AutoImportJobs', 'autoImportJobs'),
  autoExport: dataJob('AutoExportJobs', 'autoExportJobs'),
};

/** Reads every page. The SDK takes an answer without items for an empty page: the answer itself is checked. */
async function gathered<T>(
  options: ArmChannel['options'],
  list: (options: OperationOptions) => AsyncIterable<T>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of list({ ...options, onResponse: checkPage })) all.push(item);
  return all;
}

const checkPage: RawResponseCallback = ({ status, headers, bodyAsText }) => {
  // The SDK reports refusals with their own codes.
  if (status >= 400 || Array.isArray(memberOf(parsed(bodyAsText), 'value'))) return;
  throw malformed({ status, header: (name) => headers.get(name) }, 'it is not a listing');
};

/** Parses JSON; undefined where the text is none. */
function parsed(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}
