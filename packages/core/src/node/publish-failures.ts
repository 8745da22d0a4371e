import { mountNotShown } from '../mount/failure/mount-failure.js';
import { describeFound } from '../mount/mount-identity.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import type { MountEntry } from '../mount/table/mount-table.js';
import type { Publication } from '../mount/publications.js';

/** Error of a publish as the caller gets it. An unexpected error does not show what is mounted: it becomes one after which
 *  kubelet repeats the call instead of forgetting the target. */
export function publishFailure(error: unknown, { source, targetPath }: Publication): DriverError {
  if (isDriverError(error)) return error;
  return new DriverError(
    'unavailable',
    `publishing ${source} at ${targetPath} failed: ${messageOf(error)}; it is tried again. Check the log and the ` +
      `limits of the node plugin's container`,
    { cause: error },
  );
}

/** Error for a mount(8) that reported success while the mount table shows another mount. */
export function mountedSomethingElse(wanted: Publication, mounted: MountEntry | undefined): DriverError {
  const difference = wanted.readonly ? ', or it is writable' : ', or it is read-only';
  return mountNotShown(
    wanted.source,
    wanted.targetPath,
    `${describeFound(mounted)}${mounted ? difference : ''}`,
  );
}

/** Consequence of a mount that does not propagate, and the change that is needed. */
export function describeUnpropagated({ mountPoint }: MountEntry, around: MountEntry): string {
  return (
    `${mountPoint} is mounted where no other mount namespace can see it: pods would get an empty directory of the node ` +
    `instead, and their data would stay there. The mount around it, at ${around.mountPoint}, does not propagate: give ` +
    `the node plugin's container a volumeMount of kubelet's directory (/var/lib/kubelet), under the same path as on the ` +
    `node, with mountPropagation: Bidirectional`
  );
}
