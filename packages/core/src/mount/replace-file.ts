import { rename, rm, writeFile } from 'node:fs/promises';
import type { SystemCalls } from '../process/system-calls.js';

/** Replaces a file atomically: a reader sees the old text or the new one, or an empty file instead of none. Nothing is flushed
 *  to a disk: the mounts that records describe end with the machine. @throws the error of the file system */
export type ReplaceFile = (path: string, text: string) => Promise<void>;

/** Replaces a file by the threads of this process. */
export const replaceFileInProcess: ReplaceFile = async (path, text) => {
  const temporary = `${path}.tmp`;
  const options = { flag: 'wx', mode: 0o600 };
  try {
    await writeFile(temporary, text, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await rm(temporary, { force: true }); // Opening what is there could block, or lead elsewhere.
    await writeFile(temporary, text, options);
  }
  await rename(temporary, path);
};

/** Codes of files that are not written in place: long texts, and what is no file of the driver. Node.js names EOPNOTSUPP, which
 *  is the same number on Linux, ENOTSUP. */
const NOT_IN_PLACE = ['ENOTSUP', 'ELOOP', 'ENXIO'];

/** Replaces files by system calls in another process: one message instead of four operations of this one. */
export const replaceFileBy =
  (calls: Pick<SystemCalls, 'complete'>): ReplaceFile =>
  async (path, text) => {
    const { error, wasKilled } = (await calls.complete(['write', path, text])) ?? { wasKilled: true };
    if (wasKilled || NOT_IN_PLACE.includes(error?.code ?? '')) return replaceFileInProcess(path, text);
    if (error) throw new Error(`${error.code}: ${error.words}, '${path}'`);
  };
