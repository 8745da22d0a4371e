import { beforeEach, expect, it } from 'vitest';
import { Capacity } from '../model/capacity.js';
import type { FileSystem, FileSystemState } from '../model/file-system.js';
import { ManualClock } from '../testing/manual-clock.js';
import { KnownDeletions } from './known-deletions.js';

let clock: ManualClock;
let deletions: KnownDeletions;

beforeEach(() => {
  clock = new ManualClock();
  deletions = new KnownDeletions(clock);
});

const fileSystem = (id: string, state: FileSystemState): FileSystem => ({
  id,
  listingScope: 'memory',
  volumeName: `pvc-${id}`,
  madeByDriver: true,
  state,
  cloudState: state.toUpperCase(),
  capacity: Capacity.gibibytes(1200),
  attempt: 1,
  attributes: {},
});

async function wait(milliseconds: number): Promise<void> {
  clock.after(milliseconds, () => {});
  await clock.next();
}

/** Knowledge of a file system: the age of its deletion in milliseconds, its end, or nothing. */
function known(id: string): number | 'over' | undefined {
  const underWay = deletions.underWay(id);
  if (underWay) expect([underWay.fileSystem.id, underWay.fileSystem.state]).toEqual([id, 'deleting']);
  return deletions.isOver(id) ? 'over' : underWay && clock.now() - underWay.since;
}

it('remembers a deletion from its begin, or from the first listing that shows it, to its end', async () => {
  deletions.begun(fileSystem('a', 'available'));
  await wait(1_000);
  const shown = [fileSystem('a', 'deleting'), fileSystem('b', 'deleting'), fileSystem('c', 'available')];
  deletions.listed(shown, clock.now());
  await wait(2_000);
  deletions.listed(shown, clock.now());
  expect([known('a'), known('b'), known('c')]).toEqual([3_000, 2_000, undefined]);
  deletions.listed(shown.slice(1), clock.now());
  expect([known('a'), known('b')]).toEqual(['over', 2_000]);
});

it('takes no deletion for failed or over because of a listing that began before it', async () => {
  const listingBegan = clock.now();
  await wait(100);
  deletions.begun(fileSystem('a', 'available'));
  deletions.begun(fileSystem('b', 'available'));
  deletions.listed([fileSystem('a', 'available')], listingBegan);
  expect([known('a'), known('b')]).toEqual([0, 0]);
});

it('forgets a deletion that has failed, and counts a second one from its own begin', async () => {
  deletions.begun(fileSystem('a', 'available'));
  await wait(1_000);
  deletions.listed([fileSystem('a', 'available')], clock.now());
  expect(known('a')).toBeUndefined();
  deletions.begun(fileSystem('a', 'available'));
  await wait(500);
  expect(known('a')).toBe(500);
});

it('takes an end back where a later listing shows the deletion again', async () => {
  deletions.listed([fileSystem('a', 'deleting')], clock.now());
  await wait(10);
  deletions.listed([], clock.now());
  expect(known('a')).toBe('over');
  await wait(10);
  deletions.listed([fileSystem('a', 'deleting')], clock.now());
  expect(known('a')).toBe(0);
});

it('remembers ends for ten minutes', async () => {
  deletions.listed([fileSystem('a', 'deleting')], clock.now());
  await wait(1);
  deletions.listed([], clock.now());
  await wait(599_000);
  deletions.listed([], clock.now());
  expect(known('a')).toBe('over');
  await wait(1_000);
  deletions.listed([], clock.now());
  expect(known('a')).toBeUndefined();
});
