import { systemClock, type Clock } from '@lustre-csi/core';
import type { CallObserver, CallSubject } from '@lustre-csi/core/server';

/** Time after its last call from which work no longer counts as requested: sidecars repeat a call after five minutes at the
 *  latest. Milliseconds. */
const FORGET_MS = 15 * 60_000;
/** Most works that are remembered. */
const MAX_REMEMBERED = 20_000;

interface Work {
  readonly subject: CallSubject;
  readonly since: number;
  calls: number;
  lastAt: number;
}

/** Count and age of the oldest of some work. */
export interface Pending {
  readonly count: number;
  /** Seconds. */
  readonly age: number;
}

/** Work that was requested and is not complete, over all calls for it. Only what this process has seen: after a restart, the
 *  age begins with the next call. */
export class PendingWork implements CallObserver {
  readonly #works = new Map<string, Work>();

  constructor(private readonly clock: Pick<Clock, 'now'> = systemClock) {}

  started(_method: string, subject?: CallSubject): void {
    if (!subject) return;
    const now = this.clock.now();
    const key = keyOf(subject);
    const work = this.#works.get(key) ?? { subject, since: now, calls: 0, lastAt: now };
    work.calls += 1;
    work.lastAt = now;
    if (this.#works.size < MAX_REMEMBERED || this.#works.has(key)) this.#works.set(key, work);
  }

  ended(_method: string, code: string, _seconds: number, subject?: CallSubject): void {
    const work = subject && this.#works.get(keyOf(subject));
    if (!work) return;
    work.calls -= 1;
    work.lastAt = this.clock.now();
    if (code === 'OK') this.#works.delete(keyOf(work.subject));
  }

  /** Pending work of one operation on one kind. */
  of(operation: string, kind: string): Pending {
    const now = this.clock.now();
    for (const [key, { calls, lastAt }] of this.#works)
      if (calls <= 0 && now - lastAt > FORGET_MS) this.#works.delete(key);
    const works = [...this.#works.values()].filter(
      ({ subject }) => subject.operation === operation && subject.kind === kind,
    );
    const oldest = works.reduce((least, { since }) => Math.min(least, since), now);
    return { count: works.length, age: (now - oldest) / 1000 };
  }
}

const keyOf = ({ operation, kind, key }: CallSubject): string => `${operation} ${kind} ${key}`;
