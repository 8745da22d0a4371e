import { lstat, mkdir, realpath, rmdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { DriverError, messageOf } from '../errors/driver-error.js';
import { lustreSourceOf } from './mount-identity.js';
import { readMountTable } from './mount-table.js';

/** A target path without detours, as the key of everything that is known about the target.
 *  @throws DriverError invalid-argument */
export function targetKey(path: string): string {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new DriverError('invalid-argument', `target_path: ${JSON.stringify(path)} is not an absolute path`);
  }
  const key = join('/', normalize(path)).replace(/\/+$/, '');
  if (key === '') throw new DriverError('invalid-argument', 'target_path: the root directory is no target');
  return key;
}

/**
 * Where the mount table shows a mount on this target: kubelet's directory may be a symlink, the kernel shows real
 * paths. Only the parent is looked at, since the target itself may be a mount whose server is dead.
 * @throws DriverError failed-precondition if the parent lies in a Lustre volume, which nothing here may look at
 */
export async function mountPointOf(target: string): Promise<string> {
  const around = (await readMountTable()).entries.find(
    (entry) => target.startsWith(`${entry.mountPoint}/`) && lustreSourceOf(entry) !== undefined,
  );
  if (around) {
    throw new DriverError(
      'failed-precondition',
      `target_path: ${JSON.stringify(target)} lies in a Lustre volume, which is mounted at ${around.mountPoint}: nothing ` +
        `is published inside another volume`,
    );
  }
  try {
    return join(await realpath(dirname(target)), basename(target));
  } catch {
    return target;
  }
}

/**
 * Makes the directory to mount on; says whether it is new. The parent is the caller's (CSI: the plugin creates
 * target_path, the orchestrator what is above it): a missing parent is a pod that is gone, and making it again
 * would leave a pod directory that nobody ever removes.
 * @throws DriverError failed-precondition
 */
export async function makeTarget(mountPoint: string): Promise<boolean> {
  try {
    await mkdir(mountPoint, { mode: 0o750 });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      throw new DriverError(
        'failed-precondition',
        `the target directory ${mountPoint} cannot be made: ${messageOf(error)}; its parent must exist and be ` +
          `writable for the node plugin, under the same path as on the host`,
        { cause: error },
      );
    }
  }
  const found = await lstat(mountPoint);
  if (found.isDirectory()) return false;
  throw new DriverError(
    'failed-precondition',
    `the target ${mountPoint} is a ${found.isSymbolicLink() ? 'symlink' : 'file'}, not a directory; remove it`,
  );
}

/** Removes the empty directory that a volume was mounted on, never anything in it; one that is gone is fine.
 *  @throws DriverError failed-precondition: nothing is mounted any more, but the directory has to be looked at */
export async function removeTarget(mountPoint: string): Promise<void> {
  try {
    await rmdir(mountPoint);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return;
    const why =
      code === 'ENOTEMPTY' || code === 'EEXIST'
        ? 'files were written to it on the node itself while no volume was mounted there; look at them, move them ' +
          'away and the next attempt succeeds (the driver never deletes them)'
        : 'look at it on the node and remove it';
    throw new DriverError(
      'failed-precondition',
      `the target ${mountPoint} is unmounted, but cannot be removed: ${messageOf(error)}; ${why}`,
      { cause: error },
    );
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
