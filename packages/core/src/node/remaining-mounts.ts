import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClientMountRecord } from '../mount/client/client-mount-records.js';
import type { MountEntry, MountTable } from '../mount/table/mount-table.js';
import { readMountTable } from '../mount/table/mount-table-reader.js';
import { parsePublication } from '../mount/publications.js';
import { readRecordFile } from '../mount/record-file.js';
import { isCsiTarget } from '../mount/target-bounds.js';

/**
 * Finds where Lustre is still mounted on this node for pods: what the driver's records name, which are targets and the
 * clients that they share, and each Lustre mount at a target of CSI. The driver that this one replaced left no records. For
 * a process beside the driver: it writes nothing.
 * @param stateDir as `NodeEngineParts.stateDir`
 * @throws DriverError unavailable where the mount table cannot be read
 */
export async function remainingMounts(
  stateDir: string,
  readTable: () => Promise<MountTable> = readMountTable,
): Promise<readonly string[]> {
  const [publications, clients] = await Promise.all([
    textsIn(join(stateDir, 'publications')),
    textsIn(join(stateDir, 'client-mounts')),
  ]);
  const recorded = [
    ...publications.map((text) => parsePublication(text)?.mountPoint),
    ...clients.map((text) => parseClientMountRecord(text)?.path),
  ];
  const table = await readTable();
  const mounted = recorded.filter((path) => path !== undefined && table.at(path) !== undefined);
  const targets = table.entries.filter(isLustreTarget).map(({ mountPoint }) => mountPoint);
  return [...new Set([...mounted, ...targets])].filter((path) => path !== undefined);
}

const isLustreTarget = ({ fsType, mountPoint }: MountEntry): boolean =>
  fsType === 'lustre' && isCsiTarget(mountPoint);

/** Reads the records without StateFiles, which removes temporary files: the driver may be writing them. */
async function textsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((): string[] => []);
  const records = names.filter((name) => name.endsWith('.json'));
  return Promise.all(records.map((name) => readRecordFile(join(directory, name)).catch(() => '')));
}
