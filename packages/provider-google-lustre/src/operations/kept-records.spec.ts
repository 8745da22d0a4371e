import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { EmulatedGoogle } from '../testing/emulated-google.js';
import { callOf, dynamicParameters, requestOf } from '../testing/samples.js';

let google: EmulatedGoogle;
let driver: VolumeOperations;
beforeAll(async () => {
  google = await EmulatedGoogle.start({ durations: { createSeconds: 0.02, updateSeconds: 0.02 } });
  driver = await google.replica();
});
afterAll(() => google.stop());

it('repeats a creation and an import that failed, also where Google deletes no records', async () => {
  const { faults } = google.emulator;
  faults.add({ kind: 'error', status: 501, code: 'UNIMPLEMENTED', times: 99, operation: 'DeleteOperation' });
  faults.add({ kind: 'fail-creation', operation: 'CreateInstance' });
  faults.add({ kind: 'fail-creation', operation: 'ImportData' });
  const parameters = { ...dynamicParameters, importPath: 'gs://training-data/raw/' };
  const create = () => driver.create(requestOf(parameters, { name: 'pvc-1' }), callOf(10_000));
  await expect(create()).rejects.toMatchObject({ kind: 'unavailable' });
  expect((await create()).id).toBe('lustre-project/us-central1-a/pvc-1');
  expect(['CreateInstance', 'ImportData'].map((operation) => google.count(operation))).toEqual([2, 2]);
});
