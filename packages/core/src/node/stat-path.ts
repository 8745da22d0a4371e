import { showsSource } from '../mount/mount-identity.js';
import { join } from 'node:path';
import { parseMountSource } from '../model/mount-source.js';
import type { MountEntry, MountTable } from '../mount/table/mount-table.js';
import type { Publication } from '../mount/publications.js';

/** Place at which a publication is measured. */
export interface StatPlace {
  /** Path for statfs(2). */
  readonly path: string;
  /** Mount of that path; it stays busy until the server answers. */
  readonly mount: MountEntry;
}

/**
 * Returns the place at which a publication is measured: in the shared client, so that a statfs that hangs never blocks the
 * unmount of a pod's target; at the target if it has its own client. Undefined if nothing of it is mounted. The
 * sub-directory is included, because a project quota may be set on it.
 */
export function statPathFor(
  { source, mountPoint, clientMount, observedSource }: Publication,
  table: MountTable,
): StatPlace | undefined {
  const { subdir } = parseMountSource(source);
  const client = clientMount === undefined ? undefined : table.at(clientMount);
  const root = { source: subdir === '' ? source : source.slice(0, -subdir.length - 1) };
  const known = observedSource === undefined ? root : { ...root, observedSource };
  if (client && showsSource(client, known, known, { client })) {
    return { path: join(client.mountPoint, subdir), mount: client };
  }
  const mount = table.at(mountPoint);
  return mount && { path: mountPoint, mount };
}
