import { DriverError, isDriverError, mountSource, type LustreMountSource } from '@lustre-csi/core';

/** The host name under which FSx serves the file system: `fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com`. */
export const dnsNameKey = 'dnsname';
/** The Lustre fsname, as FSx's MountName; a static volume may add a sub-directory: `fsx/models`. */
export const mountNameKey = 'mountname';

/** The MountName of every SCRATCH_1 file system, and what applies where a static volume gives none. */
const DEFAULT_MOUNT_NAME = 'fsx';

/** FSx for Lustre serves clients over LNet on TCP: `mount -t lustre DNSName@tcp:/MountName`, Lustre User Guide. */
const NETWORK = 'tcp';

/** The volume context with which a node mounts this source. */
export function toVolumeContext(source: LustreMountSource): Readonly<Record<string, string>> {
  const nid = source.mgsNodes[0]?.[0] ?? '';
  const subdir = source.subdir === '' ? '' : `/${source.subdir}`;
  return {
    [dnsNameKey]: nid.slice(0, nid.lastIndexOf('@')),
    [mountNameKey]: `${source.fsname}${subdir}`,
  };
}

/** What the volume context says is to be mounted.
 *  @throws DriverError invalid-argument naming the key that is missing or wrong */
export function fromVolumeContext(context: Readonly<Record<string, string>>): LustreMountSource {
  const dnsName = context[dnsNameKey];
  if (!dnsName) {
    throw invalid(
      `"${dnsNameKey}" is missing: write the DNSName of the file system in volumeAttributes, such as ` +
        'fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com',
    );
  }
  const [fsname = '', ...subdir] = (context[mountNameKey] || DEFAULT_MOUNT_NAME).split('/');
  try {
    return mountSource([[`${dnsName}@${NETWORK}`]], fsname, subdir.filter((part) => part !== '').join('/'));
  } catch (error) {
    if (!isDriverError(error)) throw error;
    throw error.prefixed(`volume context "${dnsNameKey}", "${mountNameKey}"`);
  }
}

const invalid = (why: string): DriverError => new DriverError('invalid-argument', `volume context: ${why}`);
