import {
  DriverError,
  type LustreMountSource,
  type NodeProvider,
  type PublishedVolume,
  type TopologySegments,
} from '@lustre-csi/core';
import { zoneKey } from './zone-key.js';
import { dnsNameKey, fromVolumeContext, mountNameKey } from './volume-context.js';
import { parseVolumeHandle } from './volume-handle.js';

/** What nodes know of FSx: the conventions of its volume contexts and handles. No AWS API, no credentials. */
export class FsxNode implements NodeProvider {
  /** Absent where no zone is configured for nodes. */
  readonly topology?: () => Promise<TopologySegments>;

  /** `zone` tells where this node is. */
  constructor(zone?: () => Promise<string>) {
    if (zone) this.topology = async () => ({ [zoneKey]: await zone() });
  }

  readonly contextKeys: readonly string[] = [dnsNameKey, mountNameKey];

  /**
   * The volume context says what is mounted. A handle `fs-…:/path` adds the sub-directory if `mountname` has none;
   * every other handle is left alone, since administrators write what they like there.
   */
  mountSource({ volumeId, context }: PublishedVolume): LustreMountSource {
    const source = fromVolumeContext(context);
    const subdir = parseVolumeHandle(volumeId)?.subdir ?? '';
    if (source.subdir !== '' || subdir === '') return source;
    if (subdir.split('/').some((part) => part === '.' || part === '..')) {
      throw new DriverError(
        'invalid-argument',
        `the volume handle "${volumeId}" names a sub-directory with "." or "..": write the plain path`,
      );
    }
    return { ...source, subdir };
  }
}
