import {
  DriverError,
  type LustreMountSource,
  type NodeProvider,
  type PublishedVolume,
  type TopologySegments,
} from '@lustre-csi/core';
import { zoneKey } from './zone-key.js';
import { dnsNameKey, fromVolumeContext, mountNameKey, subDirKey } from './volume-context.js';
import { parseVolumeHandle } from './volume-handle.js';

/** FSx on a node: the conventions of volume contexts and handles. It needs no AWS API and no credentials. */
export class FsxNode implements NodeProvider {
  /** Topology of this node; absent where no zone is configured. */
  readonly topology?: () => Promise<TopologySegments>;

  /** @param zone finds the zone of this node */
  constructor(zone?: () => Promise<string>) {
    if (zone) this.topology = async () => ({ [zoneKey]: await zone() });
  }

  readonly contextKeys: readonly string[] = [dnsNameKey, mountNameKey, subDirKey];

  /**
   * Reads the mount source from the volume context. A handle `fs-…:/path` adds the sub-directory if `mountname` has
   * none; other handles are ignored, since administrators may write anything there.
   */
  mountSource({ volumeId, context }: PublishedVolume): LustreMountSource {
    const source = fromVolumeContext(context);
    if (source.subdir !== '') return source;
    if (/^fs-[0-9a-f]{8,17}[/@]/.test(volumeId)) {
      throw new DriverError(
        'invalid-argument',
        `the volume handle "${volumeId}" names a directory in an unknown form: write FILE-SYSTEM-ID:/PATH`,
      );
    }
    const subdir = parseVolumeHandle(volumeId)?.subdir ?? '';
    if (subdir === '') return source;
    if (subdir.split('/').some((part) => part === '.' || part === '..')) {
      throw new DriverError(
        'invalid-argument',
        `the volume handle "${volumeId}" names a sub-directory with "." or "..": write the plain path`,
      );
    }
    return { ...source, subdir };
  }
}
