import { Capacity } from '../model/capacity.js';
import type { ListedVolume } from '../model/listed-volume.js';
import { publishSettingKeys } from '../model/publish-settings.js';
import type { Volume } from '../model/volume-request.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import type { BasePathRecord } from './base-path-records.js';
import type { DirectoryFileSystem } from './directory-file-systems.js';
import { formatDirectoryHandle } from './directory-handle.js';
import type { DirectoryEntry, FoundDirectory } from './registry/worker-protocol.js';

/** Base path of a volume, and the file system that it lies on. */
export interface DirectoryLocation {
  readonly basePath: BasePathRecord;
  readonly source: DirectoryFileSystem['source'];
}

type ContextSource = Pick<ParentFileSystems, 'contextFor'>;

/** Volume that a directory is. Nodes never create its directory: a deleted one must not come back empty. */
export function volumeOfDirectory(
  parents: ContextSource,
  { basePath: { parent, base }, source }: DirectoryLocation,
  { key, projectId, path, capacityBytes, settings }: DirectoryEntry,
): Volume {
  const subdir = [source.subdir, ...base, ...path].filter((part) => part !== '').join('/');
  return {
    id: formatDirectoryHandle({ parent, base, key, ...(projectId === undefined ? {} : { projectId }) }),
    capacity: Capacity.bytes(BigInt(capacityBytes)),
    context: {
      ...parents.contextFor({ ...source, subdir }),
      ...settings.node,
      [publishSettingKeys.create]: 'false',
    },
  };
}

/** Volume with the condition of its directory. */
export function listedDirectory(
  parents: ContextSource,
  location: DirectoryLocation,
  { entry, fault }: FoundDirectory,
): ListedVolume {
  return {
    volume: volumeOfDirectory(parents, location, entry),
    condition: { abnormal: fault !== undefined, message: fault ?? 'the directory is there' },
  };
}
