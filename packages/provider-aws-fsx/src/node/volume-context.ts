import {
  DriverError,
  createMountSource,
  isDriverError,
  trimSlashes,
  volumeAttributes,
  type LustreMountSource,
} from '@lustre-csi/core';

/** Key of the host name of the file system: `fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com`. */
export const dnsNameKey = 'dnsname';
/** Key of the Lustre fsname, FSx's MountName; a static volume may add a sub-directory: `fsx/models`. */
export const mountNameKey = 'mountname';
/** Key of a directory of the file system, another way to write it than in `mountname`. */
export const subDirKey = 'subDir';

/** MountName of every SCRATCH_1 file system, and the default of static volumes. */
const DEFAULT_MOUNT_NAME = 'fsx';

/** LNet network of FSx for Lustre: `mount -t lustre DNSName@tcp:/MountName`, Lustre User Guide. */
const NETWORK = 'tcp';

/** Writes the volume context with which a node mounts this source. */
export function toVolumeContext(source: LustreMountSource): Readonly<Record<string, string>> {
  const nid = source.mgsNodes[0]?.[0] ?? '';
  const subdir = source.subdir === '' ? '' : `/${source.subdir}`;
  return {
    [dnsNameKey]: nid.slice(0, nid.lastIndexOf('@')),
    [mountNameKey]: `${source.fsname}${subdir}`,
  };
}

/** Reads the mount source from the volume context.
 *  @throws DriverError invalid-argument naming the key that is missing or wrong */
export function fromVolumeContext(context: Readonly<Record<string, string>>): LustreMountSource {
  const values = volumeAttributes(context, [dnsNameKey, mountNameKey, subDirKey], subDirKey);
  const dnsName = textOf(values, dnsNameKey);
  if (!dnsName) {
    throw invalid(
      `"${dnsNameKey}" is missing: write the DNSName of the file system in volumeAttributes, such as ` +
        'fs-0123456789abcdef0.fsx.us-west-2.amazonaws.com',
    );
  }
  const mountName = trimSlashes(textOf(values, mountNameKey)) || DEFAULT_MOUNT_NAME;
  const [fsname = '', ...below] = mountName.split('/');
  const subDir = trimSlashes(textOf(values, subDirKey));
  const subdir = [...below, ...subDir.split('/')];
  try {
    return createMountSource(
      [[`${dnsName}@${NETWORK}`]],
      fsname,
      subdir.filter((part) => part !== '').join('/'),
    );
  } catch (error) {
    if (!isDriverError(error)) throw error;
    throw error.prefixed(`volume context "${dnsNameKey}", "${mountNameKey}"`);
  }
}

const textOf = (values: ReadonlyMap<string, string>, key: string): string => (values.get(key) ?? '').trim();

const invalid = (why: string): DriverError => new DriverError('invalid-argument', `volume context: ${why}`);
