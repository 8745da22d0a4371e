import { readdirSync, statSync } from 'node:fs';
import { inodeAt } from './create-directory.js';
import { isCurrent, isUnseenRecord, ownerOf, readTrashed, removeEntry } from './directory-entries.js';
import { registryName, type OpenBase } from './open-base.js';
import { releasePath } from './path-claims.js';
import { releaseProject } from './projects.js';
import { removeRecord } from './record-files.js';
import { countRemoved, removeTree, tryToRemove, type TreeWalk } from './remove-tree.js';
import {
  DirectoryError,
  type DirectoryEntry,
  type SweepOrder,
  type TrashLeft,
  type WorkerResults,
} from './worker-protocol.js';

/** Failures of one slice. Each costs a request, so that many of them must not hold up the worker. */
const MAX_FAILURES = 1_000;
/** Number of volumes among which a slice is divided. */
const SHARES = 4;
/** Descriptions of failures in one result. */
const MAX_DESCRIBED = 10;

/** Most records whose age is read: each costs a request. */
const MAX_DATED = 100;

const everyVolume: SweepOrder = { skip: [], turn: 0 };

type Swept = Omit<WorkerResults['sweep'], 'hasUnfinished' | 'left'>;

/**
 * Removes at most `budget` files and directories from the trash. Each of the deleted volumes gets a share, so that
 * neither a large one nor one that cannot be removed holds up the others. Only the directory that a record names is
 * removed.
 */
export function emptyTrash(open: OpenBase, budget: number, { skip, turn } = everyVolume): Swept {
  const { dev: device } = statSync(open.registry);
  const skipped = new Set(skip);
  const records = readdirSync(`${open.registry}/trash`).filter(isRecordName).sort();
  const wanted = rotated(records, turn).filter((record) => !skipped.has(incarnationIn(record)));
  let [left, mayFail, isDone] = [budget, MAX_FAILURES, true];
  const swept = { removed: 0, failed: 0, failures: [] as string[], stuck: [] as string[] };
  for (const [index, record] of wanted.entries()) {
    if (left <= 0 || mayFail <= 0) return { ...swept, isDone: false };
    const share = (of: number): number => Math.ceil(of / Math.min(wanted.length - index, SHARES));
    const walk = startWalk(device, share(left), share(mayFail));
    const isGone = tryToRemove(walk, record, () => removeTrash(open, walk, record));
    left -= walk.removed;
    mayFail -= walk.failed;
    swept.removed += walk.removed;
    if (isGone) continue;
    if (walk.failed > 0 && walk.removed + walk.lifted === 0) {
      swept.stuck.push(incarnationIn(record));
      swept.failed += walk.failed;
      if (swept.failures.length < MAX_DESCRIBED) swept.failures.push(...walk.failures);
    } else isDone = false;
  }
  return { ...swept, isDone };
}

const startWalk = (device: number, left: number, mayFail: number): TreeWalk => ({
  device,
  left,
  mayFail,
  removed: 0,
  lifted: 0,
  failed: 0,
  failures: [],
});

const isRecordName = (name: string): boolean => name.endsWith('.json');

const incarnationIn = (record: string): string => record.split('.')[0] ?? '';

/** The next turn begins with the next volume. */
function rotated(names: readonly string[], turn: number): readonly string[] {
  const first = names.length === 0 ? 0 : turn % names.length;
  return [...names.slice(first), ...names.slice(0, first)];
}

/** Counts the deleted volumes that are left. The rename into the trash is the last change of a record. */
export function trashLeft(open: OpenBase): TrashLeft {
  const records = readdirSync(`${open.registry}/trash`).filter(isRecordName);
  const since = records
    .slice(0, MAX_DATED)
    .map((record) => statSync(`${open.registry}/trash/${record}`, { throwIfNoEntry: false })?.ctimeMs)
    .filter((time) => time !== undefined);
  return { volumes: records.length, ...(since.length === 0 ? {} : { since: Math.min(...since) }) };
}

function removeTrash(open: OpenBase, walk: TreeWalk, name: string): boolean {
  const incarnation = incarnationIn(name);
  const directory = `${open.registry}/trash/${incarnation}`;
  const entry = readTrashed(open, `trash/${name}`);
  const found = inodeAt(directory);
  if (found !== undefined) {
    const way = ['', ...open.location.base, registryName, 'trash', incarnation].join('/');
    if (found !== entry?.inode) throw notTheDeleted(directory);
    if (!removeTree(walk, directory, `${way} (volume ${entry.name})`)) return false;
  }
  if (entry) settle(open, entry, isUnseenRecord(name) || entry.settings.onDelete === 'delete');
  removeRecord(open, `trash/${name}`);
  return countRemoved(walk);
}

/** Releases the project, unless files of a kept directory still belong to it: then no other volume may get its id. */
function settle(open: OpenBase, entry: DirectoryEntry, isRemoved: boolean): void {
  if (isRemoved) releaseProject(open, entry);
  // A creation of the same name may have claimed the path again while the volume was being deleted.
  releasePath(open, entry.path, ownerOf(entry));
  if (!isCurrent(open, entry)) removeEntry(open, entry);
}

/** Error for a trashed directory that was replaced, or whose record is damaged. */
const notTheDeleted = (path: string): DirectoryError =>
  new DirectoryError({
    reason: 'replaced',
    path,
    code: 'it is not the directory that was deleted; move it away, or remove it and its record by hand',
  });
