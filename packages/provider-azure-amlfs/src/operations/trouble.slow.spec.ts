// Throttling, errors, cut connections, silence and failed long-running operations at every call that changes something:
// each has its effect once, nothing is left over, and nothing is put over what exists.
import { requestTroubles } from '@lustre-csi/cloud-emulator';
import { Capacity } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { repeatUntilFinal } from '@lustre-csi/core/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import { blobContainers, callOf, dynamicParameters, requestOf } from '../testing/samples.js';

interface Row {
  /** The call of ARM that meets the trouble, as the journal names it. */
  readonly operation: string;
  /** Work that the spec requests from the driver. */
  readonly work: (by: VolumeOperations, call: Call) => Promise<unknown>;
  readonly needs: 'nothing' | 'volume';
  /** Operations that belong to the work besides the call itself, once each. */
  readonly also?: readonly string[];
  /** ARM does it at once: there is nothing that it could accept and then fail. */
  readonly atOnce?: true;
  /** Checks that the requested result exists. */
  readonly done: () => void;
}
type Call = ReturnType<typeof callOf>;

const parameters = {
  ...dynamicParameters,
  'hsm-container': `${blobContainers}/data`,
  'hsm-logging-container': `${blobContainers}/logs`,
  'import-prefixes': '/raw',
  'auto-import-prefixes': '/raw',
  'auto-export-prefix': '/results',
};
const handle = 'pvc-1#lustrefs###t#lustre-rg';
const putFileSystem = 'amlFilesystems.createOrUpdate';
const putJobs = ['autoImportJobs.createOrUpdate', 'autoExportJobs.createOrUpdate'];

let azure: EmulatedAzure;
/** Prepares and cleans up. */
let keeper: VolumeOperations;
beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.01, updateSeconds: 0.02 },
  });
  keeper = await azure.replica();
});
afterAll(() => azure.stop());

const create: Row['work'] = (by, call) => by.create(requestOf(parameters, { name: 'pvc-1' }), call);
const createPlain: Row['work'] = (by, call) =>
  by.create(requestOf(dynamicParameters, { name: 'pvc-1' }), call);
const remove: Row['work'] = (by, call) => by.delete(handle, call);

const fileSystemOnce = (): void =>
  expect(
    azure.state.fileSystems.map(({ name, properties }) => [name, properties['provisioningState']]),
  ).toEqual([['pvc-1', 'Succeeded']]);
const everythingOnce = (): void => {
  fileSystemOnce();
  const { autoImportJobs, autoExportJobs } = azure.state;
  expect([autoImportJobs, autoExportJobs].map((jobs) => jobs?.length)).toEqual([1, 1]);
};

const modify: Row['work'] = (by, call) =>
  by.modify(handle, { 'maintenance-day-of-week': 'Friday', tags: 'a=b' }, call);
const modifiedOnce = (): void => {
  fileSystemOnce();
  expect(azure.state.fileSystems[0]).toMatchObject({
    tags: { a: 'b', 'lustre-csi-volume-name': 'pvc-1' },
    properties: { maintenanceWindow: { dayOfWeek: 'Friday' } },
  });
};

const rows: readonly Row[] = [
  { operation: putFileSystem, work: create, needs: 'nothing', also: putJobs, done: everythingOnce },
  ...putJobs.map((operation) => ({
    ...{ operation, work: create, needs: 'nothing' as const, done: everythingOnce },
    also: [putFileSystem, ...putJobs.filter((other) => other !== operation)],
  })),
  {
    operation: 'expansionJobs.createOrUpdate',
    needs: 'volume',
    work: (by, call) => by.expand(handle, { required: Capacity.tebibytes(32) }, call),
    done: () => {
      fileSystemOnce();
      expect(azure.state.fileSystems[0]?.properties['currentStorageCapacityTiB']).toBe(32);
    },
  },
  {
    operation: 'amlFilesystems.update',
    needs: 'volume',
    work: modify,
    done: modifiedOnce,
  },
  {
    operation: 'tags.updateAtScope',
    needs: 'volume',
    // The PATCH that goes with it is the one long-running operation.
    work: modify,
    atOnce: true,
    done: modifiedOnce,
  },
  {
    operation: 'amlFilesystems.delete',
    work: remove,
    needs: 'volume',
    done: () =>
      expect(azure.state).toMatchObject({ fileSystems: [], autoImportJobs: [], autoExportJobs: [] }),
  },
];

/** Called again by a process that knows nothing of the calls before, as long as nothing final is said. */
const untilDone = (work: Row['work'], milliseconds: number): Promise<void> =>
  repeatUntilFinal(async (attempt) =>
    work(await azure.replica(), callOf(attempt === 1 ? milliseconds : 5000)),
  );

/** Time after which a failed job is recreated. */
function laterBy(milliseconds: number): void {
  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + milliseconds);
}

const journal = () => azure.emulator.journal.entries().filter(({ service }) => service === 'arm');

/** Changes that ARM carried out, whether the caller learned of it or not. `operations` are the emulator's own record. */
const changes = (before: number): readonly { resourceId: string; status: string }[] =>
  (azure.emulator.state().azure as { operations: { resourceId: string; status: string }[] }).operations.slice(
    before,
  );
const operationCount = (): number => changes(0).length;

/** A PUT that changed a file system which was there: ARM answers 200 to it, and 201 to one that creates. */
const putOver = (): readonly unknown[] =>
  journal().filter(({ operation, status }) => operation.endsWith('createOrUpdate') && status === 200);

afterEach(async () => {
  vi.restoreAllMocks();
  azure.emulator.faults.clear();
  await remove(keeper, callOf(5000));
  expect(azure.state).toMatchObject({ fileSystems: [], expansionJobs: [] });
});

describe.each(rows)('$operation', ({ operation, work, needs, also = [], atOnce, done }) => {
  it.each(requestTroubles('GatewayTimeout'))('has one effect under %s', async (_, fault) => {
    if (needs === 'volume') await createPlain(keeper, callOf(5000));
    const before = operationCount();
    azure.emulator.journal.clear();
    azure.emulator.faults.add({ ...fault, cloud: 'azure', operation });

    await untilDone(work, fault.kind === 'hang' ? 500 : 5000);

    done();
    expect(azure.emulator.faults.list().filter(({ kind }) => kind === 'hang')).toEqual([]);
    expect(putOver()).toEqual([]);
    // One long-running operation for each request: none twice, none beside them.
    expect(changes(before).map(({ status }) => status)).toEqual(Array(1 + also.length).fill('Succeeded'));
    azure.emulator.faults.clear();
    await work(keeper, callOf(5000));
    done();
    expect(changes(before)).toHaveLength(1 + also.length);
  });

  if (atOnce) return;
  it('that Azure accepts and then fails is reported with its code and text, or repeated; nothing is left over', async () => {
    if (needs === 'volume') await createPlain(keeper, callOf(5000));
    azure.emulator.journal.clear();
    const failure = { code: 'InternalExecutionError', message: 'It could not be done.' };
    azure.emulator.faults.add({ kind: 'fail-creation', cloud: 'azure', operation, ...failure });

    const error: unknown = await work(await azure.replica(), callOf(5000)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    // A creation is deleted and repeated within the call; the others report their reason, and are repeated by the next.
    if (operation === putFileSystem) expect(error).toBeUndefined();
    else
      expect(error).toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining(`${failure.code}: ${failure.message}`) as string,
      });
    if (putJobs.includes(operation)) laterBy(10 * 60_000);
    await untilDone(work, 5000);
    done();
    expect(putOver()).toEqual([]);
    const counted = (name: string): number => journal().filter((entry) => entry.operation === name).length;
    expect(counted(operation)).toBe(2);
    if (operation !== 'amlFilesystems.delete') {
      expect(counted('amlFilesystems.delete')).toBe(operation === putFileSystem ? 1 : 0);
    }
  });
});
