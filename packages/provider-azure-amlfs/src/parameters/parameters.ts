import { ParameterSchema, type ParameterValues, parameter } from '@lustre-csi/core';
import { DRIVER_NAME } from './driver-name.js';
import { mutableParameters } from './mutable-parameters.js';
import { parseSubDir } from '../node/sub-dir.js';
import { parseFsname, parseMgsAddress } from '../node/volume-context.js';

const networkName = {
  pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/,
  legal: 'letters, digits, "_", "." and "-", beginning with a letter or digit and not ending with "." or "-"',
};

const groupName = {
  pattern: /^[-\p{L}\p{N}_.()]{0,89}[-\p{L}\p{N}_()]$/u,
  legal:
    'the name of a resource group: at most 90 letters, digits, "_", "-", "(", ")" and ".", not ending with "."',
};

/** Parameters that create a file system for the volume, in the spelling of azurelustre-csi-driver. */
const dynamic = {
  'sku-name': parameter.string({
    description:
      'SKU of the file system: its throughput per TiB, the steps of its size and its largest size. Required ' +
      'to create a file system.',
    example: 'AMLFS-Durable-Premium-125',
    pattern: /^[A-Za-z0-9-]+$/,
    legal: 'a SKU that the subscription is offered in the location, such as AMLFS-Durable-Premium-125',
  }),
  zone: parameter.string({
    description:
      'Availability zone. Required where the SKU has zones in the location, unless the topology of the request ' +
      'names one; illegal where it has none. The zone of the nodes is the fastest.',
    example: '1',
    aliases: ['zones'],
    pattern: /^[0-9]+$/,
    legal: 'the number of one availability zone, such as "1"',
    defaultsTo: 'the zone of the topology that the request prefers',
  }),
  location: parameter.string({
    description: 'Azure region of the file system.',
    example: 'eastus',
    pattern: /^[A-Za-z0-9 ]+$/,
    legal: 'the name of an Azure region, such as eastus',
    defaultsTo: '`location` of azure.json',
  }),
  'resource-group-name': parameter.string({
    description: 'Resource group in which the file system is created. It must exist.',
    example: 'lustre-rg',
    aliases: ['resource-group'],
    ...groupName,
    defaultsTo: '`resourceGroup` of azure.json',
  }),
  'vnet-resource-group': parameter.string({
    description: 'Resource group of the virtual network.',
    example: 'network-rg',
    ...groupName,
    defaultsTo: '`vnetResourceGroup` of azure.json, or else its `resourceGroup`',
  }),
  'vnet-name': parameter.string({
    description: 'Virtual network of the file system. Peerings with the nodes, if needed, must exist.',
    example: 'lustre-vnet',
    ...networkName,
    defaultsTo: '`vnetName` of azure.json',
  }),
  'subnet-name': parameter.string({
    description:
      'Subnet of the file system. It needs free addresses, and security rules that allow TCP 988 and 1019-1023 from and to the nodes.',
    example: 'lustre-subnet',
    ...networkName,
    defaultsTo: '`subnetName` of azure.json',
  }),
  identities: parameter.list({
    description: 'User-assigned identities of the file system, separated by commas.',
    example:
      '/subscriptions/12345678-1234-1234-1234-123456789abc/resourceGroups/lustre-rg/providers/' +
      'Microsoft.ManagedIdentity/userAssignedIdentities/lustre',
    item: /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i,
    legal: 'resource ids of user-assigned identities, separated by commas',
  }),
};

const containerId = {
  pattern:
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Storage\/storageAccounts\/[^/]+\/blobServices\/default\/containers\/[^/]+$/i,
  legal: 'the resource id of a blob container',
};

const exampleAccount =
  '/subscriptions/12345678-1234-1234-1234-123456789abc/resourceGroups/lustre-rg/providers/' +
  'Microsoft.Storage/storageAccounts/lustredata/blobServices/default/containers';

const prefixes = {
  item: /^\//,
  legal: 'paths that begin with "/", separated by commas',
};

/** Parameters of the blob container behind a file system (HSM), and of the jobs that synchronize both. */
const dataRepository = {
  'hsm-container': parameter.string({
    description:
      'Blob container whose blobs the file system shows as files, and to which it can export files. The ' +
      'service principal “HPC Cache Resource Provider” needs the roles Storage Account Contributor and Storage Blob ' +
      'Data Contributor on the storage account.',
    example: `${exampleAccount}/data`,
    defaultsTo: 'none',
    ...containerId,
  }),
  'hsm-logging-container': parameter.string({
    description: 'Another container of the same storage account, for logs. Required with `hsm-container`.',
    example: `${exampleAccount}/logs`,
    ...containerId,
  }),
  'import-prefixes': parameter.list({
    description:
      'Prefixes of the blobs that the file system shows after its creation. Needs `hsm-container`.',
    example: '/raw,/labels',
    defaultsTo: 'all of the container',
    ...prefixes,
  }),
  'auto-import-prefixes': parameter.list({
    description:
      'Prefixes of the blobs whose changes Azure imports: new and changed ones appear in the file system. The volume is ' +
      'ready when Azure has accepted the job. Needs `hsm-container`.',
    example: '/',
    defaultsTo: 'no automatic import',
    ...prefixes,
  }),
  'auto-import-conflict-resolution-mode': parameter.oneOf({
    description: 'Resolution of conflicts between an imported blob and a file. Needs `auto-import-prefixes`.',
    example: 'OverwriteIfDirty',
    defaultsTo: 'Azure’s choice',
    values: ['Fail', 'Skip', 'OverwriteIfDirty', 'OverwriteAlways'],
  }),
  'auto-import-enable-deletions': parameter.boolean({
    description:
      'Deletes files when their blobs are deleted. It has an effect only with the conflict resolution `OverwriteIfDirty`. ' +
      'Needs `auto-import-prefixes`.',
    example: 'false',
    defaultsTo: '`false`',
  }),
  'auto-import-maximum-errors': parameter.integer({
    description:
      'Number of errors after which the job stops; `0`: after the first. Needs `auto-import-prefixes`.',
    example: '100',
    defaultsTo: 'Azure’s choice',
    min: 0,
    max: 2_147_483_647,
  }),
  'auto-export-prefix': parameter.string({
    description:
      'Path of the files that Azure exports to the container as they change. Azure takes one path. Needs `hsm-container`.',
    example: '/results',
    defaultsTo: 'no automatic export',
    pattern: prefixes.item,
    legal: 'a path that begins with "/"',
  }),
};

/** Parameters of the mount; with `mgs-ip-address`, volumes refer to an existing file system and nothing is created. */
const mounted = {
  'mgs-ip-address': parameter.parsed({
    description:
      'MGS address of an existing file system, to which volumes of the class refer: the driver creates nothing, and ' +
      'deletes nothing with them.',
    example: '10.1.0.4',
    legal: 'the address of an MGS, such as 10.1.0.4',
    read: parseMgsAddress,
  }),
  'fs-name': parameter.parsed<string>({
    description:
      'Lustre fsname of an existing file system. For file systems that the driver creates, Azure reports it.',
    example: 'lustrefs',
    legal: '1 to 8 letters, digits, "_" or "-"',
    read: parseFsname,
    defaultsTo: '`lustrefs`',
  }),
  'sub-dir': parameter.parsed({
    description:
      'Directory of the file system that pods see as the root of the volume; the node creates a missing one. ' +
      'May contain `${pvc.metadata.name}`, `${pvc.metadata.namespace}`, `${pv.metadata.name}`, ' +
      '`${pod.metadata.name}`, `${pod.metadata.namespace}`, `${pod.metadata.uid}` and ' +
      '`${serviceAccount.metadata.name}`.',
    example: '${pvc.metadata.namespace}/${pvc.metadata.name}',
    legal: 'a relative path below the root of the file system',
    defaultsTo: 'the root of the file system',
    read: parseSubDir,
  }),
};

/** StorageClass parameters of Azure Managed Lustre. */
export const amlParameters = { ...dynamic, ...mutableParameters, ...dataRepository, ...mounted };

/** Schema of a StorageClass. It ignores the case of names, like azurelustre-csi-driver. */
export const amlParameterSchema = new ParameterSchema(DRIVER_NAME, amlParameters, {
  caseInsensitive: true,
  foreign: new Map([
    ['extratags', 'write "tags"'],
    [
      'provisioningmode',
      'legal here: directory, filesystem; write "mgs-ip-address" for an existing file system',
    ],
    ['filesystemid', 'write "mgs-ip-address" for an existing file system'],
    ['subpath', 'write "sub-dir"'],
    ['path', 'write "sub-dir"'],
  ]),
});

/** Parsed parameters of a StorageClass. */
export type AmlParameters = ParameterValues<typeof amlParameters>;
