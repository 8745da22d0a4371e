import type { Fault } from '@lustre-csi/cloud-emulator';
import type { ControllerProvider, Log } from '@lustre-csi/core';
import { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedAzure, neverAborted } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, fastClock, requestOf, silent } from '../testing/samples.js';

const groups = ['lustre-rg', 'Lustre-Other-RG'];
const everything = { maxEntries: 0, startingToken: '' };
const whole = 'amlFilesystems.list';
const ofGroup = 'amlFilesystems.listByResourceGroup';
const forbidden: Fault = { kind: 'error', status: 403, code: 'AuthorizationFailed', message: 'Not there.' };

let azure: EmulatedAzure;
/** Creator of one volume in each group. */
let maker: VolumeOperations;
/** Handles in the order of the groups. */
let handles: readonly string[];
beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.02 },
    azure: { pageSize: 1 },
  });
  maker = await azure.replica({ resourceGroup: undefined, vnetResourceGroup: 'lustre-rg' });
  const made = groups.map((group, index) => {
    const parameters = { ...dynamicParameters, 'resource-group-name': group };
    return maker.create(requestOf(parameters, { name: `pvc-${index}` }), callOf(10_000));
  });
  handles = (await Promise.all(made)).map(({ id }) => id);
});
beforeEach(() => azure.emulator.journal.clear());
afterEach(() => azure.emulator.faults.clear());
afterAll(() => azure.stop());

const refuse = (fault: Fault = forbidden): void =>
  void azure.emulator.faults.add({ times: 100, ...fault, cloud: 'azure', operation: whole });

/** A controller that was just started, and what its ListVolumes shows. */
async function started(
  resourceGroup: string | undefined,
  log: Log = silent,
): Promise<{ readonly provider: ControllerProvider; readonly listed: () => Promise<readonly string[]> }> {
  const provider = await azure.controller({ resourceGroup }, {}, { log });
  const volumes = new VolumeOperations(provider, silent, fastClock);
  const listed = async (): Promise<readonly string[]> =>
    (await volumes.list(everything, callOf(5000))).entries.map(({ volume }) => volume.id);
  return { provider, listed };
}

describe('ListVolumes', () => {
  it.each([undefined, 'lustre-rg', 'LUSTRE-OTHER-RG'])(
    'shows the volumes of all groups once, with the handles of CreateVolume: azure.json names %s',
    async (resourceGroup) => {
      const { listed } = await started(resourceGroup);
      expect(await listed()).toEqual(handles);
      expect(azure.calls).toEqual([whole, whole]);
    },
  );

  it('knows each file system by its own group', async () => {
    const { provider } = await started(undefined);
    const [scope = ''] = provider.listingScopes();
    const all = await provider.list(scope, neverAborted);
    expect(all.map((fileSystem) => fileSystem.listingScope)).toEqual(
      groups.map((group) => group.toLowerCase()),
    );
    for (const fileSystem of all) expect(await provider.find(fileSystem, neverAborted)).toEqual(fileSystem);
  });

  it.each<[string, Fault]>([
    ['throttled', { kind: 'throttle' }],
    ['out of order', { kind: 'error', status: 500 }],
    ['cut off', { kind: 'reset' }],
  ])('fails, and shows no part of them, where Azure is %s', async (_, fault) => {
    refuse(fault);
    const { listed } = await started('lustre-rg');
    await expect(listed()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(azure.count(ofGroup)).toBe(0);
  });
});

describe('ListVolumes without the right to list the subscription', () => {
  it('shows the group of azure.json and those that handles have led to, and says so once', async () => {
    refuse();
    const warnings: unknown[] = [];
    const log: Log = { ...silent, warn: (fields) => void warnings.push(fields) };
    const { provider, listed } = await started('Lustre-RG', log);
    expect(await listed()).toEqual([handles[0]]);
    const reference = provider.parseVolumeId(handles[1] ?? '');
    await provider.find(reference ?? { id: '', listingScope: '' }, neverAborted);
    expect(await listed()).toEqual(handles);
    expect(warnings).toEqual([
      { groups: ['lustre-rg'], error: expect.stringContaining('AuthorizationFailed') as string },
    ]);
  });

  it('shows the groups of the plans that this process has carried out', async () => {
    refuse();
    const list = async (): Promise<readonly string[]> =>
      (await maker.list(everything, callOf(5000))).entries.map(({ volume }) => volume.id);
    expect(await list()).toEqual(handles);
  });

  it('says what to do where no group is known', async () => {
    refuse();
    const { listed } = await started(undefined);
    await expect(listed()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(
        /of the subscription: .*AuthorizationFailed.*Assign the role on the subscription, or write resourceGroup into azure/,
      ) as string,
    });
  });

  it('does without a group that is gone, but not without that of azure.json, nor where one fails', async () => {
    refuse();
    const gone: Fault = { kind: 'error', status: 404, code: 'ResourceGroupNotFound', cloud: 'azure' };
    const { provider, listed } = await started('lustre-rg');
    await provider.list('lustre-other-rg', neverAborted);
    // The group of azure.json is listed first.
    azure.emulator.faults.add({ ...gone, operation: ofGroup, skip: 1 });
    expect(await listed()).toEqual([handles[0]]);
    azure.emulator.faults.add({ ...gone, operation: ofGroup });
    await expect(listed()).rejects.toMatchObject({ kind: 'failed-precondition' });
    azure.emulator.faults.add({ ...forbidden, cloud: 'azure', operation: ofGroup, skip: 1 });
    await expect(listed()).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
