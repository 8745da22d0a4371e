import { Capacity, type ControllerProvider } from '@lustre-csi/core';
import { providerContract, volumeRequest, type ProviderContractHarness } from '@lustre-csi/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureAmlfs } from './index.js';
import { EmulatedAzure } from './testing/emulated-azure.js';
import { dynamicParameters, settingsOf } from './testing/samples.js';

let azure: EmulatedAzure;
let controller: ControllerProvider;

beforeAll(async () => {
  azure = await EmulatedAzure.start({ durations: { createSeconds: 0.05, deleteSeconds: 0.05 } });
  controller = await azure.controller();
});
afterAll(() => azure.stop());

const capacityRange = { required: Capacity.tebibytes(16) };

const harness: ProviderContractHarness = {
  driverName: azureAmlfs.driverName,
  get controller() {
    return controller;
  },
  node: azureAmlfs.node(settingsOf()),
  request: (name) => volumeRequest({ name, capacityRange, parameters: dynamicParameters }),
  differentRequest: (name) =>
    volumeRequest({ name, capacityRange, parameters: { ...dynamicParameters, zone: '2' } }),
  impossibleRange: { required: Capacity.tebibytes(17), limit: Capacity.tebibytes(18) },
  absentVolumeIds: ['absent#lustrefs#10.0.0.4##t#lustre-rg'],
  foreignVolumeIds: ['fs-0123456789abcdef0', '#lustrefs#10.0.0.4##t#lustre-rg', 'a#b#c#d#e#f#g'],
  unusableScopes: ['no-such-group'],
  waitUntil: (look, what) => expect.poll(look, { timeout: 5000, interval: 20, message: what }).toBe(true),
};

describe('the provider contract', () => {
  for (const { name, run } of providerContract(harness)) it(name, run);
});
