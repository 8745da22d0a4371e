import type { Log } from '../model/log.js';
import type { Clock } from '../concurrency/clock.js';
import type { ClientImports } from './client/client-imports.js';
import { sharesSuperblock } from './client/client-references.js';
import { lustreSourceOf } from './mount-identity.js';
import type { MountEntry, MountTable } from './mount-table.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

/** When a volume that cannot be unmounted is taken away by other means. Both lose data; neither is a default. */
export interface UnmountEscalation {
  /** Milliseconds after the first try from which `umount -f` is tried: it ends the client's requests to its servers
   *  with EIO, and what was not yet written to them is lost. */
  readonly forceAfterMs?: number;
  /** Milliseconds after the first try from which `umount -l` is tried: the mount disappears, the client and its locks
   *  stay until the last process lets go of its files. */
  readonly lazyAfterMs?: number;
}

export interface UnmountingParts {
  readonly readMountTable: () => Promise<MountTable>;
  readonly clock: Clock;
  readonly log: Log;
  readonly escalation?: UnmountEscalation;
  /** What the client knows of its servers. */
  readonly imports: Pick<ClientImports, 'connectionsOf'>;
}

export type UnmountFlag = '-f' | '-l';

/** Runs umount(8) once, with a flag or without. @throws DriverError if it did not unmount */
export type UnmountAttempt = (flag: UnmountFlag | undefined, limits: Limits) => Promise<void>;

interface Series {
  readonly startedAt: number;
  lastAt: number;
}

/** A plain umount(8) is given at least this, however soon force is allowed. */
const MIN_PLAIN_MS = 1_000;
const ESCALATED_MS = 10_000;
/** kubelet repeats a failed unpublish at least every two minutes: what comes later is another story. */
const SERIES_GAP_MS = 10 * 60_000;

/**
 * Unmounts: the plain way first and, where the operator has allowed it, by force and lazily after so many milliseconds
 * of trying. Whether something is mounted is decided by the mount table alone, so that a mount in whatever state (ENOTCONN,
 * ESTALE, ESHUTDOWN) is unmounted like any other.
 */
export class Unmounting {
  readonly #series = new Map<string, Series>();
  readonly #escalations = { force: 0, lazy: 0 };

  constructor(private readonly parts: UnmountingParts) {}

  /** How often each means was used, for metrics. */
  get escalations(): Readonly<Record<'force' | 'lazy', number>> {
    return this.#escalations;
  }

  /** Takes the topmost mount off a target. @throws what the last attempt threw */
  async run(target: string, limits: Limits, attempt: UnmountAttempt): Promise<void> {
    const before = (await this.parts.readMountTable()).all(target).length;
    const startedAt = this.#begin(target);
    const stages = this.#stages(startedAt);
    const firstAt = stages[0]?.at;
    let failure = await this.#try(target, before, () =>
      attempt(undefined, plainLimits(limits, firstAt, this.parts.clock)),
    );
    for (const { flag, at } of stages) {
      // What time is left is the caller's: with none, the next try goes on from here, since it knows when all began.
      const endsAt = Math.min(limits.endsAt, this.parts.clock.now() + ESCALATED_MS);
      if (!failure || this.parts.clock.now() < at || limits.signal.aborted) break;
      if (endsAt <= this.parts.clock.now() || !(await this.#isAllowed(flag, target))) continue;
      this.#count(flag, target, failure);
      failure = await this.#try(target, before, () => attempt(flag, { signal: limits.signal, endsAt }));
    }
    if (failure) throw failure;
    this.#series.delete(target);
  }

  /** @returns why the target still has all its mounts */
  async #try(target: string, before: number, work: () => Promise<void>): Promise<Error | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      const now = (await this.parts.readMountTable()).all(target).length;
      return now < before ? undefined : (error as Error);
    }
  }

  #begin(target: string): number {
    const now = this.parts.clock.now();
    const series = this.#series.get(target);
    if (series && now - series.lastAt < SERIES_GAP_MS) {
      series.lastAt = now;
      return series.startedAt;
    }
    this.#series.set(target, { startedAt: now, lastAt: now });
    return now;
  }

  #stages(startedAt: number): readonly { readonly flag: UnmountFlag; readonly at: number }[] {
    const { forceAfterMs, lazyAfterMs } = this.parts.escalation ?? {};
    return [
      ...(forceAfterMs === undefined ? [] : [{ flag: '-f' as const, at: startedAt + forceAfterMs }]),
      ...(lazyAfterMs === undefined ? [] : [{ flag: '-l' as const, at: startedAt + lazyAfterMs }]),
    ];
  }

  /** Force is a matter of the client, not of one mount: it ends the requests of every pod that shares it, at once and
   *  also where the mount then stays because a process is in it. */
  async #isAllowed(flag: UnmountFlag, target: string): Promise<boolean> {
    if (flag === '-l') return true;
    const table = await this.parts.readMountTable();
    const other = sharedWith(target, table);
    const why = other
      ? 'another mount may use the same client, whose requests would be ended, too'
      : await this.#refusalReason(table.at(target));
    if (why === undefined) return true;
    const what = { target, ...(other ? { other: other.mountPoint } : {}) };
    this.parts.log.warn(what, `not unmounted by force: ${why}`);
    return false;
  }

  /** Where the servers answer, force would discard data that they would take. */
  async #refusalReason(mounted: MountEntry | undefined): Promise<string | undefined> {
    const source = mounted && lustreSourceOf(mounted);
    if (!source || (await this.parts.imports.connectionsOf(source.fsname)) !== 'all') return undefined;
    return (
      `the client is connected to all servers of ${source.fsname}, which would still take what is not written yet; a ` +
      `process of the node works in the volume: find it with "fuser -vm" or "lsof"`
    );
  }

  #count(flag: UnmountFlag, target: string, failure: Error): void {
    const means = flag === '-f' ? 'force' : 'lazy';
    this.#escalations[means] += 1;
    const consequence =
      means === 'force'
        ? 'what was not yet written to the servers is lost'
        : 'the client stays in the kernel until the last process lets go of its files';
    this.parts.log.warn(
      { target, flag, err: failure },
      `umount ${flag}, as the settings allow: ${consequence}`,
    );
  }
}

/** A mount at another place that may be of the same client. */
export function sharedWith(target: string, table: MountTable): MountEntry | undefined {
  const mounted = table.at(target);
  if (!mounted) return undefined;
  return table.entries.find((entry) => entry.mountPoint !== target && sharesSuperblock(entry, mounted));
}

/** The plain way ends in time for the next one. */
function plainLimits(limits: Limits, nextAt: number | undefined, clock: Clock): Limits {
  if (nextAt === undefined) return limits;
  const endsAt = Math.min(limits.endsAt, Math.max(nextAt, clock.now() + MIN_PLAIN_MS));
  return { signal: limits.signal, endsAt };
}
