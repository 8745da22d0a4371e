import { createHash } from 'node:crypto';
import { canonicalNid, formatMountSource, type LustreMountSource } from '../../model/mount-source.js';
import { superblockOptions } from '../option-scope.js';

/** Lustre client to mount for all pods that can share it. */
export interface WantedClient {
  /** Root of the file system: the sub-directory is empty. */
  readonly source: LustreMountSource;
  /** Options of the client's mount, checked, none of a single mount point. */
  readonly options: readonly string[];
  /** Parameters to set on the mounted client (volume context `clientTuning`); empty: none. */
  readonly tuning: string;
}

/**
 * Returns the key that clients share: the same servers, the same file system name, the same superblock options and tuning.
 * The name alone is no identity: every Azure Managed Lustre is called `lustrefs`, and the kernel derives the device number
 * from the name. NIDs are compared as a set, because the order of failover partners makes no other server.
 * @param directory number of the directory, where the client has more than one
 */
export function clientMountKey({ source, options, tuning }: WantedClient, directory = 0): string {
  const nids = [...new Set(source.mgsNodes.flat().map(canonicalNid))].sort();
  const parts = [nids, source.fsname, superblockOptions(options), tuning.trim()];
  if (directory > 0) parts.push(String(directory));
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Returns true if a name has the form of such a key. */
export const isClientMountKey = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);

/** Formats the source of a client, for mount(8) and for messages. */
export const clientSource = ({ source }: WantedClient): string => formatMountSource(source);
