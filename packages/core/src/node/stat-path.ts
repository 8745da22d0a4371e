import { showsSource } from '../mount/mount-identity.js';
import { join } from 'node:path';
import { parseMountSource } from '../model/mount-source.js';
import type { MountEntry, MountTable } from '../mount/mount-table.js';
import type { Publication } from '../mount/publications.js';

/** Where a publication is measured. */
export interface StatPlace {
  /** The path that statfs(2) is to be asked about. */
  readonly path: string;
  /** The mount that it belongs to, and that is pinned for as long as the server does not answer. */
  readonly mount: MountEntry;
}

/**
 * Where a publication is measured: through the shared client, so that a look that hangs never keeps a pod's target from
 * being unmounted; at the target itself if it has a client of its own. Undefined if nothing of it is mounted.
 * A sub-directory counts, because a project quota may be set on it.
 */
export function statPathFor(
  { source, mountPoint, clientMount, observedSource }: Publication,
  table: MountTable,
): StatPlace | undefined {
  const { subdir } = parseMountSource(source);
  const client = clientMount === undefined ? undefined : table.at(clientMount);
  const root = { source: subdir === '' ? source : source.slice(0, -subdir.length - 1) };
  const observed = observedSource === undefined ? {} : { observedSource };
  if (client && showsSource(client, { ...root, ...observed })) {
    return { path: join(client.mountPoint, subdir), mount: client };
  }
  const mount = table.at(mountPoint);
  return mount && { path: mountPoint, mount };
}
