// Throttling, 5xx and cut connections at every call that changes something, and processes that are killed before they
// learn of their effect: each has its effect once, nothing is left over, and the caller never gets a final answer.
import type { Fault } from '@lustre-csi/cloud-emulator';
import type { DriverError, Snapshot } from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedFsx, context, errorOf, request, until, type Driver } from '../testing/emulated-fsx.js';

/** Subject of a row, with names of its own. */
interface Subject {
  readonly name: string;
  /** The volume that the call is about; empty where it makes one. */
  readonly volumeId: string;
  /** The snapshot that the call is about; empty where there is none. */
  readonly snapshotId: string;
}

interface Row {
  readonly operation: string;
  readonly what: string;
  readonly needs: 'nothing' | 'volume' | 'snapshot';
  /** Parameters of the volume that the row is about. */
  readonly parameters?: Record<string, string>;
  readonly call: (driver: Driver, subject: Subject) => Promise<unknown>;
  /** Counts the resources that the call creates or deletes. */
  readonly count: (subject: Subject) => number;
  readonly effect: 1 | -1;
  /** Other operations that change something and belong to the call, once each. */
  readonly also?: readonly string[];
}

let cloud: EmulatedFsx;

const subnet = { subnetId: 'subnet-0aaaaaaaaaaaaaaa1' };
const tagged = (
  things: readonly { readonly Tags: readonly { readonly Key: string; readonly Value: string }[] }[],
  key: string,
  value: string,
): number =>
  things.filter(({ Tags }) => Tags.some(({ Key, Value }) => Key === key && Value === value)).length;
const volumes = ({ name }: Subject): number => tagged(cloud.state.fileSystems, 'CSIVolumeName', name);
const backups = ({ name }: Subject): number =>
  tagged(cloud.state.backups, 'lustre.csi/snapshot-name', `snap-${name}`);
const actions = ({ volumeId }: Subject): number =>
  (
    cloud.state.fileSystems.find(({ FileSystemId }) => FileSystemId === volumeId)?.AdministrativeActions ?? []
  ).filter(({ AdministrativeActionType: type }) => type === 'FILE_SYSTEM_UPDATE').length;
const handedOut = ({ name }: Subject): number =>
  cloud.state.fileSystems.filter(
    ({ Tags }) =>
      tagged([{ Tags }], 'CSIVolumeName', name) + tagged([{ Tags }], 'lustre.csi/handed-out', 'true') === 2,
  ).length;

const linked = {
  dataRepositoryAssociations: '[{"fileSystemPath": "/a", "dataRepositoryPath": "s3://bucket"}]',
};

const takeSnapshot = (by: Driver, { name, volumeId }: Subject): Promise<Snapshot> =>
  by.snapshots.create({ name: `snap-${name}`, parameters: {}, sourceVolumeId: volumeId }, context());

const rows: readonly Row[] = [
  {
    operation: 'CreateFileSystem',
    what: 'a creation',
    needs: 'nothing',
    call: (by, { name }) => by.create(request(name)),
    count: volumes,
    effect: 1,
    also: ['TagResource'],
  },
  {
    operation: 'CreateFileSystemFromBackup',
    what: 'a restore',
    needs: 'snapshot',
    call: (by, { name, snapshotId: id }) =>
      by.create({
        ...request(`${name}-restored`),
        parameters: subnet,
        contentSource: { kind: 'snapshot', id },
      }),
    count: ({ name }) => tagged(cloud.state.fileSystems, 'CSIVolumeName', `${name}-restored`),
    effect: 1,
    also: ['TagResource'],
  },
  {
    operation: 'TagResource',
    what: 'the mark of a volume that is handed out',
    needs: 'nothing',
    call: (by, { name }) => by.create(request(name)),
    count: handedOut,
    effect: 1,
    also: ['CreateFileSystem'],
  },
  {
    operation: 'CreateDataRepositoryAssociation',
    what: 'a link to S3',
    needs: 'nothing',
    call: (by, { name }) => by.create(request(name, linked)),
    count: () => cloud.state.dataRepositoryAssociations.length,
    effect: 1,
    also: ['CreateFileSystem', 'TagResource'],
  },
  {
    operation: 'UpdateFileSystem',
    what: 'a growth',
    needs: 'volume',
    call: (by, { volumeId }) => by.expand(volumeId, 2400),
    count: actions,
    effect: 1,
  },
  {
    operation: 'UpdateFileSystem',
    what: 'a modification',
    needs: 'volume',
    call: (by, { volumeId }) => by.modify(volumeId, { dataCompressionType: 'LZ4' }),
    count: actions,
    effect: 1,
    also: ['TagResource'],
  },
  {
    operation: 'CreateBackup',
    what: 'a snapshot',
    needs: 'volume',
    call: takeSnapshot,
    count: backups,
    effect: 1,
  },
  {
    operation: 'DeleteBackup',
    what: 'the deletion of a snapshot',
    needs: 'snapshot',
    call: (by, { snapshotId }) => by.snapshots.delete(snapshotId, context()),
    count: backups,
    effect: -1,
  },
  {
    operation: 'DeleteFileSystem',
    what: 'a deletion',
    needs: 'volume',
    call: (by, { volumeId }) => by.delete(volumeId),
    count: volumes,
    effect: -1,
  },
  {
    operation: 'DeleteFileSystem',
    what: 'a deletion with a final backup',
    needs: 'volume',
    parameters: { finalBackup: 'true' },
    call: (by, { volumeId }) => by.delete(volumeId),
    count: () => cloud.state.backups.length,
    effect: 1,
  },
];

interface Trouble {
  readonly name: string;
  readonly fault: Fault;
  /** The SDK does not get over it: the call ends, and a process that knows nothing of it makes it again. */
  readonly killed?: true;
}

/** Attempts of the SDK. */
const ATTEMPTS = 3;

const troubles: readonly Trouble[] = [
  { name: 'throttling', fault: { kind: 'throttle' } },
  { name: 'an error 500 before the effect', fault: { kind: 'error' } },
  { name: 'an error 503 after the effect', fault: { kind: 'error', status: 503, when: 'after' } },
  { name: 'a connection that is cut before the effect', fault: { kind: 'reset' } },
  { name: 'a connection that is cut after the effect', fault: { kind: 'reset', when: 'after' } },
  { name: 'a process that ends before the effect', fault: { kind: 'reset', times: ATTEMPTS }, killed: true },
  {
    name: 'a process that ends before it learns of the effect',
    fault: { kind: 'reset', when: 'after', times: ATTEMPTS },
    killed: true,
  },
];

const cases = rows.flatMap((row) => troubles.map((trouble) => ({ ...row, trouble })));

/** Successful changing operations in the journal. */
const changes = (): readonly string[] =>
  cloud.emulator.journal
    .entries()
    .filter(({ operation, status }) => !operation.startsWith('Describe') && status === 200)
    .map(({ operation }) => operation);

/** Calls that FSx itself refused, except for absent resources. */
const refused = (): readonly unknown[] =>
  cloud.emulator.journal
    .entries()
    .filter(
      ({ fault, status = 0, errorCode = '' }) => !fault && status >= 400 && !errorCode.endsWith('NotFound'),
    )
    .map(({ operation, errorCode }) => [operation, errorCode]);

async function prepared({ needs, parameters }: Row, name: string, driver: Driver): Promise<Subject> {
  const bare = { name, volumeId: '', snapshotId: '' };
  if (needs === 'nothing') return bare;
  const { id: volumeId } = await driver.create(request(name, parameters));
  if (needs === 'volume') return { ...bare, volumeId };
  const taken = await takeSnapshot(driver, { ...bare, volumeId });
  await until(async () => (await driver.snapshots.get(taken.id, context())).state === 'ready');
  return { name, volumeId, snapshotId: taken.id };
}

beforeAll(async () => {
  cloud = await EmulatedFsx.start({
    durations: { createSeconds: 0.05, deleteSeconds: 0.03, updateSeconds: 0.3 },
  });
});

afterAll(async () => cloud.stop());

/** Every volume and snapshot can be deleted, by a driver that sees only what is there. */
afterEach(async () => {
  cloud.emulator.faults.clear();
  const driver = await cloud.driver();
  await Promise.all(cloud.state.fileSystems.map(({ FileSystemId }) => driver.delete(FileSystemId)));
  const own = cloud.state.backups.filter(({ Tags }) =>
    Tags.some(({ Key }) => Key === 'lustre.csi/snapshot-name'),
  );
  await Promise.all(own.map(({ BackupId }) => driver.snapshots.delete(BackupId, context())));
  expect(cloud.state).toMatchObject({
    fileSystems: [],
    networkInterfaces: [],
    dataRepositoryAssociations: [],
  });
});

describe.each(cases)('$operation, $what', (row) => {
  it(`has one effect under ${row.trouble.name}`, async () => {
    const { fault, killed } = row.trouble;
    const subject = await prepared(row, `pvc-${cases.indexOf(row)}`, await cloud.driver());
    const before = row.count(subject);
    cloud.emulator.journal.clear();
    cloud.emulator.faults.add({ ...fault, operation: row.operation });

    const driver = await cloud.driver();
    if (killed) {
      const error = (await errorOf(row.call(driver, subject))) as DriverError;
      expect(error.kind).toBe('unavailable');
      expect(error.message).toContain(`${row.operation} failed: `);
      await row.call(await cloud.driver(), subject);
    } else await row.call(driver, subject);

    expect(row.count(subject) - before).toBe(row.effect);
    expect(cloud.emulator.faults.list()).toEqual([]);
    expect(refused()).toEqual([]);
    const done = changes();
    expect(done.filter((operation) => operation === row.operation).length).toBeLessThanOrEqual(1);
    expect(done.filter((operation) => operation !== row.operation).sort()).toEqual(
      [...(row.also ?? [])].sort(),
    );
    await row.call(await cloud.driver(), subject);
    expect(row.count(subject) - before).toBe(row.effect);
  });
});
