import { DriverError, isDriverError, type FileSystem } from '@lustre-csi/core';
import { clusterLabel } from '../parameters/labels.js';
import { mergeLabels } from './label-merge.js';
import type { UpdateServices } from './read-before-update.js';

/**
 * Takes over an instance without the label of a cluster, which lustre-csi-driver of Google created: writes the label, so
 * that the drivers of other clusters refuse it.
 * @returns true when the instance shows the label; false while Google has only accepted it, or works on the instance
 * @throws DriverError failed-precondition where another cluster has taken it
 */
export async function claimForCluster(
  services: UpdateServices,
  fileSystem: FileSystem,
  clusterId: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (clusterId === '' || fileSystem.cluster !== undefined) return true;
  const { id } = fileSystem;
  const cluster = (await services.reader.read(fileSystem, signal))?.fileSystem.cluster;
  if (cluster === clusterId) return true;
  if (cluster !== undefined) {
    throw new DriverError(
      'failed-precondition',
      `instance ${id} was created for this volume without the label of a cluster, and now has the label of cluster ${cluster}, ` +
        'which uses it. Give the volume another name, or remove the label if that cluster does not use it',
    );
  }
  const doing = `cannot label instance ${id} with the id of the cluster`;
  try {
    return await mergeLabels(services, fileSystem, clusterLabel(clusterId), { doing, signal });
  } catch (error) {
    if (isDriverError(error, 'aborted')) return false;
    throw error;
  }
}
