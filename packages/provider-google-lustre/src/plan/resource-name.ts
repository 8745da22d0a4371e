import { createHash } from 'node:crypto';

/** Ids that the service accepts for instances. */
const LEGAL = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Derives the id of the instance of a CSI volume: the name of the volume where the service accepts it, as in
 *  lustre-csi-driver of Google, otherwise a digest. The same name always has the same instance. */
export function resourceName(volumeName: string): string {
  if (LEGAL.test(volumeName)) return volumeName;
  return `csi-${createHash('sha256').update(volumeName).digest('hex').slice(0, 40)}`;
}

/** Lustre fsname of an instance: nodes cannot mount two instances with the same one, so that it follows from the
 *  place and the id. Eight characters, as the service allows. */
export function fsnameOf(region: string, instance: string): string {
  const digest = createHash('sha256').update(`${region}/${instance}`).digest();
  return `lfs${(digest.readUInt32BE(0) % 36 ** 5).toString(36).padStart(5, '0')}`;
}

/** Comparable form of a key's name: Google may show the number of the project instead of its id, and the version in use. */
export const keyName = (key: string): string =>
  key.replace(/^projects\/[^/]+\//, '').replace(/\/cryptoKeyVersions\/[^/]*$/, '');
