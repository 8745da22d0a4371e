import { createHash } from 'node:crypto';

/** Parts of a volume handle. */
export interface VolumeHandle {
  /** `fs-` and 8 to 17 hexadecimal digits. */
  readonly fileSystemId: string;
  /** Reports whether the handle contains more than the file system: then the volume is one of several on it. */
  readonly shared: boolean;
  /** Marks the handle of a claim whose class hands out an existing file system. */
  readonly isExisting?: true;
  /** Sub-directory in the handle; empty: none. Not checked. */
  readonly subdir: string;
}

/** Mark between the file system and the volume. */
const EXISTING = '#existing#';
/** Names that fit into a handle as they are; CSI allows 128 bytes. */
const PLAIN = /^[A-Za-z0-9._-]{1,80}$/;

const HANDLE = /^(fs-[0-9a-f]{8,17})(?::(.*)|#.+)?$/s;

/**
 * Reads a volume handle:
 *
 * - `fs-0123456789abcdef0`: the result of CreateVolume, and the usual handle of static volumes;
 * - `fs-0123456789abcdef0:/path` or `fs-0123456789abcdef0:path`: a static volume that mounts a sub-directory;
 * - `fs-0123456789abcdef0#anything`: an additional static volume on the same file system, so that one pod can use both.
 *
 * - `fs-0123456789abcdef0#existing#pvc-1`: the result of CreateVolume where the class hands out an existing file system.
 *
 * Undefined: none of these.
 */
export function parseVolumeHandle(handle: string): VolumeHandle | undefined {
  const match = HANDLE.exec(handle);
  const fileSystemId = match?.[1];
  if (fileSystemId === undefined) return undefined;
  const subdir = (match?.[2] ?? '').split('/').filter((part) => part !== '');
  const isExisting = handle.startsWith(`${fileSystemId}${EXISTING}`);
  return {
    fileSystemId,
    shared: handle !== fileSystemId,
    ...(isExisting ? { isExisting } : {}),
    subdir: subdir.join('/'),
  };
}

/** Writes the handle of a claim that is an existing file system: claims of one file system need handles of their own. */
export function existingHandle(fileSystemId: string, volumeName: string): string {
  const name = PLAIN.test(volumeName)
    ? volumeName
    : createHash('sha256').update(volumeName).digest('hex').slice(0, 32);
  return `${fileSystemId}${EXISTING}${name}`;
}
