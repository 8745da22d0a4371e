import {
  DriverError,
  createMountSource,
  trimSlashes,
  volumeAttributes,
  type LustreMountSource,
} from '@lustre-csi/core';

/** Keys of the volume context, in the spelling of azurelustre-csi-driver; their case is ignored. */
export const contextKey = {
  mgsAddress: 'mgs-ip-address',
  fsname: 'fs-name',
  subDir: 'sub-dir',
  resourceGroup: 'resource-group-name',
  createdDynamically: 'created-by-dynamic-provisioning',
} as const;

/** Lustre fsname of Azure Managed Lustre file systems, unless the mount command shows another. */
export const usualFsname = 'lustrefs';

/** Converts the keys of a volume context to lower case, and those of this driver from spellings with other separators.
 *  @throws DriverError invalid-argument for a directory in another driver's spelling */
export function foldContext(context: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const values = volumeAttributes(context, Object.values(contextKey), contextKey.subDir);
  return new Map([...values].map(([key, value]) => [key.toLowerCase(), value]));
}

/** Reads the value of `mgs-ip-address`: an address, or the NIDs of failover partners as mount.lustre takes them.
 *  @throws Error with a message that says what is wrong */
export function parseMgsAddress(text: string): string {
  const address = text.trim();
  amlMountSource(address, usualFsname);
  return address;
}

/** Reads the value of `fs-name`; slashes around it mean nothing.
 *  @throws Error with a message that says what is wrong */
export function parseFsname(text: string): string {
  const fsname = trimSlashes(text.trim());
  if (/^[A-Za-z0-9_-]{1,8}$/.test(fsname)) return fsname;
  throw new Error('it is not a Lustre fsname');
}

/** Builds the mount source. An address without a network is on `tcp`, the network of Azure Managed Lustre.
 *  @param subdir relative path without variables
 *  @throws DriverError invalid-argument naming the part that is wrong */
export function amlMountSource(mgsAddress: string, fsname: string, subdir = ''): LustreMountSource {
  if (mgsAddress === '') throw new DriverError('invalid-argument', `${contextKey.mgsAddress} is empty`);
  const nodes = mgsAddress
    .split(':')
    .map((node) => node.split(',').map((nid) => (nid.includes('@') ? nid : `${nid}@tcp`)));
  return createMountSource(nodes, fsname, subdir);
}

/** Formats the MGS of a mount source for `mgs-ip-address`: without `@tcp`. */
export function mgsAddressOf(source: LustreMountSource): string {
  return source.mgsNodes.map((node) => node.map((nid) => nid.replace(/@tcp$/, '')).join(',')).join(':');
}
