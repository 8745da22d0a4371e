import { describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import type { FileSystem } from '../model/file-system.js';
import { BasePathTags } from './base-path-tags.js';
import { hostFileSystem } from './testing/host-file-system.js';

const { signal } = new AbortController();

const ours = hostFileSystem({ madeByDriver: true });
const at = (name: string): { host: string; base: readonly string[] } => ({ host: 'host', base: [name] });

/** A cloud with one file system, that shows its tags when it likes. */
function bench(): {
  readonly clock: ManualClock;
  readonly noted: string[];
  readonly cloud: { shows: (tags: readonly string[]) => FileSystem | undefined };
  readonly notes: BasePathTags;
} {
  const clock = new ManualClock();
  const noted: string[] = [];
  const cloud = {
    shows: (tags: readonly string[]): FileSystem | undefined => ({ ...ours, directoryBases: tags }),
  };
  const notes = new BasePathTags({
    hosts: {
      noteBase: async ({ id }, base) => {
        noted.push(`${id} ${base}`);
        if (base === '/refused') throw new DriverError('permission-denied', 'no');
      },
    },
    lookAgain: async () => cloud.shows(noted.map((each) => each.split(' ')[1] ?? '')),
    clock,
  });
  return { clock, noted, cloud, notes };
}

/** Lets time pass until nothing waits any more. */
async function outcomeOf(clock: ManualClock, work: Promise<void>): Promise<unknown> {
  const outcome = work.then(
    () => 'noted',
    (error: unknown) => error,
  );
  while (await clock.next());
  return outcome;
}

const passed = async (clock: ManualClock, milliseconds: number): Promise<void> => {
  clock.after(milliseconds, () => {});
  await clock.next();
};

describe('note', () => {
  it('is made once for each base path, unless it is there', async () => {
    const { notes, noted } = bench();
    await Promise.all([
      notes.note({ fileSystem: ours }, at('a'), signal),
      notes.note({ fileSystem: ours }, at('a'), signal),
    ]);
    await notes.note({ fileSystem: ours }, at('a'), signal);
    await notes.note({ fileSystem: ours }, at('b'), signal);
    await notes.note({ fileSystem: { ...ours, id: 'fs-2', directoryBases: ['/a'] } }, at('a'), signal);
    expect(noted).toEqual(['fs-1 /a', 'fs-1 /b']);
  });

  it('is made of what a driver of another cluster has made, which deletes it; of nothing else', async () => {
    const { notes, noted } = bench();
    const { volumeName: _, ...anotherClusters } = ours;
    const { madeByDriver: __, ...nobodys } = anotherClusters;
    await notes.note({ fileSystem: nobodys }, at('a'), signal);
    await notes.note({}, at('a'), signal);
    expect(noted).toEqual([]);
    await notes.note({ fileSystem: anotherClusters }, at('a'), signal);
    await notes.note({ fileSystem: { ...nobodys, id: 'fs-2', volumeName: 'pvc-2' } }, at('b'), signal);
    expect(noted).toEqual(['fs-1 /a', 'fs-2 /b']);
  });

  it('is made again when it is lost, and asks for nothing for a minute, or while it is shown', async () => {
    const { notes, noted, clock } = bench();
    await notes.note({ fileSystem: ours }, at('a'), signal);
    await passed(clock, 59_000);
    await notes.note({ fileSystem: ours }, at('a'), signal);
    await passed(clock, 1_000);
    await notes.note({ fileSystem: { ...ours, directoryBases: ['/a'] } }, at('a'), signal);
    expect(noted).toHaveLength(1);
    await notes.note({ fileSystem: ours }, at('a'), signal);
    expect(noted).toEqual(['fs-1 /a', 'fs-1 /a']);
  });

  it('is tried again after it was refused', async () => {
    const { notes, noted } = bench();
    await expect(notes.note({ fileSystem: ours }, at('refused'), signal)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('no. The directory is made already') as string,
    });
    await expect(notes.note({ fileSystem: ours }, at('refused'), signal)).rejects.toThrow('no');
    expect(noted).toHaveLength(2);
  });

  it('waits until the cloud shows it', async () => {
    const { notes, noted, clock, cloud } = bench();
    const { shows } = cloud;
    cloud.shows = () => ours;
    let isNoted = false;
    const noting = notes.note({ fileSystem: ours }, at('a'), signal).then(() => (isNoted = true));
    await settled();
    await clock.next();
    expect(isNoted).toBe(false);
    cloud.shows = shows;
    await clock.next();
    await noting;
    expect(noted).toHaveLength(1);
  });

  it('hands no volume out as long as the cloud shows no note, and then notes again', async () => {
    const { notes, noted, clock, cloud } = bench();
    cloud.shows = () => ours;
    for (const times of [1, 2]) {
      expect(await outcomeOf(clock, notes.note({ fileSystem: ours }, at('a'), signal))).toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining('its value is /a), and does not show it yet') as string,
      });
      expect(noted).toHaveLength(times);
    }
  });

  it.each([
    ['deleting', { ...ours, directoryBases: ['/a'], state: 'deleting', cloudState: 'DELETING' } as const],
    ['gone', undefined],
  ])('hands no volume out where the file system is %s meanwhile', async (_, shown) => {
    const { notes, cloud } = bench();
    cloud.shows = () => shown;
    await expect(notes.note({ fileSystem: ours }, at('a'), signal)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(
        /file system fs-1 is (DELETING|gone): no volume can be a directory/,
      ) as string,
    });
  });
});
