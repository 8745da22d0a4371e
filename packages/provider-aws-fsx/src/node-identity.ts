import {
  DriverError,
  type LustreMountSource,
  type NodeProvider,
  type PublishedVolume,
} from '@lustre-csi/core';
import { dnsNameKey, fromVolumeContext, mountNameKey } from './volume-context.js';
import { parseVolumeHandle } from './volume-handle.js';

/** What nodes know of FSx: the conventions of its volume contexts and handles. No AWS API, no credentials. */
export class FsxNode implements NodeProvider {
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
