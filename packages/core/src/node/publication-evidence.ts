import { sharesSuperblock } from '../mount/client/client-references.js';
import type { MountEvidence } from '../mount/mount-identity.js';
import type { MountEntry, MountTable } from '../mount/table/mount-table.js';
import type { Publication } from '../mount/publications.js';

/** Client that the driver has mounted for a publication, as evidence about its target. */
export const evidenceOf = ({ clientMount }: Publication, table: MountTable): MountEvidence =>
  clientMount === undefined ? {} : { client: table.at(clientMount) };

/** Record of a mount that another driver made. It keeps a shared client in use only if it can be a bind mount of it. */
export function recordOf(wanted: Publication, mounted: MountEntry, table: MountTable): Publication {
  const { clientMount, ...asFound } = { ...wanted, observedSource: mounted.source };
  const client = clientMount === undefined ? undefined : table.at(clientMount);
  return clientMount !== undefined && client && sharesSuperblock(mounted, client)
    ? { ...asFound, clientMount }
    : asFound;
}
