import { describe, expect, it } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { Limiter, type LimiterOptions } from './limiter.js';

const forever = new AbortController().signal;

/** Work that ends when the test says so. */
class Works {
  readonly started: string[] = [];
  readonly #ends = new Map<string, () => void>();
  readonly clock = new ManualClock();
  readonly limiter: Limiter;

  constructor(options: Partial<LimiterOptions> = {}) {
    this.limiter = new Limiter({ limit: 2, holdMs: 1000, clock: this.clock, ...options });
  }

  async add(name: string, key = name, signal = forever): Promise<void> {
    await this.limiter.run(
      key,
      () => {
        this.started.push(name);
        return new Promise<void>((resolve) => this.#ends.set(name, resolve));
      },
      signal,
    );
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await settled();
  }
}

describe('Limiter', () => {
  it('runs so much at once and the rest in turn', async () => {
    const works = new Works();
    const all = ['a', 'b', 'c', 'd'].map((name) => works.add(name));
    await settled();
    expect(works.started).toEqual(['a', 'b']);
    expect(works.limiter.waiting).toBe(2);
    await works.end('b');
    expect(works.started).toEqual(['a', 'b', 'c']);
    await works.end('a');
    for (const name of ['c', 'd']) await works.end(name);
    await Promise.all(all);
    expect(works.clock.waiting).toBe(0);
  });

  it('frees the place of work that fails', async () => {
    const { limiter } = new Works();
    const failing = () => Promise.reject(new Error('broken'));
    for (let time = 0; time < 5; time += 1) {
      await expect(limiter.run('k', failing, forever)).rejects.toThrow('broken');
    }
    expect(await limiter.run('k', () => Promise.resolve('fine'), forever)).toBe('fine');
  });

  it('counts what is stuck, and lets others have its place', async () => {
    const works = new Works();
    void works.add('s1', 'dead');
    void works.add('s2', 'dead');
    void works.add('healthy');
    await settled();
    expect(works.started).toEqual(['s1', 's2']);
    await works.clock.next();
    expect(works.limiter.overdue).toBeGreaterThan(0);
    expect(works.started).toContain('healthy');
  });

  it('bounds the work of a dead key, which takes no place from others', async () => {
    const works = new Works();
    for (let each = 1; each <= 6; each += 1) void works.add(`s${each}`, 'dead');
    await settled();
    while (await works.clock.next());
    expect(works.limiter.overdue).toBe(2);
    expect(works.started).toEqual(['s1', 's2']);
    void works.add('h1');
    void works.add('h2');
    await settled();
    expect(works.started).toEqual(['s1', 's2', 'h1', 'h2']);
    await works.end('s1');
    expect(works.started.at(-1)).toBe('s3');
    expect(works.limiter.overdue).toBe(2);
  });

  it('begins no more of a dead key than may be stuck', async () => {
    const works = new Works({ limit: 4, stuckLimit: 1 });
    void works.add('s1', 'dead');
    await settled();
    await works.clock.next();
    for (const name of ['s2', 's3']) void works.add(name, 'dead');
    void works.add('healthy');
    await settled();
    expect(works.started).toEqual(['s1', 'healthy']);
    await works.end('s1');
    expect(works.started).toEqual(['s1', 'healthy', 's2', 's3']);
  });

  it('forgets that a key was dead once its stuck work has ended', async () => {
    const works = new Works();
    void works.add('s1', 'dead');
    await settled();
    await works.clock.next();
    expect(works.limiter.overdue).toBe(1);
    await works.end('s1');
    expect(works.limiter.overdue).toBe(0);
    for (const name of ['a', 'b', 'c']) void works.add(name, 'dead');
    await settled();
    expect(works.started).toEqual(['s1', 'a', 'b']);
  });

  it('lets a caller leave while it waits', async () => {
    const works = new Works();
    void works.add('a');
    void works.add('b');
    const caller = new AbortController();
    const leaving = works.add('c', 'c', caller.signal);
    caller.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    expect(works.limiter.waiting).toBe(0);
    await expect(works.add('d', 'd', AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
    await works.end('a');
    expect(works.started).toEqual(['a', 'b']);
    expect(await works.limiter.run('e', () => Promise.resolve(1), forever)).toBe(1);
  });

  it('keeps no place for a caller that leaves in the moment of its turn', async () => {
    const limiter = new Limiter({ limit: 1, holdMs: 1000, clock: new ManualClock() });
    const caller = new AbortController();
    const running = limiter.run('a', () => Promise.resolve(), caller.signal);
    caller.abort(new Error('gone'));
    await running.catch(() => {});
    expect(await limiter.run('b', () => Promise.resolve('next'), forever)).toBe('next');
  });
});
