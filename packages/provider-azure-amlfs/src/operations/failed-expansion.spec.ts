// Expansions that Azure fails or that an operator cancels: the answers, and the number of requests.
import { Capacity, type FileSystem, type Volume } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { rest, type ArmAnswer } from '../api/arm-operation.js';
import type { JobAddress } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import { AmlExpansion } from './expansion.js';
import { FailedOperations } from '../api/failed-operations.js';
import { EmulatedAzure, neverAborted } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, requestOf } from '../testing/samples.js';

const put = 'expansionJobs.createOrUpdate';
const list = 'expansionJobs.listByAmlFilesystem';

let azure: EmulatedAzure;
let operator: Arm;
let replica: VolumeOperations;
let volume: Volume;

beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.1, updateSeconds: 0.5 },
  });
  replica = await azure.replica();
  operator = await azure.arm();
  // Has its token when it has to be quick.
  await takeBack('none').catch(() => {});
});
afterAll(() => azure.stop());

beforeEach(async () => {
  volume = await replica.create(requestOf(dynamicParameters, { name: 'pvc-1' }), callOf(5000));
  azure.emulator.journal.clear();
});
afterEach(async () => {
  azure.emulator.faults.clear();
  await replica.delete(volume.id, callOf(5000));
});

const expand = (by = replica, call = callOf(5000)): Promise<Capacity> =>
  by.expand(volume.id, { required: Capacity.tebibytes(32) }, call);

const deleteJob = rest<JobAddress>({
  name: 'ExpansionJobs_Delete',
  permissions: [],
  method: 'DELETE',
  apiVersions: ['2026-01-01'],
  path: (subscription, { resourceGroup, name, job }) =>
    `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.StorageCache/amlFilesystems/${name}/expansionJobs/${job}`,
});

/** Deletes a job as an operator does: it is rolled back, and then gone. */
const takeBack = (job: string): Promise<ArmAnswer> =>
  operator.call(deleteJob, { resourceGroup: 'lustre-rg', name: 'pvc-1', job }, neverAborted);

/** Waits until ARM has received so many requests. */
function after(operation: string, times: number, happens: () => unknown): void {
  let left = times;
  const stop = azure.emulator.journal.onCall((entry) => {
    if (entry.operation !== operation || (left -= 1) > 0) return;
    stop();
    happens();
  });
}

const unavailable = (words: string): object => ({
  kind: 'unavailable',
  message: expect.stringContaining(words) as string,
});

it('says that an expansion was taken back, does not call it growing, and does not start it in the same call', async () => {
  after(list, 3, () => takeBack('lustre-csi-expand-32tib-1'));
  await expect(expand()).rejects.toMatchObject(unavailable('to 32 TiB was reverted'));
  expect(azure.count(put)).toBe(1);
  expect(azure.state.expansionJobs).toEqual([]);
  expect((await replica.get(volume.id, callOf(5000))).volume.capacity).toEqual(Capacity.tebibytes(16));
});

it('says while it is rolled back that it is, when the time of the call ends', async () => {
  after(list, 3, () => takeBack('lustre-csi-expand-32tib-1'));
  const call = azure.callEndingAt('expansionJobs.delete', list, 2);
  await expect(expand(replica, call)).rejects.toMatchObject({
    kind: 'deadline-exceeded',
    message: expect.stringMatching(
      /reverts the expansion of file system pvc-1 to 32 TiB \(RollingBack/,
    ) as string,
  });
});

it('requests three times, then reports why, and that nothing is in progress; a claim may request less', async () => {
  const failure = { code: 'ScaleOutFailed', message: 'No servers.' };
  azure.emulator.faults.add({ kind: 'fail-creation', cloud: 'azure', operation: put, times: 9, ...failure });
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await expect(expand(await azure.replica())).rejects.toMatchObject(
      unavailable('ScaleOutFailed: No servers.'),
    );
  }
  for (let call = 1; call <= 3; call += 1) {
    await expect(expand(await azure.replica())).rejects.toMatchObject({
      kind: 'out-of-range',
      message: expect.stringMatching(
        /in 3 attempts; the last reason: Failed, ScaleOutFailed: No servers\..*jobs .*-32tib-3, .*-32tib-2, .*-32tib-1 are deleted/,
      ) as string,
    });
  }
  expect(azure.count(put)).toBe(3);
  azure.emulator.faults.clear();
  await takeBack('lustre-csi-expand-32tib-1');
  await expect.poll(() => azure.state.expansionJobs.length).toBe(2);
  expect(await expand()).toEqual(Capacity.tebibytes(32));
});

it('takes the reason from the operation where the job has none', async () => {
  const url = 'https://arm/subscriptions/s/providers/Microsoft.StorageCache/locations/eastus/ascOperations/o';
  const job = {
    name: 'lustre-csi-expand-32tib-1',
    properties: { newStorageCapacityTiB: 32, provisioningState: 'Failed' },
  };
  let jobs: readonly object[] = [];
  const call = async (): Promise<never> => {
    const body = { value: jobs };
    jobs = [job];
    return { status: 200, body, header: () => url } satisfies ArmAnswer as never;
  };
  const fileSystem = {
    id: 'pvc-1',
    listingScope: 'lustre-rg',
    capacity: Capacity.tebibytes(16),
    attributes: { 'sku-name': 'AMLFS-Durable-Premium-125', location: 'eastus' },
  } as unknown as FileSystem;
  const parts = {
    reader: { find: async () => ({ fileSystem, resource: {} }) },
    skus: { find: async () => Promise.reject(new Error('not asked')) },
    preflight: { checkGrowth: async () => {} },
  };
  const failed = new FailedOperations(async () => 'ScaleOutFailed: No servers.');
  const expansion = new AmlExpansion({ call }, parts.reader, parts.skus, parts.preflight, failed);
  await expansion.start(fileSystem, Capacity.tebibytes(32), neverAborted);
  expect((await expansion.look(fileSystem, neverAborted))?.growth).toEqual({
    target: Capacity.tebibytes(32),
    state: 'failed',
    detail: 'Failed, ScaleOutFailed: No servers.',
  });
});
