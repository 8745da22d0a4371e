import { ParameterSchema, list, oneOf, parsed, text, type ParameterValues } from '@lustre-csi/core';
import { parseSubDir } from './sub-dir.js';
import { parseTags } from './tags.js';
import { parseMgsAddress } from './volume-context.js';

export const DRIVER_NAME = 'azurelustre.csi.azure.com';

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
  'maintenance-day-of-week': oneOf({
    description: 'Day of the weekly maintenance window. Required to create a file system.',
    example: 'Sunday',
    values: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  }),
  'maintenance-time-of-day-utc': text({
    description:
      'When the 30 minutes of the maintenance window begin, in UTC. Required to create a file system.',
    example: '22:00',
    pattern: /^([01]?[0-9]|2[0-3]):[0-5][0-9]$/,
    legal: 'HH:MM from 00:00 to 23:59',
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
    description: 'Subnet of the file system; it needs free addresses.',
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
  tags: parsed({
    description:
      'Tags of the file system beside those that the driver writes. A value may contain `=`, but no comma.',
    example: 'team=research,cost-center=42',
    legal: 'name=value pairs, separated by commas',
    read: parseTags,
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
export const amlParameters = { ...dynamic, ...mounted };

/** Reads them in any case, as azurelustre-csi-driver does. */
export const amlParameterSchema = new ParameterSchema(DRIVER_NAME, amlParameters, { caseInsensitive: true });

export type AmlParameters = ParameterValues<typeof amlParameters>;
