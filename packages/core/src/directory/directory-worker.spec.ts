import { describe, expect, it } from 'vitest';
import type { CommandRunner } from '../process/command.js';
import type { Conversation, ConversationOptions } from '../process/conversation.js';
import type { StuckChild } from '../process/stuck-child.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { DirectoryWorker } from './directory-worker.js';
import type { WorkerTask } from './registry/worker-protocol.js';

const task: WorkerTask = { operation: 'get', location: { root: '/mnt', base: ['b'] }, key: 'k' };
const patient = new AbortController().signal;

/** Stands in for processes: answers, is silent, or cannot be killed. */
class Processes {
  readonly started: { options: ConversationOptions; lines: string[] }[] = [];
  answer: (line: string) => string | undefined = () => undefined;
  held: StuckChild | undefined;

  converse = (_program: string, _args: readonly string[], options: ConversationOptions): Conversation => {
    const process = { options, lines: [] as string[] };
    this.started.push(process);
    const say = (line: string): void => {
      process.lines.push(line);
      const said = this.answer(line);
      if (said !== undefined) queueMicrotask(() => options.onLine(said));
    };
    return { writeLine: say, stop: async () => this.held } as unknown as Conversation;
  };

  get runner(): CommandRunner {
    return this as unknown as CommandRunner;
  }
}

describe('the process that touches a file system', () => {
  const answerAll = (line: string): string =>
    JSON.stringify({ id: (JSON.parse(line) as { id: number }).id, result: null });

  it('does one task at a time, in one process', async () => {
    const processes = new Processes();
    processes.answer = answerAll;
    const worker = new DirectoryWorker('/mnt', 'mgs:/fs', processes.runner, new ManualClock());
    expect(await Promise.all([worker.run(task, patient), worker.run(task, patient)])).toEqual([null, null]);
    expect(processes.started).toHaveLength(1);
    expect(worker.isBusy).toBe(false);
  });

  it('gives a silent process up, reports it, and continues with another', async () => {
    const processes = new Processes();
    const clock = new ManualClock();
    const worker = new DirectoryWorker('/mnt', 'mgs:/fs', processes.runner, clock);
    const first = worker.run(task, patient).catch((error: unknown) => error);
    const waiting = worker.run(task, patient).catch((error: unknown) => error);
    await clock.next();
    for (const each of [first, waiting])
      expect(await each).toMatchObject({
        kind: 'deadline-exceeded',
        message: expect.stringContaining('60 s') as string,
      });
    processes.answer = answerAll;
    expect(await worker.run(task, patient)).toBeNull();
    expect(processes.started).toHaveLength(2);
  });

  it('forgets tasks that are no longer awaited and have not begun', async () => {
    const processes = new Processes();
    const worker = new DirectoryWorker('/mnt', 'mgs:/fs', processes.runner, new ManualClock());
    const begun = worker.run(task, patient);
    const leaving = new AbortController();
    const left = worker.run(task, leaving.signal).catch((error: unknown) => error);
    await settled();
    leaving.abort('no time');
    expect(await left).toBe('no time');
    processes.started[0]?.options.onLine(answerAll(processes.started[0].lines[0] ?? ''));
    expect(await begun).toBeNull();
    await settled();
    expect(processes.started[0]?.lines).toHaveLength(1);
    expect(worker.isBusy).toBe(false);
  });

  it('starts no second process beside one that the kernel holds', async () => {
    const processes = new Processes();
    const clock = new ManualClock();
    let letGo = (): void => {};
    const ended = new Promise<void>((resolve) => (letGo = resolve));
    processes.held = {
      command: 'worker',
      pid: 7,
      state: 'D',
      since: clock.now(),
      ended,
    } as unknown as StuckChild;
    const worker = new DirectoryWorker('/mnt', 'mgs:/fs', processes.runner, clock);
    const first = worker.run(task, patient).catch((error: unknown) => error);
    await clock.next();
    await first;
    await settled();
    expect(worker.stuck).toBeDefined();
    await expect(worker.run(task, patient)).rejects.toMatchObject({ kind: 'deadline-exceeded' });
    expect(processes.started).toHaveLength(1);
    letGo();
    await settled();
    processes.answer = answerAll;
    expect(await worker.run(task, patient)).toBeNull();
  });

  it('reports the end of a process, and starts another for the next task', async () => {
    const processes = new Processes();
    const worker = new DirectoryWorker('/mnt', 'mgs:/fs', processes.runner, new ManualClock());
    const first = worker.run(task, patient).catch((error: unknown) => error);
    await settled();
    processes.started[0]?.options.onEnd();
    expect(await first).toMatchObject({ kind: 'unavailable' });
    processes.answer = answerAll;
    expect(await worker.run(task, patient)).toBeNull();
  });

  it('lets a caller go that has no time left, and the task be done', async () => {
    const processes = new Processes();
    const worker = new DirectoryWorker('/mnt', 'mgs:/fs', processes.runner, new ManualClock());
    const leaving = new AbortController();
    const first = worker.run(task, leaving.signal).catch((error: unknown) => error);
    leaving.abort('no time');
    expect(await first).toBe('no time');
    expect(worker.isBusy).toBe(true);
  });
});
