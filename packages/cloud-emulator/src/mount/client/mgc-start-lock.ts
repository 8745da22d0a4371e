import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientDirectory, type ClientSettings } from '../client-settings.js';

const POLL_MS = 5;

/**
 * The kernel's lock `mgc_start_lock`: while one new client waits for an MGS that does not answer, no other client of any
 * file system starts. A file named after the process stands for its hold; that of a killed process counts no more.
 */
export class MgcStartLock {
  readonly #directory: string;

  constructor(settings: ClientSettings) {
    this.#directory = join(clientDirectory(settings), 'mgc_start_lock');
    mkdirSync(this.#directory, { recursive: true });
  }

  /** Waits until no other process holds the lock. */
  waitForEarlier(): void {
    while (this.#isHeld()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }

  /** Runs work that blocks all other new clients. */
  during(work: () => void): void {
    const file = join(this.#directory, String(process.pid));
    writeFileSync(file, '');
    try {
      work();
    } finally {
      rmSync(file, { force: true });
    }
  }

  #isHeld(): boolean {
    return readdirSync(this.#directory).some((pid) => {
      if (existsSync(`/proc/${pid}`)) return Number(pid) !== process.pid;
      rmSync(join(this.#directory, pid), { force: true });
      return false;
    });
  }
}
