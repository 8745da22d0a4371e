import { Capacity, type Volume } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, passingFaults, persistently, requestOf } from '../testing/samples.js';

const put = 'expansionJobs.createOrUpdate';
const size = (tebibytes: number): Capacity => Capacity.tebibytes(tebibytes);
const atLeast = (tebibytes: number): { required: Capacity } => ({ required: size(tebibytes) });

let azure: EmulatedAzure;
let replica: VolumeOperations;
let other: VolumeOperations;
let volume: Volume;

beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.02, updateSeconds: 0.15 },
    azure: { pageSize: 2 },
  });
  replica = await azure.replica();
  other = await azure.replica();
});
afterAll(() => azure.stop());

beforeEach(async () => {
  volume = await created();
  azure.emulator.journal.clear();
});
afterEach(async () => {
  azure.emulator.faults.clear();
  await replica.delete(volume.id, callOf(5000));
});

const created = (rest: Record<string, string> = {}): Promise<Volume> =>
  replica.create(requestOf({ ...dynamicParameters, ...rest }, { name: 'pvc-1' }), callOf(5000));

const expand = (tebibytes: number, by = replica, call = callOf(5000)): Promise<Capacity> =>
  by.expand(volume.id, atLeast(tebibytes), call);

/** Starts growing, and leaves when it has been seen to grow. */
const startedBy = (by: VolumeOperations): Promise<Capacity> =>
  expand(32, by, azure.callEndingAt(put, 'expansionJobs.listByAmlFilesystem', 2));

describe('expansion', () => {
  it('grows to the next step, and the file system says so', async () => {
    expect(await expand(20)).toEqual(size(32));
    expect(azure.state.expansionJobs).toEqual([
      expect.objectContaining({
        name: 'lustre-csi-expand-32tib-1',
        location: 'eastus',
        properties: expect.objectContaining({ newStorageCapacityTiB: 32 }) as object,
      }),
    ]);
    expect((await replica.get(volume.id, callOf(5000))).volume.capacity).toEqual(size(32));
    // The volume is still the requested one.
    expect(await created()).toMatchObject({ id: volume.id, capacity: size(32) });
    expect(azure.count('amlFilesystems.createOrUpdate')).toBe(0);
  });

  it('starts nothing where the capacity is there', async () => {
    expect(await expand(16)).toEqual(size(16));
    expect(azure.count(put)).toBe(0);
  });

  it('says how far it is when the time of a call ends, and is resumed by another replica', async () => {
    await expect(startedBy(replica)).rejects.toMatchObject({
      kind: 'deadline-exceeded',
      message: expect.stringMatching(/is being expanded from 16 TiB to 32 TiB, \d+ % done/) as string,
    });
    expect(await expand(32, other)).toEqual(size(32));
    expect(azure.count(put)).toBe(1);
  });

  it('is one for two replicas with concurrent calls', async () => {
    expect(await Promise.all([expand(32), persistently(() => expand(32, other))])).toEqual([
      size(32),
      size(32),
    ]);
    expect(azure.state.expansionJobs).toHaveLength(1);
  });

  it('waits for a smaller one that is under way', async () => {
    await expect(startedBy(other)).rejects.toMatchObject({ kind: 'deadline-exceeded' });
    expect(await expand(48)).toEqual(size(48));
    expect(azure.state.expansionJobs.map(({ name }) => name)).toEqual([
      'lustre-csi-expand-32tib-1',
      'lustre-csi-expand-48tib-1',
    ]);
  });

  it('reports why it failed, keeps the volume, and retries under another name', async () => {
    const failure = { code: 'ScaleOutFailed', message: 'No servers.' };
    azure.emulator.faults.add({ kind: 'fail-creation', cloud: 'azure', operation: put, ...failure });
    await expect(expand(32)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('32 TiB: Failed, ScaleOutFailed: No servers.') as string,
    });
    expect(await replica.get(volume.id, callOf(5000))).toMatchObject({ volume: { capacity: size(16) } });
    expect(await expand(32)).toEqual(size(32));
    expect(azure.state.expansionJobs.map(({ name }) => name)).toEqual([
      'lustre-csi-expand-32tib-1',
      'lustre-csi-expand-32tib-2',
    ]);
  });

  it('names the addresses that the subnet lacks, and starts nothing', async () => {
    await replica.delete(volume.id, callOf(5000));
    volume = await created({ 'subnet-name': 'lustre-small-subnet' });
    await expect(expand(64)).rejects.toMatchObject({
      kind: 'out-of-range',
      message: expect.stringMatching(
        /expanding AMLFS-Durable-Premium-125 from 16 TiB to 64 TiB needs 15 free addresses, .* has 13 \(of 27\)/,
      ) as string,
    });
    expect(azure.count(put)).toBe(0);
  });

  it('leaves the addresses to Azure where it may not read them', async () => {
    azure.emulator.faults.add({
      kind: 'error',
      status: 403,
      code: 'AuthorizationFailed',
      cloud: 'azure',
      operation: 'virtualNetworks.listUsage',
    });
    expect(await expand(32)).toEqual(size(32));
  });

  it.each([
    ['no size in the range', { required: size(17), limit: size(20) }, 'out-of-range', 'multiples of 16 TiB'],
    ['too large', atLeast(2048), 'out-of-range', 'up to 128 TiB'],
    ['smaller than it is', { limit: size(8), required: size(1) }, 'out-of-range', 'do not shrink'],
  ])('refuses %s', async (_, range, kind, words) => {
    await expect(replica.expand(volume.id, range, callOf(5000))).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(words) as string,
    });
    expect(azure.count(put)).toBe(0);
  });

  it.each([
    ['pvc-none#lustrefs#10.1.0.4##t#lustre-rg', 'not-found'],
    ['pvc-none#lustrefs#10.1.0.4##t#no-rg', 'unavailable'],
    ['pv#lustrefs#10.1.0.4', 'invalid-argument'],
  ])('of %s is %s', async (id, kind) => {
    await expect(replica.expand(id, atLeast(32), callOf(5000))).rejects.toMatchObject({ kind });
  });

  it.each(passingFaults)('is done once through %s of looking', async (_, fault) => {
    azure.emulator.faults.add({ ...fault, cloud: 'azure', operation: 'expansionJobs.listByAmlFilesystem' });
    expect(await persistently(() => expand(32))).toEqual(size(32));
    expect(azure.count(put)).toBe(1);
  });

  it.each([
    [400, 'NoRegisteredProviderFound', 'expansionJobs.listByAmlFilesystem'],
    [404, 'InvalidResourceType', 'expansionJobs.listByAmlFilesystem'],
    [400, 'NoRegisteredProviderFound', put],
  ])(
    'is refused in words where this Azure has no expansion: %i %s of %s',
    async (status, code, operation) => {
      azure.emulator.faults.add({ kind: 'error', status, code, cloud: 'azure', operation });
      await expect(expand(32)).rejects.toMatchObject({
        kind: 'invalid-argument',
        message: expect.stringContaining('need api-version 2026-01-01') as string,
      });
    },
  );
});
