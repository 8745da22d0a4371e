import { DriverError, mountSource, type LustreMountSource } from '@lustre-csi/core';

/** Keys of the volume context, with azurelustre-csi-driver's spelling; they are read in any case. */
export const contextKey = {
  mgsAddress: 'mgs-ip-address',
  fsname: 'fs-name',
  subDir: 'sub-dir',
  resourceGroup: 'resource-group-name',
  createdDynamically: 'created-by-dynamic-provisioning',
} as const;

/** What Azure Managed Lustre calls every file system, unless its mount command says otherwise. */
export const usualFsname = 'lustrefs';

/** Folds the keys of a volume context, which are compared without case. */
export function foldContext(context: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
}

/** Reads the value of `mgs-ip-address`: an address, or the NIDs of failover partners as mount.lustre takes them.
 *  @throws Error that says what is wrong */
export function parseMgsAddress(text: string): string {
  const address = text.trim();
  amlMountSource(address, usualFsname);
  return address;
}

/** What clients mount. An address without a network is on `tcp`, as all of Azure Managed Lustre is.
 *  @param subdir without variables, relative
 *  @throws DriverError invalid-argument naming the part that is wrong */
export function amlMountSource(mgsAddress: string, fsname: string, subdir = ''): LustreMountSource {
  if (mgsAddress === '') throw new DriverError('invalid-argument', `${contextKey.mgsAddress} is empty`);
  const nodes = mgsAddress
    .split(':')
    .map((node) => node.split(',').map((nid) => (nid.includes('@') ? nid : `${nid}@tcp`)));
  return mountSource(nodes, fsname, subdir);
}

/** The MGS of a mount source as `mgs-ip-address` has it: without `@tcp`. */
export function mgsAddressOf(source: LustreMountSource): string {
  return source.mgsNodes.map((node) => node.map((nid) => nid.replace(/@tcp$/, '')).join(',')).join(':');
}
