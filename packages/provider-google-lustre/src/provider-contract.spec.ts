import { Capacity, type ControllerProvider } from '@lustre-csi/core';
import { providerContract, volumeRequest, type ProviderContractHarness } from '@lustre-csi/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { googleLustre } from './index.js';
import { EmulatedGoogle } from './testing/emulated-google.js';
import { dynamicParameters, settingsOf } from './testing/samples.js';

let google: EmulatedGoogle;
let controller: ControllerProvider;

beforeAll(async () => {
  google = await EmulatedGoogle.start({ durations: { createSeconds: 0.05, deleteSeconds: 0.05 } });
  controller = await google.controller();
});
afterAll(() => google.stop());

const capacityRange = { required: Capacity.gibibytes(9000) };

const harness: ProviderContractHarness = {
  driverName: googleLustre.driverName,
  get controller() {
    return controller;
  },
  node: googleLustre.node(settingsOf()),
  request: (name) => volumeRequest({ name, capacityRange, parameters: dynamicParameters }),
  differentRequest: (name) =>
    volumeRequest({ name, capacityRange, parameters: { perUnitStorageThroughput: '500' } }),
  impossibleRange: { required: Capacity.gibibytes(9001), limit: Capacity.gibibytes(17_999) },
  absentVolumeIds: ['lustre-project/us-central1-a/absent'],
  foreignVolumeIds: [
    ...['fs-0123456789abcdef0', 'name#lustrefs#10.0.0.4#sub#t#group', 'lustre-project/us-central1/absent'],
    'lustre-project/us-central1-a/Absent',
  ],
  unusableScopes: ['other-project/us-central1'],
  waitUntil: (look, what) => expect.poll(look, { timeout: 5000, interval: 20, message: what }).toBe(true),
};

describe('the provider contract', () => {
  for (const { name, run } of providerContract(harness)) it(name, run);
});
