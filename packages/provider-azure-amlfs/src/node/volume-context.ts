import { DriverError, createMountSource, type LustreMountSource } from '@lustre-csi/core';

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

/** Converts the keys of a volume context to lower case. */
export function foldContext(context: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
}

/** Reads the value of `mgs-ip-address`: an address, or the NIDs of failover partners as mount.lustre takes them.
 *  @throws Error with a message that says what is wrong */
export function parseMgsAddress(text: string): string {
  const address = text.trim();
  amlMountSource(address, usualFsname);
  return address;
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
