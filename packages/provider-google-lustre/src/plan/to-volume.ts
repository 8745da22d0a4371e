import type { FileSystem, Volume } from '@lustre-csi/core';
import { toVolumeContext } from '../node/volume-context.js';

/** Converts an instance to its volume. The handle is that of lustre-csi-driver of Google; so is the context. */
export const volumeOf = ({ id, capacity, mountSource }: FileSystem): Volume => ({
  id,
  capacity,
  context: mountSource ? toVolumeContext(mountSource) : {},
});
