import { startDriverProcess, type DriverProcess } from '@lustre-csi/driver/testing';
import type { CsiClient } from '@lustre-csi/core/client';
import { executable } from '../testing/lustre-csi.js';

/** The driver's process, which checks stop, kill and start again with the same state. */
export class DriverUnderTest {
  #process: DriverProcess | undefined;
  #earlierLogs = '';

  constructor(
    private readonly file: string | undefined,
    private readonly stateDirectory: string,
  ) {}

  /** @param args more arguments, until the next start
   *  @throws Error with what it printed, if it does not start */
  async start(...args: readonly string[]): Promise<void> {
    this.#process = await startDriverProcess({
      executable: this.file ?? executable,
      driverName: 'generic.lustre-csi',
      mode: 'all',
      args: ['--state-dir', this.stateDirectory, ...args],
    });
  }

  get client(): CsiClient {
    return this.#running().client;
  }

  /** Everything that all processes have logged. */
  log(): string {
    return this.#earlierLogs + (this.#process?.log() ?? '');
  }

  /** SIGTERM; returns when it has ended. @returns its exit status; undefined: it was not running */
  async stop(): Promise<number | undefined> {
    return this.#end((running) => running.stop());
  }

  /** SIGKILL; returns when it has ended. */
  async kill(): Promise<void> {
    await this.#end((running) => running.kill());
  }

  /** Starts it where it has ended. @returns its end as a problem, where no check has caused it */
  async ensureRunning(): Promise<readonly string[]> {
    if (this.#process && isAlive(this.#process.pid)) return [];
    const died = this.#process !== undefined;
    if (died) await this.kill();
    await this.start();
    return died ? ['the driver has ended unexpectedly'] : [];
  }

  async #end<T>(how: (running: DriverProcess) => Promise<T>): Promise<T | undefined> {
    const running = this.#process;
    if (!running) return undefined;
    this.#process = undefined;
    this.#earlierLogs += running.log();
    return how(running);
  }

  #running(): DriverProcess {
    if (!this.#process) throw new Error('the driver is not running');
    return this.#process;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
