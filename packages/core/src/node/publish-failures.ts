import { mountNotShown } from '../mount/mount-failure.js';
import { describeFound } from '../mount/mount-identity.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import type { MountEntry } from '../mount/mount-table.js';
import type { Publication } from '../mount/publications.js';

/** An error that nobody has publishFailure tells nothing of what is mounted: it must not be one after which kubelet forgets the
 *  target. */
export function publishFailure(error: unknown, { source, targetPath }: Publication): DriverError {
  if (isDriverError(error)) return error;
  return new DriverError(
    'unavailable',
    `publishing ${source} at ${targetPath} failed: ${messageOf(error)}; it is tried again. Look at the log and the ` +
      `limits of the node plugin's container`,
    { cause: error },
  );
}

/** The mount table does not show what mount(8) says that it has done. */
export function mountedSomethingElse(wanted: Publication, mounted: MountEntry | undefined): DriverError {
  const difference = wanted.readonly ? ', or it is writable' : ', or it is read-only';
  return mountNotShown(
    wanted.source,
    wanted.targetPath,
    `${describeFound(mounted)}${mounted ? difference : ''}`,
  );
}

/** What a mount that nobody else sees means, and what is to be changed. */
export function describeUnpropagated({ mountPoint }: MountEntry, around: MountEntry): string {
  return (
    `${mountPoint} is mounted where no other mount namespace can see it: pods would get an empty directory of the node ` +
    `instead, and what they write would stay there. The mount at ${around.mountPoint}, in which it lies, does not propagate: give ` +
    `the node plugin's container a volumeMount of kubelet's directory (/var/lib/kubelet), under the same path as on the ` +
    `node, with mountPropagation: Bidirectional`
  );
}
