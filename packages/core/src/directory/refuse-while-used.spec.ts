import { describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { noRegistry } from './registry/find-occupants.js';
import type { ParentTask, MountedParent } from './mounted-parent.js';
import { refuseWhileUsed } from './refuse-while-used.js';
import type { Occupants } from './registry/worker-protocol.js';

const { signal } = new AbortController();
const fileSystem = { id: 'fs-1' };
const empty: Occupants = { ...noRegistry, hasRegistry: true };

/** A mounted parent whose base paths hold this, each look the next; otherwise they are empty. */
function parentOf(told: Readonly<Record<string, readonly Partial<Occupants>[]>>): {
  readonly tasks: ParentTask[];
  readonly mount: () => MountedParent;
} {
  const tasks: ParentTask[] = [];
  const looks = new Map(Object.entries(told).map(([base, each]) => [base, [...each]]));
  const run = async (task: ParentTask): Promise<unknown> => {
    tasks.push(task);
    if (task.operation === 'occupants') return { ...empty, ...looks.get(task.base.join('/'))?.shift() };
    return undefined;
  };
  return { tasks, mount: () => ({ run }) as unknown as MountedParent };
}

const noted = (...texts: readonly string[]): { text: string; isTagged: boolean }[] =>
  texts.map((text) => ({ text, isTagged: true }));

describe('refuseWhileUsed', () => {
  it('lets go where there are no volumes any more', async () => {
    const { mount } = parentOf({ used: [{ volumes: ['x'] }] });
    await expect(refuseWhileUsed(fileSystem, [], mount, signal)).resolves.toBeUndefined();
    await expect(refuseWhileUsed(fileSystem, noted('/empty'), mount, signal)).resolves.toBeUndefined();
  });

  it.each<readonly [string, Partial<Occupants>, RegExp]>([
    [
      'volumes',
      { volumes: ['n/1', 'n/2', 'n/3'], more: 2 },
      /^file system fs-1 is not deleted: volumes are directories of it, below \/team=20a: n\/1, n\/2, n\/3 and 2 more\. Delete their claims/,
    ],
    [
      'damage, though nothing else is there',
      { damaged: ['team a/.lustre-csi/volumes/ab'] },
      /below \/team=20a, is damaged: \/team a\/\.lustre-csi\/volumes\/ab\. Restore this file from a backup.*delete it in the cloud yourself/,
    ],
    [
      'creations under way',
      { unfinished: ['n/4'] },
      /volumes are being created as directories of it, below \/team=20a: n\/4\. .* given up after an hour/,
    ],
    [
      'the loss of the registry that the tag stands for',
      { hasRegistry: false },
      /there is no \/team=20a\/\.lustre-csi any more: the registry was moved or removed/,
    ],
  ])('names %s, below whichever base path', async (_, found, message) => {
    const { mount } = parentOf({ 'team a': [found, found] });
    const bases = noted('/empty', '/team=20a');
    await expect(refuseWhileUsed(fileSystem, bases, mount, signal)).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringMatching(message) as string,
    });
  });

  it('requires no registry of a base path without a tag: there may never have been one', async () => {
    const { mount } = parentOf({ a: [{ hasRegistry: false }, { volumes: ['x'] }] });
    const known = [{ text: '/a', isTagged: false }];
    await expect(refuseWhileUsed(fileSystem, known, mount, signal)).resolves.toBeUndefined();
    await expect(refuseWhileUsed(fileSystem, known, mount, signal)).rejects.toThrow('below /a: x');
  });

  it('has creations given up that were cut off long ago, and lets go then', async () => {
    const { mount, tasks } = parentOf({ a: [{ unfinished: ['x'] }] });
    await expect(refuseWhileUsed(fileSystem, noted('/a'), mount, signal)).resolves.toBeUndefined();
    expect(tasks).toEqual([
      { operation: 'occupants', base: ['a'] },
      { operation: 'sweep', base: ['a'], budget: 0, orphans: true },
      { operation: 'occupants', base: ['a'] },
    ]);
  });

  it('does not let go where a tag of the driver cannot be read', async () => {
    const { mount } = parentOf({});
    await expect(refuseWhileUsed(fileSystem, noted('relative'), mount, signal)).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringContaining('its value "relative" is not one that the driver writes') as string,
    });
  });

  it.each([
    ['unavailable', 'unavailable'],
    ['deadline-exceeded', 'deadline-exceeded'],
    ['permission-denied', 'failed-precondition'],
  ] as const)('does not let go where it cannot be found out: %s', async (kind, answered) => {
    const mount = (): MountedParent => {
      throw new DriverError(kind, 'the servers are dead');
    };
    await expect(refuseWhileUsed(fileSystem, noted('/used'), mount, signal)).rejects.toMatchObject({
      kind: answered,
      message: expect.stringMatching(/the servers are dead.*delete it in the cloud yourself/) as string,
    });
  });
});
