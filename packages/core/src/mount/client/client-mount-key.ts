import { createHash } from 'node:crypto';
import { canonicalNid, formatMountSource, type LustreMountSource } from '../../model/mount-source.js';
import { superblockOptions } from '../option-scope.js';

/** A Lustre client that is to be mounted for all who can share it. */
export interface WantedClient {
  /** The root of the file system: its sub-directory is empty. */
  readonly source: LustreMountSource;
  /** Options of the client's mount, checked, none of a single mount point. */
  readonly options: readonly string[];
  /** What is set on the client once it is mounted (volume context `clientTuning`); empty: nothing. */
  readonly tuning: string;
}

/**
 * Two that have the same key share a client: the same servers, the same file system name, the same superblock options
 * and settings. The name alone says nothing, since every Azure Managed Lustre is called `lustrefs`, and the kernel's
 * device number is made of the name. NIDs are compared as a set: the order of failover partners is no other server.
 */
export function clientMountKey({ source, options, tuning }: WantedClient): string {
  const nids = [...new Set(source.mgsNodes.flat().map(canonicalNid))].sort();
  const parts = [nids, source.fsname, superblockOptions(options), tuning.trim()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Whether a name may be such a key. */
export const isClientMountKey = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);

/** What a client is mounted from, for mount(8) and for people. */
export const clientSource = ({ source }: WantedClient): string => formatMountSource(source);
