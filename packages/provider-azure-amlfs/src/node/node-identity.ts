import {
  DriverError,
  messageOf,
  trimSlashes,
  type LustreMountSource,
  type NodeProvider,
  type PublishedVolume,
  type TopologySegments,
} from '@lustre-csi/core';
import { zoneKey } from './node-zone.js';
import { relativePath, resolveSubDir, subDirContextKeys } from './sub-dir.js';
import { amlMountSource, contextKey, foldContext, usualFsname } from './volume-context.js';
import { parseVolumeHandle, type VolumeHandle } from './volume-handle.js';

/** Azure Managed Lustre on a node: the conventions of volume contexts and handles. It needs no Azure API. */
export class AmlNode implements NodeProvider {
  /** Topology of this node; absent where no zone is configured. */
  readonly topology?: () => Promise<TopologySegments>;
  readonly contextKeys: readonly string[] = [...Object.values(contextKey), ...subDirContextKeys];

  /** @param zone finds the zone of this node */
  constructor(zone?: () => Promise<string>) {
    if (zone) this.topology = async () => ({ [zoneKey]: await zone() });
  }

  mountSource({ volumeId, context }: PublishedVolume): LustreMountSource {
    const values = foldContext(context);
    const handle = parseVolumeHandle(volumeId);
    const address = values.get(contextKey.mgsAddress)?.trim() || handle?.mgsAddress;
    if (!address) {
      throw new DriverError(
        'invalid-argument',
        `the volume context has no "${contextKey.mgsAddress}": write the MGS address of the file system in ` +
          `volumeAttributes of the PV, such as ${contextKey.mgsAddress}: 10.1.0.4`,
      );
    }
    const fsname = fsnameIn(values) || handle?.fsname || usualFsname;
    const template = subDirTemplate(values, handle);
    // Variables first: their values must obey the rules of a sub-directory, too.
    const subDir = template === undefined ? '' : checked(resolveSubDir(template, values));
    return amlMountSource(address, fsname, subDir);
  }
}

/** Reads the fsname; slashes around it mean nothing. Empty: none. */
const fsnameIn = (values: ReadonlyMap<string, string>): string =>
  trimSlashes((values.get(contextKey.fsname) ?? '').trim());

/** Finds the sub-directory. The handle counts only where the context has none: static volumes may have any handle. */
function subDirTemplate(
  values: ReadonlyMap<string, string>,
  handle: VolumeHandle | undefined,
): string | undefined {
  const inContext = values.get(contextKey.subDir);
  if (inContext !== undefined) return inContext;
  const describesItself = !values.has(contextKey.mgsAddress) && handle !== undefined && handle.subDir !== '';
  return describesItself ? handle.subDir : undefined;
}

function checked(subDir: string): string {
  try {
    return relativePath(subDir);
  } catch (error) {
    throw new DriverError(
      'invalid-argument',
      `${contextKey.subDir} of the volume context is "${subDir}": ${messageOf(error)}`,
    );
  }
}
