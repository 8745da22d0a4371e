import { DriverError, parameter, type ParentFileSystems } from '@lustre-csi/core';
import { toVolumeContext } from '../node/volume-context.js';
import { parseVolumeHandle } from '../node/volume-handle.js';
import { directoriesLabels } from '../parameters/labels.js';
import { scopeOf } from '../plan/to-file-system.js';
import { mergeLabels } from './label-merge.js';
import type { UpdateServices } from './read-before-update.js';

/** Parameter with the place of an instance. */
const instance = parameter.string({
  description: 'The instance that hosts the volumes as directories, with `provisioningMode: directory`.',
  example: 'lustre-project/us-central1-a/training-data',
  pattern: /^[a-z0-9][a-z0-9.:-]*\/[a-z]+-[a-z]+[0-9]+-[a-z]\/[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  legal: 'PROJECT/ZONE/INSTANCE of a Managed Lustre instance',
});

/** Managed Lustre instances that host directory volumes; a StorageClass names them as volume handles do. */
export const managedLustreParentFileSystems = (services: UpdateServices): ParentFileSystems => ({
  parameters: { instance },
  caseInsensitive: true,
  parentOf: (given) => {
    if (typeof given['instance'] === 'string') return given['instance'];
    throw new DriverError(
      'invalid-argument',
      'parameter "instance" is missing: with provisioningMode "directory" it names the Managed Lustre instance, such as ' +
        'lustre-project/us-central1-a/training-data',
    );
  },
  referenceTo: (host) => {
    const handle = parseVolumeHandle(host);
    return handle && { id: host, listingScope: scopeOf(handle.project, handle.zone) };
  },
  noteBase: async (fileSystem, base, signal) => {
    const doing = `cannot label instance ${fileSystem.id} as a host of directory volumes`;
    await mergeLabels(services, fileSystem, directoriesLabels(base), { doing, signal });
  },
  contextFor: toVolumeContext,
});
