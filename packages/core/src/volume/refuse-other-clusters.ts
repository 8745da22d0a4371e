import { DriverError } from '../errors/driver-error.js';
import type { FileSystem } from '../model/file-system.js';

/** Refuses to change or delete what the tag of another cluster claims.
 *  @param what the refused change, as the end of a sentence: `not deleted`
 *  @throws DriverError failed-precondition */
export function refuseOtherClusters({ id, cluster, isOtherClusters }: FileSystem, what: string): void {
  if (!isOtherClusters) return;
  throw new DriverError(
    'failed-precondition',
    `file system ${id} belongs to the cluster ${cluster ?? ''}, as its tag states, and is ${what} by this driver, which is of ` +
      `another cluster or has no id. If it is the same cluster, start the controller with --cluster-id ${cluster ?? ''}; otherwise do ` +
      'this there, or set the reclaim policy of the PersistentVolume to Retain and delete that',
  );
}
