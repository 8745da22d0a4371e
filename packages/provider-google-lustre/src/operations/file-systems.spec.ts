import { Capacity, isDriverError, type DriverError } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedGoogle } from '../testing/emulated-google.js';
import { callOf, dynamicParameters, persistently, requestOf } from '../testing/samples.js';

let google: EmulatedGoogle;
let driver: VolumeOperations;

beforeAll(async () => {
  google = await EmulatedGoogle.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.01, updateSeconds: 0.1 },
  });
});
afterAll(() => google.stop());
beforeEach(async () => (driver = await google.replica()));
afterEach(async () => {
  google.emulator.faults.clear();
  for (const { name } of google.state.fileSystems) {
    await persistently(() => driver.delete(handleOf(name), callOf(5000)));
  }
  google.emulator.journal.clear();
});

const handleOf = (name: string): string =>
  name.replace(/^projects\/(.*)\/locations\/(.*)\/instances\/(.*)$/, '$1/$2/$3');

const create = (parameters = {}, rest: Parameters<typeof requestOf>[1] = {}) =>
  driver.create(requestOf({ ...dynamicParameters, ...parameters }, { name: 'pvc-1', ...rest }), callOf(5000));

const refusalOf = async (work: Promise<unknown>): Promise<DriverError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isDriverError(error)) throw new Error(`no DriverError but ${String(error)}`);
  return error;
};

const stockout = { kind: 'fail-creation', operation: 'CreateInstance' } as const;
const HANDLE = 'lustre-project/us-central1-a/pvc-1';

describe('creation', () => {
  it('returns handle, size and context of the Go driver, and writes its labels', async () => {
    const volume = await create({}, { metadata: { pvcName: 'data', pvcNamespace: 'team', pvName: 'pvc-1' } });
    expect(volume).toMatchObject({ id: HANDLE, capacity: Capacity.gibibytes(9000) });
    expect(Object.keys(volume.context).sort()).toEqual(['filesystem', 'ip']);
    expect(volume.context['filesystem']).toMatch(/^lfs[0-9a-z]{5}$/);
    const [instance] = google.state.fileSystems;
    expect(instance).toMatchObject({
      mountPoint: `${volume.context['ip']}@tcp:/${volume.context['filesystem']}`,
      network: 'projects/lustre-project/global/networks/default',
      labels: {
        'storage_gke_io_created-by': 'lustre_csi_storage_gke_io',
        'kubernetes_io_created-for_pvc_name': 'data',
        'kubernetes_io_created-for_pvc_namespace': 'team',
        'kubernetes_io_created-for_pv_name': 'pvc-1',
      },
    });
  });

  it('finds the instance of an earlier call in another zone of the region', async () => {
    const volume = await create();
    const topology = { requisite: [], preferred: [{ 'topology.gke.io/zone': 'us-central1-b' }] };
    expect(await create({}, { topology })).toEqual(volume);
    expect(google.count('CreateInstance')).toBe(1);
  });

  it('creates in the zone that the topology prefers', async () => {
    const topology = {
      requisite: [{ 'topology.gke.io/zone': 'us-central1-b' }],
      preferred: [{ 'topology.gke.io/zone': 'us-central1-c' }],
    };
    expect((await create({}, { topology })).id).toBe('lustre-project/us-central1-c/pvc-1');
  });

  it('repeats a creation that failed, and deletes its record', async () => {
    google.emulator.faults.add(stockout);
    expect((await create()).id).toBe(HANDLE);
    expect(google.count('CreateInstance')).toBe(2);
    expect(google.count('DeleteOperation')).toBe(1);
    expect(google.state.operations.filter(({ error }) => error)).toEqual([]);
  });

  it('gives up after three stockouts, with the reason and a next step, and leaves nothing', async () => {
    google.emulator.faults.add({ ...stockout, times: 100 });
    const error = await refusalOf(create());
    expect(error).toMatchObject({ kind: 'resource-exhausted' });
    expect(error.message).toMatch(/3 times.*enough resources.*RESOURCE_EXHAUSTED.*choose another zone/);
    expect(google.count('CreateInstance')).toBe(3);
    expect(google.state.fileSystems).toEqual([]);
    expect(google.state.operations.filter(({ error: reason }) => reason)).toEqual([]);
  });

  it('counts the failed creation of a process that has ended', async () => {
    google.emulator.faults.add({ ...stockout, times: 3 });
    google.emulator.faults.add({ kind: 'reset', operation: 'GetOperation', times: 1000 });
    const request = requestOf(dynamicParameters, { name: 'pvc-1' });
    expect((await refusalOf(driver.create(request, callOf(300)))).kind).toMatch(
      /^(unavailable|deadline-exceeded)$/,
    );
    google.emulator.faults.clear();
    await expect.poll(() => google.state.fileSystems).toEqual([]);
    driver = await google.replica();
    google.emulator.faults.add({ ...stockout, times: 2 });
    const error = await refusalOf(create());
    expect(error.kind).toBe('resource-exhausted');
    expect(google.count('CreateInstance')).toBe(3);
  });

  it('refuses the name of an instance that no driver created', async () => {
    const volume = await create({ labels: 'team=research' });
    expect(volume.id).toBe(HANDLE);
    const error = await refusalOf(create({ perUnitStorageThroughput: '500' }, { capacityRange: {} }));
    expect(error).toMatchObject({ kind: 'already-exists' });
    expect(error.message).toContain('perUnitStorageThroughput is 1000 (requested: 500)');
  });

  it('imports from Cloud Storage before the volume is ready, once', async () => {
    await create({ importPath: 'gs://training-data/raw/' });
    await create({ importPath: 'gs://training-data/raw/' });
    expect(google.count('ImportData')).toBe(1);
    const transfers = google.state.operations.filter(({ metadata }) => /ImportData/.test(metadata['@type']));
    expect(transfers).toMatchObject([{ done: true }]);
  });

  it('reports a failed import, and starts another', async () => {
    google.emulator.faults.add({ kind: 'fail-creation', operation: 'ImportData' });
    const error = await refusalOf(create({ importPath: 'gs://training-data/raw/' }));
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect(error.message).toMatch(/gs:\/\/training-data\/raw\/.*denied.*Storage Object Viewer/);
    expect((await create({ importPath: 'gs://training-data/raw/' })).id).toBe(HANDLE);
  });

  it.each([
    ['unpeered-network', 'failed-precondition', /private services access/],
    ['no-such-network', 'invalid-argument', /was not found/],
  ])('reports that the network %s cannot be used', async (network, kind, words) => {
    const error = await refusalOf(create({ network }));
    expect(error).toMatchObject({ kind });
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/request id [0-9a-f-]{36}/);
  });
});

describe('deletion', () => {
  it('reports once that Google failed it, then requests it again', async () => {
    const { id } = await create();
    google.emulator.faults.add({ kind: 'fail-creation', operation: 'DeleteInstance', message: 'no luck' });
    const error = await refusalOf(driver.delete(id, callOf(5000)));
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect(error.message).toMatch(/no luck.*still exists and is billed/);
    await driver.delete(id, callOf(5000));
    expect(google.state.fileSystems).toEqual([]);
  });

  it('deletes instances of the Go driver, and none of another cluster', async () => {
    driver = await google.replica({ context: { clusterId: 'one' } });
    const { id } = await create();
    const other = await google.replica({ context: { clusterId: 'two' } });
    expect(await refusalOf(other.delete(id, callOf(5000)))).toMatchObject({ kind: 'failed-precondition' });
    await driver.delete(id, callOf(5000));
  });
});

describe('expansion', () => {
  it('rounds up to the next size', async () => {
    const { id } = await create();
    const capacity = await driver.expand(id, { required: Capacity.gibibytes(9001) }, callOf(5000));
    expect(capacity).toEqual(Capacity.gibibytes(18_000));
    expect(google.state.fileSystems).toMatchObject([{ capacityGib: '18000' }]);
  });

  it('joins an expansion of another process', async () => {
    const { id } = await create();
    const range = { required: Capacity.gibibytes(18_000) };
    const replicas = await Promise.all([google.replica(), google.replica(), google.replica()]);
    const work = replicas.map((replica) => persistently(() => replica.expand(id, range, callOf(5000))));
    expect(await Promise.all(work)).toEqual(replicas.map(() => Capacity.gibibytes(18_000)));
    const accepted = google.emulator.journal
      .entries()
      .filter(({ operation, status }) => operation === 'UpdateInstance' && status === 200);
    expect(accepted).toHaveLength(1);
  });

  it('reports why Google failed it', async () => {
    const { id } = await create();
    google.emulator.faults.add({ kind: 'fail-creation', operation: 'UpdateInstance', message: 'no luck' });
    const error = await refusalOf(driver.expand(id, { required: Capacity.gibibytes(18_000) }, callOf(5000)));
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect(error.message).toContain('no luck');
  });
});

describe('modification', () => {
  it('changes all settings in one update, and keeps the labels of others', async () => {
    const { id } = await create({ labels: 'team=research' });
    const settings = {
      labels: 'cost-center=42',
      squashMode: 'ROOT_SQUASH',
      squashUid: '65534',
      maintenanceDayOfWeek: 'SUNDAY',
      maintenanceStartTime: '22:00',
      description: 'scratch',
    };
    await driver.modify(id, settings, callOf(5000));
    await driver.modify(id, settings, callOf(5000));
    expect(google.count('UpdateInstance')).toBe(1);
    expect(google.state.fileSystems).toMatchObject([
      {
        labels: { team: 'research', 'cost-center': '42', 'lustre-csi-volume-name': 'pvc-1' },
        accessRulesOptions: { defaultSquashMode: 'ROOT_SQUASH', defaultSquashUid: 65534 },
        maintenancePolicy: {
          weeklyMaintenanceWindows: [{ dayOfWeek: 'SUNDAY', startTime: { hours: 22 } }],
        },
        description: 'scratch',
      },
    ]);
  });

  it('waits for an update of another process', async () => {
    const { id } = await create();
    const [a, b] = await Promise.all([google.replica(), google.replica()]);
    await Promise.all([
      a.modify(id, { labels: 'a=1' }, callOf(5000)),
      b.modify(id, { labels: 'b=2' }, callOf(5000)),
    ]);
    expect(google.state.fileSystems[0]?.labels).toMatchObject({ a: '1', b: '2' });
  });

  it('reports why Google failed it', async () => {
    const { id } = await create();
    google.emulator.faults.add({ kind: 'fail-creation', operation: 'UpdateInstance', message: 'no luck' });
    const error = await refusalOf(driver.modify(id, { labels: 'a=1' }, callOf(5000)));
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect(error.message).toContain('no luck');
  });
});
