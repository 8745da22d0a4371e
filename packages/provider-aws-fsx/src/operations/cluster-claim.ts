import { DriverError, type FileSystem } from '@lustre-csi/core';
import type { FsxApi } from '../api/fsx-api.js';
import { tagKeys, tagsOf } from '../parameters/tags.js';
import { isFsxFileSystem } from '../plan/to-file-system.js';

/**
 * Takes over a file system without the tag of a cluster, which an earlier driver created: writes the tag, so that the
 * drivers of other clusters refuse it. Reads the tags again before and after, as another cluster may do the same.
 * @throws DriverError failed-precondition where another cluster has taken it; unavailable without its ARN
 */
export async function claimForCluster(
  api: Pick<FsxApi, 'describe' | 'tag'>,
  fileSystem: FileSystem,
  clusterId: string,
  signal: AbortSignal,
): Promise<void> {
  if (clusterId === '' || fileSystem.cluster !== undefined) return;
  const { id } = fileSystem;
  const before = await clusterOf(api, id, signal);
  if (before === clusterId) return;
  if (before !== undefined) throw taken(id, before);
  const arn = isFsxFileSystem(fileSystem) ? fileSystem.arn : undefined;
  if (arn === undefined) throw withoutArn(id);
  await api.tag(arn, { [tagKeys.cluster]: clusterId }, signal);
  const after = await clusterOf(api, id, signal);
  if (after !== clusterId) throw taken(id, after ?? '');
}

async function clusterOf(
  api: Pick<FsxApi, 'describe'>,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await api.describe(id, signal);
  return tagsOf(found?.Tags)[tagKeys.cluster] || undefined;
}

const taken = (id: string, cluster: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `file system ${id} was created for this volume without the tag of a cluster, and now has ${tagKeys.cluster}=${cluster}: ` +
      'another cluster uses it. Give the volume another name, or remove the tag if that cluster does not use it',
  );

const withoutArn = (id: string): DriverError =>
  new DriverError(
    'unavailable',
    `FSx does not report the ARN of file system ${id} yet; the call is retried automatically`,
  );
