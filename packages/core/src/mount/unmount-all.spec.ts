import { describe, expect, it } from 'vitest';
import { systemClock } from '../concurrency/clock.js';
import { deadlineIn } from '../concurrency/deadline-in.js';
import { DriverError } from '../errors/driver-error.js';
import type { MountServices } from './mount-services.js';
import { parseMountInfo } from './table/mount-table.js';
import { unmountAll } from './unmount-all.js';

const busy = new DriverError('failed-precondition', 'target is busy');
const limits = deadlineIn(1_000, systemClock);

/** Node with two mounts on /target. Each attempt removes so many of them and then fails with the error, if there is one. */
function nodeWith(attempts: readonly { readonly removed: number; readonly error?: Error }[]) {
  const world = { mounts: 2, calls: 0 };
  const services = {
    mounter: {
      unmount: async () => {
        const { removed, error } = attempts[world.calls++]!;
        world.mounts -= removed;
        if (error) throw error;
      },
    },
    readMountTable: async () =>
      parseMountInfo(
        Array.from(
          { length: world.mounts },
          (_, n) => `${10 + n} ${9 + n} 0:1 / /target rw - lustre 10.0.0.4@tcp:/a rw`,
        ).join('\n'),
      ),
  } as unknown as Pick<MountServices, 'mounter' | 'readMountTable'>;
  return { world, run: () => unmountAll(services, '/target', 2, limits) };
}

describe('unmountAll', () => {
  it('unmounts one mount after the other', async () => {
    const { world, run } = nodeWith([{ removed: 1 }, { removed: 1 }]);
    await run();
    expect(world).toEqual({ mounts: 0, calls: 2 });
  });

  it('continues after an error where the mount table shows fewer mounts', async () => {
    const { world, run } = nodeWith([{ removed: 1, error: busy }, { removed: 1 }]);
    await run();
    expect(world).toEqual({ mounts: 0, calls: 2 });
  });

  it('ends with the error of the attempt that changed nothing', async () => {
    const { world, run } = nodeWith([{ removed: 1 }, { removed: 0, error: busy }]);
    await expect(run()).rejects.toBe(busy);
    expect(world).toEqual({ mounts: 1, calls: 2 });
  });

  it('does not trust a success that the mount table contradicts', async () => {
    const { run } = nodeWith([{ removed: 0 }]);
    await expect(run()).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
