import {
  DriverError,
  formatMountSource,
  isDriverError,
  parseMountSource,
  volumeAttributes,
  type LustreMountSource,
} from '@lustre-csi/core';
import { parseVolumeHandle } from './volume-handle.js';

/** Keys of the volume context. All but `source` are those of Oracle's driver. */
export const contextKey = {
  /** Source in the form of `mount -t lustre`: `NID[:NID...]:/FSNAME[/SUBDIR]`. */
  source: 'source',
  setupLnet: 'setupLnet',
  subnetCidr: 'lustreSubnetCidr',
  postMountParameters: 'lustrePostMountParameters',
} as const;

/** Reads the keys of this driver from a volume context.
 *  @throws DriverError invalid-argument for two values of one key, and a directory in another driver's spelling */
export const readContext = (context: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  volumeAttributes(context, Object.values(contextKey), contextKey.source);

/** Writes the volume context with which a node mounts this source. */
export const toVolumeContext = (source: LustreMountSource): Readonly<Record<string, string>> => ({
  [contextKey.source]: formatMountSource(source),
});

/** Finds what a volume mounts: `source` of its context, or else the part of its handle that names it.
 *  @throws DriverError invalid-argument */
export function mountSourceOf(
  volumeId: string,
  context: Readonly<Record<string, string>>,
): LustreMountSource {
  const given = readContext(context).get(contextKey.source)?.trim() ?? '';
  if (given !== '') return namingSource(() => parseMountSource(given));
  const source = parseVolumeHandle(volumeId)?.source;
  if (source) return source;
  throw new DriverError(
    'invalid-argument',
    `the volume context has no "${contextKey.source}", and the volumeHandle names no file system: write it as ` +
      'NID[:NID]:/FSNAME, such as 10.0.2.8@tcp:/lustrefs',
  );
}

function namingSource<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isDriverError(error)) throw error.prefixed(`"${contextKey.source}"`);
    throw error;
  }
}
