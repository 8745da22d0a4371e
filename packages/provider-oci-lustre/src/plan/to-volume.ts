import type { FileSystem, Volume } from '@lustre-csi/core';
import { toVolumeContext } from '../node/volume-context.js';
import { formatVolumeHandle } from '../node/volume-handle.js';
import type { LustrePlan } from './plan.js';

/** Converts a file system of this driver to its volume. The handle depends on the file system alone, so that ListVolumes
 *  returns the same one as CreateVolume. */
export function volumeOf(fileSystem: FileSystem, plan?: Pick<LustrePlan, 'nodeContext'>): Volume {
  const { id, mountSource, capacity } = fileSystem;
  return {
    id: formatVolumeHandle(id, mountSource),
    capacity,
    context: { ...(mountSource ? toVolumeContext(mountSource) : {}), ...plan?.nodeContext },
  };
}
