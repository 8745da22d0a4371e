import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  opendirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  type Dir,
} from 'node:fs';
import { self } from './open-base.js';
import { codeOf } from './record-files.js';
import { DirectoryError } from './worker-protocol.js';

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Deeper directories are brought up first: each level holds a descriptor. */
const MAX_DEPTH = 200;
/** Failures of one walk that are described; the others are counted. */
const MAX_DESCRIBED = 2;
const LONGEST_WAY = 300;

/** Removal of one deleted volume, as far as its share of a slice reaches. */
export interface TreeWalk {
  /** Device of the file system: what is mounted in the trash is not removed. */
  readonly device: number;
  /** Files and directories that may still be removed. */
  left: number;
  /** Failures after which the walk ends. */
  mayFail: number;
  removed: number;
  lifted: number;
  failed: number;
  readonly failures: string[];
}

/** A directory in the walk. Names of files are bytes: on Lustre they need not be UTF-8. */
interface Step {
  readonly path: Buffer;
  /** Path in messages, from the trash. */
  readonly way: string;
  readonly depth: number;
}

/**
 * Removes a directory with all that is in it. Follows no symbolic link, and needs no memory: the files that are left
 * show where to continue.
 * @returns whether it is gone
 */
export function removeTree(walk: TreeWalk, directory: string, way: string): boolean {
  const top: Step = { path: Buffer.from(directory), way, depth: 0 };
  for (;;) {
    const { lifted } = walk;
    if (tryToRemove(walk, way, () => removeDirectory(walk, top, top))) return true;
    // Directories that were brought up may be behind the place that the walk has passed.
    if (walk.lifted === lifted || isSpent(walk)) return false;
  }
}

/** Does one step, and continues after its failure. A file that is gone already was removed by another replica. */
export function tryToRemove(walk: TreeWalk, way: string, work: () => boolean): boolean {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    const why = error instanceof DirectoryError ? error.failure.code : explain(codeOf(error));
    if (walk.failures.length < MAX_DESCRIBED) walk.failures.push(`${shorten(way)}: ${why}`);
    walk.failed += 1;
    walk.mayFail -= 1;
    return false;
  }
}

/** Counts a removed file or directory. */
export function countRemoved(walk: TreeWalk): true {
  walk.left -= 1;
  walk.removed += 1;
  return true;
}

function removeDirectory(walk: TreeWalk, step: Step, top: Step): boolean {
  if (step.depth >= MAX_DEPTH) {
    // A sibling of the others at the top, removed in a later pass.
    const name = `/.lustre-csi-deep-${(walk.lifted += 1)}-${process.pid}-${Date.now()}`;
    renameSync(step.path, Buffer.concat([top.path, Buffer.from(name)]));
    return true;
  }
  const { lifted } = walk;
  const descriptor = openSync(step.path, DIRECTORY);
  try {
    if (fstatSync(descriptor).dev !== walk.device) throw otherFileSystem(step.way);
    if (!removeContents(walk, descriptor, step, top)) return false;
  } finally {
    closeSync(descriptor);
  }
  try {
    rmdirSync(step.path);
  } catch (error) {
    const isFilled = step === top && walk.lifted > lifted && notEmptyCodes.includes(codeOf(error));
    if (isFilled) return false;
    throw error;
  }
  return countRemoved(walk);
}

function removeContents(walk: TreeWalk, descriptor: number, { way, depth }: Step, top: Step): boolean {
  const directory = Buffer.from(self(descriptor));
  const entries = openEntries(directory);
  let isEmpty = true;
  try {
    for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
      if (isSpent(walk)) return false;
      const name = entry.name as unknown as Buffer;
      const path = Buffer.concat([directory, Buffer.from('/'), name]);
      const below: Step = { path, way: `${way}/${shownName(name)}`, depth: depth + 1 };
      const isDirectory = entry.isDirectory();
      const isGone = tryToRemove(walk, below.way, () =>
        isDirectory ? removeDirectory(walk, below, top) : removeFile(walk, path),
      );
      isEmpty &&= isGone;
    }
  } finally {
    entries.closeSync();
  }
  return isEmpty;
}

/** Opens a directory whose entries have bytes as names, which the types of Node.js do not know. The path is one of
 *  bytes, too: Node.js joins it with the name where the file system does not report the type of an entry. */
const openEntries = (directory: Buffer): Dir =>
  opendirSync(directory, { encoding: 'buffer' as BufferEncoding });

function removeFile(walk: TreeWalk, path: Buffer): boolean {
  unlinkSync(path);
  return countRemoved(walk);
}

const isSpent = ({ left, mayFail }: TreeWalk): boolean => left <= 0 || mayFail <= 0;

const otherFileSystem = (path: string): DirectoryError =>
  new DirectoryError({ reason: 'other-file-system', path, code: 'another file system is mounted there' });

const notEmptyCodes: readonly string[] = ['ENOTEMPTY', 'EEXIST'];

function explain(code: string): string {
  if (notEmptyCodes.includes(code))
    return `${code}: it is not empty, although everything in it was removed; a pod or another client still writes there`;
  if (code !== 'EPERM') return code;
  return `${code}: it, or its directory, is immutable or append-only: clear that with "chattr -R -i -a" there`;
}

/** Name in messages: bytes that are not UTF-8, and control characters, are escaped. */
const shownName = (name: Buffer): string =>
  isUtf8(name) ? JSON.stringify(name.toString()).slice(1, -1) : [...name].map(shownByte).join('');

const shownByte = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;

/** The end names the file. */
const shorten = (way: string): string => (way.length <= LONGEST_WAY ? way : `…${way.slice(-LONGEST_WAY)}`);
