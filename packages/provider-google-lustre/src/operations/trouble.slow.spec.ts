// Throttling, errors, cut connections, silence and failed long-running operations at every call that changes something: each
// has its effect once, and nothing is left over.
import { requestTroubles } from '@lustre-csi/cloud-emulator';
import { Capacity } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { repeatUntilFinal } from '@lustre-csi/core/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedGoogle } from '../testing/emulated-google.js';
import { callOf, dynamicParameters, persistently, requestOf } from '../testing/samples.js';

type Call = ReturnType<typeof callOf>;

interface Row {
  readonly what: string;
  /** The call of the API that meets the trouble, as the journal names it. */
  readonly operation: string;
  /** Work that the spec requests from the driver. */
  readonly work: (by: VolumeOperations, call: Call) => Promise<unknown>;
  readonly needs: 'nothing' | 'volume' | 'failed creation';
  /** Long-running operations that belong to the work, in order. */
  readonly operations: readonly string[];
  /** Checks that the requested result exists. */
  readonly done: () => void;
  /** Answer of the driver where Google accepts the request and fails it; absent: there is nothing that could fail. */
  readonly whenFailed?: 'repeated' | 'reported';
}

const HANDLE = 'lustre-project/us-central1-a/pvc-1';
const plain = requestOf(dynamicParameters, { name: 'pvc-1' });
const importing = requestOf(
  { ...dynamicParameters, importPath: 'gs://training-data/raw/' },
  { name: 'pvc-1' },
);

let google: EmulatedGoogle;
/** Prepares and cleans up. */
let keeper: VolumeOperations;
beforeAll(async () => {
  google = await EmulatedGoogle.start({
    durations: { createSeconds: 0.03, deleteSeconds: 0.03, updateSeconds: 0.05 },
  });
  keeper = await google.replica();
});
afterAll(() => google.stop());

const create: Row['work'] = (by, call) => by.create(plain, call);
const createWithImport: Row['work'] = (by, call) => by.create(importing, call);

const once = (also: object = {}): void =>
  expect(google.state.fileSystems).toMatchObject([
    {
      name: expect.stringMatching(/\/us-central1-a\/instances\/pvc-1$/) as string,
      state: 'ACTIVE',
      ...also,
    },
  ]);

const rows: readonly Row[] = [
  {
    what: 'a creation',
    operation: 'CreateInstance',
    work: create,
    needs: 'nothing',
    operations: ['create'],
    done: once,
    whenFailed: 'repeated',
  },
  {
    what: 'the import of a new volume',
    operation: 'ImportData',
    work: createWithImport,
    needs: 'nothing',
    operations: ['create', 'import'],
    done: once,
    whenFailed: 'reported',
  },
  {
    what: 'the record of a creation that has failed',
    operation: 'DeleteOperation',
    work: create,
    needs: 'failed creation',
    operations: ['create'],
    done: once,
  },
  {
    what: 'an expansion',
    operation: 'UpdateInstance',
    work: (by, call) => by.expand(HANDLE, { required: Capacity.gibibytes(18_000) }, call),
    needs: 'volume',
    operations: ['update'],
    done: () => once({ capacityGib: '18000' }),
    whenFailed: 'reported',
  },
  {
    what: 'a modification',
    operation: 'UpdateInstance',
    work: (by, call) => by.modify(HANDLE, { labels: 'a=b', description: 'scratch' }, call),
    needs: 'volume',
    operations: ['update'],
    done: () => once({ description: 'scratch', labels: { a: 'b', 'lustre-csi-volume-name': 'pvc-1' } }),
    whenFailed: 'reported',
  },
  {
    what: 'a deletion',
    operation: 'DeleteInstance',
    work: (by, call) => by.delete(HANDLE, call),
    needs: 'volume',
    operations: ['delete'],
    done: () => expect(google.state.fileSystems).toEqual([]),
    whenFailed: 'reported',
  },
];

/** Called again by a process that knows nothing of the calls before, as long as nothing final is said. */
const untilDone = (work: Row['work'], milliseconds: number): Promise<void> =>
  repeatUntilFinal(async (attempt) =>
    work(await google.replica(), callOf(attempt === 1 ? milliseconds : 5000)),
  );

/** Kinds of the long-running operations that Google carried out, whether the caller learned of it or not. */
const kindsSince = (before: number): readonly string[] =>
  google.state.operations
    .slice(before)
    .map(({ metadata: { verb, '@type': type } }) => verb ?? (type.includes('ImportData') ? 'import' : type));

/** @returns number of operations before the work */
async function prepare(needs: Row['needs']): Promise<number> {
  if (needs === 'volume') await create(keeper, callOf(5000));
  const before = google.state.operations.length;
  if (needs === 'failed creation') await leaveFailedCreation();
  google.emulator.journal.clear();
  return before;
}

/** A creation that has failed after its process ended: only its record is there. */
async function leaveFailedCreation(): Promise<void> {
  const { faults } = google.emulator;
  faults.add({ kind: 'fail-creation', operation: 'CreateInstance' });
  faults.add({ kind: 'reset', operation: 'GetOperation', times: 1000 });
  await create(await google.replica(), callOf(300)).catch(() => undefined);
  faults.clear();
  await expect.poll(() => google.state.fileSystems).toEqual([]);
}

afterEach(async () => {
  google.emulator.faults.clear();
  await persistently(() => keeper.delete(HANDLE, callOf(5000)));
  expect(google.state.fileSystems).toEqual([]);
});

describe.each(rows)('$operation, $what', ({ operation, work, needs, operations, done, whenFailed }) => {
  it.each(requestTroubles('DEADLINE_EXCEEDED'))('has one effect under %s', async (_, fault) => {
    const before = await prepare(needs);
    google.emulator.faults.add({ ...fault, cloud: 'google', operation });

    await untilDone(work, fault.kind === 'hang' ? 500 : 5000);

    done();
    expect(google.emulator.faults.list()).toEqual([]);
    expect(kindsSince(before)).toEqual(operations);
    await work(keeper, callOf(5000));
    done();
    expect(kindsSince(before)).toEqual(operations);
    expect(google.state.operations.slice(before).filter(({ error, done: ended }) => error || !ended)).toEqual(
      [],
    );
  });

  if (whenFailed === undefined) return;
  it(`is ${whenFailed} where Google accepts it and fails it, and leaves nothing over`, async () => {
    await prepare(needs);
    google.emulator.faults.add({
      kind: 'fail-creation',
      cloud: 'google',
      operation,
      message: 'It could not be done.',
    });

    const error: unknown = await work(await google.replica(), callOf(5000)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (whenFailed === 'repeated') expect(error).toBeUndefined();
    else
      expect(error).toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining('It could not be done.') as string,
      });
    await untilDone(work, 5000);
    done();
    expect(google.count(operation)).toBe(2);
  });
});
