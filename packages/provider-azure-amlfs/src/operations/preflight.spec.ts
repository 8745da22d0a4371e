import type { ResourceUsage } from '@azure/arm-storagecache';
import { Capacity, type Log } from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkQuota } from './preflight.js';
import { EmulatedAzure, neverAborted } from '../testing/emulated-azure.js';
import { dynamicParameters, requestOf, silent } from '../testing/samples.js';

const row = (value: string, currentValue: number, limit: number): ResourceUsage => ({
  name: { value },
  currentValue,
  limit,
});

describe('checkQuota', () => {
  it.each<[string, readonly ResourceUsage[]]>([
    ['room for one', [row('AmlFilesystem', 3, 4)]],
    ['only others used up', [row('Cache', 4, 4), row('AmlFilesystem', 0, 4)]],
    ['no such row', []],
    ['no numbers', [{ name: { value: 'AmlFilesystem' } }]],
  ])('lets pass %s', (_, usages) => expect(() => checkQuota(usages, 'eastus')).not.toThrow());

  it('refuses what is used up', () => {
    expect(() => checkQuota([row('amlFilesystem', 4, 4)], 'eastus')).toThrow('used up: 4 of 4');
  });
});

describe('what is checked before a creation', () => {
  let azure: EmulatedAzure;
  beforeAll(async () => {
    azure = await EmulatedAzure.start({ durations: { createSeconds: 0.02, deleteSeconds: 0.02 } });
  });
  afterAll(() => azure.stop());
  afterEach(() => azure.emulator.faults.clear());

  const questions = ['ascUsages.list', 'getRequiredAmlFSSubnetsSize', 'virtualNetworks.listUsage'];

  it.each(questions)('is left to Azure where %s is forbidden, with a warning', async (operation) => {
    const warnings: string[] = [];
    const log: Log = { ...silent, warn: (_, message) => warnings.push(message), child: () => log };
    const provider = await azure.controller({}, {}, { log });
    azure.emulator.faults.add({
      ...{ kind: 'error', status: 403, code: 'AuthorizationFailed' },
      ...{ cloud: 'azure', operation },
    });
    const plan = await provider.plan(
      requestOf(dynamicParameters, { name: `pvc-${operation.toLowerCase()}` }),
    );
    expect(await provider.create(plan, Capacity.tebibytes(16), 1, neverAborted)).toMatchObject({
      state: 'creating',
    });
    expect(warnings).toEqual([expect.stringContaining('not checked before the change')]);
  });

  it.each(questions)('has to be known where %s is only out of order', async (operation) => {
    const provider = await azure.controller();
    azure.emulator.faults.add({ kind: 'error', status: 503, times: 4, cloud: 'azure', operation });
    const plan = await provider.plan(requestOf(dynamicParameters, { name: 'pvc-unknown' }));
    await expect(provider.create(plan, Capacity.tebibytes(16), 1, neverAborted)).rejects.toMatchObject({
      kind: 'unavailable',
    });
    expect(azure.state.fileSystems.map(({ name }) => name)).not.toContain('pvc-unknown');
  });
});
