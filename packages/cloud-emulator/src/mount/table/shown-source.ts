import { isIPv4 } from 'node:net';
import type { ResolvedNid } from '../client/find-server.js';
import type { MountSource } from '../client/mount-source.js';
import { isAtLeast, type ClientVersion } from '../client-version.js';

/**
 * Source that the mount table shows for a client.
 *
 * All releases resolve names and normalise networks (`tcp0` is `tcp`). When mount.lustre from 2.17 on has rewritten a
 * NID, it names the MGS as written (`mgsname=`), and the kernel shows that name and the file system's: further NIDs
 * and the sub-directory are lost.
 */
export function shownSource(
  { nids, separators, path, fsname }: MountSource,
  resolved: readonly ResolvedNid[],
  version: ClientVersion,
): string {
  const isRewritten = nids.some(({ host, net, text }) => !isIPv4(host) || !`${host}@${net}`.startsWith(text));
  if (isRewritten && isAtLeast(version, '2.17')) return `${nids[0]?.text ?? ''}:/${fsname}`;
  const servers = resolved.map(({ address, net }, index) => `${address}@${net}${separators[index] ?? ''}`);
  return `${servers.join('')}${path}`;
}
