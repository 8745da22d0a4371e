import { trimTrailingSlashes } from '../model/trim-slashes.js';
import { lstat, mkdir, opendir, readdir, realpath, rename, rmdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { DriverError, messageOf } from '../errors/driver-error.js';
import { lustreSourceOf } from './mount-identity.js';
import { isOwnFile, removeOwnFiles } from './own-files.js';
import type { MountTable } from './table/mount-table.js';

/** Normalizes a target path: the key of the target's record and lock.
 *  @throws DriverError invalid-argument */
export function targetKey(path: string): string {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new DriverError('invalid-argument', `target_path: ${JSON.stringify(path)} is not an absolute path`);
  }
  const key = trimTrailingSlashes(join('/', normalize(path)));
  if (key === '')
    throw new DriverError('invalid-argument', 'target_path: the root directory cannot be a target');
  return key;
}

/**
 * Returns the path at which the mount table shows this target: kubelet's directory may be a symlink, the kernel shows real
 * paths. Only the parent is resolved, since the target itself may be a mount whose server is dead.
 * @throws DriverError failed-precondition if the parent lies in a Lustre volume, which this process must not touch
 * @param table mounts of this node
 */
export async function mountPointOf(
  target: string,
  { entries }: Pick<MountTable, 'entries'>,
): Promise<string> {
  const around = entries.find(
    (entry) => isBelow(target, entry.mountPoint) && lustreSourceOf(entry) !== undefined,
  );
  if (around) throw liesInVolume(target, around.mountPoint);
  try {
    return join(await realpath(dirname(target)), basename(target));
  } catch {
    return target;
  }
}

/** Error for a target in a Lustre volume. */
export const liesInVolume = (target: string, volume: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `target_path: ${JSON.stringify(target)} lies in a Lustre volume, which is mounted at ${volume}: nothing is published ` +
      `inside another volume`,
  );

/**
 * Creates the directory to mount on; returns true if it is new. The parent is the caller's (CSI: the plugin creates
 * target_path, the orchestrator its parent): a missing parent means that the pod is gone, and recreating it would leave a
 * pod directory for ever.
 * @throws DriverError failed-precondition, also for a directory that is not empty
 */
export async function makeTarget(mountPoint: string): Promise<boolean> {
  try {
    await mkdir(mountPoint, { mode: 0o750 });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      throw new DriverError(
        'failed-precondition',
        `the target directory ${mountPoint} cannot be created: ${messageOf(error)}; its parent must exist and be ` +
          `writable for the node plugin, under the same path as on the host`,
        { cause: error },
      );
    }
  }
  const found = await lstat(mountPoint);
  if (found.isDirectory()) {
    await refuseContent(mountPoint);
    return false;
  }
  throw new DriverError(
    'failed-precondition',
    `the target ${mountPoint} is a ${found.isSymbolicLink() ? 'symlink' : 'file'}, not a directory; remove it`,
  );
}

/** Refuses a directory in which a mount would hide files of others. @throws DriverError failed-precondition */
async function refuseContent(directory: string): Promise<void> {
  const listing = await opendir(directory);
  try {
    let entry = await listing.read();
    while (entry !== null && isOwnFile(entry.name)) entry = await listing.read();
    if (entry === null) return;
  } finally {
    await listing.close();
  }
  throw new DriverError(
    'failed-precondition',
    `the directory ${directory} is not empty, and a mount would hide its files: they were written to it on the node itself ` +
      'while no volume was mounted there; check them and move them away, then the next attempt succeeds',
  );
}

/** Returns true if the path does not exist, so that nothing is mounted there: a mount needs its directory. Reads the parent
 *  alone, since a look at the target itself would wait for the server of a mount on it. False where the parent cannot be read. */
export async function isMissing(mountPoint: string): Promise<boolean> {
  const names = await readdir(dirname(mountPoint)).catch(() => [basename(mountPoint)]);
  return !names.includes(basename(mountPoint));
}

/** Removes the directory that a volume was mounted on if it is empty or holds only the driver's own files, never other content; a
 *  missing one is fine.
 *  @throws DriverError failed-precondition: the volume is unmounted, but the operator must check the directory */
export async function removeTarget(mountPoint: string): Promise<void> {
  try {
    await removeDirectory(mountPoint);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw notRemoved(mountPoint, error);
  }
}

/** Removes a directory with the driver's own files. The kernel refuses the removal of a mount point before it looks at the content
 *  (EBUSY), which stays then. */
async function removeDirectory(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (!isNotEmpty(error) || !(await removeOwnFiles(directory))) throw error;
    await rmdir(directory);
  }
}

/** Same as removeTarget, unless something is mounted there: the kernel removes no directory that is a mount point.
 *  @returns false if something is mounted there @throws DriverError as removeTarget */
export async function removeUnlessMounted(mountPoint: string): Promise<boolean> {
  try {
    await removeDirectory(mountPoint);
  } catch (error) {
    if (codeOf(error) === 'EBUSY') return false;
    if (codeOf(error) !== 'ENOENT') throw notRemoved(mountPoint, error);
  }
  return true;
}

function notRemoved(mountPoint: string, error: unknown): DriverError {
  const why = isNotEmpty(error)
    ? 'files were written to it on the node itself while no volume was mounted there; check them and move them ' +
      'away, then the next attempt succeeds (the driver never deletes them)'
    : 'check it on the node and remove it';
  return new DriverError(
    'failed-precondition',
    `the target ${mountPoint} is unmounted, but cannot be removed: ${messageOf(error)}; ${why}`,
    { cause: error },
  );
}

/**
 * Returns true if something is mounted on a directory of the driver itself. The kernel renames no mount point, so that neither
 * the whole mount table nor the mounted file system, which may hang, needs to be looked at.
 * @throws the error of the file system, such as for a directory that is missing
 */
export async function isMountPoint(directory: string): Promise<boolean> {
  const other = `${directory}.unmounted`;
  try {
    await rename(directory, other);
  } catch (error) {
    if (codeOf(error) === 'EBUSY') return true;
    throw error;
  }
  await rename(other, directory);
  return false;
}

const isBelow = (path: string, directory: string): boolean =>
  path.startsWith(directory) && path[directory.length] === '/';

const isNotEmpty = (error: unknown): boolean => ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '');

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
