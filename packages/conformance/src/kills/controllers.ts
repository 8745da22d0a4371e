import type { Emulator, EmulatorOptions } from '@lustre-csi/cloud-emulator';
import type { CsiClient } from '@lustre-csi/core/client';
import { startEmulatedCloud, type EmulatedCloud } from '../testing/emulated-cloud.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';

/** Controllers that work at the same time without leader election, on one cloud. Each is started again once it is killed. */
export class Controllers {
  private constructor(
    private readonly cloud: EmulatedCloud,
    private readonly start: () => Promise<DriverProcess>,
    private readonly processes: Promise<DriverProcess>[],
  ) {}

  static async start(driverName: string, count: number, options: EmulatorOptions): Promise<Controllers> {
    const cloud = await startEmulatedCloud(options);
    const { environment } = cloud;
    const start = (): Promise<DriverProcess> =>
      startLustreCsi({ driverName, mode: 'controller', environment });
    const controllers = new Controllers(cloud, start, Array.from({ length: count }, start));
    try {
      await Promise.all(controllers.processes);
    } catch (error) {
      await cloud.stop();
      throw error;
    }
    return controllers;
  }

  get emulator(): Emulator {
    return this.cloud.emulator;
  }

  /** Client of a controller, once it serves. */
  async client(index: number): Promise<CsiClient> {
    return (await this.#process(index)).client;
  }

  /** Kills the controller by SIGKILL and starts another one in its place. */
  async kill(index: number): Promise<void> {
    const killed = await this.#process(index);
    process.kill(killed.pid, 'SIGKILL');
    this.processes[index] = killed.kill().then(this.start);
    await this.processes[index];
  }

  /** Kills the controller as the cloud receives the nth call of the operation from now on; the call has its effect.
   *  @returns when the controller is dead and another one serves */
  async killAt(index: number, operation: string, nth = 1): Promise<void> {
    let left = nth;
    await new Promise<void>((resolve) => {
      const forget = this.emulator.journal.onCall((call) => {
        if (call.operation !== operation || (left -= 1) > 0) return;
        forget();
        resolve(this.kill(index));
      });
    });
  }

  async stop(): Promise<void> {
    const running = await Promise.allSettled(this.processes);
    for (const each of running) if (each.status === 'fulfilled') await each.value.kill();
    await this.cloud.stop();
  }

  #process(index: number): Promise<DriverProcess> {
    const found = this.processes[index];
    if (!found) throw new Error(`there is no controller ${index}`);
    return found;
  }
}
