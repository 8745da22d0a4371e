import { trimSlashes, type LustreMountSource } from '@lustre-csi/core';
import { amlMountSource, usualFsname } from './volume-context.js';

/**
 * Parts of a volume handle: `name#fsname#mgs-ip#sub-dir#t|f#resource-group`, the format of azurelustre-csi-driver 0.3 and
 * later. Version 0.1 wrote the first three segments and 0.2 the first four; both created no file systems.
 */
export interface VolumeHandle {
  /** Name of the ARM resource, or of the CSI volume where no file system was created. */
  readonly name: string;
  readonly fsname: string;
  /** MGS address; empty where it was left out to shorten the handle. */
  readonly mgsAddress: string;
  /** Sub-directory with unresolved variables; empty: none. */
  readonly subDir: string;
  /** Reports whether the file system was created for the volume. */
  readonly dynamic: boolean;
  /** Resource group; empty where the handle has none. */
  readonly resourceGroup: string;
}

/** Limit of volume_id in bytes (CSI). */
const MAX_BYTES = 128;

/** Parts that a too long handle leaves out, in this order: nodes read them from the volume context, and name and resource
 *  group suffice to find the file system. */
const dispensable = ['subDir', 'fsname', 'mgsAddress'] as const;

/** Writes a handle, within the 128 bytes of CSI where leaving parts out can achieve it. */
export function formatVolumeHandle(handle: VolumeHandle): string {
  let shortened = handle;
  // Without a created file system, fsname and MGS address are needed to identify the volume.
  for (const part of handle.dynamic ? dispensable : dispensable.slice(0, 1)) {
    if (Buffer.byteLength(joined(shortened)) <= MAX_BYTES) break;
    shortened = { ...shortened, [part]: '' };
  }
  return joined(shortened);
}

function joined({ name, fsname, mgsAddress, subDir, dynamic, resourceGroup }: VolumeHandle): string {
  return [name, fsname, mgsAddress, subDir, dynamic ? 't' : 'f', resourceGroup].join('#');
}

/** Reads a handle of any version; undefined where neither this driver nor its predecessor could have written it. */
export function parseVolumeHandle(text: string): VolumeHandle | undefined {
  const segments = text.split('#');
  if (segments.length < 3 || segments.length > 6) return undefined;
  const segment = (index: number, otherwise = ''): string => segments[index] || otherwise;
  const created = segment(4, 'f');
  const handle = {
    name: segment(0),
    fsname: segment(1, usualFsname),
    mgsAddress: segment(2),
    subDir: trimSlashes(segment(3)),
    dynamic: created === 't',
    resourceGroup: segment(5),
  };
  return /^[tf]$/.test(created) && isComplete(handle) ? handle : undefined;
}

/** Reports whether the handle identifies a file system. */
const isComplete = ({ name, mgsAddress, dynamic }: VolumeHandle): boolean =>
  name !== '' && (dynamic || mgsAddress !== '');

/** Reads the mount source from a handle, with unresolved variables; undefined where it contains none. */
export function mountSourceOf(handle: VolumeHandle): LustreMountSource | undefined {
  try {
    return amlMountSource(handle.mgsAddress, handle.fsname, handle.subDir);
  } catch {
    return undefined; // A static volume without a mount source in its handle: only the volume context has it.
  }
}
