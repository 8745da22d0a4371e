import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '@lustre-csi/cloud-emulator';
import { Capacity, type ControllerProvider, type Settings } from '@lustre-csi/core';
import {
  RememberedLog,
  providerContract,
  volumeRequest,
  type ProviderContractHarness,
} from '@lustre-csi/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsFsx } from './index.js';

const environmentBefore = { ...process.env };
const directory = mkdtempSync(join(tmpdir(), 'fsx-contract-'));
const settings: Settings = { flag: () => undefined, environment: (name) => process.env[name] };
const parameters = { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', fileSystemTypeVersion: '2.15' };
let emulator: Emulator;
let controller: ControllerProvider;

beforeAll(async () => {
  emulator = await startEmulator({ durations: { createSeconds: 0.05, deleteSeconds: 0.05 } });
  Object.assign(process.env, emulator.environment(directory));
  const context = {
    driverName: awsFsx.driverName,
    driverVersion: '1.2.3',
    clusterId: '',
    log: new RememberedLog(),
  };
  controller = await awsFsx.controller(settings, context);
});

afterAll(async () => {
  process.env = environmentBefore;
  await emulator.stop();
  rmSync(directory, { recursive: true });
});

const harness: ProviderContractHarness = {
  driverName: awsFsx.driverName,
  get controller() {
    return controller;
  },
  node: awsFsx.node(settings),
  request: (name) => volumeRequest({ name, parameters: { ...parameters, deploymentType: 'SCRATCH_2' } }),
  differentRequest: (name) =>
    volumeRequest({
      name,
      parameters: { ...parameters, deploymentType: 'PERSISTENT_2', perUnitStorageThroughput: '125' },
    }),
  impossibleRange: { required: Capacity.gibibytes(1201), limit: Capacity.gibibytes(1202) },
  absentVolumeIds: ['fs-00000000000000000'],
  foreignVolumeIds: ['fs-', 'fs-xyz', 'name#lustrefs#10.0.0.4#sub#t#group'],
  waitUntil: (look, what) => expect.poll(look, { timeout: 5000, interval: 20, message: what }).toBe(true),
};

describe('the provider contract', () => {
  for (const { name, run } of providerContract(harness)) it(name, run);
});
