// Whose a file system is takes agreeing evidence: the tags of volume, attempt and cluster.
import { CreateFileSystemCommand, FSxClient } from '@aws-sdk/client-fsx';
import { isDriverError, type ErrorKind } from '@lustre-csi/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedFsx, errorOf, request, until, type Driver } from '../testing/emulated-fsx.js';

let cloud: EmulatedFsx;
let client: FSxClient;

beforeAll(async () => {
  cloud = await EmulatedFsx.start({ durations: { createSeconds: 0.05, deleteSeconds: 0.03 } });
  client = new FSxClient({});
});

afterAll(async () => {
  client.destroy();
  await cloud.stop();
});

/** Creates a file system with these tags, as any principal may. */
async function made(tags: Readonly<Record<string, string>>): Promise<string> {
  const { FileSystem } = await client.send(
    new CreateFileSystemCommand({
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      FileSystemTypeVersion: '2.15',
      LustreConfiguration: { DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125 },
    }),
  );
  const id = FileSystem?.FileSystemId ?? '';
  await until(async () => stateOf(id)?.Lifecycle === 'AVAILABLE');
  return id;
}

const stateOf = (id: string) => cloud.state.fileSystems.find(({ FileSystemId }) => FileSystemId === id);
const clusterOf = (id: string): string | undefined =>
  stateOf(id)?.Tags.find(({ Key }) => Key === 'lustre.csi/cluster')?.Value;

const named = (name: string): string[] =>
  cloud.state.fileSystems.flatMap(({ FileSystemId, Tags }) =>
    Tags.some(({ Value }) => Value === name) ? [FileSystemId] : [],
  );

const uuid = (last: number): string => `0f9d3c1a-5b7e-4c2d-8a6f-00000000000${last}`;

describe('a file system with the tag of a cluster', () => {
  // external-resizer gives up at FAILED_PRECONDITION: an expansion is refused with UNAVAILABLE.
  it.each<[string, ErrorKind, (by: Driver, id: string) => Promise<unknown>]>([
    ['delete', 'failed-precondition', (by, id) => by.delete(id)],
    ['expand', 'unavailable', (by, id) => by.expand(id, 2400)],
    ['modify', 'failed-precondition', (by, id) => by.modify(id, { dataCompressionType: 'LZ4' })],
  ])('is refused by drivers of no and of another cluster: %s', async (_, kind, change) => {
    const { id } = await (await cloud.driver('green')).create(request(`pvc-${uuid(1)}`));
    for (const clusterId of ['', 'blue']) {
      const error = await errorOf(change(await cloud.driver(clusterId), id));
      expect(isDriverError(error, kind)).toBe(true);
      expect((error as Error).message).toMatch(/belongs to the cluster green.*--cluster-id green/);
    }
    expect(stateOf(id)).toMatchObject({ Lifecycle: 'AVAILABLE', StorageCapacity: 1200 });
  });
});

describe('a file system without the tag of a cluster', () => {
  it('is taken over with its volume, and then refused to others', async () => {
    const name = `pvc-${uuid(2)}`;
    const { id } = await (await cloud.driver()).create(request(name));
    expect(clusterOf(id)).toBeUndefined();
    expect((await (await cloud.driver('blue')).create(request(name))).id).toBe(id);
    expect(clusterOf(id)).toBe('blue');
    const green = await cloud.driver('green');
    expect(isDriverError(await errorOf(green.delete(id)), 'failed-precondition')).toBe(true);
    expect((await green.create(request(name))).id).not.toBe(id);
    expect(clusterOf(id)).toBe('blue');
  });
});

describe('a name tag without the marks of this driver', () => {
  it('does not make a file system with tags of another tool the volume, and nothing is created beside it', async () => {
    const name = `pvc-${uuid(4)}`;
    const persons = await made({ CSIVolumeName: name, Name: 'scratch of a person' });
    const error = await errorOf((await cloud.driver('blue')).create(request(name)));
    expect(isDriverError(error, 'failed-precondition')).toBe(true);
    expect(String(error)).toMatch(
      /tag CSIVolumeName=pvc-\S+, but it has tags that no driver writes for this class \(Name\): .*add the tag lustre\.csi\/attempt=1/,
    );
    expect(clusterOf(persons)).toBeUndefined();
    expect(named(name)).toEqual([persons]);
  });

  it('makes it the volume where the other tags are those of the class, as aws-fsx-csi-driver leaves it', async () => {
    const name = `pvc-${uuid(5)}`;
    const id = await made({ CSIVolumeName: name, team: 'a' });
    const volume = await (await cloud.driver('blue')).create(request(name, { extraTags: 'team=a' }));
    expect(volume.id).toBe(id);
  });
});

describe('a copied name tag', () => {
  it('does not make a file system the volume of that name', async () => {
    const name = `pvc-${uuid(3)}`;
    const persons = await made({ CSIVolumeName: name });
    const own = await made({ CSIVolumeName: name, 'lustre.csi/attempt': '1' });
    const driver = await cloud.driver();
    expect((await driver.create(request(name))).id).toBe(own);
    expect(stateOf(persons)?.Tags).toEqual([{ Key: 'CSIVolumeName', Value: name }]);
  });
});
