import { Capacity, isDriverError, type Volume } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import { blobContainers, callOf, dynamicParameters, persistently, requestOf } from '../testing/samples.js';

const parameters = {
  ...dynamicParameters,
  'hsm-container': `${blobContainers}/data`,
  'hsm-logging-container': `${blobContainers}/logs`,
  'auto-import-prefixes': '/',
  'auto-export-prefix': '/',
};

type Call = ReturnType<typeof callOf>;

let azure: EmulatedAzure;
beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.01, deleteSeconds: 0.01, updateSeconds: 0.01 },
  });
});
afterAll(() => azure.stop());

const handle = 'pvc-1#lustrefs###t#lustre-rg';
const request = requestOf(parameters, { name: 'pvc-1' });
/** Without jobs, which take no part in an expansion and a change. */
const plain = requestOf(dynamicParameters, { name: 'pvc-1' });

const create = (by: VolumeOperations, call: Call): Promise<Volume> => by.create(request, call);
const expand = (by: VolumeOperations, call: Call): Promise<Capacity> =>
  by.expand(handle, { required: Capacity.tebibytes(32) }, call);
const modify = (by: VolumeOperations, call: Call): Promise<void> =>
  by.modify(handle, { 'maintenance-day-of-week': 'Friday', tags: 'a=b' }, call);
const remove = (by: VolumeOperations, call: Call): Promise<void> => by.delete(handle, call);

afterEach(async () => {
  await remove(await azure.replica(), callOf(5000));
});

/** Abandons the work at the nth request that ARM gets; then a replica without its memory does it. */
async function takenOver(
  work: (by: VolumeOperations, call: Call) => Promise<unknown>,
  nth: number,
): Promise<'taken over' | 'not abandoned'> {
  const first = await azure.replica();
  const second = await azure.replica();
  azure.emulator.journal.clear();
  try {
    await work(first, azure.callEndingAtRequest(nth));
    return 'not abandoned';
  } catch (error) {
    if (!isDriverError(error, 'deadline-exceeded')) throw error;
    await persistently(() => work(second, callOf(5000)));
    return 'taken over';
  }
}

const accepted = (operation: string): number =>
  azure.emulator.journal
    .entries()
    .filter((entry) => entry.operation === operation && entry.status !== undefined && entry.status < 300)
    .length;

/** Gives the work up at its first request, its second and so on, until it is done before that. */
async function atEveryRequest(
  work: (by: VolumeOperations, call: Call) => Promise<unknown>,
  between: { readonly prepare: () => Promise<void>; readonly check: (nth: number) => void },
): Promise<number> {
  for (let nth = 1; ; nth += 1) {
    await between.prepare();
    const outcome = await takenOver(work, nth);
    between.check(nth);
    if (outcome === 'not abandoned') return nth - 1;
  }
}

const withVolume = (created: typeof request) => async (): Promise<void> => {
  const replica = await azure.replica();
  await remove(replica, callOf(5000));
  await replica.create(created, callOf(5000));
};

describe('work that is abandoned at any request is taken over', () => {
  it('creating: one file system, one job of each kind', async () => {
    const requests = await atEveryRequest(create, {
      prepare: async () => remove(await azure.replica(), callOf(5000)),
      check: (nth) => {
        const { fileSystems, autoImportJobs, autoExportJobs } = azure.state;
        expect(
          [fileSystems, autoImportJobs, autoExportJobs].map((all) => all?.length),
          `${nth}`,
        ).toEqual([1, 1, 1]);
        expect(accepted('amlFilesystems.createOrUpdate'), `${nth}`).toBe(1);
      },
    });
    expect(requests).toBeGreaterThan(10);
  });

  it('expanding: one job', async () => {
    const requests = await atEveryRequest(expand, {
      prepare: withVolume(plain),
      check: (nth) => {
        expect(azure.state.expansionJobs, `${nth}`).toHaveLength(1);
        expect(azure.state.fileSystems[0]?.properties, `${nth}`).toHaveProperty(
          'currentStorageCapacityTiB',
          32,
        );
      },
    });
    expect(requests).toBeGreaterThan(5);
  });

  it('changing: at most one change', async () => {
    const requests = await atEveryRequest(modify, {
      prepare: withVolume(plain),
      check: (nth) => {
        expect(accepted('amlFilesystems.update'), `${nth}`).toBe(1);
        expect(azure.state.fileSystems[0], `${nth}`).toMatchObject({
          tags: { a: 'b', 'lustre-csi-volume-name': 'pvc-1' },
          properties: { maintenanceWindow: { dayOfWeek: 'Friday' } },
        });
      },
    });
    expect(requests).toBeGreaterThan(1);
  });

  it('deleting: nothing is left', async () => {
    const requests = await atEveryRequest(remove, {
      prepare: withVolume(request),
      check: () =>
        expect(azure.state).toMatchObject({
          fileSystems: [],
          expansionJobs: [],
          autoImportJobs: [],
          autoExportJobs: [],
        }),
    });
    expect(requests).toBeGreaterThan(1);
  });
});
