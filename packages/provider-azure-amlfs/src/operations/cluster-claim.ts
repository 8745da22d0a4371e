import { DriverError, type FileSystem } from '@lustre-csi/core';
import type { Arm } from '../api/arm.js';
import { clusterTag } from '../parameters/tags.js';
import type { FileSystemReader } from './file-system-reader.js';
import { mergeTags } from './tag-merge.js';

/**
 * Takes over a file system without the tag of a cluster, which an earlier driver created: writes the tag, so that the
 * drivers of other clusters refuse it. Reads the tags again before and after, as another cluster may do the same.
 * @returns true when ARM shows the tag; false while it has only accepted it
 * @throws DriverError failed-precondition where another cluster has taken it
 */
export async function claimForCluster(
  { arm, reader }: { readonly arm: Pick<Arm, 'call'>; readonly reader: Pick<FileSystemReader, 'find'> },
  fileSystem: FileSystem,
  clusterId: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (clusterId === '' || fileSystem.cluster !== undefined) return true;
  if (await isClaimed(reader, fileSystem, clusterId, signal)) return true;
  const doing = `cannot tag file system ${fileSystem.id} of resource group ${fileSystem.listingScope} with the id of the cluster`;
  await mergeTags(arm, fileSystem, clusterTag(clusterId), { doing, signal });
  return isClaimed(reader, fileSystem, clusterId, signal);
}

async function isClaimed(
  reader: Pick<FileSystemReader, 'find'>,
  { id, listingScope }: FileSystem,
  clusterId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const cluster = (await reader.find({ id, listingScope }, signal))?.fileSystem.cluster;
  if (cluster === undefined || cluster === clusterId) return cluster === clusterId;
  throw new DriverError(
    'failed-precondition',
    `file system ${id} of resource group ${listingScope} was created for this volume without the tag of a cluster, and now has ` +
      `${Object.keys(clusterTag(cluster)).join()}=${cluster}: another cluster uses it. Give the volume another name, or remove ` +
      'the tag if that cluster does not use it',
  );
}
