import { constants, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';

/** Longest record, in bytes; the driver writes a few kilobytes. */
const MAX_BYTES = 1024 * 1024;
/** Flags with which no open waits, as that of a FIFO would, and none follows a symlink. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** Reads a record of the state directory. Only a regular file is opened: a FIFO would block the driver, a device may act on
 *  its opening, a symlink leads elsewhere.
 *  @throws Error naming what the file is; the error of the file system */
export async function readRecordFile(path: string): Promise<string> {
  refuseOther(await lstat(path));
  const file = await open(path, FLAGS);
  try {
    refuseOther(await file.stat());
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function refuseOther(found: Stats): void {
  if (!found.isFile()) throw new Error(`it is ${nameOf(found)}, not a file`);
  if (found.size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`);
}

function nameOf(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isSymbolicLink()) return 'a symlink';
  if (found.isFIFO()) return 'a FIFO';
  return found.isSocket() ? 'a socket' : 'a device';
}
