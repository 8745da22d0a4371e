import type { ControllerProvider } from '@lustre-csi/core';
import { providerContract, volumeRequest, type ProviderContractHarness } from '@lustre-csi/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ociLustre } from './index.js';
import { EmulatedOci } from './testing/emulated-oci.js';
import { absentId, dynamicParameters, gigabytes, settingsOf } from './testing/samples.js';

let oci: EmulatedOci;
let controller: ControllerProvider;

beforeAll(async () => {
  oci = await EmulatedOci.start();
  controller = await oci.controller();
});
afterAll(() => oci.stop());

const capacityRange = { required: gigabytes(31_200) };

const harness: ProviderContractHarness = {
  driverName: ociLustre.driverName,
  get controller() {
    return controller;
  },
  node: ociLustre.node(settingsOf()),
  request: (name) => volumeRequest({ name, capacityRange, parameters: dynamicParameters }),
  differentRequest: (name) =>
    volumeRequest({
      name,
      capacityRange,
      parameters: { ...dynamicParameters, performanceTier: 'MBPS_PER_TB_250' },
    }),
  impossibleRange: { required: gigabytes(31_201), limit: gigabytes(41_599) },
  absentVolumeIds: [absentId, `${absentId}:10.0.2.8@tcp:/pvabcdef`],
  foreignVolumeIds: ['fs-0123456789abcdef0', 'name#lustrefs#10.0.0.4#sub#t#group', 'project/zone/instance'],
  unusableScopes: ['ocid1.compartment.oc1..absent'],
  waitUntil: (look, what) => expect.poll(look, { timeout: 5000, interval: 20, message: what }).toBe(true),
};

describe('the provider contract', () => {
  for (const { name, run } of providerContract(harness)) it(name, run);

  it('leaves nothing behind', () => expect(oci.fileSystems).toEqual([]));
});
