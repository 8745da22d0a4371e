// Answers with status 200 that prove nothing: absence is what the cloud states with an error of its own.
import { isDriverError, type DriverError } from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Ec2Api } from '../api/ec2-api.js';
import { ec2Operations } from '../api/ec2-operations.js';
import {
  EmulatedFsx,
  context,
  errorOf,
  request,
  still,
  until,
  type Driver,
} from '../testing/emulated-fsx.js';
import { EC2Client } from '@aws-sdk/client-ec2';

let cloud: EmulatedFsx;
let volumeId: string;
let snapshotId: string;

beforeAll(async () => {
  cloud = await EmulatedFsx.start({ durations: { createSeconds: 0.05, deleteSeconds: 0.03 } });
  const driver = await cloud.driver();
  volumeId = (await driver.create(request('pvc-0'))).id;
  // With the page size of the emulator, a listing of these has two pages.
  for (const name of ['pvc-1', 'pvc-2']) await driver.create(request(name));
  const taken = { name: 'snap-0', parameters: {}, sourceVolumeId: volumeId };
  snapshotId = (await driver.snapshots.create(taken, context())).id;
  await until(async () => (await driver.snapshots.get(snapshotId, context())).state === 'ready');
});

afterEach(() => {
  cloud.emulator.faults.clear();
  cloud.emulator.journal.clear();
});

afterAll(async () => cloud.stop());

/** Message with the request id of a call that met the fault. */
const namesAFaultyCall = (message: string): boolean =>
  cloud.emulator.journal
    .entries()
    .some(
      ({ fault, requestId = 'none' }) => fault === 'answer' && message.includes(`request id ${requestId}`),
    );

const bodies = ['', '{}', 'null', '[]', '"text"', '{"FileSystems":null,"Backups":null,"Associations":null}'];
const effectBodies = ['{}', 'null'];
const emptyLists = '{"FileSystems":[],"Backups":[],"Associations":[]}';
const namelessItems = '{"FileSystems":[{}],"Backups":[{}],"Associations":[{}]}';
const nullItems = '{"FileSystems":[null],"Backups":[null],"Associations":[null]}';

type Call = (driver: Driver) => Promise<unknown>;

const byId: readonly [string, string, Call][] = [
  ['DescribeFileSystems', 'DeleteVolume', (by) => by.delete(volumeId)],
  ['DescribeFileSystems', 'a look at a volume', (by) => by.find(volumeId)],
  ['DescribeFileSystems', 'an expansion', (by) => by.expand(volumeId, 2400)],
  ['DescribeBackups', 'DeleteSnapshot', (by) => by.snapshots.delete(snapshotId, context())],
  ['DescribeBackups', 'a look at a snapshot', (by) => by.snapshots.get(snapshotId, context())],
];
const listings: readonly [string, string, Call][] = [
  ['DescribeFileSystems', 'CreateVolume', (by) => by.create(request('pvc-2'))],
  [
    'DescribeBackups',
    'CreateSnapshot',
    (by) => by.snapshots.create({ name: 'snap-0', parameters: {}, sourceVolumeId: volumeId }, context()),
  ],
  [
    'DescribeDataRepositoryAssociations',
    'the completion of a volume',
    (by) => by.provider.parts.api.describeAssociations(volumeId, still()),
  ],
];
const effects: readonly [string, string, Call][] = [
  ['CreateFileSystem', 'CreateVolume', (by) => by.create(request(`pvc-${Math.random()}`))],
  ['DeleteFileSystem', 'DeleteVolume', (by) => by.provider.parts.api.delete(volumeId, undefined, still())],
  ['DeleteBackup', 'DeleteSnapshot', (by) => by.snapshots.delete(snapshotId, context())],
];

/** Rows with each body. */
const crossed = (
  rows: readonly (readonly [string, string, Call])[],
  ...more: readonly string[]
): readonly { operation: string; what: string; call: Call; body: string }[] =>
  rows.flatMap(([operation, what, call]) =>
    [...bodies, ...more].map((body) => ({ operation, what, call, body })),
  );

async function expectMalformed(operation: string, call: Call, body: string, skip = 0): Promise<void> {
  const before = cloud.state;
  // Every attempt of the SDK gets it.
  cloud.emulator.faults.add({ kind: 'answer', operation, body, skip, times: 9 });
  const error = (await errorOf(call(await cloud.driver()))) as DriverError;
  expect(isDriverError(error) ? error.kind : error).toBe('unavailable');
  expect(error.message).toContain(`${operation} failed: `);
  expect(error.message).toSatisfy(namesAFaultyCall);
  expect(cloud.state.fileSystems.length).toBe(before.fileSystems.length);
  expect(cloud.state.backups.length).toBe(before.backups.length);
}

describe('an answer to a description by id', () => {
  it.each(crossed(byId, emptyLists, namelessItems, nullItems))(
    'does not state absence in $what: $body',
    async ({ operation, call, body }) => expectMalformed(operation, call, body),
  );
});

describe('a page of a listing', () => {
  it.each(crossed(listings, namelessItems, nullItems))(
    'is not an empty one in $what: $body',
    async ({ operation, call, body }) => expectMalformed(operation, call, body),
  );

  it.each(bodies)('is not the last one: %s', async (body) => {
    const [, , call] = listings[0] ?? [];
    if (call) await expectMalformed('DescribeFileSystems', call, body, 1);
  });

  it('has a text as the token of the next one', async () => {
    const body = '{"FileSystems":[],"NextToken":{}}';
    await expectMalformed('DescribeFileSystems', (by) => by.create(request('pvc-2')), body);
  });
});

describe('an answer to a change', () => {
  it.each(crossed(effects).filter(({ body }) => effectBodies.includes(body)))(
    'proves no effect in $what: $body',
    async ({ operation, call, body }) => expectMalformed(operation, call, body),
  );
});

describe('an answer of EC2', () => {
  const xml = (operation: string, inside: string): string =>
    `<${operation}Response>${inside}</${operation}Response>`;
  const rows = Object.keys(ec2Operations).flatMap((operation) => [
    { operation, body: '' },
    { operation, body: xml(operation, '') },
    { operation, body: xml(operation, '<subnetSet/><networkInterfaceSet/>') },
    {
      operation,
      body: xml(
        operation,
        '<subnetSet><item/></subnetSet><networkInterfaceSet><item/></networkInterfaceSet>',
      ),
    },
  ]);

  it.each(rows)('does not state absence: $operation, $body', async ({ operation, body }) => {
    const api = new Ec2Api(() => new EC2Client({}));
    cloud.emulator.faults.add({ kind: 'answer', operation, body, times: 9 });
    const error = (await errorOf(
      operation === 'DescribeSubnets'
        ? api.zones(['subnet-0aaaaaaaaaaaaaaa1'], still())
        : api.address('eni-0123456789abcdef0', still()),
    )) as DriverError;
    expect(error.kind).toBe('unavailable');
    expect(error.message).toSatisfy(namesAFaultyCall);
  });
});

describe('DeleteVolume', () => {
  it('does not take a listing without the file system for its absence', async () => {
    const driver = await cloud.driver();
    const { id } = await driver.create(request('pvc-kept'));
    // The deletion fails in the cloud, and the listing does not show the file system.
    cloud.emulator.faults.add({
      kind: 'answer',
      operation: 'DeleteFileSystem',
      body: JSON.stringify({ FileSystemId: id }),
    });
    cloud.emulator.faults.add({
      kind: 'answer',
      operation: 'DescribeFileSystems',
      body: '{"FileSystems":[]}',
      skip: 1,
    });
    await driver.delete(id);
    expect(cloud.state.fileSystems.map(({ FileSystemId }) => FileSystemId)).not.toContain(id);
  });
});
