import { createDirectory, inodeAt } from './create-directory.js';
import { deleteDirectory } from './delete-directory.js';
import { entryKeys, readEntry, saveCapacity, unlessDamaged } from './directory-entries.js';
import { emptyTrash, trashLeft } from './empty-trash.js';
import { findOccupants, noRegistry } from './find-occupants.js';
import { removeOrphans } from './remove-orphans.js';
import { withDirectory, registryName, self, withBase, type OpenBase } from './open-base.js';
import { limitProject } from './projects.js';
import {
  DirectoryError,
  type BasePathLocation,
  type DirectoryEntry,
  type FoundDirectory,
  type WorkerResults,
  type WorkerTask,
} from './worker-protocol.js';

/** Does one task. Blocks as long as the file system does: only for a process of its own.
 *  @throws DirectoryError, SubDirectoryError, what the system says */
export function runTask(task: WorkerTask): WorkerResults[WorkerTask['operation']] {
  const createFor = task.operation === 'create' ? task.desired.path : undefined;
  const done = withBase(task.location, createFor, (open) => ({ result: runIn(open, task) }));
  // Each volume had an entry: without a registry it is unknown whose the directories are, and none counts as gone.
  if (!done && task.operation === 'delete') throw registryLost(task.location);
  return done?.result ?? ofNothing[task.operation];
}

function runIn(open: OpenBase, task: WorkerTask): WorkerResults[WorkerTask['operation']] | undefined {
  switch (task.operation) {
    case 'create':
      return createDirectory(open, task.desired);
    case 'delete':
      return deleteDirectory(open, task.key);
    case 'get':
      return lookUp(open, task.key);
    case 'expand':
      return expand(open, task.key, BigInt(task.capacityBytes));
    case 'list':
      return list(open, task.after, task.limit);
    case 'occupants':
      return findOccupants(open);
    case 'sweep':
      return sweep(open, task);
  }
}

const registryLost = ({ base }: BasePathLocation): DirectoryError =>
  new DirectoryError({
    reason: 'registry-lost',
    path: [...base, registryName].join('/'),
    code: 'ENOENT',
  });

/** Results below a base path without a registry, or without this directory. */
const ofNothing = {
  create: null,
  delete: 'absent',
  get: null,
  expand: null,
  list: { found: [], next: null },
  occupants: noRegistry,
  sweep: {
    ...{ removed: 0, isDone: true, hasUnfinished: false, stuck: [], failed: 0, failures: [] },
    left: { volumes: 0 },
  },
} as const;

function sweep(
  open: OpenBase,
  { budget, orphans, order }: WorkerTask & { operation: 'sweep' },
): WorkerResults['sweep'] {
  const hasUnfinished = orphans && removeOrphans(open);
  return { ...emptyTrash(open, budget, order), hasUnfinished, left: trashLeft(open) };
}

/** The limit first: a reported capacity must be usable. */
function expand(open: OpenBase, key: string, bytes: bigint): DirectoryEntry | undefined {
  const entry = readEntry(open, key);
  if (!entry || entry.inode === undefined) return undefined;
  if (BigInt(entry.capacityBytes) >= bytes) return entry;
  limitProject(open, entry, bytes);
  return saveCapacity(open, entry, bytes.toString());
}

function lookUp(open: OpenBase, key: string): FoundDirectory | undefined {
  const entry = readEntry(open, key);
  if (!entry || entry.inode === undefined) return undefined;
  const fault = faultOf(open, entry);
  return { entry, ...(fault === undefined ? {} : { fault }) };
}

/** A page of volumes. An unfinished creation is no volume yet. One damaged entry does not hide the others. */
function list(open: OpenBase, after: string, limit: number): WorkerResults['list'] {
  const keys = entryKeys(open, after, limit);
  const found = keys.flatMap((key) => unlessDamaged(() => lookUp(open, key)) ?? []);
  return { found, next: keys.length === limit ? (keys.at(-1) ?? null) : null };
}

function faultOf({ location: { root, base } }: OpenBase, entry: DirectoryEntry): string | undefined {
  const way = [...base, ...entry.path];
  try {
    const found = withDirectory(root, way.slice(0, -1), false, (parent) =>
      inodeAt(`${self(parent)}/${way.at(-1)}`),
    );
    if (found === undefined) return `its directory /${way.join('/')} does not exist`;
    return found === entry.inode ? undefined : `another directory is at /${way.join('/')}`;
  } catch (error) {
    return (error as Error).message;
  }
}
