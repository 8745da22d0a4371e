import { expect, it } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { RememberedLog } from '../testing/remembered-log.js';
import type { SweepOrder, WorkerResults } from './registry/worker-protocol.js';
import { LOOK_LATER_MS, SLICE, TrashSweeper } from './trash-sweeper.js';

const noTrouble = { stuck: [], failed: 0, failures: [], left: { volumes: 0 } } as const;

it('removes in slices with a pause between them, and one at a time', async () => {
  const clock = new ManualClock();
  const log = new RememberedLog();
  let left = 3 * SLICE;
  let underWay = 0;
  const asked: boolean[] = [];
  const sweep = async (budget: number, orphans: boolean): Promise<WorkerResults['sweep']> => {
    asked.push(orphans);
    underWay += 1;
    expect(underWay).toBe(1);
    await settled();
    underWay -= 1;
    const removed = Math.min(budget, left);
    left -= removed;
    return { removed, isDone: left === 0, hasUnfinished: false, ...noTrouble };
  };
  const sweeper = new TrashSweeper(sweep, log, clock);
  const began = clock.now();
  sweeper.start(true);
  sweeper.start();
  while (await clock.next());
  await settled();
  expect(left).toBe(0);
  expect(asked[0]).toBe(true);
  expect(asked.slice(1)).not.toContain(true);
  // 600 entries at 2000 a second at most.
  expect(clock.now() - began).toBeGreaterThanOrEqual(200);
  expect(log.lines.map(({ message }) => message)).toEqual([
    'removed files and directories of deleted volumes',
  ]);
});

it('says what could not be removed, and tries again', async () => {
  const clock = new ManualClock();
  const log = new RememberedLog();
  let calls = 0;
  const sweep = async (): Promise<WorkerResults['sweep']> => {
    calls += 1;
    if (calls === 1) throw new Error('the server does not answer');
    const trouble = { stuck: ['0a'], failed: 7, failures: ['x: EPERM'], left: { volumes: 1 } };
    return { removed: 0, isDone: true, hasUnfinished: false, ...(calls === 2 ? trouble : noTrouble) };
  };
  new TrashSweeper(sweep, log, clock).start();
  while (await clock.next());
  expect(calls).toBe(3);
  expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
    ['warn', { why: 'the server does not answer' }],
    ['warn', { why: 'x: EPERM', failed: 7 }],
  ]);
});

it('looks for abandoned creations once they are old, and as long as something is too young', async () => {
  const clock = new ManualClock();
  const looks: number[] = [];
  const began = clock.now();
  const sweep = async (_: number, orphans: boolean): Promise<WorkerResults['sweep']> => {
    expect(orphans).toBe(true);
    looks.push(clock.now() - began);
    return { removed: 0, isDone: true, hasUnfinished: looks.length === 1, ...noTrouble };
  };
  const sweeper = new TrashSweeper(sweep, new RememberedLog(), clock);
  sweeper.lookLater();
  sweeper.lookLater();
  while (await clock.next());
  expect(looks).toEqual([LOOK_LATER_MS, 2 * LOOK_LATER_MS]);
});

it('looks again if the look was not answered', async () => {
  const clock = new ManualClock();
  const asked: boolean[] = [];
  const sweep = async (_: number, orphans: boolean): Promise<WorkerResults['sweep']> => {
    asked.push(orphans);
    if (asked.length === 1) throw new Error('the server does not answer');
    return { removed: 0, isDone: true, hasUnfinished: false, ...noTrouble };
  };
  new TrashSweeper(sweep, new RememberedLog(), clock).start(true);
  while (await clock.next());
  expect(asked).toEqual([true, true]);
});

it('tries a stuck volume again with the retry alone, however many others are deleted', async () => {
  const clock = new ManualClock();
  const looks: (readonly [at: number, skip: readonly string[]])[] = [];
  const began = clock.now();
  const sweep = async (
    _budget: number,
    _orphans: boolean,
    _signal: AbortSignal,
    { skip }: SweepOrder,
  ): Promise<WorkerResults['sweep']> => {
    looks.push([clock.now() - began, skip]);
    const trouble = { stuck: ['0a'], failed: 260, failures: ['x: EPERM'], left: { volumes: 1 } };
    const isStuck = !skip.includes('0a') && looks.length < 9;
    // The slice was used up by the stuck volume: the others get theirs at once.
    return { removed: 0, isDone: !isStuck, hasUnfinished: false, ...(isStuck ? trouble : noTrouble) };
  };
  const log = new RememberedLog();
  const sweeper = new TrashSweeper(sweep, log, clock);
  sweeper.start();
  await settled();
  await clock.next();
  await settled();
  sweeper.start();
  await settled();
  sweeper.start();
  await settled();
  expect(looks.map(([, skip]) => skip)).toEqual([[], ['0a'], ['0a'], ['0a']]);
  expect(log.lines).toHaveLength(1);
  while (await clock.next());
  // After 10 s, and then after longer and longer pauses.
  const tries = looks.filter(([, skip]) => skip.length === 0).map(([at]) => Math.round(at / 1000));
  expect(tries).toEqual([0, 10, 30, 70]);
});

it('reports what the last look has left', async () => {
  const clock = new ManualClock();
  const since = clock.now() - 1_000;
  let left: WorkerResults['sweep']['left'] = { volumes: 2, since };
  const sweep = async (): Promise<WorkerResults['sweep']> => ({
    ...noTrouble,
    removed: 1,
    isDone: true,
    hasUnfinished: false,
    left,
  });
  const sweeper = new TrashSweeper(sweep, new RememberedLog(), clock);
  expect(sweeper.left).toEqual({ volumes: 0 });
  sweeper.start();
  await settled();
  expect(sweeper.left).toEqual({ volumes: 2, since });
  left = { volumes: 0 };
  sweeper.start();
  await settled();
  expect(sweeper.left).toEqual({ volumes: 0 });
});
