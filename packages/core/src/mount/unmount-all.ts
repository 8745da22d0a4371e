import { DriverError } from '../errors/driver-error.js';
import type { Limits } from '../concurrency/wait-with-limits.js';
import type { MountServices } from './mount-services.js';

/**
 * Takes every mount off a path, one at a time, the topmost first. umount(8) may have unmounted before it was killed, so
 * that after each attempt the mount table decides: it must show fewer mounts than before.
 * @param count number of mounts on the path
 * @throws DriverError of the attempt that changed nothing
 */
export async function unmountAll(
  { mounter, readMountTable }: Pick<MountServices, 'mounter' | 'readMountTable'>,
  mountPoint: string,
  count: number,
  limits: Limits,
): Promise<void> {
  for (let left = count; left > 0;) {
    const failure = await mounter.unmount(mountPoint, limits).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const now = (await readMountTable()).all(mountPoint).length;
    if (now >= left) throw failure ?? stillMounted(mountPoint);
    left = now;
  }
}

const stillMounted = (mountPoint: string): DriverError =>
  new DriverError(
    'unavailable',
    `umount ${mountPoint} reported success, but the mount table still shows a mount there; it is tried again`,
  );
