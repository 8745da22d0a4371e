import { Capacity, isDriverError, type DriverError, type TopologyRequirement } from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

beforeEach(async () => {
  cloud = await EmulatedFsx.start();
  driver = await cloud.driver();
});

afterEach(async () => cloud.stop());

const tagsOfFirst = (): Record<string, string> =>
  Object.fromEntries((cloud.state.fileSystems[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));

describe('a file system that is handed out', () => {
  it('is marked before the answer, once', async () => {
    const { id } = await driver.create(request('pvc-1'));
    expect(tagsOfFirst()['lustre.csi/handed-out']).toBe('true');
    await driver.create(request('pvc-1'));
    await (await cloud.driver()).create(request('pvc-1'));
    expect(cloud.calls('TagResource')).toBe(1);
    expect(await driver.find(id)).toMatchObject({ handedOut: true });
  });

  it('is not answered as long as it cannot be marked', async () => {
    cloud.emulator.faults.add({ kind: 'error', operation: 'TagResource', times: 3 });
    expect(isDriverError(await errorOf(driver.create(request('pvc-1'))), 'unavailable')).toBe(true);
    const { id } = await driver.create(request('pvc-1'));
    expect(cloud.calls('CreateFileSystem')).toBe(1);
    expect(cloud.state.fileSystems.map(({ FileSystemId }) => FileSystemId)).toEqual([id]);
  });

  it('is never deleted by CreateVolume, even where FSx calls it FAILED', async () => {
    cloud.emulator.faults.add({
      kind: 'fail-creation',
      operation: 'CreateFileSystem',
      message: 'Beyond repair.',
    });
    const plan = await driver.provider.plan(request('pvc-1'));
    const capacity = await driver.provider.capacityFor(plan, {});
    const made = await driver.provider.create(plan, capacity, 1, still());
    await driver.provider.complete(plan, made, still());
    await until(async () => (await driver.find(made.id))?.cloudState === 'FAILED');
    const error = await errorOf(driver.create(request('pvc-1')));
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect((error as DriverError).message).toContain('is FAILED (Beyond repair.), and may have been in use');
    expect(cloud.calls('DeleteFileSystem')).toBe(0);
    await driver.delete(made.id);
    expect(cloud.state.fileSystems).toEqual([]);
  });

  it('is recreated where it failed before', async () => {
    cloud.emulator.faults.add({ kind: 'fail-creation', operation: 'CreateFileSystem' });
    await driver.create(request('pvc-1'));
    expect(cloud.calls('CreateFileSystem')).toBe(2);
    expect(cloud.calls('DeleteFileSystem')).toBe(1);
    expect(cloud.state.fileSystems).toHaveLength(1);
  });
});

describe('a file system that is being created', () => {
  it('is found by its tag by a driver that starts then, though FSx has forgotten the token', async () => {
    await cloud.stop();
    cloud = await EmulatedFsx.start({ durations: { createSeconds: 0.8, tokenSeconds: 0 } });
    cloud.emulator.faults.add({ kind: 'reset', operation: 'DescribeFileSystems', skip: 1, times: 99 });
    const first = await cloud.driver();
    const killed = new AbortController();
    const abandoned = errorOf(first.operations.create(request('pvc-1'), context(killed.signal)));
    await until(async () => cloud.state.fileSystems.length === 1);
    killed.abort(new Error('killed'));
    await abandoned;
    cloud.emulator.faults.clear();
    const others = [await cloud.driver(), await cloud.driver()];
    const volumes = await Promise.all(others.map((each) => each.create(request('pvc-1'))));
    expect(new Set(volumes.map(({ id }) => id)).size).toBe(1);
    expect(cloud.state.fileSystems).toHaveLength(1);
    expect(cloud.calls('CreateFileSystem')).toBe(1);
  });

  it('is one, also where two drivers request it', async () => {
    const drivers = [await cloud.driver(), await cloud.driver(), driver];
    const volumes = await Promise.all(drivers.map((each) => each.create(request('pvc-1'))));
    expect(new Set(volumes.map(({ id }) => id)).size).toBe(1);
    expect(cloud.state.fileSystems).toHaveLength(1);
  });
});

describe('data repository associations', () => {
  const associations = JSON.stringify([
    { fileSystemPath: '/images', dataRepositoryPath: 's3://training-data/images', autoImportEvents: ['NEW'] },
    { fileSystemPath: '/results', dataRepositoryPath: 's3://training-data/results' },
    { fileSystemPath: '/models', dataRepositoryPath: 's3://models' },
  ]);
  const linked = request('pvc-1', { dataRepositoryAssociations: associations });

  it('are all there when the volume is', async () => {
    const volume = await driver.create(linked);
    const found = await driver.provider.parts.api.describeAssociations(volume.id, still());
    expect(found.map(({ FileSystemPath, Lifecycle }) => [FileSystemPath, Lifecycle]).sort()).toEqual([
      ['/images', 'AVAILABLE'],
      ['/models', 'AVAILABLE'],
      ['/results', 'AVAILABLE'],
    ]);
    expect(await (await cloud.driver()).create(linked)).toEqual(volume);
    expect(cloud.calls('CreateDataRepositoryAssociation')).toBe(3);
  });

  it('are completed by another process where one was killed between them', async () => {
    cloud.emulator.faults.add({
      kind: 'reset',
      operation: 'CreateDataRepositoryAssociation',
      when: 'after',
      skip: 1,
      times: 3,
    });
    expect(isDriverError(await errorOf(driver.create(linked)), 'unavailable')).toBe(true);
    expect(tagsOfFirst()).not.toHaveProperty('lustre.csi/handed-out');
    const { id } = await (await cloud.driver()).create(linked);
    expect(await driver.provider.parts.api.describeAssociations(id, still())).toHaveLength(3);
    expect(cloud.calls('CreateFileSystem')).toBe(1);
  });

  it('say why they failed, and leave the volume to be completed', async () => {
    cloud.emulator.faults.add({
      kind: 'fail-creation',
      operation: 'CreateDataRepositoryAssociation',
      message: 'Access to the bucket is denied.',
    });
    const error = (await errorOf(driver.create(linked))) as DriverError;
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain(
      'of /images with s3://training-data/images is FAILED: Access to the bucket is denied',
    );
    const [broken] = await driver.provider.parts.api.describeAssociations(
      cloud.state.fileSystems[0]?.FileSystemId ?? '',
      still(),
    );
    await driver.provider.parts.api.deleteAssociation(broken?.AssociationId ?? '', still());
    await driver.create(linked);
    expect(cloud.calls('CreateFileSystem')).toBe(1);
  });

  it('are part of what the volume is', async () => {
    await driver.create(linked);
    const error = await errorOf(driver.create(request('pvc-1')));
    expect(isDriverError(error, 'already-exists')).toBe(true);
  });
});

describe('placement', () => {
  const [a, b, c] = ['subnet-0aaaaaaaaaaaaaaa1', 'subnet-0aaaaaaaaaaaaaaa2', 'subnet-0aaaaaaaaaaaaaaa3'];
  const zones = (...names: string[]): TopologyRequirement['preferred'] =>
    names.map((name) => ({ 'topology.kubernetes.io/zone': name }));
  const placed = (name: string, parameters: Record<string, string>, topology: TopologyRequirement) => {
    const { subnetId: _subnet, ...others } = request(name).parameters;
    return { ...request(name), parameters: { ...others, subnetIds: `${a},${b}`, ...parameters }, topology };
  };

  it('takes the subnet in the zone that is preferred, and does not insist on it later', async () => {
    const topology = {
      requisite: zones('us-west-2a', 'us-west-2b'),
      preferred: zones('us-west-2b', 'us-west-2a'),
    };
    const volume = await driver.create(placed('pvc-1', {}, topology));
    expect(cloud.state.fileSystems[0]?.SubnetIds).toEqual([b]);
    expect(volume).not.toHaveProperty('topology');
    const elsewhere = { requisite: [], preferred: zones('us-west-2a') };
    expect((await driver.create(placed('pvc-1', {}, elsewhere))).id).toBe(volume.id);
  });

  it('looks zones up once', async () => {
    const none = { requisite: [], preferred: [] };
    const plans = ['p', 'q', 'r'].map((name) => driver.provider.plan(placed(name, {}, none)));
    await Promise.all(plans);
    await driver.provider.plan(placed('s', { subnetIds: `${b},${a}` }, none));
    expect(cloud.calls('DescribeSubnets')).toBe(1);
    await driver.provider.plan(request('t'));
    expect(cloud.calls('DescribeSubnets')).toBe(1);
  });

  it('keeps pods in the zone on request', async () => {
    const topology = { requisite: zones('us-west-2b'), preferred: [] };
    const volume = await driver.create(placed('pvc-1', { strictTopology: 'true' }, topology));
    expect(volume.topology).toEqual(zones('us-west-2b'));
    const unreachable = placed(
      'pvc-2',
      { strictTopology: 'true' },
      { requisite: zones('us-west-2c'), preferred: [] },
    );
    const error = (await errorOf(driver.create(unreachable))) as DriverError;
    expect(error.kind).toBe('resource-exhausted');
    expect(error.message).toContain(
      'in us-west-2c only, and the subnets of the StorageClass are in us-west-2a, us-west-2b',
    );
    const anyway = placed('pvc-3', {}, { requisite: zones('us-west-2c'), preferred: [] });
    expect(await errorOf(driver.create(anyway))).toBeUndefined();
  });

  it('does not ask of a file system that exists whether it could be made', async () => {
    const strict = { strictTopology: 'true' };
    const volume = await driver.create(
      placed('pvc-1', strict, { requisite: zones('us-west-2b'), preferred: [] }),
    );
    const moved = placed('pvc-1', strict, { requisite: zones('us-west-2c'), preferred: [] });
    expect(await driver.create(moved)).toEqual(volume);
    // A driver that has just been started has no zone in memory, and EC2 reports none where one of the subnets is gone.
    const gone = { ...strict, subnetIds: `subnet-0bbbbbbbbbbbbbbb1,${b}` };
    const again = placed('pvc-1', gone, { requisite: zones('us-west-2b'), preferred: [] });
    const error = (await errorOf((await cloud.driver()).create(again))) as DriverError;
    expect(error.kind).toBe('unavailable');
    expect(error.message).toMatch(
      new RegExp(`Zone of file system ${volume.id} is unknown: .*subnet-0bbbbbbbbbbbbbbb1`),
    );
    expect(cloud.calls('CreateFileSystem')).toBe(1);
  });

  it('names a subnet that does not exist', async () => {
    const none = { requisite: [], preferred: [] };
    const wrong = placed('pvc-1', { subnetIds: `${c},subnet-0bbbbbbbbbbbbbbb1` }, none);
    const error = await errorOf(driver.create(wrong));
    expect(isDriverError(error, 'invalid-argument')).toBe(true);
    expect((error as DriverError).message).toContain('subnet-0bbbbbbbbbbbbbbb1');
  });

  it('waits where EC2 does not answer', async () => {
    cloud.emulator.faults.add({ kind: 'throttle', operation: 'DescribeSubnets', times: 3 });
    const none = { requisite: [], preferred: [] };
    const error = await errorOf(driver.create(placed('pvc-1', {}, none)));
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect(await errorOf(driver.create(placed('pvc-1', {}, none)))).toBeUndefined();
  });
});

describe('the address that nodes mount', () => {
  it('is the name, or the IP address of the first network interface', async () => {
    const named = await driver.create(request('pvc-1'));
    expect(named.context['dnsname']).toBe(`${named.id}.fsx.us-west-2.amazonaws.com`);
    const numbered = await driver.create(request('pvc-2', { mountEndpoint: 'ip' }));
    const found = await driver.provider.parts.api.describe(numbered.id, still());
    const first = cloud.state.networkInterfaces.find(
      ({ networkInterfaceId }) => networkInterfaceId === found?.NetworkInterfaceIds?.[0],
    );
    expect(numbered.context['dnsname']).toBe(first?.privateIpAddress);
    expect(await (await cloud.driver()).create(request('pvc-2', { mountEndpoint: 'ip' }))).toEqual(numbered);
    expect(cloud.calls('DescribeNetworkInterfaces')).toBe(2);
  });
});

describe('the final backup', () => {
  it('is made when the volume is deleted, by a driver that knows only the file system', async () => {
    const { id } = await driver.create(request('pvc-1', { finalBackup: 'true', finalBackupTags: 'keep=1y' }));
    await (await cloud.driver()).delete(id);
    expect(cloud.state.fileSystems).toEqual([]);
    expect(cloud.state.backups.map(({ Tags }) => Tags)).toEqual([[{ Key: 'keep', Value: '1y' }]]);
  });

  it('is made only on request, and never of an attempt that failed', async () => {
    const { id } = await driver.create(request('pvc-1'));
    await driver.delete(id);
    cloud.emulator.faults.add({ kind: 'fail-creation', operation: 'CreateFileSystem' });
    await driver.create(request('pvc-2', { finalBackup: 'true' }));
    expect(cloud.state.backups).toEqual([]);
  });

  it('is not made of a file system that was never handed out', async () => {
    const plan = await driver.provider.plan(request('pvc-1', { finalBackup: 'true' }));
    const { id } = await driver.provider.create(plan, Capacity.gibibytes(1200), 1, still());
    await until(async () => (await driver.find(id))?.state === 'available');
    await driver.delete(id);
    expect(cloud.state).toMatchObject({ fileSystems: [], backups: [] });
  });
});
