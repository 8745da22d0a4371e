import { DriverError, text, type DirectoryHosts } from '@lustre-csi/core';
import type { FsxApi } from '../api/fsx-api.js';
import { digestOf, tagKeys, type Tags } from '../parameters/tags.js';
import { isFsxFileSystem } from '../plan/to-file-system.js';
import { toVolumeContext } from '../node/volume-context.js';

const FILE_SYSTEM_ID = /^fs-[0-9a-f]{8,17}$/;

/** The first version whose servers offer project quotas on FSx: Lustre User Guide, "Storage quotas". */
const QUOTA_SINCE = 2.15;

/** File systems of FSx in which volumes are directories: they go by their id. */
export const fsxParentFileSystems = (region: string, api: Pick<FsxApi, 'tag'>): DirectoryHosts => ({
  parameters: {
    fileSystemId: text({
      description: 'The file system whose directories the volumes are, with `provisioningMode: directory`.',
      example: 'fs-0123456789abcdef0',
      pattern: FILE_SYSTEM_ID,
      legal: 'the id of a file system of FSx for Lustre in the region of the driver',
    }),
  },
  hostOf: ({ fileSystemId }) => {
    if (typeof fileSystemId === 'string') return fileSystemId;
    throw new DriverError(
      'invalid-argument',
      'parameter "fileSystemId" is missing: with provisioningMode "directory" it names the file system, such as ' +
        'fs-0123456789abcdef0',
    );
  },
  referenceTo: (host) => (FILE_SYSTEM_ID.test(host) ? { id: host, scope: region } : undefined),
  contextFor: toVolumeContext,
  noteBase: async (fileSystem, base, signal) => {
    if (fileSystem.directoryBases?.includes(base)) return;
    const arn = isFsxFileSystem(fileSystem) ? fileSystem.arn : undefined;
    if (arn !== undefined) return api.tag(arn, directoriesTag(base), signal);
    throw new DriverError('unavailable', `FSx does not tell the ARN of ${fileSystem.id}`);
  },
  quotaObjection: ({ id, attributes }) => {
    const version = attributes['fileSystemTypeVersion'];
    if (version === undefined || Number(version) >= QUOTA_SINCE) return undefined;
    return `file system ${id} runs Lustre ${version}, and FSx has project quotas from ${QUOTA_SINCE} on`;
  },
});

/** A tag for each base path: several may be noted at the same time. */
function directoriesTag(base: string): Tags {
  return { [`${tagKeys.directories}/${digestOf([base]).slice(0, 8)}`]: base };
}
