import { describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import type { FileSystem } from '../model/file-system.js';
import { BasePathTags } from './base-path-tags.js';
import { parentFileSystem } from './testing/parent-file-system.js';

const { signal } = new AbortController();

const ours = parentFileSystem({ madeByDriver: true });
const at = (name: string): { parent: string; base: readonly string[] } => ({
  parent: 'parent',
  base: [name],
});

/** A cloud with one file system, that shows its tags when it likes. */
function bench(): {
  readonly clock: ManualClock;
  readonly written: string[];
  readonly cloud: { shows: (tags: readonly string[]) => FileSystem | undefined };
  readonly tags: BasePathTags;
} {
  const clock = new ManualClock();
  const written: string[] = [];
  const cloud = {
    shows: (tags: readonly string[]): FileSystem | undefined => ({ ...ours, directoryBases: tags }),
  };
  const tags = new BasePathTags({
    parents: {
      noteBase: async ({ id }, base) => {
        written.push(`${id} ${base}`);
        if (base === '/refused') throw new DriverError('permission-denied', 'no');
      },
    },
    lookAgain: async () => cloud.shows(written.map((each) => each.split(' ')[1] ?? '')),
    clock,
  });
  return { clock, written, cloud, tags };
}

/** Lets time pass until nothing waits any more. */
async function outcomeOf(clock: ManualClock, work: Promise<void>): Promise<unknown> {
  const outcome = work.then(
    () => 'written',
    (error: unknown) => error,
  );
  while (await clock.next());
  return outcome;
}

const passed = async (clock: ManualClock, milliseconds: number): Promise<void> => {
  clock.after(milliseconds, () => {});
  await clock.next();
};

describe('write', () => {
  it('is made once for each base path, unless it is there', async () => {
    const { tags, written } = bench();
    await Promise.all([
      tags.write({ fileSystem: ours }, at('a'), signal),
      tags.write({ fileSystem: ours }, at('a'), signal),
    ]);
    await tags.write({ fileSystem: ours }, at('a'), signal);
    await tags.write({ fileSystem: ours }, at('b'), signal);
    await tags.write({ fileSystem: { ...ours, id: 'fs-2', directoryBases: ['/a'] } }, at('a'), signal);
    expect(written).toEqual(['fs-1 /a', 'fs-1 /b']);
  });

  it('is made of what a driver of another cluster has made, which deletes it; of nothing else', async () => {
    const { tags, written } = bench();
    const { volumeName: _, ...anotherClusters } = ours;
    const { madeByDriver: __, ...nobodys } = anotherClusters;
    await tags.write({ fileSystem: nobodys }, at('a'), signal);
    await tags.write({}, at('a'), signal);
    expect(written).toEqual([]);
    await tags.write({ fileSystem: anotherClusters }, at('a'), signal);
    await tags.write({ fileSystem: { ...nobodys, id: 'fs-2', volumeName: 'pvc-2' } }, at('b'), signal);
    expect(written).toEqual(['fs-1 /a', 'fs-2 /b']);
  });

  it('is written again when it is lost, and not queried for a minute, or while it is shown', async () => {
    const { tags, written, clock } = bench();
    await tags.write({ fileSystem: ours }, at('a'), signal);
    await passed(clock, 59_000);
    await tags.write({ fileSystem: ours }, at('a'), signal);
    await passed(clock, 1_000);
    await tags.write({ fileSystem: { ...ours, directoryBases: ['/a'] } }, at('a'), signal);
    expect(written).toHaveLength(1);
    await tags.write({ fileSystem: ours }, at('a'), signal);
    expect(written).toEqual(['fs-1 /a', 'fs-1 /a']);
  });

  it('is tried again after it was refused', async () => {
    const { tags, written } = bench();
    await expect(tags.write({ fileSystem: ours }, at('refused'), signal)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('no. The directory exists already') as string,
    });
    await expect(tags.write({ fileSystem: ours }, at('refused'), signal)).rejects.toThrow('no');
    expect(written).toHaveLength(2);
  });

  it('waits until the cloud shows it', async () => {
    const { tags, written, clock, cloud } = bench();
    const { shows } = cloud;
    cloud.shows = () => ours;
    let isTagged = false;
    const noting = tags.write({ fileSystem: ours }, at('a'), signal).then(() => (isTagged = true));
    await settled();
    await clock.next();
    expect(isTagged).toBe(false);
    cloud.shows = shows;
    await clock.next();
    await noting;
    expect(written).toHaveLength(1);
  });

  it('hands no volume out as long as the cloud shows no tag, and then tags again', async () => {
    const { tags, written, clock, cloud } = bench();
    cloud.shows = () => ours;
    for (const times of [1, 2]) {
      expect(await outcomeOf(clock, tags.write({ fileSystem: ours }, at('a'), signal))).toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining('its value is /a), and does not show it yet') as string,
      });
      expect(written).toHaveLength(times);
    }
  });

  it.each([
    ['deleting', { ...ours, directoryBases: ['/a'], state: 'deleting', cloudState: 'DELETING' } as const],
    ['gone', undefined],
  ])('hands no volume out where the file system is %s meanwhile', async (_, shown) => {
    const { tags, cloud } = bench();
    cloud.shows = () => shown;
    await expect(tags.write({ fileSystem: ours }, at('a'), signal)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(
        /file system fs-1 is (DELETING|gone): no volume can be a directory/,
      ) as string,
    });
  });
});
