import { DriverError } from '../errors/driver-error.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import type { FileSystem } from '../model/file-system.js';

/** @throws DriverError failed-precondition if the file system has no project quotas, as far as its cloud reports */
export function refuseQuota(
  parents: Pick<ParentFileSystems, 'quotaRefusalReason'>,
  fileSystem: FileSystem | undefined,
): void {
  const objection = fileSystem && parents.quotaRefusalReason?.(fileSystem);
  if (objection === undefined) return;
  throw new DriverError(
    'failed-precondition',
    `quota: ${objection}; leave quota out of the StorageClass, or set "none"`,
  );
}
