import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, pause, systemClock, type Clock, type Log } from '@lustre-csi/core';
import { registrationService, serve, type RunningServer } from '@lustre-csi/core/server';

/** Pauses before the driver is announced again, in milliseconds: the first one, and the longest one. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Time in which a call of kubelet may end when the socket is removed. Milliseconds. */
const GRACE_MS = 1_000;

/** Inputs of the registration. */
export interface PluginRegistrationParts {
  readonly driverName: string;
  /** Path on the host of the driver's socket. */
  readonly endpoint: string;
  /** Directory in which kubelet looks for sockets of plugins. */
  readonly directory: string;
  readonly log: Log;
  readonly clock?: Clock;
}

/**
 * Registration of the driver with kubelet, as node-driver-registrar does it: a socket in kubelet's directory
 * `plugins_registry`. Kubelet registers the driver when the socket appears, and unregisters it when the socket vanishes: a
 * process that is killed keeps its registration until its successor replaces the socket.
 * Kubelet tries each socket once. After a failure a new one has to appear.
 */
export class PluginRegistration {
  readonly #path: string;
  readonly #stopping = new AbortController();
  #server: RunningServer | undefined;
  #state: { readonly isRegistered: boolean; readonly reason: string } = {
    isRegistered: false,
    reason: 'kubelet has not called yet',
  };
  #pauseMs = FIRST_PAUSE_MS;
  #repetition: Promise<void> | undefined;

  constructor(private readonly parts: PluginRegistrationParts) {
    this.#path = join(parts.directory, `${parts.driverName}-reg.sock`);
  }

  /** Announces the driver, which serves by now.
   *  @throws ConfigurationError if the socket cannot be made */
  async start(): Promise<void> {
    const { driverName, endpoint, log } = this.parts;
    this.#server = await serve({
      endpoint: { kind: 'unix', path: this.#path },
      setting: '--plugin-registration-path',
      services: [registrationService({ driverName, endpoint, decided: this.#decided })],
      log,
    });
  }

  /** Checks that kubelet can find the driver. A socket that was removed is made again.
   *  @throws Error if there is no socket */
  async requireSocket(): Promise<void> {
    const found = await lstat(this.#path).catch(() => undefined);
    if (found?.isSocket() === true) return;
    this.#state = { isRegistered: false, reason: `the socket ${this.#path} was removed` };
    this.#announceAgain();
    throw new Error(`the socket ${this.#path} was removed; the driver makes it again`);
  }

  /** Checks that kubelet has registered the driver.
   *  @throws Error with kubelet's reason */
  async requireRegistered(): Promise<void> {
    const { isRegistered, reason } = this.#state;
    if (!isRegistered) throw new Error(`kubelet has not registered the driver: ${reason}`);
  }

  /** Removes the socket: kubelet unregisters the driver. Never rejects. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#repetition;
    await this.#server?.stop(GRACE_MS);
  }

  readonly #decided = (isRegistered: boolean, reason: string): void => {
    this.#state = { isRegistered, reason };
    if (isRegistered) {
      this.#pauseMs = FIRST_PAUSE_MS;
      this.parts.log.info({ socket: this.#path }, 'kubelet has registered the driver');
      return;
    }
    this.parts.log.error({ reason }, 'kubelet could not register the driver; it is announced again');
    this.#announceAgain();
  };

  #announceAgain(): void {
    this.#repetition ??= this.#repeat().finally(() => (this.#repetition = undefined));
  }

  /** Replaces the socket after a pause, until that succeeds or the driver stops. */
  async #repeat(): Promise<void> {
    const { log, clock = systemClock } = this.parts;
    const { signal } = this.#stopping;
    for (let done = false; !done && !signal.aborted;) {
      const wait = this.#pauseMs;
      this.#pauseMs = Math.min(2 * wait, LONGEST_PAUSE_MS);
      await pause(clock, wait, signal).catch(() => {}); // Aborted: the loop ends.
      if (signal.aborted) return;
      await this.#server?.stop(GRACE_MS);
      done = await this.start().then(
        () => true,
        (error: unknown) => {
          log.error({ err: error }, `the driver cannot be announced to kubelet: ${messageOf(error)}`);
          return false;
        },
      );
    }
  }
}
