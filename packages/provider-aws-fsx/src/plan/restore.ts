import { DriverError, describeRange, isWithin, type Capacity, type CapacityRange } from '@lustre-csi/core';
import type { FsxParameters } from '../parameters/parameters.js';
import {
  minorVersion,
  parametersOfFileSystem,
  type ParametersOfFileSystem,
} from '../parameters/parameters-of-file-system.js';
import type { FsxSnapshot } from './to-snapshot.js';

/**
 * The parameters of a file system that is made from a backup: those that are given, and for what only the backup
 * knows (the kind of file system, its speed, its metadata and cache) those of the file system that it was taken of.
 *
 * @throws DriverError invalid-argument where the given parameters ask for another kind of file system
 */
export function restoredParameters(given: FsxParameters, snapshot: FsxSnapshot): FsxParameters {
  const original = parametersOfFileSystem(snapshot.original);
  refuseOtherKind(given, original, snapshot.id);
  const {
    metadataIops,
    metadataConfigurationMode,
    dataReadCacheSizeGiB,
    dataReadCacheSizingMode,
    ...others
  } = original;
  // A mode that is given brings its own size.
  const metadata =
    given.metadataConfigurationMode === undefined && given.metadataIops === undefined
      ? { metadataIops, metadataConfigurationMode }
      : {};
  const cache =
    given.dataReadCacheSizingMode === undefined ? { dataReadCacheSizeGiB, dataReadCacheSizingMode } : {};
  const known = Object.entries({ ...others, ...metadata, ...cache }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...Object.fromEntries(known), ...given };
}

/** API reference, CreateFileSystemFromBackup: StorageCapacity must be the backup's.
 *  @throws DriverError out-of-range */
export function restoredCapacity({ id, restoreSize }: FsxSnapshot, range: CapacityRange): Capacity {
  if (isWithin(restoreSize, range)) return restoreSize;
  throw new DriverError(
    'out-of-range',
    `snapshot ${id} is restored to ${restoreSize.toString()} and to nothing else, and asked for is ${describeRange(range)}. ` +
      'Claim that size; the volume can grow afterwards',
  );
}

function refuseOtherKind(given: FsxParameters, original: ParametersOfFileSystem, snapshotId: string): void {
  for (const name of ['deploymentType', 'storageType'] as const) {
    const [asked, kept] = [given[name], original[name]];
    if (asked === undefined || kept === undefined || asked === kept) continue;
    throw new DriverError(
      'invalid-argument',
      `parameter "${name}" is ${asked}, and snapshot ${snapshotId} is of a ${kept} file system; legal: ${kept}, or nothing`,
    );
  }
  const [asked, kept] = [given.fileSystemTypeVersion, original.fileSystemTypeVersion];
  if (asked === undefined || kept === undefined || minorVersion(asked) >= minorVersion(kept)) return;
  throw new DriverError(
    'invalid-argument',
    `parameter "fileSystemTypeVersion" is ${asked}, and snapshot ${snapshotId} is of Lustre ${kept}; legal: ${kept} or newer`,
  );
}
