import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedOci } from '../testing/emulated-oci.js';
import { callOf, gigabytes, neverAborted, persistently, requestOf, seed } from '../testing/samples.js';
import { idOf, shortName } from './parent-file-systems.js';

let oci: EmulatedOci;
let volumes: VolumeOperations;
let id: string;
beforeEach(async () => {
  oci = await EmulatedOci.start();
  volumes = await oci.replica();
  ({ id } = await volumes.create(requestOf(), callOf(10_000)));
  oci.emulator.journal.clear();
});
afterEach(() => oci.stop());

const call = (): ReturnType<typeof callOf> => callOf(10_000);
const expand = (size: number, by = volumes): Promise<unknown> =>
  by.expand(id, { required: gigabytes(size) }, call());
const modify = (parameters: Record<string, string>): Promise<void> => volumes.modify(id, parameters, call());
const failing = { kind: 'fail-creation', cloud: 'oci', operation: 'UpdateLustreFileSystem' } as const;
const lost = { kind: 'reset', when: 'after', cloud: 'oci', operation: 'UpdateLustreFileSystem' } as const;
const updates = (): number => oci.count('UpdateLustreFileSystem');

const TAGS = 'oci.oraclecloud.com/initial-freeform-tags-override';

describe('an expansion', () => {
  it('takes the next size of OCI, and nothing where the file system is large enough', async () => {
    expect(await expand(31_201)).toEqual(gigabytes(41_600));
    expect(oci.fileSystems[0]?.capacityInGBs).toBe(41_600);
    expect(await expand(40_000)).toEqual(gigabytes(41_600));
    expect(updates()).toBe(1);
  });

  it('is one for two replicas', async () => {
    const other = await oci.replica();
    const both = [expand(41_600), expand(41_600, other)].map((work) =>
      work.catch((error: unknown) => (error as { kind: string }).kind),
    );
    const outcomes = await Promise.all(both);
    expect(outcomes.every((outcome) => outcome === 'aborted' || typeof outcome === 'object')).toBe(true);
    await persistently(() => expand(41_600, other));
    expect(oci.fileSystems[0]?.capacityInGBs).toBe(41_600);
  });

  it('waits for another update, and begins then', async () => {
    const provider = await oci.controller();
    const reference = provider.parseVolumeId(id);
    if (!reference) throw new Error('the handle was not understood');
    await provider.modification?.step(reference, { nsgIds: `["${seed.nsgId}"]` }, neverAborted);
    await persistently(() => expand(41_600));
    expect(oci.fileSystems[0]).toMatchObject({ capacityInGBs: 41_600, nsgIds: [seed.nsgId] });
  });

  it('reports the reason of OCI, and begins again with the next call', async () => {
    oci.emulator.faults.add({ ...failing, code: 'OutOfCapacity', message: 'Out of host capacity.' });
    await expect(expand(41_600)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/OutOfCapacity: Out of host capacity.*keeps its size/) as string,
    });
    expect(await expand(41_600)).toEqual(gigabytes(41_600));
  });

  it('continues where the answer of OCI was lost', async () => {
    oci.emulator.faults.add({ ...lost });
    expect(await expand(41_600)).toEqual(gigabytes(41_600));
    expect(oci.fileSystems[0]?.capacityInGBs).toBe(41_600);
  });

  it('refuses a range without a size', async () => {
    const range = { required: gigabytes(31_201), limit: gigabytes(41_599) };
    await expect(volumes.expand(id, range, call())).rejects.toMatchObject({ kind: 'out-of-range' });
    expect(updates()).toBe(0);
  });
});

describe('a modification', () => {
  it('changes in one update what differs, and nothing the next time', async () => {
    const wanted = {
      nsgIds: `["${seed.otherNsgId}"]`,
      kmsKeyId: seed.kmsKeyId,
      rootSquashEnabled: 'true',
      rootSquashUid: '1000',
      maintenanceDayOfWeek: 'SUNDAY',
      maintenanceTimeStart: '22:00',
      [TAGS]: '{"team":"research"}',
    };
    await modify(wanted);
    expect(updates()).toBe(1);
    expect(oci.fileSystems[0]).toMatchObject({
      nsgIds: [seed.otherNsgId],
      kmsKeyId: seed.kmsKeyId,
      rootSquashConfiguration: { identitySquash: 'ROOT', squashUid: 1000, squashGid: 65534 },
      maintenanceWindow: { dayOfWeek: 'SUNDAY', timeStart: '22:00' },
    });
    const { freeformTags } = oci.fileSystems[0] ?? {};
    expect(freeformTags).toMatchObject({ team: 'research', 'lustre-csi-volume-name': requestOf().name });
    await modify(wanted);
    expect(updates()).toBe(1);
  });

  it('reports the reason of OCI, and is repeated', async () => {
    oci.emulator.faults.add({ ...failing, code: 'Busy', message: 'Try later.' });
    await expect(modify({ [TAGS]: '{"a":"b"}' })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/Busy: Try later/) as string,
    });
    await modify({ [TAGS]: '{"a":"b"}' });
    expect(oci.fileSystems[0]?.freeformTags).toMatchObject({ a: 'b' });
  });

  it('continues where the answer of OCI was lost', async () => {
    oci.emulator.faults.add({ ...lost });
    await modify({ [TAGS]: '{"a":"b"}' });
    expect(oci.fileSystems[0]?.freeformTags).toMatchObject({ a: 'b' });
  });

  it('refuses what cannot change, and what is not there', async () => {
    await expect(modify({ subnetId: seed.subnetId })).rejects.toMatchObject({ kind: 'invalid-argument' });
    await expect(modify({ kmsKeyId: 'ocid1.key.oc1.phx.a.b' })).rejects.toMatchObject({
      kind: 'permission-denied',
    });
    expect(oci.fileSystems[0]?.lifecycleState).toBe('ACTIVE');
  });

  it('does not take a change of another caller back', async () => {
    oci.emulator.faults.add({
      kind: 'error',
      cloud: 'oci',
      operation: 'UpdateLustreFileSystem',
      status: 412,
      code: 'NoEtagMatch',
    });
    await expect(modify({ [TAGS]: '{"a":"b"}' })).rejects.toMatchObject({ kind: 'aborted' });
  });
});

describe('a host of directories', () => {
  it('has the base paths in its tags when the note returns', async () => {
    const provider = await oci.controller();
    const find = async () => {
      const fileSystem = await provider.find(
        { id: id.split(':', 1)[0] ?? '', listingScope: '' },
        neverAborted,
      );
      if (!fileSystem) throw new Error('it is gone');
      return fileSystem;
    };
    const { parentFileSystems } = provider;
    await parentFileSystems?.noteBase?.(await find(), '/team/a', neverAborted);
    await parentFileSystems?.noteBase?.(await find(), '/team/a', neverAborted);
    await parentFileSystems?.noteBase?.(await find(), '/team/b', neverAborted);
    expect((await find()).directoryBases?.toSorted()).toEqual(['/team/a', '/team/b']);
    expect(updates()).toBe(2);
  });

  it('has a short name, which leads back to its OCID', () => {
    const fileSystemId = id.split(':', 1)[0] ?? '';
    const short = shortName(fileSystemId);
    expect(short.length).toBeLessThan(62);
    expect(idOf(short)).toBe(fileSystemId);
    expect(idOf('fs-0123456789abcdef0')).toBeUndefined();
    const odd = 'ocid1.lustrefilesystem.oc1.phx.exampleuniqueid';
    expect(idOf(shortName(odd))).toBe(odd);
  });
});
