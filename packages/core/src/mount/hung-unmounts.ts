import type { Log } from '../model/log.js';
import type { Clock } from '../concurrency/clock.js';
import { deadlineIn } from '../concurrency/deadline-in.js';
import { waitWithLimits } from '../concurrency/wait-with-limits.js';
import { describeStuckChild, type StuckChild } from '../process/stuck-child.js';
import type { ClientInstance, ClientInstances } from './client/client-instance.js';

export interface HungUnmountsParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds after the first attempt from which force is allowed; absent: never. */
  readonly forceAfterMs?: number;
  readonly instances: Pick<ClientInstances, 'connectionsOf' | 'deactivate'>;
  /** Called before each use of force. */
  readonly onForce: () => void;
}

/** umount(8) that the kernel blocks although the mount table no longer shows the mount. */
export interface HungUnmount {
  readonly target: string;
  /** Client that was mounted there, if it is known and no other mount is of it. */
  readonly client: ClientInstance | undefined;
  readonly child: StuckChild;
  /** First attempt, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Pause between looks at the servers of a client: it needs up to two minutes to notice that one is gone. */
const LOOK_EVERY_MS = 10_000;
/** Time for a client to end after its requests have ended. One was seen to need 10.5 s. */
const END_MS = 60_000;

/**
 * Unmounts that hang after their mount has left the mount table: the kernel waits until the servers have taken the unwritten
 * data. No path leads to the client any more, so that `umount -f` cannot end its requests; where force is allowed,
 * `lctl set_param …active=0` does.
 */
export class HungUnmounts {
  constructor(private readonly parts: HungUnmountsParts) {}

  /** Follows an unmount until it ends, or force was used. Never throws. */
  async follow(hung: HungUnmount): Promise<void> {
    const { clock, log, forceAfterMs } = this.parts;
    const { target, client, child, startedAt } = hung;
    const state = `${target} is unmounted, but ${describeStuckChild(child, clock.now())}: its client ends when the servers answer`;
    if (forceAfterMs === undefined || !client) {
      const why = forceAfterMs === undefined ? '--unmount-force-after is not set' : 'its client is not known';
      log.warn({ target, pid: child.pid }, `${state}; not ended by force: ${why}`);
      return;
    }
    log.warn({ target, pid: child.pid }, `${state}; it may be ended by force, as the settings allow`);
    if (await this.#hasEnded(child, startedAt + forceAfterMs - clock.now())) return;
    if (await this.#untilDisconnected(hung, client)) await this.#force(hung, client);
  }

  /** Waits until a server of the client is gone: where all answer, they take the data. @returns false if the unmount ended */
  async #untilDisconnected({ target, child }: HungUnmount, client: ClientInstance): Promise<boolean> {
    for (let looks = 0; (await this.parts.instances.connectionsOf(client)) === 'all'; looks += 1) {
      if (looks === 0) {
        const why = `the client is connected to all servers of ${client.fsname}, which still take its data`;
        this.parts.log.warn({ target, pid: child.pid }, `not ended by force: ${why}`);
      }
      if (await this.#hasEnded(child, LOOK_EVERY_MS)) return false;
    }
    return true;
  }

  async #force({ target, child }: HungUnmount, client: ClientInstance): Promise<void> {
    const { log, instances, onForce } = this.parts;
    const what = { target, pid: child.pid, client: `${client.fsname}-${client.instance}` };
    onForce();
    log.warn(
      what,
      'lctl set_param active=0, as the settings allow: the requests of the client end, and data that was not yet written ' +
        'to the servers is lost',
    );
    const isDone = await instances.deactivate(client);
    if (!isDone)
      log.warn(
        what,
        'lctl could not end the requests of the client; its unmount still waits for the servers',
      );
    else if (await this.#hasEnded(child, END_MS)) log.info(what, 'the client ended after its requests');
    else log.warn(what, `the client has not ended ${END_MS / 1000} s after its requests`);
  }

  async #hasEnded({ ended }: StuckChild, withinMs: number): Promise<boolean> {
    const { clock } = this.parts;
    return (await waitWithLimits(ended, deadlineIn(Math.max(0, withinMs), clock), clock)) === 'done';
  }
}
