import { DriverError } from '../errors/driver-error.js';
import type { FileSystem } from '../model/file-system.js';

/** The provisioner never deletes it: it knows no volume yet, and repeats the call as long as the claim exists. */
export const whatExists = ({ id }: FileSystem): string =>
  `File system ${id} of this volume exists and is billed: remove the cause, and the volume is completed automatically; if ` +
  'you give up the claim instead, delete the file system in the cloud yourself';

export function conflict(
  volumeName: string,
  step: { fileSystem: FileSystem; differences: readonly string[] },
): DriverError {
  return new DriverError(
    'already-exists',
    `volume ${volumeName} exists as file system ${step.fileSystem.id}, but ${step.differences.join('; ')}. A volume keeps ` +
      'what it was created with: give the StorageClass and the claim those values again; or give up the claim and delete ' +
      'the file system in the cloud yourself',
  );
}

/** The work continues in the cloud, and the call is repeated: it need not hold one of the caller's threads meanwhile. */
export const fullRoom = (progress: string): DriverError =>
  new DriverError(
    'deadline-exceeded',
    `${progress}; as many calls wait as --max-waiting-calls allows, so this one ended early: the next call continues the work`,
  );

export const allRemembered = (volumeName: string, attempts: number): DriverError =>
  new DriverError(
    'unavailable',
    `cannot create a file system for volume ${volumeName}: the cloud returns those of ${attempts} earlier ` +
      'attempts, which have failed or are being deleted. It forgets them after some minutes; the call is retried automatically',
  );

export function notCreatedByDriver(fileSystem: FileSystem): DriverError {
  return new DriverError(
    'failed-precondition',
    `file system ${fileSystem.id} was not created by this driver: it carries no volume name of this driver and is not ` +
      'deleted. Set the reclaim policy of its PersistentVolume to Retain and delete the PersistentVolume; delete ' +
      'the file system in the cloud yourself if that is what you want',
  );
}
