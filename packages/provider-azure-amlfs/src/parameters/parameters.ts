import {
  ParameterSchema,
  flag,
  integer,
  list,
  oneOf,
  parsed,
  text,
  type ParameterValues,
} from '@lustre-csi/core';
import { DRIVER_NAME } from './driver-name.js';
import { mutableParameters } from './mutable-parameters.js';
import { parseSubDir } from '../node/sub-dir.js';
import { parseMgsAddress } from '../node/volume-context.js';

const networkName = {
  pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/,
  legal: 'letters, digits, "_", "." and "-", beginning with a letter or digit and not ending with "." or "-"',
};

const groupName = {
  pattern: /^[-\p{L}\p{N}_.()]{0,89}[-\p{L}\p{N}_()]$/u,
  legal:
    'the name of a resource group: at most 90 letters, digits, "_", "-", "(", ")" and ".", not ending with "."',
};

/** Creating a file system for the volume. Names as azurelustre-csi-driver has them. */
const dynamic = {
  'sku-name': text({
    description:
      'SKU of the file system: its throughput per TiB, the steps in which it grows and its largest size. Required ' +
      'to create a file system.',
    example: 'AMLFS-Durable-Premium-125',
    pattern: /^[A-Za-z0-9-]+$/,
    legal: 'a SKU that the subscription is offered in the location, such as AMLFS-Durable-Premium-125',
  }),
  zone: text({
    description:
      'Availability zone. Required where the SKU has zones in the location, unless the topology of the request ' +
      'says it; forbidden where it has none. The fastest is the zone of the nodes.',
    example: '1',
    aliases: ['zones'],
    pattern: /^[0-9]+$/,
    legal: 'the number of one availability zone, such as "1"',
    defaultsTo: 'the zone of the topology that the request prefers',
  }),
  location: text({
    description: 'Azure region of the file system.',
    example: 'eastus',
    pattern: /^[A-Za-z0-9 ]+$/,
    legal: 'the name of an Azure region, such as eastus',
    defaultsTo: '`location` of azure.json',
  }),
  'resource-group-name': text({
    description: 'Resource group in which the file system is created. It must exist.',
    example: 'lustre-rg',
    aliases: ['resource-group'],
    ...groupName,
    defaultsTo: '`resourceGroup` of azure.json',
  }),
  'vnet-resource-group': text({
    description: 'Resource group of the virtual network.',
    example: 'network-rg',
    ...groupName,
    defaultsTo: '`vnetResourceGroup` of azure.json, or else its `resourceGroup`',
  }),
  'vnet-name': text({
    description: 'Virtual network of the file system. Peerings with the nodes, if needed, must exist.',
    example: 'lustre-vnet',
    ...networkName,
    defaultsTo: '`vnetName` of azure.json',
  }),
  'subnet-name': text({
    description:
      'Subnet of the file system; it needs free addresses, and security rules that allow TCP 988 and 1019-1023 from and to the nodes.',
    example: 'lustre-subnet',
    ...networkName,
    defaultsTo: '`subnetName` of azure.json',
  }),
  identities: list({
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

/** The blob container behind a file system (HSM), and what is kept the same between them. */
const dataRepository = {
  'hsm-container': text({
    description:
      'Blob container of which the file system shows the blobs as files, and to which files can be exported. The ' +
      'service principal “HPC Cache Resource Provider” needs the roles Storage Account Contributor and Storage Blob ' +
      'Data Contributor on the storage account.',
    example: `${exampleAccount}/data`,
    defaultsTo: 'none',
    ...containerId,
  }),
  'hsm-logging-container': text({
    description: 'Another container of the same storage account, for logs. Required with `hsm-container`.',
    example: `${exampleAccount}/logs`,
    ...containerId,
  }),
  'import-prefixes': list({
    description: 'Which blobs the file system shows when it is created. Needs `hsm-container`.',
    example: '/raw,/labels',
    defaultsTo: 'all of the container',
    ...prefixes,
  }),
  'auto-import-prefixes': list({
    description:
      'Which blobs are followed: new and changed ones show up in the file system. The volume is ready when Azure has ' +
      'accepted the job. Needs `hsm-container`.',
    example: '/',
    defaultsTo: 'nothing is followed',
    ...prefixes,
  }),
  'auto-import-conflict-resolution-mode': oneOf({
    description: 'What happens where a followed blob and a file differ. Needs `auto-import-prefixes`.',
    example: 'OverwriteIfDirty',
    defaultsTo: 'Azure’s choice',
    values: ['Fail', 'Skip', 'OverwriteIfDirty', 'OverwriteAlways'],
  }),
  'auto-import-enable-deletions': flag({
    description:
      'Whether files go when their blobs go. Azure heeds it with the conflict resolution `OverwriteIfDirty` only. Needs ' +
      '`auto-import-prefixes`.',
    example: 'false',
    defaultsTo: '`false`',
  }),
  'auto-import-maximum-errors': integer({
    description:
      'After how many errors the job gives up; `0`: after the first. Needs `auto-import-prefixes`.',
    example: '100',
    defaultsTo: 'Azure’s choice',
    min: 0,
    max: 2_147_483_647,
  }),
  'auto-export-prefix': text({
    description:
      'Which files are written to the container as they change. Azure takes one path. Needs `hsm-container`.',
    example: '/results',
    defaultsTo: 'nothing is exported',
    pattern: prefixes.item,
    legal: 'a path that begins with "/"',
  }),
};

/** What is mounted; with `mgs-ip-address`, nothing is created and volumes point at a file system that exists. */
const mounted = {
  'mgs-ip-address': parsed({
    description:
      'MGS address of an existing file system. Volumes of the class point at it: nothing is created, and nothing ' +
      'is deleted with them.',
    example: '10.1.0.4',
    legal: 'the address of an MGS, such as 10.1.0.4',
    read: parseMgsAddress,
  }),
  'fs-name': text({
    description:
      'Lustre fsname of an existing file system. That of file systems which the driver creates is told by Azure.',
    example: 'lustrefs',
    pattern: /^[A-Za-z0-9_-]{1,8}$/,
    legal: '1 to 8 letters, digits, "_" or "-"',
    defaultsTo: '`lustrefs`',
  }),
  'sub-dir': parsed({
    description:
      'Directory of the file system that pods see as the root of the volume; it is created where it does not ' +
      'exist. May contain `${pvc.metadata.name}`, `${pvc.metadata.namespace}`, `${pv.metadata.name}`, ' +
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

/** Reads them in any case, as azurelustre-csi-driver does. */
export const amlParameterSchema = new ParameterSchema(DRIVER_NAME, amlParameters, { caseInsensitive: true });

export type AmlParameters = ParameterValues<typeof amlParameters>;
