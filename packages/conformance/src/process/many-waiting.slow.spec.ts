import { describe, expect, it } from 'vitest';
import { startLustreCsi } from '../testing/lustre-csi.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  testedDrivers,
} from '../testing/emulated-cloud.js';

const VOLUMES = 100;

/** Polling pace: a file system is checked twice a second in its first two seconds, then once a second (polling-pace.ts). */
const ticksIn = (milliseconds: number): number => 4 + Math.ceil(Math.max(0, milliseconds - 2000) / 1000);

describe.each(testedDrivers)('$driverName: 100 volumes that are being created', (driver) => {
  it('cost one complete listing a tick', { timeout: 90_000 }, async () => {
    const cloud = await startEmulatedCloud({ durations: { createSeconds: 6 } });
    const { emulator, environment } = cloud;
    const process = await startLustreCsi({
      driverName: driver.driverName,
      mode: 'controller',
      environment,
    });
    try {
      const deadline = Date.now() + 60_000;
      const names = Array.from({ length: VOLUMES }, (_, index) => `pvc-${index}`);
      const answers = await Promise.all(
        names.map((name) =>
          process.client.controller.createVolume(createRequest(driver, name), { deadline }),
        ),
      );
      expect(new Set(answers.map(({ volume }) => volume?.volumeId)).size).toBe(VOLUMES);
      expect(fileSystemsIn(emulator, driver)).toHaveLength(VOLUMES);

      const calls = emulator.journal.entries();
      expect(calls.filter(({ operation }) => operation === driver.creation)).toHaveLength(VOLUMES);
      const listings = calls.filter(({ operation }) => operation === driver.listing.operation);
      const times = listings.map(({ receivedAt }) => Date.parse(receivedAt));
      const ticks = ticksIn(Math.max(...times) - Math.min(...times));
      const pages = Math.ceil(VOLUMES / driver.listing.pageSize);
      // One listing at the start, and at most one for each tick since; the last page may be an empty one.
      expect(listings.length).toBeLessThanOrEqual((ticks + 1) * (pages + 1));
      expect(listings.length).toBeGreaterThan(pages);
    } finally {
      await process.stop();
      await cloud.stop();
    }
  });
});
