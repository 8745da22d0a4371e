import { DriverError, type ParentFileSystems, parameter } from '@lustre-csi/core';
import { amlParameters } from '../parameters/parameters.js';
import { contextKey, mgsAddressOf } from '../node/volume-context.js';

/** Format of a host: `RESOURCE-GROUP/FILE-SYSTEM`, as in the path of an ARM resource. */
const HOST = /^([^/]+)\/([^/]+)$/;

/** Parameter with the name of a file system, in the rules of the ARM resource amlFilesystems. */
const fileSystemName = parameter.string({
  description: 'The file system that hosts the volumes as directories, with `provisioningMode: directory`.',
  example: 'training-data',
  pattern: /^[0-9A-Za-z][-0-9A-Za-z_]{0,78}[0-9A-Za-z]$/,
  legal: 'the name of an Azure Managed Lustre file system: 2 to 80 letters, digits, "-" and "_"',
});

/** Azure Managed Lustre file systems that host directory volumes.
 *  @param resourceGroup of azure.json; applies where the StorageClass names none */
export const amlParentFileSystems = (
  resourceGroup: string | undefined,
  noteBase: Required<ParentFileSystems>['noteBase'],
): ParentFileSystems => ({
  parameters: {
    'file-system-name': fileSystemName,
    'resource-group-name': amlParameters['resource-group-name'],
  },
  caseInsensitive: true,
  parentOf: (given) => {
    const name = given['file-system-name'];
    const group = given['resource-group-name'] ?? resourceGroup;
    if (typeof name !== 'string') {
      throw new DriverError(
        'invalid-argument',
        'parameter "file-system-name" is missing: with provisioningMode "directory" it names the Azure Managed Lustre ' +
          'file system',
      );
    }
    if (typeof group === 'string') return `${group.toLowerCase()}/${name}`;
    throw new DriverError(
      'invalid-argument',
      'parameter "resource-group-name" is missing, and azure.json has no resourceGroup: name the resource group of ' +
        `file system ${name}`,
    );
  },
  referenceTo: (host) => {
    const [, listingScope, id] = HOST.exec(host) ?? [];
    return listingScope !== undefined && id !== undefined ? { id, listingScope } : undefined;
  },
  noteBase,
  contextFor: (source) => ({
    [contextKey.mgsAddress]: mgsAddressOf(source),
    [contextKey.fsname]: source.fsname,
    [contextKey.subDir]: source.subdir,
  }),
});
