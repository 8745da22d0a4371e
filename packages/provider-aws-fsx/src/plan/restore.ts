import { DriverError, describeRange, isWithin, type Capacity, type CapacityRange } from '@lustre-csi/core';
import type { FsxParameters } from '../parameters/parameters.js';
import {
  minorVersion,
  parametersOfFileSystem,
  type ParametersOfFileSystem,
} from '../parameters/parameters-of-file-system.js';
import type { FsxSnapshot } from './to-snapshot.js';

/**
 * Computes the parameters of a file system that is restored from a backup: the given ones, and those of the original
 * file system for its kind, speed, metadata and cache.
 *
 * @throws DriverError invalid-argument where the given parameters request another kind of file system
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
  // A mode and its size belong together: a mode that is given replaces both.
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

/** Checks the capacity: it must be that of the backup (API reference, CreateFileSystemFromBackup: StorageCapacity).
 *  @throws DriverError out-of-range */
export function restoredCapacity({ id, restoreSize }: FsxSnapshot, range: CapacityRange): Capacity {
  if (isWithin(restoreSize, range)) return restoreSize;
  throw new DriverError(
    'out-of-range',
    `snapshot ${id} can be restored to ${restoreSize.toString()} only, and ${describeRange(range)} was requested. ` +
      'Claim exactly that size; the volume can grow afterwards',
  );
}

function refuseOtherKind(given: FsxParameters, original: ParametersOfFileSystem, snapshotId: string): void {
  for (const name of ['deploymentType', 'storageType'] as const) {
    const [requested, kept] = [given[name], original[name]];
    if (requested === undefined || kept === undefined || requested === kept) continue;
    throw new DriverError(
      'invalid-argument',
      `parameter "${name}" is ${requested}, and snapshot ${snapshotId} is of a ${kept} file system; legal: ${kept}, or nothing`,
    );
  }
  const [requested, kept] = [given.fileSystemTypeVersion, original.fileSystemTypeVersion];
  if (requested === undefined || kept === undefined || minorVersion(requested) >= minorVersion(kept)) return;
  throw new DriverError(
    'invalid-argument',
    `parameter "fileSystemTypeVersion" is ${requested}, and snapshot ${snapshotId} is of Lustre ${kept}; legal: ${kept} or newer`,
  );
}
