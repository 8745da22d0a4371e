/** A volume handle, taken apart. */
export interface VolumeHandle {
  /** `fs-` and 8 to 17 hexadecimal digits. */
  readonly fileSystemId: string;
  /** Whether the handle says more than the file system: then an administrator wrote it, no CreateVolume did. */
  readonly shared: boolean;
  /** The sub-directory that the handle names; empty: none. Not checked. */
  readonly subdir: string;
}

const HANDLE = /^(fs-[0-9a-f]{8,17})(?::\/(.*)|#.+)?$/s;

/**
 * Reads a volume handle:
 *
 * - `fs-0123456789abcdef0`: what CreateVolume gives out, and what static volumes usually write;
 * - `fs-0123456789abcdef0:/path`: a static volume that mounts a sub-directory;
 * - `fs-0123456789abcdef0#anything`: a further static volume on the same file system, so that one pod can use both.
 *
 * Undefined: none of these.
 */
export function parseVolumeHandle(handle: string): VolumeHandle | undefined {
  const match = HANDLE.exec(handle);
  const fileSystemId = match?.[1];
  if (fileSystemId === undefined) return undefined;
  const subdir = (match?.[2] ?? '').split('/').filter((part) => part !== '');
  return { fileSystemId, shared: handle !== fileSystemId, subdir: subdir.join('/') };
}
