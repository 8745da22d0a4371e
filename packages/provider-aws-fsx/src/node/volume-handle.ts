/** Parts of a volume handle. */
export interface VolumeHandle {
  /** `fs-` and 8 to 17 hexadecimal digits. */
  readonly fileSystemId: string;
  /** Reports whether the handle contains more than the file system: then an administrator wrote it, not CreateVolume. */
  readonly shared: boolean;
  /** Sub-directory in the handle; empty: none. Not checked. */
  readonly subdir: string;
}

const HANDLE = /^(fs-[0-9a-f]{8,17})(?::(.*)|#.+)?$/s;

/**
 * Reads a volume handle:
 *
 * - `fs-0123456789abcdef0`: the result of CreateVolume, and the usual handle of static volumes;
 * - `fs-0123456789abcdef0:/path` or `fs-0123456789abcdef0:path`: a static volume that mounts a sub-directory;
 * - `fs-0123456789abcdef0#anything`: an additional static volume on the same file system, so that one pod can use both.
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
