import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClientMountRecord } from '../mount/client/client-mount-records.js';
import { readMountTable, type MountTable } from '../mount/mount-table.js';
import { parsePublication } from '../mount/publications.js';

/**
 * Where the driver still has something mounted on this node: targets of pods and clients that they share, as its records
 * and the mount table have it. For a process beside the driver: it writes nothing.
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

/** The records' texts. Not by way of StateFiles, which tidies up: that is for the driver, which may be writing. */
async function textsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((): string[] => []);
  const records = names.filter((name) => name.endsWith('.json'));
  return Promise.all(records.map((name) => readFile(join(directory, name), 'utf8').catch(() => '')));
}
