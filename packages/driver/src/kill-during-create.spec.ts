import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startDriverProcess } from './testing/driver-process.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  testedDrivers,
  type TestedDriver,
} from './testing/emulated-cloud.js';

/** No creation makes more calls than this: if one does, the test says so instead of going on for ever. */
const MOST_CALLS = 40;

interface Outcome {
  /** Whether the call arrived at which the driver was to be killed. */
  readonly killed: boolean;
  readonly volumeIds: readonly string[];
  readonly fileSystems: number;
  readonly creations: number;
}

/** CreateVolume, with the driver killed by SIGKILL when the cloud receives its nth call; then CreateVolume again. */
async function createWithKillAt(driver: TestedDriver, nth: number): Promise<Outcome> {
  const cloud = await startEmulatedCloud({
    durations: { createSeconds: 0.2, deleteSeconds: 0.1 },
  });
  const { emulator, environment } = cloud;
  try {
    const options = { driverName: driver.driverName, mode: 'controller', environment } as const;
    const request = createRequest(driver, 'pvc-killed');
    const first = await startDriverProcess(options);
    const killed = new Promise<boolean>((resolve) => {
      emulator.journal.onCall(({ sequence }) => {
        if (sequence !== nth) return;
        process.kill(first.pid, 'SIGKILL');
        resolve(true);
      });
    });
    const answer = first.client.controller.createVolume(request, { deadline: Date.now() + 20_000 });
    const wasKilled = await Promise.race([killed, answer.then(() => false)]);
    await answer.catch(() => {}); // The connection is gone with the process.
    await first.kill();
    await delay(100); // A request that was on the wire when its sender died may still have its effect.
    const second = await startDriverProcess(options);
    const volumeIds = [];
    for (let call = 0; call < 2; call += 1) {
      const { volume } = await second.client.controller.createVolume(request, {
        deadline: Date.now() + 20_000,
      });
      volumeIds.push(volume?.volumeId ?? '');
    }
    await second.stop();
    const created = emulator.journal
      .entries()
      .filter(({ operation, status }) => operation === driver.creation && (status ?? 0) < 300);
    return {
      killed: wasKilled,
      volumeIds,
      fileSystems: fileSystemsIn(emulator, driver).length,
      creations: created.length,
    };
  } finally {
    await cloud.stop();
  }
}

describe.concurrent.each(testedDrivers)('$driverName', (driver) => {
  it('ends with exactly one file system, whenever it is killed', { timeout: 180_000 }, async () => {
    let nth = 1;
    for (; nth <= MOST_CALLS; nth += 1) {
      const outcome = await createWithKillAt(driver, nth);
      expect(outcome.fileSystems, `killed at call ${nth}`).toBe(1);
      expect(new Set(outcome.volumeIds).size, `killed at call ${nth}`).toBe(1);
      if (!outcome.killed) break;
    }
    // The creation itself was among the calls, and the last run was not interrupted at all.
    expect(nth).toBeGreaterThan(3);
    expect(nth).toBeLessThan(MOST_CALLS);
  });
});
