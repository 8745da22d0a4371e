import { systemClock, type Clock } from '@lustre-csi/core';
import type { NodeStats } from '@lustre-csi/core/server';
import type { ClusterEvent, ClusterEvents, EventSubject } from '../kubernetes/cluster-events.js';

/** Interval of looks. Milliseconds. */
const INTERVAL_MS = 60_000;
/** Age from which a stuck process is reported, in milliseconds: a failover of a server takes some minutes. */
const STUCK_MS = 5 * 60_000;
/** Time from which a lost target is reported, in seconds. */
const LOST_SECONDS = 120;
/** Number of looks in a row at which mounts have to be overdue. */
const OVERDUE_LOOKS = 3;

/** Inputs of the watch. */
export interface NodeWatchParts {
  readonly node: string;
  readonly stats: () => NodeStats;
  readonly events: Pick<ClusterEvents, 'report'>;
  readonly clock?: Clock;
}

/** Reports trouble of a node as events about it, which no call does. */
export class NodeWatch {
  readonly #subject: EventSubject;
  readonly #clock: Clock;
  #overdueLooks = 0;
  #stopTimer: () => void = () => {};

  constructor(private readonly parts: NodeWatchParts) {
    const { node } = parts;
    // As kubelet and the scheduler write it: the uid of a node in events is its name.
    this.#subject = { apiVersion: 'v1', kind: 'Node', name: node, uid: node };
    this.#clock = parts.clock ?? systemClock;
  }

  /** Looks at intervals, from now on. */
  start(): void {
    this.#stopTimer = this.#clock.after(INTERVAL_MS, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#stopTimer();
  }

  /** Looks once, without touching a mount. */
  look(): void {
    const stats = this.parts.stats();
    this.#overdueLooks = stats.overdueMounts > 0 ? this.#overdueLooks + 1 : 0;
    const events = [
      ...this.#lostTargets(stats),
      ...this.#stuckProcesses(stats),
      ...this.#overdueMounts(stats),
    ];
    for (const event of events) void this.parts.events.report({ ...event, subject: this.#subject });
  }

  #lostTargets({ lostTargets }: NodeStats): readonly Omit<ClusterEvent, 'subject'>[] {
    return lostTargets
      .filter(({ seconds }) => seconds >= LOST_SECONDS)
      .map(({ target, state, seconds }) => ({
        reason: 'LustreTargetLost',
        about: target,
        message:
          `the Lustre client has had no connection to ${target} for ${seconds} s (${state}): files with objects there hang, or ` +
          'report I/O errors after an eviction. Check the servers of the file system, and the network of the node to TCP 988',
      }));
  }

  #stuckProcesses({ stuckChildren }: NodeStats): readonly Omit<ClusterEvent, 'subject'>[] {
    const now = this.#clock.now();
    return stuckChildren
      .filter(({ startedAt }) => now - startedAt >= STUCK_MS)
      .map(({ pid, command, state, startedAt }) => ({
        reason: 'LustreProcessStuck',
        about: command,
        message:
          `process ${pid} of the driver (${command}) has been stuck in the kernel for ${Math.round((now - startedAt) / 60_000)} min ` +
          `(state ${state}): a server does not answer. Check the servers of the file system; if they are gone for good, only a ` +
          'reboot of the node ends the process',
      }));
  }

  #overdueMounts({ overdueMounts }: NodeStats): readonly Omit<ClusterEvent, 'subject'>[] {
    if (this.#overdueLooks < OVERDUE_LOOKS) return [];
    const message =
      `${overdueMounts} mounts of Lustre clients wait for servers that do not answer; pods with their volumes cannot start. Check ` +
      'that the file systems exist, and the network of the node to TCP 988';
    return [{ reason: 'LustreMountOverdue', message }];
  }
}
