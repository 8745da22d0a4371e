import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLustreCsi } from '../testing/lustre-csi.js';
import {
  createRequest,
  fileSystemsIn,
  startEmulatedCloud,
  testedDrivers,
  type EmulatedCloud,
} from '../testing/emulated-cloud.js';

/** gRPC status codes. */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

let directory: string;
let socket: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lustre-csi-socket-'));
  socket = join(directory, 'csi.sock');
});

afterEach(() => rmSync(directory, { recursive: true }));

it('removes its socket when it is stopped, and replaces one that a killed instance has left', async () => {
  const cloud = await startEmulatedCloud();
  const driverName = 'fsx.csi.aws.com';
  const start = (): ReturnType<typeof startLustreCsi> =>
    startLustreCsi({ driverName, environment: cloud.environment, endpoint: `unix://${socket}` });
  const first = await start();
  expect(await first.stop()).toBe(0);
  expect(existsSync(socket)).toBe(false);
  const second = await start();
  await second.kill();
  expect(existsSync(socket)).toBe(true);
  const third = await start();
  expect(readFileSync(`/proc/${third.pid}/status`, 'utf8')).toMatch(/^Umask:\t0077$/m);
  expect((await third.client.identity.getPluginInfo({})).name).toBe(driverName);
  expect(await third.stop()).toBe(0);
  await cloud.stop();
});

describe.each(testedDrivers)('$driverName', (tested) => {
  const { driverName } = tested;
  let cloud: EmulatedCloud;

  beforeEach(async () => {
    cloud = await startEmulatedCloud({ durations: { createSeconds: 3, deleteSeconds: 0.2 } });
  });

  afterEach(() => cloud.stop());

  const start = (): ReturnType<typeof startLustreCsi> =>
    startLustreCsi({ driverName, environment: cloud.environment, endpoint: `unix://${socket}` });

  it('hands over a creation that is under way when it is stopped', async () => {
    const first = await start();
    const request = createRequest(tested, 'pvc-handed-over');
    const call = first.client.controller.createVolume(request, { deadline: Date.now() + 60_000 });
    const answered = expect(call).rejects.toMatchObject({ code: UNAVAILABLE });
    while (fileSystemsIn(cloud.emulator, tested).length === 0) await delay(20);
    const began = Date.now();
    expect(await first.stop()).toBe(0);
    await answered;
    expect(Date.now() - began).toBeLessThan(2_500);
    const second = await start();
    const { volume } = await second.client.controller.createVolume(request, {
      deadline: Date.now() + 20_000,
    });
    expect(volume?.capacityBytes).toBe(tested.capacityBytes);
    expect(fileSystemsIn(cloud.emulator, tested)).toHaveLength(1);
    await second.stop();
  });

  it("answers within the caller's deadline, with the progress, and never logs a secret", async () => {
    const driver = await start();
    const request = {
      ...createRequest(tested, 'pvc-deadline'),
      secrets: { password: 'hunter2-very-secret' },
    };
    const began = Date.now();
    const call = driver.client.controller.createVolume(request, { deadline: began + 2_000 });
    await expect(call).rejects.toMatchObject({
      code: DEADLINE_EXCEEDED,
      details: expect.stringMatching(/file system .* is (CREATING|Creating)/) as string,
    });
    expect(Date.now() - began).toBeLessThan(2_000);
    await driver.client.controller.createVolume(request, { deadline: Date.now() + 20_000 });
    expect(driver.log()).toContain('pvc-deadline');
    expect(driver.log()).not.toContain('hunter2');
    await driver.stop();
  });
});
