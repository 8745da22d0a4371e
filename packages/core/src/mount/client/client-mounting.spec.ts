import { describe, expect, it } from 'vitest';
import { DriverError } from '../../errors/driver-error.js';
import { parseMountSource } from '../../model/mount-source.js';
import type { CommandResult } from '../../process/command.js';
import { ManualClock, settled } from '../../testing/manual-clock.js';
import { silentLog } from '../../node/testing/silent-log.js';
import { MountTable, parseMountInfo } from '../table/mount-table.js';
import { ClientMounting } from './client-mounting.js';
import type { Verdict } from './mgs-probe.js';
import type { MountAttempt, MountWait } from './mount-run.js';

const SECOND = 1_000;
const ok: CommandResult = { pid: 1, exitCode: 0, signal: null, stdout: '', stderr: '' };
const timedOut: CommandResult = {
  ...ok,
  exitCode: 110,
  stderr: 'mount.lustre: mount 127.0.0.9@tcp:/lustrefs at /t failed: Connection timed out',
};

/** Mounting whose servers have verdicts, and whose mounts end when the test says so. */
class Mounts {
  readonly clock = new ManualClock();
  readonly started: string[] = [];
  table = new MountTable([]);
  readonly #ends = new Map<string, (result: CommandResult) => void>();
  readonly #waits = new Map<number, MountWait>();
  readonly mounting: ClientMounting;

  constructor(private readonly verdicts: Readonly<Record<string, Verdict>> = {}) {
    this.mounting = new ClientMounting({
      clock: this.clock,
      log: silentLog,
      readMountTable: () => Promise.resolve(this.table),
      kernelLog: { quote: () => Promise.resolve(undefined) },
      names: { resolve: (source) => Promise.resolve(source) },
      readWait: (group) => Promise.resolve(this.#waits.get(group)),
      probe: {
        explain: () => Promise.resolve('probed in a test'),
        look: ({ mgsNodes }) => {
          const verdict = this.verdicts[mgsNodes.flat()[0] ?? ''] ?? 'reachable';
          return Promise.resolve({ verdict, words: verdict === 'reachable' ? '' : `seen: ${verdict}` });
        },
      },
    });
  }

  readonly #attempt: MountAttempt = ({ target }, { signal }, onStart) => {
    this.started.push(target);
    onStart(this.started.length);
    return new Promise((resolve, reject) => {
      this.#ends.set(target, resolve);
      signal.addEventListener('abort', () => reject(new DriverError('deadline-exceeded', 'was killed')));
    });
  };

  /** Mounts, and resolves to the seconds after which the caller had its answer, and to the error. */
  async mount(target: string, source: string, options: readonly string[] = []) {
    const startedAt = this.clock.now();
    const limits = { signal: new AbortController().signal, endsAt: startedAt + 97 * SECOND };
    const request = { source: parseMountSource(source), target, options };
    const error = await this.mounting.run(request, limits, this.#attempt).then(
      () => undefined,
      (failure: unknown) => failure as DriverError,
    );
    return { error, seconds: (this.clock.now() - startedAt) / SECOND };
  }

  async end(target: string, result = ok): Promise<void> {
    this.#ends.get(target)?.(result);
    await settled();
  }

  /** Makes the kernel show that the mount started as this one waits for the lock of another. */
  locked(target: string): void {
    const pid = this.started.indexOf(target) + 1;
    this.#waits.set(pid, { pid: 4710 + pid, state: 'D', waitsIn: 'lustre_start_mgc' });
  }

  /** Lets time pass until a promise settles. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    void promise.finally(() => (isSettled = true));
    await settled();
    while (!isSettled) expect(await this.clock.next()).toBe(true);
    return promise;
  }
}

const dead = '127.0.0.9@tcp:/lustrefs';
const healthy = '127.0.0.4@tcp:/lustrefs';
const unavailable = (words: string): unknown =>
  expect.objectContaining({ kind: 'unavailable', message: expect.stringContaining(words) as string });

describe('a server of which neither TCP nor LNet shows anything', () => {
  it('is not mounted from, and the answer is early and says what was seen', async () => {
    const mounts = new Mounts({ '127.0.0.9@tcp': 'unreachable' });
    const { error, seconds } = await mounts.until(mounts.mount('/t', dead));
    expect(error).toEqual(unavailable('the management server did not answer; seen: unreachable'));
    expect(seconds).toBeLessThan(1);
    expect(mounts.started).toEqual([]);
  });
});

describe('a server that only TCP does not show', () => {
  it('is mounted from, and trusted for a while', async () => {
    const mounts = new Mounts({ '127.0.0.9@tcp': 'doubtful' });
    const first = mounts.mount('/a', dead);
    const second = mounts.mount('/b', dead);
    await settled();
    expect(mounts.started).toEqual(['/a']);
    await mounts.end('/a');
    expect(await first).toMatchObject({ error: undefined });
    await settled();
    const third = mounts.mount('/c', dead);
    await settled();
    expect(mounts.started).toEqual(['/a', '/b', '/c']);
    for (const target of ['/b', '/c']) await mounts.end(target);
    expect(await Promise.all([second, third])).toMatchObject([{ error: undefined }, { error: undefined }]);
    expect(mounts.mounting.pending.size).toBe(0);
  });

  it('has one mount that waits, which answers early, continues, and is used by the next call', async () => {
    const mounts = new Mounts({ '127.0.0.9@tcp': 'doubtful' });
    const early = await mounts.until(mounts.mount('/t', dead, ['flock', 'retry=3']));
    expect(early.error).toEqual(
      unavailable('seen: doubtful. The mount continues, and the next attempt uses it'),
    );
    expect(early.seconds).toBeLessThanOrEqual(12);
    expect([...mounts.mounting.pending.keys()]).toEqual(['/t']);
    // Neither the same call nor another one starts a second mount.
    const again = await mounts.until(mounts.mount('/t', dead, ['flock', 'retry=3']));
    const other = await mounts.until(mounts.mount('/other', dead));
    expect([again.error, other.error]).toEqual([unavailable('still waits'), unavailable('still waits')]);
    expect(mounts.started).toEqual(['/t']);
    expect(mounts.mounting.overdue).toBe(1);
    const last = mounts.mount('/t', dead, ['flock', 'retry=3']);
    await settled();
    await mounts.end('/t');
    expect(await last).toMatchObject({ error: undefined });
    expect(mounts.mounting.pending.size).toBe(0);
    expect(mounts.mounting.overdue).toBe(0);
  });

  it('has the failure of a mount without a caller reported to the next call, once', async () => {
    const mounts = new Mounts({ '127.0.0.9@tcp': 'doubtful' });
    await mounts.until(mounts.mount('/t', dead));
    await mounts.end('/t', timedOut);
    const { error, seconds } = await mounts.mount('/t', dead);
    expect(error).toEqual(unavailable('exit status 110'));
    expect(seconds).toBe(0);
    const next = mounts.mount('/t', dead);
    await settled();
    expect(mounts.started).toEqual(['/t', '/t']);
    await mounts.end('/t');
    expect(await next).toMatchObject({ error: undefined });
  });

  it('is not mounted twice where a mount without a caller ends between the looks at the mount table', async () => {
    const mounts = new Mounts({ '127.0.0.9@tcp': 'doubtful' });
    await mounts.until(mounts.mount('/t', dead));
    await mounts.end('/t');
    mounts.table = parseMountInfo(`90 22 0:50 / /t rw - lustre ${dead} rw`);
    expect(await mounts.mount('/t', dead)).toMatchObject({ error: undefined });
    expect(mounts.started).toEqual(['/t']);
  });

  it('has its mount ended for another request at the target', async () => {
    const mounts = new Mounts({ '127.0.0.9@tcp': 'doubtful' });
    await mounts.until(mounts.mount('/t', dead));
    const changed = mounts.mount('/t', healthy);
    await settled();
    await mounts.end('/t');
    expect(await mounts.until(changed)).toMatchObject({ error: undefined });
    expect(mounts.started).toEqual(['/t', '/t']);
    await mounts.until(mounts.mount('/u', dead));
    await mounts.mounting.abandon('/u');
    expect(mounts.mounting.pending.size).toBe(0);
  });

  it('gets no mount while the kernel lets others wait for their turn', async () => {
    const mounts = new Mounts({ '127.0.0.8@tcp': 'doubtful', '127.0.0.9@tcp': 'doubtful' });
    await mounts.until(mounts.mount('/first', '127.0.0.8@tcp:/lustrefs'));
    mounts.locked('/first');
    const { error } = await mounts.until(mounts.mount('/second', dead));
    expect(error).toEqual(unavailable('the kernel starts one client at a time'));
    expect(mounts.started).toEqual(['/first']);
  });
});

describe('a healthy server', () => {
  it('is mounted from at once beside 40 dead ones', async () => {
    const sources = Array.from({ length: 40 }, (_, index) => `127.0.1.${index}@tcp`);
    const mounts = new Mounts(Object.fromEntries(sources.map((nid) => [nid, 'doubtful'] as const)));
    const lost = sources.map((nid, index) => mounts.mount(`/dead-${index}`, `${nid}:/lustrefs`));
    await settled();
    const fine = mounts.mount('/healthy', healthy);
    await settled();
    await mounts.end('/healthy');
    expect(await mounts.until(fine)).toMatchObject({ error: undefined, seconds: 0 });
    for (const { error, seconds } of await mounts.until(Promise.all(lost))) {
      expect(error).toMatchObject({ kind: 'unavailable' });
      expect(seconds).toBeLessThanOrEqual(15);
    }
  });

  it('is mounted from within 25 seconds behind 40 that accept connections and then hang', async () => {
    const mounts = new Mounts();
    for (let index = 0; index < 40; index += 1) {
      void mounts.mount(`/hanging-${index}`, `127.0.1.${index}@tcp:/lustrefs`);
    }
    await settled();
    const fine = mounts.mount('/healthy', healthy);
    const startedAt = mounts.clock.now();
    while (!mounts.started.includes('/healthy')) expect(await mounts.clock.next()).toBe(true);
    expect((mounts.clock.now() - startedAt) / SECOND).toBeLessThanOrEqual(25);
    await mounts.end('/healthy');
    expect(await fine).toMatchObject({ error: undefined });
  });

  it('has a caller that hears of the mount for which the kernel makes it wait; the mount continues', async () => {
    const mounts = new Mounts({ '127.0.0.9@tcp': 'doubtful' });
    await mounts.until(mounts.mount('/dead', dead));
    const waiting = mounts.mount('/healthy', healthy);
    await settled();
    mounts.locked('/healthy');
    const { error, seconds } = await mounts.until(waiting);
    expect(error).toEqual(unavailable('in lustre_start_mgc: the kernel starts one new client at a time'));
    expect(error?.message).toContain(`Before it is mount -t lustre ${dead}`);
    expect(seconds).toBeLessThanOrEqual(15);
    const next = mounts.mount('/healthy', healthy);
    await settled();
    await mounts.end('/healthy');
    expect(await next).toMatchObject({ error: undefined });
    expect(mounts.started).toEqual(['/dead', '/healthy']);
  });
});
