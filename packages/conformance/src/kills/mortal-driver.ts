import type { Emulator, EmulatorOptions } from '@lustre-csi/cloud-emulator';
import type { CsiClient } from '@lustre-csi/core/client';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { startEmulatedCloud, type EmulatedCloud } from '../testing/emulated-cloud.js';

/**
 * A controller and its cloud. The controller can be killed any number of times. Another process stands by, like a second
 * replica, and takes over at once: it meets the work that is still in progress in the cloud.
 */
export class MortalDriver {
  private constructor(
    private readonly cloud: EmulatedCloud,
    private readonly start: () => Promise<DriverProcess>,
    private serving: DriverProcess,
    private standby: Promise<DriverProcess>,
  ) {}

  static async start(driverName: string, options: EmulatorOptions): Promise<MortalDriver> {
    const cloud = await startEmulatedCloud(options);
    const { environment } = cloud;
    const start = (): Promise<DriverProcess> =>
      startLustreCsi({ driverName, mode: 'controller', environment });
    try {
      return new MortalDriver(cloud, start, await start(), start());
    } catch (error) {
      await cloud.stop();
      throw error;
    }
  }

  /** Client of the process that serves now. */
  get client(): CsiClient {
    return this.serving.client;
  }

  get emulator(): Emulator {
    return this.cloud.emulator;
  }

  /**
   * Makes the call, and kills the process by SIGKILL as the cloud receives its nth call from now on: that call still has its
   * effect, but its answer is lost. The standby process serves then. Clears the journal first.
   *
   * @returns the answer, or `killed`
   * @throws the error of the call, if the process lives
   */
  async killAt<T>(nth: number, call: (client: CsiClient) => Promise<T>): Promise<T | 'killed'> {
    const { journal } = this.cloud.emulator;
    const [{ client, pid }, standby] = [this.serving, await this.standby];
    journal.clear();
    let isKilled = false;
    const forget = journal.onCall(({ sequence }) => {
      if (sequence !== nth) return;
      isKilled = process.kill(pid, 'SIGKILL');
    });
    try {
      const answer = await call(client);
      if (!isKilled) return answer;
    } catch (error) {
      if (!isKilled) throw error;
    } finally {
      forget();
    }
    await this.serving.kill();
    [this.serving, this.standby] = [standby, this.start()];
    return 'killed';
  }

  async stop(): Promise<void> {
    try {
      await this.serving.kill();
      await (await this.standby).kill();
    } finally {
      await this.cloud.stop();
    }
  }
}
