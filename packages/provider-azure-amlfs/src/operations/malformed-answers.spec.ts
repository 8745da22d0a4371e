// Answers with status 200 that prove nothing: absence is what Azure states with ResourceNotFound.
import { Capacity, isDriverError, type DriverError } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedAzure } from '../testing/emulated-azure.js';
import { blobContainers, callOf, dynamicParameters, requestOf } from '../testing/samples.js';

type Work = (by: VolumeOperations, call: ReturnType<typeof callOf>) => Promise<unknown>;

let azure: EmulatedAzure;
/** Creates and deletes without faults. */
let keeper: VolumeOperations;
/** Handle of an existing volume. */
let handle: string;

const create =
  (name: string, parameters: Record<string, string> = {}): Work =>
  (by, call) =>
    by.create(requestOf({ ...dynamicParameters, ...parameters }, { name }), call);

beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.01, updateSeconds: 0.02 },
    azure: { pageSize: 1 },
  });
  keeper = await azure.replica();
  handle = ((await create('pvc-1')(keeper, callOf(20_000))) as { readonly id: string }).id;
  await create('pvc-2')(keeper, callOf(20_000));
});

afterEach(() => {
  azure.emulator.faults.clear();
  azure.emulator.journal.clear();
});

afterAll(() => azure.stop());

const bodies = ['', '{}', 'null', '[]', '"text"', '{"value":null}'];
const unreadable = ['{"value":[null]}', '{"value":[{}]}', '{"value":[],"nextLink":7}'];

const list = 'amlFilesystems.listByResourceGroup';
const get = 'amlFilesystems.get';

const rows: readonly { operation: string; what: string; work: Work; more?: readonly string[] }[] = [
  { operation: list, what: 'CreateVolume', work: create('pvc-2'), more: unreadable },
  {
    operation: get,
    what: 'DeleteVolume',
    work: (by, call) => by.delete(handle, call),
    more: ['{"name":"other"}'],
  },
  { operation: get, what: 'CreateVolume, before its PUT', work: create('pvc-3') },
  { operation: get, what: 'ControllerGetVolume', work: (by, call) => by.get(handle, call) },
  {
    operation: 'expansionJobs.listByAmlFilesystem',
    what: 'an expansion',
    work: (by, call) => by.expand(handle, { required: Capacity.tebibytes(96) }, call),
    more: unreadable,
  },
  { operation: 'skus.list', what: 'CreateVolume', work: create('pvc-3') },
  { operation: 'ascUsages.list', what: 'CreateVolume', work: create('pvc-3') },
];

async function expectMalformed(operation: string, work: Work, body: string, skip = 0): Promise<void> {
  const before = azure.state.fileSystems.length;
  azure.emulator.faults.add({ kind: 'answer', operation, body, skip, times: 99 });
  const error = (await work(await azure.replica(), callOf(20_000)).catch(
    (thrown: unknown) => thrown,
  )) as DriverError;
  expect(isDriverError(error) ? error.kind : error).toBe('unavailable');
  const { requestId = 'none' } =
    azure.emulator.journal.entries().find(({ fault }) => fault === 'answer') ?? {};
  expect(error.message).toContain(`request id ${requestId}`);
  expect(azure.state.fileSystems.length).toBe(before);
}

describe('an answer to a look', () => {
  it.each(rows.flatMap((row) => [...bodies, ...(row.more ?? [])].map((body) => ({ ...row, body }))))(
    'does not state absence: $operation of $what, $body',
    async ({ operation, work, body }) => expectMalformed(operation, work, body),
  );

  it.each(bodies)('is not the last page of a listing: %s', async (body) =>
    expectMalformed(list, create('pvc-2'), body, 1),
  );

  it.each(bodies)('is not a missing job: %s', async (body) => {
    const jobs = {
      'hsm-container': `${blobContainers}/data`,
      'hsm-logging-container': `${blobContainers}/logs`,
    };
    const work = create('pvc-jobs', { ...jobs, 'auto-import-prefixes': '/raw' });
    await work(keeper, callOf(20_000));
    azure.emulator.journal.clear();
    await expectMalformed('autoImportJobs.get', work, body);
  });
});

describe('an answer to a change', () => {
  it.each(bodies)('does not describe a new file system: %s', async (body) => {
    const work = create('pvc-put');
    await expectMalformed('amlFilesystems.createOrUpdate', work, body);
  });
});

describe('DeleteVolume', () => {
  it('does not take a listing without the file system for its absence', async () => {
    const { id } = (await create('pvc-4')(keeper, callOf(20_000))) as { readonly id: string };
    azure.emulator.faults.add({ kind: 'answer', operation: 'amlFilesystems.delete', body: '{}' });
    azure.emulator.faults.add({ kind: 'answer', operation: list, body: '{"value":[]}' });
    await (await azure.replica()).delete(id, callOf(20_000));
    expect(azure.state.fileSystems.map(({ name }) => name)).not.toContain('pvc-4');
  });
});
