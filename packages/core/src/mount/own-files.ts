import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** File in the target of a volume that is mounted inside a guest: a copy of the directory shows it, and is no volume. */
export const GUEST_MARKER = 'NOT-MOUNTED-lustre';

/** File with the volumes of a pod, in the target of its hand-off volume. */
export const HAND_OFF_FILE = 'lustre-volumes.json';

/** Suffix of a file that its writer has not renamed yet. */
export const UNFINISHED_SUFFIX = '.tmp';

const ownFiles: ReadonlySet<string> = new Set(
  [GUEST_MARKER, HAND_OFF_FILE].flatMap((name) => [name, `${name}${UNFINISHED_SUFFIX}`]),
);

/** Returns true if a file in a target is the driver's own: a mount may hide it, and its removal loses nothing. */
export const isOwnFile = (name: string): boolean => ownFiles.has(name);

/** Removes the driver's own files from a target on which nothing is mounted. A restart of the machine leaves them there without a
 *  record.
 *  @returns false if the directory holds other files, which stay, as do the driver's own
 *  @throws the error of the file system */
export async function removeOwnFiles(directory: string): Promise<boolean> {
  const names = await readdir(directory);
  if (!names.every(isOwnFile)) return false;
  for (const name of names) await unlink(join(directory, name));
  return true;
}
