import { formatMountSource, parseMountSource, type LustreMountSource } from '@lustre-csi/core';

/**
 * Parts of a volume handle in the formats of Oracle's driver: `OCID:NID[:NID]:/FSNAME` of a file system that it created, and
 * `NID[:NID]:/FSNAME` of one that exists.
 */
export interface VolumeHandle {
  /** OCID; absent in a static handle. */
  readonly fileSystemId?: string;
  /** Absent where a handle names the OCID alone. */
  readonly source?: LustreMountSource;
}

/** Limit of volume_id in bytes (CSI). */
const MAX_BYTES = 128;

const CREATED = /^(ocid1\.lustrefilesystem\.[A-Za-z0-9-]*\.[A-Za-z0-9-]*\.[A-Za-z0-9]+)(?::(.+))?$/;

/** Writes the handle of a file system. Where it would be too long for CSI, the OCID identifies it alone: nodes read the
 *  source from the volume context. */
export function formatVolumeHandle(fileSystemId: string, source: LustreMountSource | undefined): string {
  if (!source) return fileSystemId;
  const whole = `${fileSystemId}:${formatMountSource({ ...source, subdir: '' })}`;
  return Buffer.byteLength(whole) <= MAX_BYTES ? whole : fileSystemId;
}

/** Reads a handle; undefined where neither this driver nor Oracle's could have written it. */
export function parseVolumeHandle(text: string): VolumeHandle | undefined {
  const [, fileSystemId, rest] = CREATED.exec(text) ?? [];
  if (fileSystemId === undefined) return text.includes('@') ? sourceIn(text) : undefined;
  if (rest === undefined) return { fileSystemId };
  const named = sourceIn(rest);
  return named && { fileSystemId, ...named };
}

function sourceIn(text: string): VolumeHandle | undefined {
  try {
    return { source: parseMountSource(text) };
  } catch {
    return undefined;
  }
}
