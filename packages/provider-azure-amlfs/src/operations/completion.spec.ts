import type { Volume } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import {
  blobContainers,
  callOf,
  dynamicParameters,
  passingFaults,
  persistently,
  requestOf,
} from '../testing/samples.js';

const importing = {
  'hsm-container': `${blobContainers}/data`,
  'hsm-logging-container': `${blobContainers}/logs`,
  'auto-import-prefixes': '/raw',
  'auto-import-conflict-resolution-mode': 'OverwriteIfDirty',
  'auto-import-enable-deletions': 'true',
  'auto-import-maximum-errors': '7',
};
const both = { ...importing, 'auto-export-prefix': '/results' };
const put = { autoImport: 'autoImportJobs.createOrUpdate', autoExport: 'autoExportJobs.createOrUpdate' };

let azure: EmulatedAzure;
let replica: VolumeOperations;
let other: VolumeOperations;

beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.02, updateSeconds: 0.05 },
  });
  replica = await azure.replica();
  other = await azure.replica();
});
afterAll(() => azure.stop());

beforeEach(() => azure.emulator.journal.clear());
afterEach(async () => {
  vi.restoreAllMocks();
  azure.emulator.faults.clear();
  for (const { name } of azure.state.fileSystems) {
    await replica.delete(`${name}#lustrefs###t#lustre-rg`, callOf(5000));
  }
});

const create = (
  by = replica,
  parameters: Record<string, string> = both,
  call = callOf(5000),
): Promise<Volume> => by.create(requestOf({ ...dynamicParameters, ...parameters }, { name: 'pvc-1' }), call);

describe('completing a volume', () => {
  it('creates the jobs once the file system can be used, and then nothing more', async () => {
    const volume = await create();
    expect(azure.state.autoImportJobs).toEqual([
      expect.objectContaining({
        name: 'lustre-csi-auto-import',
        location: 'eastus',
        properties: expect.objectContaining({
          provisioningState: 'Succeeded',
          autoImportPrefixes: ['/raw'],
          conflictResolutionMode: 'OverwriteIfDirty',
          enableDeletions: true,
          maximumErrors: 7,
        }) as object,
      }),
    ]);
    expect(azure.state.autoExportJobs).toEqual([
      expect.objectContaining({
        name: 'lustre-csi-auto-export',
        properties: expect.objectContaining({ autoExportPrefixes: ['/results'] }) as object,
      }),
    ]);
    expect(await create(other)).toEqual(volume);
    expect([azure.count(put.autoImport), azure.count(put.autoExport)]).toEqual([1, 1]);
  });

  it('is resumed by another replica, which learns its progress', async () => {
    const call = azure.callEndingAt(put.autoImport, 'autoImportJobs.get');
    await expect(create(replica, importing, call)).rejects.toMatchObject({
      kind: 'deadline-exceeded',
      message: expect.stringMatching(/its auto-import job is being created; the time of the call/) as string,
    });
    await create(other, importing);
    expect(azure.count('amlFilesystems.createOrUpdate')).toBe(1);
    expect(azure.count(put.autoImport)).toBe(1);
  });

  it('reports why a job has failed, and recreates it ten minutes later', async () => {
    const failure = { code: 'ContainerAccessDenied', message: 'The container cannot be read.' };
    azure.emulator.faults.add({
      kind: 'fail-creation',
      cloud: 'azure',
      operation: put.autoImport,
      ...failure,
    });
    for (const by of [replica, replica, other]) {
      await expect(create(by)).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringMatching(
          /ContainerAccessDenied: The container cannot be read\..*deletes and recreates it from \d{4}-.*Z/,
        ) as string,
      });
    }
    expect([azure.count(put.autoImport), azure.count('autoImportJobs.delete')]).toEqual([1, 0]);
    const { now } = Date;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 10 * 60_000);
    await persistently(() => create());
    expect([azure.count(put.autoImport), azure.count('autoImportJobs.delete')]).toEqual([2, 1]);
    expect(azure.state.autoImportJobs).toHaveLength(1);
    expect(azure.state.fileSystems).toHaveLength(1);
    expect(azure.count('amlFilesystems.createOrUpdate')).toBe(1);
  });

  it.each(passingFaults)('puts each job once through %s of looking', async (_, fault) => {
    azure.emulator.faults.add({ ...fault, cloud: 'azure', operation: 'autoImportJobs.get' });
    await persistently(() => create());
    expect([azure.count(put.autoImport), azure.count(put.autoExport)]).toEqual([1, 1]);
  });
});
