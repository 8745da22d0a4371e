// Every call that takes a volume handle, with each of its spellings; and what the listing shows.
import { Capacity, DriverError, isDriverError, type ErrorKind, type Volume } from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  EmulatedFsx,
  context,
  errorOf,
  request,
  still,
  until,
  type Driver,
} from '../testing/emulated-fsx.js';

let cloud: EmulatedFsx;
let driver: Driver;

async function start(): Promise<void> {
  cloud = await EmulatedFsx.start({
    durations: { createSeconds: 0.05, deleteSeconds: 0.03, updateSeconds: 0.2 },
  });
  driver = await cloud.driver('blue');
}

const stop = async (): Promise<void> => cloud.stop();

type Call = (by: Driver, handle: string) => Promise<unknown>;

const get: Call = ({ operations }, handle) => operations.get(handle, context());
const validate: Call = ({ operations }, volumeId) =>
  operations.objectionTo({ volumeId, capabilities: [] }, context());
const expand: Call = (by, handle) => by.expand(handle, 2400);
const modify: Call = (by, handle) => by.modify(handle, { weeklyMaintenanceStartTime: '3:04:00' });
const snapshot: Call = (by, sourceVolumeId) =>
  by.snapshots.create(
    { name: `snap-${sourceVolumeId.replace(/\W/g, '-')}`, parameters: {}, sourceVolumeId },
    context(),
  );
const clone: Call = (by, id) =>
  by.create(request('pvc-clone', {}, { contentSource: { kind: 'volume', id } }));
const remove: Call = (by, handle) => by.delete(handle);

interface Row {
  readonly rpc: string;
  readonly call: Call;
  /** Outcome with the handle that CreateVolume returns, and with one of an administrator. */
  readonly own: ErrorKind | 'done';
  readonly shared: ErrorKind | 'done';
  /** Outcome where the file system does not exist. */
  readonly absent: ErrorKind | 'done';
}

const rows: readonly Row[] = [
  { rpc: 'ControllerGetVolume', call: get, own: 'done', shared: 'done', absent: 'not-found' },
  { rpc: 'ValidateVolumeCapabilities', call: validate, own: 'done', shared: 'done', absent: 'not-found' },
  { rpc: 'ControllerExpandVolume', call: expand, own: 'done', shared: 'done', absent: 'not-found' },
  { rpc: 'ControllerModifyVolume', call: modify, own: 'done', shared: 'done', absent: 'not-found' },
  { rpc: 'CreateSnapshot', call: snapshot, own: 'done', shared: 'failed-precondition', absent: 'not-found' },
  {
    rpc: 'CreateVolume from it',
    call: clone,
    own: 'invalid-argument',
    shared: 'invalid-argument',
    absent: 'not-found',
  },
  { rpc: 'DeleteVolume', call: remove, own: 'done', shared: 'failed-precondition', absent: 'done' },
];

const outcomeOf = async (work: Promise<unknown>): Promise<ErrorKind | 'done'> => {
  const error = await errorOf(work);
  if (error === undefined) return 'done';
  expect(error).toBeInstanceOf(DriverError);
  return (error as DriverError).kind;
};

describe.each(['', '#second', ':/models', ':/', '#a:/b'])('the handle fs-…%s', (suffix) => {
  const shared = suffix !== '';
  beforeAll(start);
  afterAll(stop);

  it.each(rows)('in $rpc', async ({ rpc, call, own, shared: ofOthers, absent }) => {
    const { id } = await driver.create(request(rpc));
    expect(await outcomeOf(call(driver, `${id}${suffix}`))).toBe(shared ? ofOthers : own);
    expect(await outcomeOf(call(driver, `fs-0123456789abcdef0${suffix}`))).toBe(absent);
    const left = cloud.state.fileSystems.some(({ FileSystemId }) => FileSystemId === id);
    expect(left).toBe(call !== remove || shared);
  });

  it('stays what the caller knows it as', async () => {
    const { id } = await driver.create(request('pvc-1'));
    const { volume } = await driver.operations.get(`${id}${suffix}`, context());
    expect(volume).toMatchObject({ id: `${id}${suffix}`, capacity: Capacity.gibibytes(1200) });
  });
});

describe('the listing', () => {
  beforeEach(start);
  afterEach(stop);

  const list = (maxEntries = 0, startingToken = '', by = driver) =>
    by.operations.list({ maxEntries, startingToken }, context());

  it('comes in pages, each volume once', async () => {
    const made = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => driver.create(request(`pvc-${name}`))),
    );
    const ids: string[] = [];
    let token = '';
    do {
      const { entries, nextToken } = await list(2, token);
      expect(entries.length).toBeLessThanOrEqual(2);
      ids.push(...entries.map(({ volume }) => volume.id));
      token = nextToken;
    } while (token !== '');
    expect(ids).toEqual(made.map(({ id }) => id).sort());
    expect(isDriverError(await errorOf(list(2, 'somebody-else')), 'aborted')).toBe(true);
  });

  it('has what this cluster can use, and nothing else', async () => {
    const { id } = await driver.create(request('pvc-1'));
    await (await cloud.driver('green')).create(request('pvc-1'));
    const gone = await driver.create(request('pvc-2'));
    await driver.delete(gone.id);
    // The listing has to come before this one is complete.
    Object.assign(cloud.emulator.settings().durations, { createSeconds: 60 });
    const plan = await driver.provider.plan(request('pvc-3'));
    await driver.provider.create(plan, Capacity.gibibytes(1200), 1, still());
    const [only, ...others] = (await list()).entries;
    expect(only?.volume.id).toBe(id);
    expect(others).toEqual([]);
  });

  it('takes an update for normal', async () => {
    const { id } = await driver.create(request('pvc-1'));
    await driver.provider.modification.step(
      { id, listingScope: 'us-west-2' },
      { dataCompressionType: 'LZ4' },
      still(),
    );
    await until(async () => cloud.state.fileSystems[0]?.Lifecycle === 'UPDATING');
    const { condition } = await driver.operations.get(id, context());
    expect(condition).toMatchObject({
      abnormal: false,
      message: expect.stringContaining('UPDATING') as string,
    });
    expect(await driver.create(request('pvc-1'))).toMatchObject({ id } satisfies Partial<Volume>);
  });

  it('says why a volume is out of order', async () => {
    cloud.emulator.faults.add({
      kind: 'fail-creation',
      operation: 'CreateFileSystem',
      message: 'Beyond repair.',
    });
    const plan = await driver.provider.plan(request('pvc-1'));
    const made = await driver.provider.create(plan, Capacity.gibibytes(1200), 1, still());
    await driver.provider.complete(plan, made, still());
    await until(async () => (await driver.find(made.id))?.cloudState === 'FAILED');
    const [listed] = (await list()).entries;
    for (const each of [listed, await driver.operations.get(made.id, context())]) {
      expect(each?.condition.abnormal).toBe(true);
      expect(each?.condition.message).toMatch(/FAILED.*Beyond repair\./);
    }
  });
});

describe('tags of a volume', () => {
  beforeEach(start);
  afterEach(stop);

  const tags = (): Record<string, string> =>
    Object.fromEntries((cloud.state.fileSystems[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
  const metadata = { pvcName: 'data', pvcNamespace: 'genomics', pvName: 'pvc-1' };

  it('are what class, claim and cluster say', async () => {
    const parameters = {
      extraTags: 'equation=a=b,team=class',
      tagSpecification_1: 'team={{ .PVCNamespace }}',
      tagSpecification_20: 'claim={{.PVCNamespace}}/{{ .PVCName }} in {{ .PVName }}',
    };
    await driver.create(request('pvc-1', parameters, { metadata }));
    expect(tags()).toEqual({
      equation: 'a=b',
      team: 'genomics',
      claim: 'genomics/data in pvc-1',
      CSIVolumeName: 'pvc-1',
      'kubernetes.io/created-for/pvc/name': 'data',
      'kubernetes.io/created-for/pvc/namespace': 'genomics',
      'kubernetes.io/created-for/pv/name': 'pvc-1',
      'lustre.csi/cluster': 'blue',
      'lustre.csi/attempt': '1',
      'lustre.csi/handed-out': 'true',
    });
  });

  it('are not guessed where the provisioner does not send them', async () => {
    const parameters = { tagSpecification_1: 'team={{ .PVCNamespace }}' };
    const error = (await errorOf(driver.create(request('pvc-1', parameters)))) as DriverError;
    expect(error.kind).toBe('invalid-argument');
    expect(error.message).toContain('--extra-create-metadata');
    expect(cloud.calls('CreateFileSystem')).toBe(0);
  });
});
