import {
  createMountSource,
  DriverError,
  formatMountSource,
  parseMountSource,
  volumeAttributes,
  type LustreMountSource,
} from '@lustre-csi/core';

/** Keys of the volume context, in the spelling of lustre-csi-driver of Google; case and separators are ignored. */
export const contextKey = {
  address: 'ip',
  fsname: 'filesystem',
  mountPoint: 'mountpoint',
  accessControl: 'iamAccessControlEnabled',
} as const;

/** Reads the keys of a volume context in any spelling.
 *  @throws DriverError invalid-argument for a directory in another driver's spelling */
export const foldContext = (context: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  volumeAttributes(context, Object.values(contextKey), contextKey.mountPoint);

/** Writes the volume context of a mount source: `mountpoint` where `ip` and `filesystem` cannot describe it. */
export function toVolumeContext(source: LustreMountSource): Readonly<Record<string, string>> {
  const [[address, ...interfaces] = [], ...partners] = source.mgsNodes;
  const ip = /^([0-9.]+)@tcp$/.exec(address ?? '')?.[1];
  if (ip === undefined || interfaces.length + partners.length > 0 || source.subdir !== '') {
    return { [contextKey.mountPoint]: formatMountSource(source) };
  }
  return { [contextKey.address]: ip, [contextKey.fsname]: source.fsname };
}

/** Reads the mount source from a volume context. `mountpoint` takes precedence.
 *  @throws DriverError invalid-argument naming the key that is missing or wrong */
export function mountSourceIn(values: ReadonlyMap<string, string>): LustreMountSource {
  refuseAccessControl(values.get(contextKey.accessControl));
  const mountPoint = values.get(contextKey.mountPoint)?.trim();
  if (mountPoint) return parseMountSource(mountPoint);
  const address = required(values, contextKey.address, 'the IP address of the instance, such as 10.90.0.2');
  const fsname = required(values, contextKey.fsname, 'the name of its file system');
  const nids = address.split(',').map((nid) => (nid.includes('@') ? nid : `${nid}@tcp`));
  return createMountSource([nids], fsname);
}

function required(values: ReadonlyMap<string, string>, key: string, what: string): string {
  const value = values.get(key)?.trim();
  if (value) return value;
  throw new DriverError(
    'invalid-argument',
    `the volume context has no "${key}": write ${what}, in volumeAttributes of the PV, or write "${contextKey.mountPoint}", ` +
      'such as 10.90.0.2@tcp:/lfs',
  );
}

/** Refuses volumes whose mounts need a token of the pod: an administrator relies on that check. */
function refuseAccessControl(value = 'false'): void {
  if (value.toLowerCase() !== 'true') return;
  throw new DriverError(
    'invalid-argument',
    `"${contextKey.accessControl}" is "true": this driver mounts no volumes with IAM access control of Managed Lustre. Use ` +
      'lustre-csi-driver of Google for them, or restrict the clients by access rules of the instance',
  );
}
