import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseMountSource, type LustreMountSource } from '@lustre-csi/core';
import {
  parseClientMountRecord,
  parsePublication,
  readRecordFile,
  type Publication,
} from '@lustre-csi/core/diagnosis';
import type { NodeContext } from './node-context.js';

type Place = Pick<NodeContext, 'stateDir' | 'readMounts'>;

/** Texts of the records in a directory of `--state-dir`. The driver may write them meanwhile: nothing is changed. */
export async function recordsIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((): string[] => []);
  const records = names.filter((name) => name.endsWith('.json'));
  return Promise.all(records.map((name) => readRecordFile(join(directory, name)).catch(() => '')));
}

/** Publications that the driver has recorded. */
export async function recordedPublications({
  stateDir,
}: Pick<Place, 'stateDir'>): Promise<readonly Publication[]> {
  const texts = await recordsIn(join(stateDir, 'publications'));
  return texts.map(parsePublication).filter((record) => record !== undefined);
}

/** File systems that this node has mounted, or has records of: one source for each set of management servers. */
export async function knownSources(place: Place): Promise<readonly LustreMountSource[]> {
  const { entries } = await place.readMounts();
  const clients = await recordsIn(join(place.stateDir, 'client-mounts'));
  const publications = await recordedPublications(place);
  const texts = [
    ...entries.filter(({ fsType }) => fsType === 'lustre').map(({ source }) => source),
    ...clients.flatMap((text) => parseClientMountRecord(text)?.source ?? []),
    ...publications.map(({ source }) => source),
  ];
  const sources = texts.map(sourceIn).filter((source) => source !== undefined);
  return [...new Map(sources.map((source) => [source.mgsNodes.flat().sort().join(), source])).values()];
}

function sourceIn(text: string): LustreMountSource | undefined {
  try {
    return parseMountSource(text);
  } catch {
    return undefined; // The kernel shows sources that no mount(8) takes, such as those of other drivers.
  }
}
