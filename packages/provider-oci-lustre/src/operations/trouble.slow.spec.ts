// Throttling, errors, cut connections, silence and failed work requests at every call that changes something: each has its
// effect once, and nothing is left over.
import { requestTroubles } from '@lustre-csi/cloud-emulator';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { repeatUntilFinal } from '@lustre-csi/core/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedOci } from '../testing/emulated-oci.js';
import { callOf, dynamicParameters, gigabytes, requestOf } from '../testing/samples.js';

type Call = ReturnType<typeof callOf>;

interface Row {
  readonly what: string;
  /** The call of OCI that meets the trouble, as the journal names it. */
  readonly operation: string;
  /** Work that the spec requests from the driver. */
  readonly work: (by: VolumeOperations, call: Call) => Promise<unknown>;
  readonly needs: 'nothing' | 'volume';
  /** Checks that the requested result exists. */
  readonly done: () => void;
  /** Answer of the driver where OCI accepts the request and fails it. */
  readonly whenFailed: 'repeated' | 'reported';
}

const TAGS = 'oci.oraclecloud.com/initial-freeform-tags-override';
const request = requestOf(dynamicParameters, { name: 'pvc-1' });

let oci: EmulatedOci;
/** Prepares and cleans up. */
let keeper: VolumeOperations;
let handle: string;
beforeAll(async () => {
  const durations = { createSeconds: 0.03, deleteSeconds: 0.03, updateSeconds: 0.05 };
  oci = await EmulatedOci.start({ durations, oci: { deletedSeconds: 0.01 } });
  keeper = await oci.replica();
});
afterAll(() => oci.stop());

const create: Row['work'] = (by, call) => by.create(request, call);
const remove: Row['work'] = (by, call) => by.delete(handle, call);

const once = (also: object = {}): void =>
  expect(oci.fileSystems).toMatchObject([{ displayName: 'pvc-1', lifecycleState: 'ACTIVE', ...also }]);

const rows: readonly Row[] = [
  {
    what: 'a creation',
    operation: 'CreateLustreFileSystem',
    work: create,
    needs: 'nothing',
    done: once,
    whenFailed: 'repeated',
  },
  {
    what: 'an expansion',
    operation: 'UpdateLustreFileSystem',
    work: (by, call) => by.expand(handle, { required: gigabytes(41_600) }, call),
    needs: 'volume',
    done: () => once({ capacityInGBs: 41_600 }),
    whenFailed: 'reported',
  },
  {
    what: 'a modification',
    operation: 'UpdateLustreFileSystem',
    work: (by, call) => by.modify(handle, { [TAGS]: '{"a":"b"}' }, call),
    needs: 'volume',
    done: () => once({ freeformTags: { a: 'b', 'lustre-csi-volume-name': 'pvc-1' } }),
    whenFailed: 'reported',
  },
  {
    what: 'the tag of a host of directories',
    operation: 'UpdateLustreFileSystem',
    work: (_by, { signal }) => noteBase(signal),
    needs: 'volume',
    done: () => once({ freeformTags: { 'lustre-csi-parent': 'true', 'lustre-csi-volume-name': 'pvc-1' } }),
    whenFailed: 'repeated',
  },
  {
    what: 'a deletion',
    operation: 'DeleteLustreFileSystem',
    work: remove,
    needs: 'volume',
    done: () => expect(oci.fileSystems).toEqual([]),
    whenFailed: 'reported',
  },
];

async function noteBase(signal: AbortSignal): Promise<void> {
  const provider = await oci.controller();
  const reference = provider.parseVolumeId(handle);
  const fileSystem = reference && (await provider.find(reference, signal));
  if (fileSystem) await provider.parentFileSystems?.noteBase?.(fileSystem, '/team', signal);
}

/** Called again by a process that knows nothing of the calls before, as long as nothing final is said. */
const untilDone = (work: Row['work'], milliseconds: number): Promise<void> =>
  repeatUntilFinal(async (attempt) => work(await oci.replica(), callOf(attempt === 1 ? milliseconds : 5000)));

interface WorkRequest {
  readonly operationType: string;
  readonly status: string;
}

/** Work that OCI carried out, whether the caller learned of it or not: the emulator's own record. */
const worksSince = (before: number): readonly WorkRequest[] =>
  (oci.emulator.state().oci as { readonly workRequests: readonly WorkRequest[] }).workRequests.slice(before);
const workCount = (): number => worksSince(0).length;

async function prepare(needs: Row['needs']): Promise<number> {
  if (needs === 'volume') handle = (await keeper.create(request, callOf(5000))).id;
  oci.emulator.journal.clear();
  return workCount();
}

afterEach(async () => {
  oci.emulator.faults.clear();
  const { id } = await keeper.create(request, callOf(5000));
  await keeper.delete(id, callOf(5000));
  expect(oci.fileSystems).toEqual([]);
});

describe.each(rows)('$operation, $what', ({ operation, work, needs, done, whenFailed }) => {
  it.each(requestTroubles('GatewayTimeout'))('has one effect under %s', async (_, fault) => {
    const before = await prepare(needs);
    oci.emulator.faults.add({ ...fault, cloud: 'oci', operation });

    await untilDone(work, fault.kind === 'hang' ? 500 : 5000);

    done();
    expect(oci.emulator.faults.list()).toEqual([]);
    expect(worksSince(before)).toMatchObject([{ status: 'SUCCEEDED' }]);
    await work(keeper, callOf(5000));
    done();
    expect(worksSince(before)).toHaveLength(1);
  });

  it(`is ${whenFailed} where OCI accepts it and fails it, and leaves nothing over`, async () => {
    const before = await prepare(needs);
    const failure = { code: 'InternalError', message: 'It could not be done.' };
    oci.emulator.faults.add({ kind: 'fail-creation', cloud: 'oci', operation, ...failure });

    const error: unknown = await work(await oci.replica(), callOf(5000)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (whenFailed === 'repeated') expect(error).toBeUndefined();
    else
      expect(error).toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining(`${failure.code}: ${failure.message}`) as string,
      });
    await untilDone(work, 5000);
    await expect.poll(() => oci.fileSystems.length).toBeLessThan(2);
    done();
    expect(oci.count(operation)).toBe(2);
    const deletions = worksSince(before).filter(({ operationType }) => operationType.startsWith('DELETE'));
    if (operation !== 'DeleteLustreFileSystem') {
      expect(deletions).toHaveLength(operation === 'CreateLustreFileSystem' ? 1 : 0);
    }
  });
});
