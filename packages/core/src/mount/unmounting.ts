import type { Log } from '../model/log.js';
import type { Clock } from '../concurrency/clock.js';
import type { ClientImports } from './client/client-imports.js';
import type { ClientInstance, ClientInstances } from './client/client-instance.js';
import { sharesSuperblock } from './client/client-references.js';
import { isDriverError } from '../errors/driver-error.js';
import { StuckChildError } from '../process/stuck-child.js';
import { HungUnmounts, type HungUnmount } from './hung-unmounts.js';
import { lustreSourceOf } from './mount-identity.js';
import type { MountEntry, MountTable } from './table/mount-table.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

/** Times after which a volume that cannot be unmounted is unmounted by other means. Both lose data; neither is a default. */
export interface UnmountEscalation {
  /** Milliseconds after the first try from which `umount -f` is tried: it ends the client's requests to its servers
   *  with EIO, and what was not yet written to them is lost. */
  readonly forceAfterMs?: number;
  /** Milliseconds after the first try from which `umount -l` is tried: the mount disappears, the client and its locks
   *  stay until the last process closes its files. */
  readonly lazyAfterMs?: number;
}

export interface UnmountingParts {
  readonly readMountTable: () => Promise<MountTable>;
  readonly clock: Clock;
  readonly log: Log;
  readonly escalation?: UnmountEscalation;
  /** Connections of the client to its servers. */
  readonly imports: Pick<ClientImports, 'connectionsOf'>;
  /** Distinct clients of the node. */
  readonly instances: Pick<ClientInstances, 'at' | 'connectionsOf' | 'deactivate'>;
  /** Returns true for a target that is recorded as bound from a client that pods share. */
  readonly sharesClient?: (target: string) => boolean;
}

export type UnmountFlag = '-f' | '-l';

/** Runs umount(8) once, with a flag or without. @throws DriverError if it did not unmount */
export type UnmountAttempt = (flag: UnmountFlag | undefined, limits: Limits) => Promise<void>;

interface Series {
  readonly startedAt: number;
  lastAt: number;
}

/** Shortest time for a plain umount(8), however soon force is allowed. */
const MIN_PLAIN_MS = 1_000;
const ESCALATED_MS = 10_000;
/** Longest pause between attempts of one series: kubelet repeats a failed unpublish at least every two minutes. */
const SERIES_GAP_MS = 10 * 60_000;

/**
 * Unmounts: first without flags and, where the operator allows it, by force and lazily after the configured times. The mount
 * table alone decides what is mounted, so that a mount in any state (ENOTCONN, ESTALE, ESHUTDOWN) is unmounted like any
 * other.
 */
export class Unmounting {
  readonly #series = new Map<string, Series>();
  readonly #escalations = { force: 0, lazy: 0 };

  readonly #hung: HungUnmounts;

  constructor(private readonly parts: UnmountingParts) {
    const { forceAfterMs } = parts.escalation ?? {};
    this.#hung = new HungUnmounts({
      ...{ clock: parts.clock, log: parts.log, instances: parts.instances },
      ...(forceAfterMs === undefined ? {} : { forceAfterMs }),
      onForce: () => (this.#escalations.force += 1),
    });
  }

  /** Number of uses of each means, for metrics. */
  get escalations(): Readonly<Record<'force' | 'lazy', number>> {
    return this.#escalations;
  }

  /** Unmounts the topmost mount of a target. @throws the error of the last attempt */
  async run(target: string, limits: Limits, attempt: UnmountAttempt): Promise<void> {
    const startedAt = this.#begin(target);
    const { before, client } = await this.#look(target);
    const stages = this.#stages(startedAt);
    const firstAt = stages[0]?.at;
    let failure = await this.#try(target, before, async () => {
      try {
        await attempt(undefined, plainLimits(limits, firstAt, this.parts.clock));
      } catch (error) {
        await this.#followIfHung({ target, client, startedAt }, before, error);
        throw error;
      }
    });
    for (const { flag, at } of stages) {
      // The time left is the caller's. Without any, the next call continues: the series keeps the time of the first attempt.
      const endsAt = Math.min(limits.endsAt, this.parts.clock.now() + ESCALATED_MS);
      if (!failure || this.parts.clock.now() < at || limits.signal.aborted) break;
      if (endsAt <= this.parts.clock.now() || !(await this.#isAllowed(flag, target, client))) continue;
      this.#count(flag, target, failure);
      failure = await this.#try(target, before, () => attempt(flag, { signal: limits.signal, endsAt }));
    }
    if (failure) throw failure;
    this.#series.delete(target);
  }

  /** Looks at the target before its unmount, where force or a lazy unmount is allowed. Else it counts as one mount. */
  async #look(target: string): Promise<{ before: number; client?: ClientInstance | undefined }> {
    const { forceAfterMs, lazyAfterMs } = this.parts.escalation ?? {};
    if (forceAfterMs === undefined && lazyAfterMs === undefined) return { before: 1 };
    const table = await this.parts.readMountTable();
    return { before: table.all(target).length, client: await this.#ownClient(target, table) };
  }

  /** Finds the client that this mount alone is of, where force is allowed: after the unmount nothing leads to it. */
  async #ownClient(target: string, table: MountTable): Promise<ClientInstance | undefined> {
    const mounted = table.at(target);
    const source = mounted && lustreSourceOf(mounted);
    if (this.parts.escalation?.forceAfterMs === undefined || !source) return undefined;
    if (this.#otherMount(target, table)) return undefined;
    return this.parts.instances.at(target, source.fsname);
  }

  /** Follows an umount(8) that hangs although the mount table no longer shows its mount. */
  async #followIfHung(unmount: Omit<HungUnmount, 'child'>, before: number, error: unknown): Promise<void> {
    const cause = isDriverError(error) ? error.cause : undefined;
    if (!(cause instanceof StuckChildError)) return;
    const now = (await this.parts.readMountTable()).all(unmount.target).length;
    if (now < before) void this.#hung.follow({ ...unmount, child: cause.child });
  }

  #otherMount(target: string, table: MountTable): MountEntry | undefined {
    return sharedWith(target, table, this.parts.sharesClient?.(target) === true);
  }

  /** @returns the error if the target still has all its mounts */
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

  /** Checks that force is safe. It affects the client, not one mount: it ends the requests of every pod that shares the client,
   *  at once, and also where the mount then stays because a process is in it. */
  async #isAllowed(flag: UnmountFlag, target: string, client: ClientInstance | undefined): Promise<boolean> {
    if (flag === '-l') return true;
    const table = await this.parts.readMountTable();
    const other = this.#otherMount(target, table);
    const why = other
      ? 'another mount may use the same client, and its requests would also end'
      : await this.#refusalReason(table.at(target), client);
    if (why === undefined) return true;
    const what = { target, ...(other ? { other: other.mountPoint } : {}) };
    this.parts.log.warn(what, `not unmounted by force: ${why}`);
    return false;
  }

  /** Refusal reason: where the servers answer, force would discard data that they would take. */
  async #refusalReason(
    mounted: MountEntry | undefined,
    client: ClientInstance | undefined,
  ): Promise<string | undefined> {
    const source = mounted && lustreSourceOf(mounted);
    if (!source) return undefined;
    const { imports, instances } = this.parts;
    const connections = await (client
      ? instances.connectionsOf(client)
      : imports.connectionsOf(source.fsname));
    if (connections !== 'all') return undefined;
    return (
      `the client is connected to all servers of ${source.fsname}, which would still take unwritten data; a ` +
      `process of the node works in the volume: find it with "fuser -vm" or "lsof"`
    );
  }

  #count(flag: UnmountFlag, target: string, failure: Error): void {
    const means = flag === '-f' ? 'force' : 'lazy';
    this.#escalations[means] += 1;
    const consequence =
      means === 'force'
        ? 'data that was not yet written to the servers is lost'
        : 'the client stays in the kernel until the last process closes its files';
    this.parts.log.warn(
      { target, flag, err: failure },
      `umount ${flag}, as the settings allow: ${consequence}`,
    );
  }
}

/**
 * Returns a mount at another path that may belong to the same client. Sources and device numbers do not distinguish clients of
 * one file system, but peer groups do: a bind mount is in the group of its original, and a new client in one of its own. A
 * mount without a group may belong to any client; and binds of a client without a group get groups of their own.
 * @param isBound true for a target that is bound from a client that pods share
 */
export function sharedWith(target: string, table: MountTable, isBound = false): MountEntry | undefined {
  const mounted = table.at(target);
  if (!mounted) return undefined;
  const isOther = ({ peerGroup }: MountEntry): boolean =>
    !isBound && peerGroup !== undefined && mounted.peerGroup !== undefined && peerGroup !== mounted.peerGroup;
  return table.entries.find(
    (entry) => entry.mountPoint !== target && sharesSuperblock(entry, mounted) && !isOther(entry),
  );
}

/** Limits of the plain attempt, which ends in time for the next means. */
function plainLimits(limits: Limits, nextAt: number | undefined, clock: Clock): Limits {
  if (nextAt === undefined) return limits;
  const endsAt = Math.min(limits.endsAt, Math.max(nextAt, clock.now() + MIN_PLAIN_MS));
  return { signal: limits.signal, endsAt };
}
