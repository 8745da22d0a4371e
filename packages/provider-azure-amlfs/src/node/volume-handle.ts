import type { LustreMountSource } from '@lustre-csi/core';
import { amlMountSource, usualFsname } from './volume-context.js';

/**
 * What a volume handle says: `name#fsname#mgs-ip#sub-dir#t|f#resource-group`, the format of azurelustre-csi-driver
 * 0.3 and later. 0.1 wrote the first three segments and 0.2 the first four; both created nothing.
 */
export interface VolumeHandle {
  /** Name of the ARM resource, or of the CSI volume where nothing was created. */
  readonly name: string;
  readonly fsname: string;
  /** Empty where it was left out to keep the handle short. */
  readonly mgsAddress: string;
  /** With the variables still in it; empty: none. */
  readonly subDir: string;
  /** Whether the file system was created for the volume. */
  readonly dynamic: boolean;
  /** Empty where the handle does not say. */
  readonly resourceGroup: string;
}

/** CSI: the size limit of volume_id, in bytes. */
const MAX_BYTES = 128;

/** What may be left out of a handle that would be too long, in this order: nodes read it in the volume context, and
 *  the name with the resource group is enough to find the file system again. */
const dispensable = ['subDir', 'fsname', 'mgsAddress'] as const;

/** Writes a handle; within CSI's 128 bytes if leaving parts out can achieve it. */
export function formatVolumeHandle(handle: VolumeHandle): string {
  let shortened = handle;
  // Only of a created file system is the rest of the handle not needed to say what the volume is.
  for (const part of handle.dynamic ? dispensable : dispensable.slice(0, 1)) {
    if (Buffer.byteLength(joined(shortened)) <= MAX_BYTES) break;
    shortened = { ...shortened, [part]: '' };
  }
  return joined(shortened);
}

function joined({ name, fsname, mgsAddress, subDir, dynamic, resourceGroup }: VolumeHandle): string {
  return [name, fsname, mgsAddress, subDir, dynamic ? 't' : 'f', resourceGroup].join('#');
}

/** Reads a handle of any version. Undefined: not one that this driver or its predecessor could have written. */
export function parseVolumeHandle(text: string): VolumeHandle | undefined {
  const segments = text.split('#');
  if (segments.length < 3 || segments.length > 6) return undefined;
  const segment = (index: number, otherwise = ''): string => segments[index] || otherwise;
  const created = segment(4, 'f');
  const handle = {
    name: segment(0),
    fsname: segment(1, usualFsname),
    mgsAddress: segment(2),
    subDir: segment(3).replace(/^\/+|\/+$/g, ''),
    dynamic: created === 't',
    resourceGroup: segment(5),
  };
  return /^[tf]$/.test(created) && isComplete(handle) ? handle : undefined;
}

/** Whether it says which file system it means. */
const isComplete = ({ name, mgsAddress, dynamic }: VolumeHandle): boolean =>
  name !== '' && (dynamic || mgsAddress !== '');

/** What a handle says to mount, variables of the sub-directory still in it; undefined where it does not say. */
export function mountSourceOf(handle: VolumeHandle): LustreMountSource | undefined {
  try {
    return amlMountSource(handle.mgsAddress, handle.fsname, handle.subDir);
  } catch {
    return undefined; // Written by hand, and no mount source: only the volume context can tell.
  }
}
