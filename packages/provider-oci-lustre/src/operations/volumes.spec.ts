import { isDriverError } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ociOperations } from '../api/oci-operations.js';
import { EmulatedOci } from '../testing/emulated-oci.js';
import {
  absentId,
  callOf,
  dynamicParameters,
  gigabytes,
  neverAborted,
  persistently,
  requestOf,
  seed,
} from '../testing/samples.js';

let oci: EmulatedOci;
let volumes: VolumeOperations;
beforeEach(async () => {
  oci = await EmulatedOci.start({ oci: { pageSize: 2 } });
  volumes = await oci.replica();
});
afterEach(() => oci.stop());

const call = (): ReturnType<typeof callOf> => callOf(10_000);
const at = (operation: string) => ({ cloud: 'oci' as const, operation });

describe('a creation', () => {
  it('makes a file system as the class says, and one for all callers', async () => {
    const other = await oci.replica();
    const request = requestOf({ ...dynamicParameters, nsgIds: `["${seed.nsgId}"]`, setupLnet: 'true' });
    const [one, two] = await Promise.all([volumes.create(request, call()), other.create(request, call())]);
    expect(two).toEqual(one);
    const [fileSystem, ...others] = oci.fileSystems;
    expect(others).toEqual([]);
    expect(fileSystem).toMatchObject({
      compartmentId: seed.compartmentId,
      availabilityDomain: 'Uocm:PHX-AD-1',
      displayName: request.name,
      nsgIds: [seed.nsgId],
      capacityInGBs: 31_200,
    });
    expect(one.id).toMatch(/^ocid1\.lustrefilesystem\.oc1\.phx\.\w+:127\.121\.\d+\.\d+@tcp:\/pv5c6d7e$/);
    expect(one.context).toMatchObject({
      setupLnet: 'true',
      source: expect.stringContaining('@tcp:/pv5c6d7e') as string,
    });
  });

  it('finds the volume again, in whichever compartment its class names', async () => {
    const request = requestOf({ ...dynamicParameters, compartmentId: seed.otherCompartmentId });
    const { id } = await volumes.create(request, call());
    expect(oci.fileSystems[0]?.compartmentId).toBe(seed.otherCompartmentId);
    const other = await oci.replica();
    expect((await other.create(request, call())).id).toBe(id);
    await other.delete(id, call());
    expect(oci.fileSystems).toEqual([]);
  });

  it('takes over a file system that Oracle’s driver is making', async () => {
    const name = 'csi-lustre-0f9c1c5e-6f2c-4b52-9d0a-3f2a4b5c6d7e';
    const body = {
      compartmentId: seed.compartmentId,
      availabilityDomain: 'Uocm:PHX-AD-1',
      displayName: name,
      fileSystemName: 'pv5c6d7e',
      capacityInGBs: 31_200,
      subnetId: seed.subnetId,
      performanceTier: 'MBPS_PER_TB_125',
      rootSquashConfiguration: { identitySquash: 'NONE' },
    };
    const answer = await (await oci.operator()).call(ociOperations.createFileSystem, { body }, neverAborted);
    const { id } = await volumes.create(requestOf(dynamicParameters, { name }), call());
    expect(id.split(':', 1)).toEqual([(answer.body as { id: string }).id]);
    expect(oci.fileSystems).toHaveLength(1);
    await volumes.delete(id, call());
    expect(oci.fileSystems).toEqual([]);
  });

  it('tries again after a failure of OCI, with its reason in the end', async () => {
    const failure = {
      kind: 'fail-creation',
      code: 'OutOfCapacity',
      message: 'Out of host capacity.',
    } as const;
    oci.emulator.faults.add({ ...failure, ...at('CreateLustreFileSystem') });
    await volumes.create(requestOf(), call());
    expect(oci.fileSystems.filter(({ lifecycleState }) => lifecycleState === 'ACTIVE')).toHaveLength(1);
    const attempts = oci.fileSystems.map(({ freeformTags }) => freeformTags['lustre-csi-attempt']);
    expect(attempts.at(-1)).toBe('2');
    oci.emulator.faults.add({ ...failure, ...at('CreateLustreFileSystem'), times: 9 });
    const failed = volumes.create(requestOf(dynamicParameters, { name: 'pvc-2' }), call());
    await expect(failed).rejects.toMatchObject({
      kind: 'resource-exhausted',
      message: expect.stringMatching(/OutOfCapacity: Out of host capacity/) as string,
    });
  });

  it('begins again where OCI rejects the tokens of creations that failed', async () => {
    await oci.stop();
    oci = await EmulatedOci.start({ oci: { rejectsOldTokens: true, deletedSeconds: 0 } });
    volumes = await oci.replica();
    const failure = { kind: 'fail-creation', message: 'Out of host capacity.' } as const;
    oci.emulator.faults.add({ ...failure, ...at('CreateLustreFileSystem'), times: 3 });
    await expect(volumes.create(requestOf(), call())).rejects.toMatchObject({ kind: 'resource-exhausted' });
    await volumes.create(requestOf(), call());
    expect(oci.fileSystems.filter(({ lifecycleState }) => lifecycleState === 'ACTIVE')).toHaveLength(1);
  });

  it('recognises a failed creation where OCI shows the address early', async () => {
    await oci.stop();
    oci = await EmulatedOci.start({ oci: { showsAddressEarly: true } });
    volumes = await oci.replica();
    oci.emulator.faults.add({ kind: 'fail-creation', ...at('CreateLustreFileSystem') });
    await volumes.create(requestOf(), call());
    await expect.poll(() => oci.fileSystems.map(({ lifecycleState }) => lifecycleState)).toEqual(['ACTIVE']);
  });

  it.each([
    ['a subnet that is not there', { subnetId: 'ocid1.subnet.oc1.phx.a' }, 'permission-denied', /subnetId/],
    ['a domain that is not there', { availabilityDomain: 'IAD-AD-1' }, 'invalid-argument', /only PHX-AD-1/],
    [
      'a compartment that is not there',
      { compartmentId: 'ocid1.compartment.oc1..x' },
      'unavailable',
      /policy/,
    ],
  ])('reports %s', async (_, change, kind, message) => {
    const refused = volumes.create(requestOf({ ...dynamicParameters, ...change }), call());
    await expect(refused).rejects.toMatchObject({ kind, message: expect.stringMatching(message) as string });
  });

  it('reports the service limit as exhausted', async () => {
    await oci.stop();
    oci = await EmulatedOci.start({ oci: { fileSystemLimit: 0 } });
    const refused = (await oci.replica()).create(requestOf(), call());
    await expect(refused).rejects.toMatchObject({ kind: 'resource-exhausted' });
  });

  it.each([1, 2, 3, 4, 5])('makes one file system where its call ends at request %i', async (nth) => {
    const request = requestOf();
    await volumes.create(request, oci.callEndingAtRequest(nth)).catch(() => undefined);
    const next = await oci.replica();
    await persistently(() => next.create(request, call()));
    expect(oci.fileSystems).toHaveLength(1);
  });

  // Other trouble at this call: trouble.slow.spec.ts.
  it('makes one file system where the answer is nonsense', async () => {
    oci.emulator.faults.add({ kind: 'answer', body: '{}', ...at('CreateLustreFileSystem') });
    await persistently(() => volumes.create(requestOf(), call()));
    expect(oci.fileSystems).toHaveLength(1);
  });
});

describe('a deletion', () => {
  const created = async (): Promise<string> => (await volumes.create(requestOf(), call())).id;

  it('waits until the file system is gone, and may be repeated', async () => {
    const id = await created();
    await volumes.delete(id, call());
    expect(oci.fileSystems).toEqual([]);
    await volumes.delete(id, call());
    await volumes.delete(absentId, call());
    await volumes.delete('10.0.2.8@tcp:/lustrefs', call());
  });

  it('takes a hidden file system for gone only if no compartment lists it', async () => {
    const id = await created();
    const hidden = { kind: 'error', status: 404, code: 'NotAuthorizedOrNotFound', times: 9 } as const;
    oci.emulator.faults.add({ ...hidden, ...at('GetLustreFileSystem') });
    await expect(volumes.get(id, call())).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/lists file system .* and does not show it.*policy/) as string,
    });
    oci.emulator.faults.add({ ...hidden, ...at('ListLustreFileSystems') });
    await expect(volumes.delete(id, call())).rejects.toMatchObject({ kind: 'unavailable' });
    expect(oci.fileSystems).toHaveLength(1);
  });

  it('does not succeed where only the right to delete is missing', async () => {
    const id = await created();
    const hidden = { kind: 'error', status: 404, code: 'NotAuthorizedOrNotFound' } as const;
    oci.emulator.faults.add({ ...hidden, ...at('DeleteLustreFileSystem') });
    await expect(volumes.delete(id, call())).rejects.toMatchObject({ kind: 'permission-denied' });
    expect(oci.fileSystems).toHaveLength(1);
  });

  it('leaves a file system that no driver has made, and one of another cluster', async () => {
    const id = await created();
    const provider = await oci.controller({}, { clusterId: 'other' });
    const plan = await provider.plan(requestOf(dynamicParameters, { name: 'pvc-other' }));
    const other = await provider.create(plan, gigabytes(31_200), 1, neverAborted);
    await expect.poll(() => oci.fileSystems.at(-1)?.lifecycleState).toBe('ACTIVE');
    await expect(volumes.delete(other.id, call())).rejects.toMatchObject({ kind: 'failed-precondition' });
    await volumes.delete(id, call());
    expect(oci.fileSystems.map(({ displayName }) => displayName)).toEqual(['pvc-other']);
  });

  it('reports once that OCI failed it, then requests it again', async () => {
    const id = await created();
    const failure = { kind: 'fail-creation', code: 'InUse', message: 'A link exists.' } as const;
    oci.emulator.faults.add({ ...failure, ...at('DeleteLustreFileSystem') });
    await expect(volumes.delete(id, call())).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/InUse: A link exists.*still exists and is billed/) as string,
    });
    await volumes.delete(id, call());
    expect(oci.fileSystems).toEqual([]);
  });
});

describe('ListVolumes', () => {
  it('shows the volumes of all compartments that are known', async () => {
    const here = await volumes.create(requestOf(), call());
    const parameters = { ...dynamicParameters, compartmentId: seed.otherCompartmentId };
    const there = await volumes.create(requestOf(parameters, { name: 'pvc-there' }), call());
    const listed = await volumes.list({ maxEntries: 0, startingToken: '' }, call());
    expect(listed.entries.map(({ volume }) => volume.id).sort()).toEqual([here.id, there.id].sort());
    const both = [seed.compartmentId, seed.otherCompartmentId].join(',');
    const other = await oci.replica({ 'oci-compartment-id': both });
    expect((await other.list({ maxEntries: 0, startingToken: '' }, call())).entries).toHaveLength(2);
  });
});

describe('without a compartment', () => {
  it('serves static volumes, and says what is missing for others', async () => {
    const environment = {
      'oci-compartment-id': '',
      OCI_METADATA_BASE_URL: 'http://127.0.0.1:1',
    };
    const lonely = await oci.replica(environment);
    expect((await lonely.get('10.0.2.8@tcp:/lustrefs', call())).volume.id).toBe('10.0.2.8@tcp:/lustrefs');
    const failure = await lonely.create(requestOf(), call()).catch((error: unknown) => error);
    expect(isDriverError(failure, 'unavailable')).toBe(true);
    expect((failure as Error).message).toMatch(/cannot find the compartment.*--oci-compartment-id/);
  });
});
