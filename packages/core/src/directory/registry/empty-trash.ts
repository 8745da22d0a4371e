import {
  closeSync,
  constants,
  fstatSync,
  opendirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { inodeAt } from './create-directory.js';
import { isCurrent, removeEntry } from './directory-entries.js';
import { self, type OpenBase } from './open-base.js';
import { parseEntry } from './parse-entry.js';
import { releaseProject } from './projects.js';
import { codeOf, readRecord, removeRecord } from './record-files.js';
import { DirectoryError, type DirectoryEntry, type WorkerResults } from './worker-protocol.js';

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Deeper directories are brought up first: each level holds a descriptor. */
const MAX_DEPTH = 200;

interface Slice {
  readonly open: OpenBase;
  left: number;
  removed: number;
  lifted: number;
  /** Of the file system: what is mounted in the trash is not removed. */
  readonly device: number;
  readonly failures: string[];
}

/**
 * Removes at most `budget` files and directories from the trash. Follows no symbolic link, and needs no memory: the
 * files that are left show where to continue. Only the directory that a record names is removed.
 */
export function emptyTrash(open: OpenBase, budget: number): Omit<WorkerResults['sweep'], 'hasUnfinished'> {
  const { dev: device } = statSync(open.registry);
  const slice: Slice = { open, left: budget, removed: 0, lifted: 0, device, failures: [] };
  const records = readdirSync(`${open.registry}/trash`).filter((name) => name.endsWith('.json'));
  for (const record of records) {
    if (slice.left <= 0) break;
    attempt(slice, record, () => removeTrash(slice, record.slice(0, -'.json'.length)));
  }
  return { removed: slice.removed, isDone: slice.left > 0, failures: slice.failures };
}

function removeTrash(slice: Slice, incarnation: string): void {
  const { open } = slice;
  const directory = `${open.registry}/trash/${incarnation}`;
  const record = `trash/${incarnation}.json`;
  const entry = parseEntry(readRecord(open, record) ?? '');
  const found = inodeAt(directory);
  if (found !== undefined) {
    if (found !== entry?.inode) throw notTheDeleted(directory);
    if (!removeTree(slice, directory, directory, 0)) return;
  }
  if (entry) settle(open, entry);
  removeRecord(open, record);
  spend(slice);
}

/** Releases the project, unless files of a kept directory still belong to it: then no other volume may get its id. */
function settle(open: OpenBase, entry: DirectoryEntry): void {
  if (entry.settings.onDelete === 'delete') releaseProject(open, entry);
  if (!isCurrent(open, entry)) removeEntry(open, entry);
}

/** @returns whether it is gone */
function removeTree(slice: Slice, path: string, top: string, depth: number): boolean {
  if (depth >= MAX_DEPTH) {
    // A sibling of the others at the top, removed in a later slice.
    renameSync(path, `${top}/.lustre-csi-deep-${(slice.lifted += 1)}-${process.pid}-${Date.now()}`);
    return true;
  }
  const descriptor = openSync(path, DIRECTORY);
  try {
    if (fstatSync(descriptor).dev !== slice.device) throw otherFileSystem(path);
    if (!removeContents(slice, self(descriptor), top, depth)) return false;
  } finally {
    closeSync(descriptor);
  }
  try {
    rmdirSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY') return false;
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  spend(slice);
  return true;
}

function removeContents(slice: Slice, directory: string, top: string, depth: number): boolean {
  const entries = opendirSync(directory);
  let isEmpty = true;
  try {
    for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
      if (slice.left <= 0) return false;
      const path = `${directory}/${entry.name}`;
      const isDirectory = entry.isDirectory();
      const isGone = attempt(slice, entry.name, () =>
        isDirectory ? removeTree(slice, path, top, depth + 1) : removeFile(slice, path),
      );
      isEmpty &&= isGone;
    }
  } finally {
    entries.closeSync();
  }
  return isEmpty;
}

function removeFile(slice: Slice, path: string): boolean {
  unlinkSync(path);
  spend(slice);
  return true;
}

/** Error for a trashed directory that was replaced, or whose record is damaged. */
const notTheDeleted = (path: string): DirectoryError =>
  new DirectoryError({
    reason: 'replaced',
    path,
    code: 'it is not the directory that was deleted; move it away, or remove it and its record by hand',
  });

const otherFileSystem = (path: string): DirectoryError =>
  new DirectoryError({ reason: 'other-file-system', path, code: 'another file system is mounted there' });

function spend(slice: Slice): void {
  slice.left -= 1;
  slice.removed += 1;
}

/** Continues after a failure of one file. A file that is gone already was removed by another replica. */
function attempt(slice: Slice, what: string, work: () => boolean | void): boolean {
  try {
    return work() ?? true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    const why = error instanceof DirectoryError ? error.failure.code : codeOf(error);
    if (slice.failures.length < 5) slice.failures.push(`${what}: ${why}`);
    slice.left -= 1;
    return false;
  }
}
