import { DriverError, type ParentFileSystems, parameter } from '@lustre-csi/core';
import type { FsxApi } from '../api/fsx-api.js';
import { digestOf, tagKeys, type Tags } from '../parameters/tags.js';
import { isFsxFileSystem } from '../plan/to-file-system.js';
import { toVolumeContext } from '../node/volume-context.js';

const FILE_SYSTEM_ID = /^fs-[0-9a-f]{8,17}$/;

/** First Lustre version with project quotas on FSx: Lustre User Guide, "Storage quotas". */
const QUOTA_SINCE = 2.15;

/** FSx file systems that host directory volumes; a StorageClass names them by their id. */
export const fsxParentFileSystems = (region: string, api: Pick<FsxApi, 'tag'>): ParentFileSystems => ({
  parameters: {
    fileSystemId: parameter.string({
      description:
        'The file system that hosts the volumes as directories, with `provisioningMode: directory`.',
      example: 'fs-0123456789abcdef0',
      pattern: FILE_SYSTEM_ID,
      legal: 'the id of a file system of FSx for Lustre in the region of the driver',
    }),
  },
  parentOf: ({ fileSystemId }) => {
    if (typeof fileSystemId === 'string') return fileSystemId;
    throw new DriverError(
      'invalid-argument',
      'parameter "fileSystemId" is missing: with provisioningMode "directory" it names the file system, such as ' +
        'fs-0123456789abcdef0',
    );
  },
  referenceTo: (host) => (FILE_SYSTEM_ID.test(host) ? { id: host, listingScope: region } : undefined),
  contextFor: toVolumeContext,
  noteBase: async (fileSystem, base, signal) => {
    if (fileSystem.directoryBases?.includes(base)) return;
    const arn = isFsxFileSystem(fileSystem) ? fileSystem.arn : undefined;
    if (arn !== undefined) return api.tag(arn, directoriesTags(base), signal);
    throw new DriverError(
      'unavailable',
      `FSx did not report the ARN of file system ${fileSystem.id}; the call is retried automatically`,
    );
  },
  quotaRefusalReason: ({ id, attributes }) => {
    const version = attributes['fileSystemTypeVersion'];
    if (version === undefined || Number(version) >= QUOTA_SINCE) return undefined;
    return `file system ${id} runs Lustre ${version}, and FSx has project quotas from ${QUOTA_SINCE} on`;
  },
});

/** Tags that record a base path. Each path has a tag of its own: several replicas may write at the same time. */
function directoriesTags(base: string): Tags {
  return { [tagKeys.parent]: 'true', [`${tagKeys.directories}/${digestOf([base]).slice(0, 8)}`]: base };
}
