import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import type { FileSystem } from '../model/file-system.js';
import { DeletionGuard } from './deletion-guard.js';
import { noRegistry } from './registry/find-occupants.js';
import type { BasePathRecord } from './base-path-records.js';
import type { ParentTask, MountedParent } from './mounted-parent.js';
import type { Occupants } from './registry/worker-protocol.js';
import { parentFileSystem } from './testing/parent-file-system.js';

const { signal } = new AbortController();
const fileSystem = parentFileSystem({
  mountSource: { mgsNodes: [['10.0.0.1@tcp']], fsname: 'scratch', subdir: '' },
});

let clock: ManualClock;
let looked: string[];
let basePaths: readonly BasePathRecord[];
/** Content of each base path's registry. */
let registries: Readonly<Record<string, Partial<Occupants>>>;
/** File system as the cloud shows it at the second look. */
let shown: FileSystem | undefined;
let duringLook: () => Promise<unknown>;
let guard: DeletionGuard;

beforeEach(() => {
  clock = new ManualClock();
  looked = [];
  basePaths = [];
  registries = {};
  shown = fileSystem;
  duringLook = async () => {};
  const run = async ({ base }: ParentTask): Promise<Occupants> => {
    looked.push(`/${base.join('/')}`);
    await duringLook();
    return { ...noRegistry, hasRegistry: true, ...registries[base.join('/')] };
  };
  guard = new DeletionGuard({
    fileSystems: { mount: () => ({ run }) as unknown as MountedParent },
    parents: {
      referenceTo: (parent) => {
        const [listingScope = '', id = '', isStatic] = parent.split('/');
        const { mountSource: staticSource } = fileSystem;
        return { listingScope, id, ...(isStatic !== undefined && staticSource ? { staticSource } : {}) };
      },
    },
    provider: { find: async () => shown },
    basePaths: async () => basePaths,
    clock,
  });
});

const noted = (...directoryBases: readonly string[]): FileSystem => ({ ...fileSystem, directoryBases });
const permit = (which: FileSystem): Promise<void> => guard.permitDeletion(which, signal);

describe('permitDeletion', () => {
  it('mounts nothing where no directory was ever made', async () => {
    basePaths = [
      { parent: 'here/another', base: ['a'] },
      { parent: 'here/fs-1/static', base: ['a'] },
    ];
    await permit(fileSystem);
    expect(looked).toEqual([]);
  });

  it('looks below base paths that this driver knows though their tag is lost, however they are spelled', async () => {
    basePaths = [
      { parent: 'HERE/FS-1', base: ['lost'] },
      { parent: 'here/fs-1', base: ['a'] },
    ];
    registries = { lost: { volumes: ['x'] } };
    await expect(permit(noted('/a'))).rejects.toThrow('below /lost: x');
    expect(looked).toEqual(['/a', '/lost']);
  });

  it('does not look without a tag where it cannot: what never became usable holds nothing', async () => {
    basePaths = [{ parent: 'here/fs-1', base: ['a'] }];
    await permit({ ...fileSystem, state: 'failed' });
    expect(looked).toEqual([]);
  });

  it('looks at what was noted while it looked', async () => {
    shown = noted('/a', '/late');
    registries = { late: { volumes: ['x'] } };
    await expect(permit(noted('/a'))).rejects.toThrow('below /late: x');
    expect(looked).toEqual(['/a', '/late']);
    registries = {};
    await permit(noted('/a'));
  });

  it('refuses where the tags of the base paths are lost, regardless of what other base paths show', async () => {
    basePaths = [{ parent: 'here/fs-1', base: ['empty'] }];
    shown = noted();
    await expect(permit(noted())).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringMatching(
        /fs-1 is not deleted: .* the tags that name their base paths are lost.*delete it in the cloud yourself/,
      ) as string,
    });
    expect(looked).toEqual(['/empty']);
  });

  it('lets go of what has gone meanwhile', async () => {
    shown = undefined;
    await permit(noted('/a'));
  });
});

describe('whileCreating', () => {
  const make = (): Promise<string> => guard.whileCreating(fileSystem, async () => 'made');

  it('keeps the file system until the directory is made, or not', async () => {
    for (const end of ['made', 'failed'] as const) {
      let finish = (): void => {};
      const making = guard.whileCreating(
        fileSystem,
        () => new Promise<void>((resolve, reject) => (finish = end === 'made' ? resolve : reject)),
      );
      const other = guard.whileCreating(fileSystem, async () => {});
      await other;
      await expect(permit({ ...fileSystem, id: 'FS-1' })).rejects.toMatchObject({ kind: 'aborted' });
      await permit({ ...fileSystem, id: 'fs-2' });
      finish();
      await making.catch(() => {});
    }
    await permit(fileSystem);
  });

  it('is refused during the look for volumes, and until the cloud shows the deletion', async () => {
    let during: unknown;
    duringLook = async () => {
      during = await make().catch((error: unknown) => error);
    };
    await permit(noted('/a'));
    expect(during).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('fs-1 is being deleted') as string,
    });
    await expect(make()).rejects.toMatchObject({ kind: 'unavailable' });
    clock.after(60_000, () => {});
    await clock.next();
    expect(await make()).toBe('made');
  });

  it('continues at once if the deletion is refused', async () => {
    registries = { a: { volumes: ['x'] } };
    await expect(permit(noted('/a'))).rejects.toThrow('below /a: x');
    expect(await make()).toBe('made');
  });

  it('continues if the file system is not the driver’s, and so is not deleted', async () => {
    const { volumeName: _, ...anothers } = fileSystem;
    await permit(anothers);
    expect(await make()).toBe('made');
    registries = { a: { volumes: ['x'] } };
    await expect(permit({ ...anothers, directoryBases: ['/a'] })).rejects.toThrow('below /a: x');
  });

  it('asks nothing where no cloud knows the file system', async () => {
    expect(await guard.whileCreating(undefined, async () => 'made')).toBe('made');
  });
});
