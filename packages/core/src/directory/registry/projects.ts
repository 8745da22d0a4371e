import type { ProjectIdRange } from './worker-protocol.js';
import { readdirSync } from 'node:fs';
import { ownerOf } from './directory-entries.js';
import type { OpenBase } from './open-base.js';
import {
  isUnusedProject,
  liftQuotaArguments,
  parseQuotaReport,
  setQuotaArguments,
  type QuotaReport,
} from './project-quota.js';
import { makeRecord, readRecord, removeRecord } from './record-files.js';
import { lfsFailure, runLfs, tryLfs } from './run-lfs.js';
import { DirectoryError, type DirectoryEntry } from './worker-protocol.js';

/** Number of ids that are tried although they are in use without a claim. */
const MAX_FOREIGN = 16;

/**
 * A project id of the volume's own. The claim of an id is the file `projects/ID`. The ids are tried in an order that
 * follows from the volume's name alone, so that the next attempt after a crash finds the claim that was made. An id
 * that shows use or limits without a claim is not the driver's and is left alone.
 * @throws DirectoryError no-project-id, foreign-project
 */
export function claimProject(open: OpenBase, entry: DirectoryEntry, { first, last }: ProjectIdRange): number {
  const count = last - first + 1;
  const start = Number(BigInt(`0x${entry.key}`) % BigInt(count));
  let foreign = 0;
  for (let step = 0; step < count; step += 1) {
    const id = first + ((start + step) % count);
    const isForeign = readRecord(open, nameOf(id)) === undefined && !isFree(open, id);
    if (!isForeign) makeRecord(open, nameOf(id), ownerOf(entry));
    // Another replica that works on this volume may have claimed it, and set its limit, in between.
    if (readRecord(open, nameOf(id)) === ownerOf(entry)) return id;
    if (isForeign) foreign += 1;
    if (foreign === MAX_FOREIGN) throw noProject('foreign-project', first, last);
  }
  throw noProject('no-project-id', first, last);
}

/** The project that was claimed for a volume, if no commit record names it. */
export function projectOf(open: OpenBase, entry: DirectoryEntry): number | undefined {
  const ids = readdirSync(`${open.registry}/projects`);
  const id = ids.find((name) => readRecord(open, `projects/${name}`) === ownerOf(entry));
  return id === undefined ? undefined : Number(id);
}

/** Lifts the limits of a project and gives its id up. Only for a project that nothing belongs to any more. */
export function releaseProject(open: OpenBase, entry: DirectoryEntry): void {
  const { projectId } = entry;
  if (projectId === undefined || readRecord(open, nameOf(projectId)) !== ownerOf(entry)) return;
  runLfs([...liftQuotaArguments(projectId), open.location.root], '/');
  removeRecord(open, nameOf(projectId));
}

/** @throws DirectoryError below-use if more is used than the limit would allow */
export function limitProject(open: OpenBase, entry: DirectoryEntry, bytes: bigint): void {
  const { projectId, settings } = entry;
  if (projectId === undefined || settings.quota === 'none') return;
  const { usedBytes } = usageOf(open, projectId);
  if (usedBytes > bytes) {
    const code = `${usedBytes} bytes are used, ${bytes} were requested`;
    throw new DirectoryError({ reason: 'below-use', path: entry.path.join('/'), code });
  }
  runLfs([...setQuotaArguments(projectId, settings.quota, bytes), open.location.root], '/');
}

/** Gives a new, empty directory to a project: what is made in it belongs to the project, too. */
export function joinProject(directory: string, projectId: number): void {
  runLfs(['project', '-s', '-p', String(projectId), '.'], directory);
}

const nameOf = (id: number): string => `projects/${id}`;

/** @throws DirectoryError lfs-partial if the servers that answer cannot show it */
function isFree(open: OpenBase, id: number): boolean {
  const isUnused = isUnusedProject(usageOf(open, id));
  if (isUnused !== undefined) return isUnused;
  throw new DirectoryError({
    reason: 'lfs-partial',
    path: open.location.base.join('/'),
    code: `lfs quota -p ${id}`,
  });
}

/** With a dead server, lfs fails and still reports what the others use. */
function usageOf({ location }: OpenBase, id: number): QuotaReport {
  const args = ['quota', '-q', '-p', String(id), location.root];
  const outcome = tryLfs(args, '/');
  try {
    const report = parseQuotaReport(outcome.stdout);
    if (outcome.status === 0 || report.areBytesPartial || report.areInodesPartial) return report;
  } catch (error) {
    if (outcome.status === 0)
      throw new DirectoryError({ reason: 'lfs', path: '', code: (error as Error).message });
  }
  throw lfsFailure(args, outcome);
}

const noProject = (
  reason: 'no-project-id' | 'foreign-project',
  first: number,
  last: number,
): DirectoryError => new DirectoryError({ reason, path: '', code: `${first}-${last}` });
