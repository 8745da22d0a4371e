import { beforeEach, describe, expect, it } from 'vitest';
import { settled } from '../testing/manual-clock.js';
import { Coalescer, KeyHeldError, LeftEarlyError, type Job } from './coalescer.js';

/** Work that ends when the test says so, and remembers what became of it. */
class Task {
  started = 0;
  ended = 0;
  signal = new AbortController().signal;
  report = (_: string): void => {};
  finish = (_: string): void => {};
  fail = (_: Error): void => {};

  job(key = 'volume a', fingerprint = 'create'): Job<string> {
    return {
      key,
      fingerprint,
      work: async (signal, report) => {
        this.started += 1;
        this.signal = signal;
        this.report = report;
        try {
          return await new Promise<string>((resolve, reject) => {
            this.finish = resolve;
            this.fail = reject;
          });
        } finally {
          this.ended += 1;
        }
      },
    };
  }
}

const never = (): AbortSignal => new AbortController().signal;
const reason = new Error('time is over');

let coalescer: Coalescer;
let task: Task;

beforeEach(() => {
  coalescer = new Coalescer();
  task = new Task();
});

describe('identical work', () => {
  it('is done once for all who ask', async () => {
    const callers = Array.from({ length: 50 }, () => coalescer.run(task.job(), never()));
    await settled();
    expect(task.started).toBe(1);
    task.finish('made');
    expect(await Promise.all(callers)).toEqual(Array.from({ length: 50 }, () => 'made'));
    expect(coalescer.size).toBe(0);
  });

  it('can be joined later', async () => {
    const first = coalescer.run(task.job(), never());
    await settled();
    const second = coalescer.run(task.job(), never());
    await settled();
    task.finish('made');
    expect(await Promise.all([first, second])).toEqual(['made', 'made']);
    expect(task.started).toBe(1);
  });

  it('fails for all with the same error, and is forgotten', async () => {
    const callers = [coalescer.run(task.job(), never()), coalescer.run(task.job(), never())];
    await settled();
    const refusal = new Error('refused');
    task.fail(refusal);
    for (const caller of callers) await expect(caller).rejects.toBe(refusal);
    expect(coalescer.size).toBe(0);
  });

  it('that throws before it awaits anything is forgotten, too', async () => {
    const work = (): Promise<string> => {
      throw new Error('at once');
    };
    await expect(coalescer.run({ key: 'a', fingerprint: '', work }, never())).rejects.toThrow('at once');
    expect(coalescer.size).toBe(0);
  });

  it('is done again after it has ended', async () => {
    const first = coalescer.run(task.job(), never());
    await settled();
    task.finish('made');
    await first;
    const second = coalescer.run(task.job(), never());
    await settled();
    task.finish('made again');
    expect(await second).toBe('made again');
  });
});

describe('other work', () => {
  it('on the same key is refused with the progress of the first, which continues', async () => {
    const first = coalescer.run(task.job(), never());
    await settled();
    task.report('half done');
    const conflict = coalescer.run(new Task().job('volume a', 'delete'), never());
    await expect(conflict).rejects.toMatchObject({
      constructor: KeyHeldError,
      key: 'volume a',
      progress: 'half done',
    });
    task.finish('made');
    expect(await first).toBe('made');
  });

  it('on another key is independent', async () => {
    const other = new Task();
    const both = [
      coalescer.run(task.job(), never()),
      coalescer.run(other.job('volume b', 'delete'), never()),
    ];
    await settled();
    expect(coalescer.size).toBe(2);
    other.finish('gone');
    task.finish('made');
    expect(await Promise.all(both)).toEqual(['made', 'gone']);
  });

  it('never starts beside the first, however many ask in one tick', async () => {
    let atOnce = 0;
    let most = 0;
    const job = (index: number): Job<number> => ({
      key: 'volume a',
      fingerprint: `job ${index}`,
      work: async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await settled();
        atOnce -= 1;
        return index;
      },
    });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => coalescer.run(job(index), never())),
    );
    expect(most).toBe(1);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a caller that leaves early', () => {
  it('gets the progress of the work, and the others continue', async () => {
    const caller = new AbortController();
    const leaving = coalescer.run(task.job(), caller.signal);
    const staying = coalescer.run(task.job(), never());
    await settled();
    task.report('half done');
    caller.abort(reason);
    await expect(leaving).rejects.toMatchObject({
      constructor: LeftEarlyError,
      progress: 'half done',
      cause: reason,
    });
    expect(task.signal.aborted).toBe(false);
    task.finish('made');
    expect(await staying).toBe('made');
  });

  it('stops the work with the last caller; the key is held until the work has stopped', async () => {
    const caller = new AbortController();
    const leaving = coalescer.run(task.job(), caller.signal);
    await settled();
    caller.abort(reason);
    await expect(leaving).rejects.toBeInstanceOf(LeftEarlyError);
    expect(task.signal.aborted).toBe(true);
    expect(coalescer.size).toBe(1);

    const next = new Task();
    const later = coalescer.run(next.job('volume a', 'delete'), never());
    await settled();
    expect(next.started).toBe(0);
    task.fail(new Error('stopped'));
    await settled();
    expect(next.started).toBe(1);
    next.finish('gone');
    expect(await later).toBe('gone');
    expect(coalescer.size).toBe(0);
  });

  it('while it waits for abandoned work hears how far that was', async () => {
    const first = new AbortController();
    const leaving = coalescer.run(task.job(), first.signal);
    await settled();
    task.report('half done');
    first.abort(reason);
    await expect(leaving).rejects.toBeInstanceOf(LeftEarlyError);
    const second = new AbortController();
    const next = new Task();
    const waiting = coalescer.run(next.job(), second.signal);
    await settled();
    second.abort(reason);
    await expect(waiting).rejects.toMatchObject({ progress: 'half done', cause: reason });
    task.finish('too late');
    await settled();
    expect(next.started).toBe(0);
    expect(coalescer.size).toBe(0);
  });

  it('before it came starts nothing', async () => {
    await expect(coalescer.run(task.job(), AbortSignal.abort(reason))).rejects.toMatchObject({
      cause: reason,
    });
    await settled();
    expect(task.started).toBe(0);
    expect(coalescer.size).toBe(0);
  });

  it('does not hide a failure of the work that came first', async () => {
    const caller = new AbortController();
    const failing = coalescer.run(task.job(), caller.signal);
    await settled();
    const refusal = new Error('refused');
    task.fail(refusal);
    await expect(failing).rejects.toBe(refusal);
    caller.abort(reason);
  });

  // Between any two steps of the one that leaves, another may come: it must join the work before it is stopped,
  // stop, or get work of its own.
  it.each(Array.from({ length: 12 }, (_, steps) => steps))(
    'never draws in one that comes %i microtasks after',
    async (steps) => {
      const heeding = (index: number): Job<number> => ({
        key: 'volume a',
        fingerprint: 'create',
        work: (signal) =>
          new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('stopped')));
            setImmediate(() => resolve(index));
          }),
      });
      const caller = new AbortController();
      const leaving = coalescer.run(heeding(1), caller.signal);
      leaving.catch(() => {});
      await Promise.resolve();
      caller.abort(reason);
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      expect([1, 2]).toContain(await coalescer.run(heeding(2), never()));
      await expect(leaving).rejects.toBeInstanceOf(LeftEarlyError);
      expect(coalescer.size).toBe(0);
    },
  );
});
