// Whose a file system is takes agreeing evidence: its tags, its name, and the MGS address in the handle.
import { Capacity, isDriverError } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, requestOf } from '../testing/samples.js';

let azure: EmulatedAzure;

beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.01, updateSeconds: 0.02 },
  });
});

afterAll(() => azure.stop());

const replica = (clusterId = ''): Promise<VolumeOperations> => azure.replica({}, {}, { clusterId });

const create = async (name: string, clusterId = ''): Promise<string> =>
  (await (await replica(clusterId)).create(requestOf(dynamicParameters, { name }), callOf(20_000))).id;

const stateOf = (name: string) => azure.state.fileSystems.find((each) => each.name === name);

const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((thrown: unknown) => thrown);
  // external-resizer gives up at FAILED_PRECONDITION: an expansion is refused with UNAVAILABLE.
  const isRefusal = isDriverError(error, 'failed-precondition', 'unavailable');
  return isRefusal ? error.message : String(error);
};

type Change = (by: VolumeOperations, handle: string) => Promise<unknown>;
const changes: readonly [string, Change][] = [
  ['delete', (by, handle) => by.delete(handle, callOf(20_000))],
  ['expand', (by, handle) => by.expand(handle, { required: Capacity.tebibytes(96) }, callOf(20_000))],
  ['modify', (by, handle) => by.modify(handle, { tags: 'team=x' }, callOf(20_000))],
];

describe('a file system with the tag of a cluster', () => {
  it.each(changes)('is refused by drivers of no and of another cluster: %s', async (_, change) => {
    const handle = await create('pvc-green', 'green');
    for (const clusterId of ['', 'blue']) {
      expect(await refusalOf(change(await replica(clusterId), handle))).toMatch(
        /belongs to the cluster green.*--cluster-id green/,
      );
    }
    expect(stateOf('pvc-green')?.tags).not.toHaveProperty('team');
  });
});

describe('a file system without the tag of a cluster', () => {
  it('is taken over with its volume, and then refused to others', async () => {
    const handle = await create('pvc-old');
    expect(stateOf('pvc-old')?.tags).not.toHaveProperty('lustre-csi-cluster');
    expect(await create('pvc-old', 'blue')).toBe(handle);
    expect(stateOf('pvc-old')?.tags).toHaveProperty('lustre-csi-cluster', 'blue');
    expect(await refusalOf((await replica('green')).delete(handle, callOf(20_000)))).toContain(
      'the cluster blue',
    );
  });
});

describe('a handle', () => {
  it.each(changes)('whose MGS address is that of another file system is refused: %s', async (_, change) => {
    const [mine, others] = [await create('pvc-mine'), await create('pvc-others')];
    const edited = mine.replace('pvc-mine', 'pvc-others');
    expect(edited).not.toBe(others);
    expect(await refusalOf(change(await replica(), edited))).toMatch(
      /names file system pvc-others .* MGS address \S+, but the address of that file system is \S+:/,
    );
    expect(stateOf('pvc-others')).toBeDefined();
  });

  it('without an MGS address, as a short one has, is that of its name', async () => {
    const handle = await create('pvc-short');
    await (await replica()).delete(handle.replace(/#\d+\.\d+\.\d+\.\d+#/, '##'), callOf(20_000));
    expect(stateOf('pvc-short')).toBeUndefined();
  });
});
