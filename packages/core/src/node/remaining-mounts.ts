import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClientMountRecord } from '../mount/client/client-mount-records.js';
import { readMountTable, type MountTable } from '../mount/mount-table.js';
import { parsePublication } from '../mount/publications.js';

/**
 * Lists the paths of this node at which the driver still has a mount: targets of pods and the clients that they share,
 * according to its records and the mount table. For a process beside the driver: it writes nothing.
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
  return recorded.filter((path) => path !== undefined).filter((path) => table.at(path) !== undefined);
}

/** Reads the records without StateFiles, which removes temporary files: the driver may be writing them. */
async function textsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((): string[] => []);
  const records = names.filter((name) => name.endsWith('.json'));
  return Promise.all(records.map((name) => readFile(join(directory, name), 'utf8').catch(() => '')));
}
