// A file system whose servers do not answer, under the controller. Runs inside `lustre-cloud-emulator exec`.
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDirectory,
  directoryDrivers,
  directoryRequest,
  eventually,
  GIB,
  LookingGlass,
  stateDirectory,
  type CreatedVolume,
  type PreparedHost,
} from '../testing/directory-bench.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { createRequest, testedDrivers } from '../testing/emulated-cloud.js';
import { canFreeze, FreezableServer } from '../testing/freezable-server.js';

const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;
/** Deadline of calls here, in milliseconds. */
const PATIENCE_MS = 4_000;
/** Time that is longer than the limit of a worker's task, in milliseconds. */
const GIVEN_UP_MS = 75_000;

if (!canFreeze)
  process.stderr.write(
    'NOT RUN: hung file systems; they need root, /dev/fuse and the Debian package bindfs\n',
  );

describe.runIf(canFreeze)('a file system whose servers do not answer', () => {
  const [{ driverName, prepare } = { driverName: '', prepare: undefined }] = directoryDrivers;
  const [whole] = testedDrivers;
  let dead: PreparedHost;
  let healthy: PreparedHost;
  let look: LookingGlass;
  let server: FreezableServer;
  let driver: DriverProcess;
  let held: CreatedVolume;

  beforeAll(async () => {
    if (!prepare) throw new Error('there is no driver');
    [dead, healthy] = await Promise.all([prepare(), prepare()]);
    look = new LookingGlass(dead.source);
    server = await FreezableServer.over(look.root);
    driver = await startLustreCsi({ driverName, args: ['--state-dir', stateDirectory()] });
    held = await createDirectory(driver, directoryRequest('pvc-held', dead));
    server.freeze();
  });

  afterAll(async () => {
    server.thaw();
    await driver.client.controller.deleteVolume({ volumeId: held.volumeId, secrets: {} });
    await driver.stop();
    await healthy.remove();
    await server.close();
    look.close();
    // The simulation cannot mount it again, since bindfs covered its storage: the driver then refuses to delete a file system
    // that may hold volumes. It ends with the emulated cloud.
    await dead.remove().catch(() => {});
  });

  const impatient = (): { deadline: number } => ({ deadline: Date.now() + PATIENCE_MS });

  const callsForTheDead = (): readonly (readonly [string, Promise<unknown>])[] => {
    const { controller } = driver.client;
    const { volumeId } = held;
    const capacityRange = { requiredBytes: 20n * GIB, limitBytes: 0n };
    const expansion = { volumeId, capacityRange, secrets: {}, volumeCapability: undefined };
    return [
      ['CreateVolume', controller.createVolume(directoryRequest('pvc-new', dead), impatient())],
      ['DeleteVolume', controller.deleteVolume({ volumeId, secrets: {} }, impatient())],
      ['ControllerExpandVolume', controller.controllerExpandVolume(expansion, impatient())],
      ['ControllerGetVolume', controller.controllerGetVolume({ volumeId }, impatient())],
    ];
  };

  const outcomes = async (): Promise<readonly unknown[]> => {
    const settled = await Promise.allSettled(callsForTheDead().map(([, call]) => call));
    return settled.map((each) => (each.status === 'rejected' ? (each.reason as unknown) : 'answered'));
  };

  it('answers within the deadline of each call, and does not delay other file systems', async () => {
    const began = Date.now();
    const waiting = outcomes();
    const { controller } = driver.client;
    const volume = await createDirectory(driver, directoryRequest('pvc-of-another', healthy));
    await controller.deleteVolume({ volumeId: volume.volumeId, secrets: {} }, impatient());
    // A volume that is a whole file system does not depend on the hung one, either.
    if (!whole) throw new Error('there is no cloud');
    const own = await controller.createVolume(createRequest(whole, 'pvc-whole'), {
      deadline: Date.now() + 10_000,
    });
    expect(Date.now() - began).toBeLessThan(PATIENCE_MS);
    await controller.deleteVolume({ volumeId: own.volume?.volumeId ?? '', secrets: {} });
    for (const outcome of await waiting) {
      expect(outcome).toMatchObject({
        code: DEADLINE_EXCEEDED,
        details: expect.stringMatching(
          /file system fs-[0-9a-f]+ has not answered yet.*a Lustre server does not answer\. Check/,
        ) as string,
      });
    }
    expect(Date.now() - began).toBeLessThan(2 * PATIENCE_MS);
  });

  it('fails a listing, which would pass for the loss of its volumes', { timeout: 40_000 }, async () => {
    await expect(
      driver.client.controller.listVolumes({ maxEntries: 0, startingToken: '' }),
    ).rejects.toMatchObject({
      code: UNAVAILABLE,
      details: expect.stringMatching(/could not be listed.*no answer within/) as string,
    });
  });

  it('is given up after a while, which is reported to the waiting callers', { timeout: 90_000 }, async () => {
    const message = `the file system ${dead.source} did not answer within 60 s`;
    const call = driver.client.controller.createVolume(directoryRequest('pvc-new', dead), {
      deadline: Date.now() + GIVEN_UP_MS,
    });
    await expect(call).rejects.toMatchObject({
      code: DEADLINE_EXCEEDED,
      details: expect.stringContaining(message) as string,
    });
  });

  it(
    'recovers when its servers answer again, and leaves nothing of interrupted work',
    { timeout: 40_000 },
    async () => {
      server.thaw();
      const { controller } = driver.client;
      const succeeds = async (call: () => Promise<unknown>): Promise<boolean> =>
        call().then(
          () => true,
          () => false,
        );
      let made: CreatedVolume | undefined;
      const create = async (): Promise<void> => {
        made = await createDirectory(driver, directoryRequest('pvc-new', dead));
      };
      await eventually(() => succeeds(create), 'the directory is made');
      expect(existsSync(look.path('pvc-new'))).toBe(true);
      for (const volumeId of [held.volumeId, made?.volumeId ?? '']) {
        await eventually(
          () => succeeds(() => controller.deleteVolume({ volumeId, secrets: {} })),
          'it is deleted',
        );
      }
      await eventually(() => readdirSync(look.registry('trash')).length === 0, 'the trash is empty');
      for (const part of ['volumes', 'fates', 'paths', 'projects', 'new'])
        expect(readdirSync(look.registry(part))).toEqual([]);
      expect(readdirSync(look.path())).toEqual(['.lustre-csi']);
    },
  );
});
