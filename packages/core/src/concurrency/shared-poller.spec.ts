import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { SharedPoller } from './shared-poller.js';

let clock: ManualClock;
/** Each read, in order: when it began, and how to end it. */
let reads: { readonly began: number; finish(): void; fail(error: Error): void }[];
let atOnce: number;
let poller: SharedPoller<number>;

/** The result of a read is its number, from 1 on. */
function read(): Promise<number> {
  atOnce += 1;
  expect(atOnce).toBe(1);
  const number = reads.length + 1;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      atOnce -= 1;
      settle();
    };
    reads.push({
      began: clock.now(),
      finish: () => end(() => resolve(number)),
      fail: (error) => end(() => reject(error)),
    });
  });
}

beforeEach(() => {
  clock = new ManualClock();
  reads = [];
  atOnce = 0;
  poller = new SharedPoller(read, clock);
});

describe('SharedPoller', () => {
  it('reads once for all who wait', async () => {
    const waiting = Array.from({ length: 100 }, (_, index) => poller.nextWithin(1000 + index));
    await clock.next();
    expect(reads).toHaveLength(1);
    reads[0]?.finish();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([1]));
    expect(clock.waiting).toBe(0);
  });

  it('reads when the first of them needs it, in any order of arrival', async () => {
    const began = clock.now();
    const patient = poller.nextWithin(20_000);
    const hurried = poller.nextWithin(1_000);
    await clock.next();
    expect(reads[0]?.began).toBe(began + 1_000);
    reads[0]?.finish();
    expect(await Promise.all([patient, hurried])).toEqual([1, 1]);
    expect(await clock.next()).toBe(false);
  });

  it('never answers a request with a read that began before it', async () => {
    const first = poller.now();
    await clock.next();
    const during = poller.now();
    await clock.next();
    expect(reads).toHaveLength(1);
    reads[0]?.finish();
    expect(await first).toBe(1);
    await settled();
    reads[1]?.finish();
    expect(await during).toBe(2);
  });

  it('gives those who ask while a read is under way one later read together', async () => {
    const first = poller.now();
    await clock.next();
    const later = [poller.now(), poller.nextWithin(500), poller.now()];
    while (await clock.next());
    reads[0]?.finish();
    await first;
    await settled();
    expect(reads).toHaveLength(2);
    reads[1]?.finish();
    expect(await Promise.all(later)).toEqual([2, 2, 2]);
  });

  it('fails for all who wait for the read, and only for them', async () => {
    const waiting = [poller.now(), poller.nextWithin(0)];
    await clock.next();
    const later = poller.now();
    await clock.next();
    const error = new Error('throttled');
    reads[0]?.fail(error);
    for (const each of waiting) await expect(each).rejects.toBe(error);
    await settled();
    reads[1]?.finish();
    expect(await later).toBe(2);
  });

  it('does not crash the process if a failed read is no longer awaited', async () => {
    const unhandled: unknown[] = [];
    const remember = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', remember);
    void poller.now().catch(() => {});
    await clock.next();
    reads[0]?.fail(new Error('throttled'));
    await settled();
    process.off('unhandledRejection', remember);
    expect(unhandled).toEqual([]);
  });

  it('survives a read that throws before it awaits anything', async () => {
    let calls = 0;
    const throwing = new SharedPoller<number>(() => {
      calls += 1;
      throw new Error(`at once ${calls}`);
    }, clock);
    for (const number of [1, 2]) {
      const waiting = throwing.now();
      await Promise.all([expect(waiting).rejects.toThrow(`at once ${number}`), clock.next()]);
    }
  });
});

/** A small pseudo-random sequence (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / (2 ** 32 / below));
  };
}

describe('SharedPoller under any sequence of requests, ticks and ends', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

  it(`answers each with a read that began after it and in time (SEED=${seed})`, async () => {
    const random = randomFrom(seed);
    for (let round = 0; round < 50; round += 1) {
      clock = new ManualClock();
      reads = [];
      atOnce = 0;
      poller = new SharedPoller(read, clock);
      const answers: Promise<void>[] = [];
      let finished = 0;
      const finishOne = (): void => {
        if (finished < reads.length) reads[finished++]?.finish();
      };
      for (let step = 0; step < 40; step += 1) {
        const what = random(3);
        if (what === 0) {
          const patience = random(5) * 100;
          const [askedAt, begunBefore, busy] = [clock.now(), reads.length, finished < reads.length];
          const check = (answer: number): void => {
            expect(answer).toBeGreaterThan(begunBefore);
            // While no read was in the way, it began in time.
            if (!busy && answer === begunBefore + 1)
              expect(reads[answer - 1]?.began).toBeLessThanOrEqual(askedAt + patience);
          };
          answers.push(poller.nextWithin(patience).then(check));
        } else if (what === 1) await clock.next();
        else finishOne();
        if (random(2) === 0) await settled();
      }
      for (let idle = 0; idle < 2;) {
        finishOne();
        idle = (await clock.next()) || finished < reads.length ? 0 : idle + 1;
      }
      await Promise.all(answers);
      expect(reads.length).toBeLessThanOrEqual(answers.length);
    }
  });
});
