import { createMountSource, parseMountSource, trimSlashes, type LustreMountSource } from '@lustre-csi/core';

/** `OCID:SOURCE`, as Oracle's driver names file systems that it has created. */
const OF_ORACLE = /^ocid1\.lustrefilesystem\.[^:/]+:(.+)$/;
/** `CONFIG:NID[;NID];/FSNAME[/DIR]:MOUNTPOINT:VOLUME`, as DDN's driver for EXAScaler names volumes: its source has `;` for `:`. */
const OF_DDN = /^[^:/;]+:([^:/]+;\/[^:]+):\/[^:]*:\/?([^:]+)$/;
/** `NID#FSNAME#SHARE#DIR`, as luscsi names volumes. */
const OF_LUSCSI = /^([^#]+@[^#]+)#([^#]+)#([^#]*)#([^#]*)$/;

/**
 * Reads the source that the handle of a PersistentVolume names: in the form of `mount -t lustre`, as HPE's driver and Oracle's
 * take it, or in the forms of other drivers.
 * @returns undefined where the handle is another text, such as a name
 */
export function sourceInHandle(handle: string): LustreMountSource | undefined {
  try {
    return fromDdn(handle) ?? fromLuscsi(handle) ?? parseMountSource(OF_ORACLE.exec(handle)?.[1] ?? handle);
  } catch {
    return undefined;
  }
}

function fromDdn(handle: string): LustreMountSource | undefined {
  const [, source, volume] = OF_DDN.exec(handle) ?? [];
  if (source === undefined || volume === undefined) return undefined;
  return below(parseMountSource(source.replaceAll(';', ':')), volume);
}

function fromLuscsi(handle: string): LustreMountSource | undefined {
  const [, nids, fsname, ...directories] = OF_LUSCSI.exec(handle) ?? [];
  if (nids === undefined || fsname === undefined) return undefined;
  return below(parseMountSource(`${nids}:/${fsname}`), ...directories);
}

/** Source of a directory below another source. @throws DriverError invalid-argument for a path that leaves it */
export function below(
  { mgsNodes, fsname, subdir }: LustreMountSource,
  ...paths: readonly string[]
): LustreMountSource {
  const parts = [subdir, ...paths.map((path) => trimSlashes(path.trim()))];
  return createMountSource(mgsNodes, fsname, parts.filter((part) => part !== '').join('/'));
}
