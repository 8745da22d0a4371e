import assert from 'node:assert/strict';
import { DriverError, isDriverError, type ErrorKind } from '../errors/driver-error.js';
import type { ControllerProvider, FileSystemPlan } from '../provider/controller-provider.js';
import type { NodeProvider } from '../provider/node-provider.js';
import type { Capacity, CapacityRange } from '../model/capacity.js';
import { Capacity as Size, isWithin } from '../model/capacity.js';
import { isUsable, type FileSystem } from '../model/file-system.js';
import { nextStep } from '../volume/next-step.js';
import type { VolumeRequest } from '../model/volume-request.js';

/** Facts about a provider that the contract needs. Its cloud must hold nothing of other users while the cases run.
 *  `controller` and `node` are read only by cases that run, so that they may be getters of what is built later. */
export interface ProviderContractHarness {
  readonly driverName: string;
  readonly controller: ControllerProvider;
  readonly node: NodeProvider;
  /** A request that the cloud can fulfil. It requests a size, and names each parameter that a listing reports. */
  request(name: string): VolumeRequest;
  /** One that the cloud can fulfil, too, but not with the file system that `request` gets: another SKU, say. */
  differentRequest(name: string): VolumeRequest;
  /** A range in which the cloud has no size, with any parameters. */
  readonly impossibleRange: CapacityRange;
  /** Handles of the form that CreateVolume gives out, of file systems that do not exist. */
  readonly absentVolumeIds: readonly string[];
  /** Texts that are no handles of this driver: another driver's, for example. */
  readonly foreignVolumeIds: readonly string[];
  /** Scopes that the cloud cannot list: they must not pass for empty ones. */
  readonly unusableScopes?: readonly string[];
  /** Looks again and again, letting the cloud's time pass in between, until the answer is yes.
   *  @throws if that takes too long; `what` says what was waited for */
  waitUntil(look: () => Promise<boolean>, what: string): Promise<void>;
}

/** One rule of the contract. `run` rejects with an AssertionError where the provider breaks it. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** The names that CSI allows are any Unicode up to 128 bytes; clouds allow far less. */
const uglyNames: Readonly<Record<string, string>> = {
  'of 128 bytes': `long-${'x'.repeat(123)}`,
  'in upper case': 'CONTRACT-UPPER-Case',
  'with slashes, spaces and a leading dash': '-a/b c//d/',
  'in Unicode': 'größe-卷-\u{1F4BE}',
  'of one character': 'x',
};

/** Handles that no driver gives out. */
const garbage = ['', ' ', '/', 'fake-vol-id', 'reallyfakevolumeid-xxxx', '\0', '\u{1F4BE}'];

/** CSI: the size limits of volume_id and of maps, in bytes. */
const MAX_ID_BYTES = 128;
const MAX_MAP_BYTES = 4096;

/**
 * The contract of `ControllerProvider` and `NodeProvider`, executable: loop over the cases with your test runner's
 * `it(name, run)`. They may run in any order, one at a time; each deletes what it creates.
 */
export function providerContract(harness: ProviderContractHarness): readonly ContractCase[] {
  return [
    ...planCases(harness),
    ...capacityCases(harness),
    ...handleCases(harness),
    ...creationCases(harness),
    ...deletionCases(harness),
    ...nodeCases(harness),
    ...failureCases(harness),
  ];
}

function planCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'plan: the same request gives the same plan, another name another volume name',
      run: async () => {
        const plan = await harness.controller.plan(harness.request('contract-plan'));
        const again = await harness.controller.plan(harness.request('contract-plan'));
        const other = await harness.controller.plan(harness.request('contract-plan-2'));
        assert.deepEqual(identityOf(again), identityOf(plan));
        assert.notEqual(other.volumeName, plan.volumeName);
        assert.deepEqual(other.attributes, plan.attributes, 'attributes must not depend on the name');
      },
    },
    {
      name: 'plan: parameters that make another file system make other attributes',
      run: async () => {
        const plan = await harness.controller.plan(harness.request('contract-plan'));
        const other = await harness.controller.plan(harness.differentRequest('contract-plan'));
        assert.equal(other.volumeName, plan.volumeName);
        assert.notDeepEqual(other.attributes, plan.attributes);
      },
    },
    {
      name: 'plan: an unknown parameter is refused by name, in the name of the driver',
      run: async () => {
        const request = harness.request('contract-unknown');
        const parameters = { ...request.parameters, 'no-such-parameter': 'x' };
        const error = await rejection(
          harness.controller.plan({ ...request, parameters }),
          'invalid-argument',
        );
        assert.match(error.message, /no-such-parameter/);
        assert.ok(
          error.message.includes(harness.driverName),
          `"${error.message}" does not name ${harness.driverName}`,
        );
      },
    },
  ];
}

function capacityCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'capacityFor: lies in the range, and a capacity that it gave is legal as it stands',
      run: async () => {
        const request = harness.request('contract-capacity');
        const plan = await harness.controller.plan(request);
        const given = await harness.controller.capacityFor(plan, request.capacityRange);
        assert.ok(isWithin(given, request.capacityRange), `${given.toString()} is outside the range`);
        const exact = await harness.controller.capacityFor(plan, { required: given, limit: given });
        assert.equal(exact.bytes, given.bytes);
        const more = await harness.controller.capacityFor(plan, { required: Size.bytes(given.bytes + 1n) });
        assert.ok(more.isGreaterThan(given), 'a byte more takes the next legal size');
        const capped = await harness.controller.capacityFor(plan, { limit: given });
        assert.ok(!capped.isGreaterThan(given), `${capped.toString()} is above the limit`);
        const any = await harness.controller.capacityFor(plan, {});
        assert.ok(any.isGreaterThan(Size.zero), 'without a range it is the default, which is not nothing');
      },
    },
    {
      name: 'capacityFor: a range without a legal size is out of range',
      run: async () => {
        const plan = await harness.controller.plan(harness.request('contract-capacity'));
        await rejection(harness.controller.capacityFor(plan, harness.impossibleRange), 'out-of-range');
      },
    },
  ];
}

function handleCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'parseVolumeId: undefined for what is no handle of this driver, and it never throws',
      run: async () => {
        for (const id of [...garbage, ...harness.foreignVolumeIds]) {
          assert.equal(
            harness.controller.parseVolumeId(id),
            undefined,
            `${JSON.stringify(id)} was understood`,
          );
        }
      },
    },
    {
      name: 'find: undefined for handles of file systems that do not exist',
      run: async () => {
        for (const id of harness.absentVolumeIds) {
          const reference = harness.controller.parseVolumeId(id);
          assert.ok(reference, `${id} was not understood`);
          assert.equal(reference.staticSource, undefined, `${id} was taken for a static volume`);
          assert.equal(await harness.controller.find(reference, never()), undefined);
        }
      },
    },
  ];
}

function creationCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'create: the file system is listed with its volume name, attempt and attributes',
      run: () =>
        withFileSystem(harness, 'contract-create', async ({ created, plan, capacity }) => {
          const different = await harness.controller.plan(harness.differentRequest('contract-create'));
          const exactly = { required: capacity, limit: capacity };
          for (const seen of [created, await found(harness, created), await listed(harness, plan)]) {
            assert.equal(seen.id, created.id);
            assert.equal(seen.listingScope, plan.listingScope);
            assert.equal(seen.volumeName, plan.volumeName);
            assert.equal(seen.madeByDriver, true, 'a driver made it, in whichever cluster');
            assert.equal(seen.attempt, 1);
            assert.equal(seen.capacity.bytes, capacity.bytes);
            assert.equal(nextStep(plan, exactly, [seen]).kind === 'conflict', false, 'it fits its own plan');
            assert.equal(nextStep(different, {}, [seen]).kind, 'conflict', 'it does not fit another plan');
          }
        }),
    },
    {
      name: 'create: a file system of a later attempt reports the number of its attempt',
      run: () =>
        withFileSystem(
          harness,
          'contract-attempt',
          async ({ plan }) => assert.equal((await listed(harness, plan)).attempt, 2),
          2,
        ),
    },
    {
      name: 'create: the same attempt twice makes one file system',
      run: () =>
        withFileSystem(harness, 'contract-twice', async ({ created, plan, capacity }) => {
          const again = await harness.controller
            .create(plan, capacity, 1, never())
            .catch((error: unknown) => error);
          // Where a cloud has no idempotency key the provider looks first, and says what it has seen.
          if (again instanceof Error) expectKind(again, 'aborted');
          else assert.equal((again as FileSystem).id, created.id);
          assert.equal((await listing(harness, plan)).length, 1);
        }),
    },
    {
      name: 'toVolume: the handle leads back to the file system, with and without the plan',
      run: () =>
        withFileSystem(harness, 'contract-handle', async ({ plan }) => {
          const usable = await listed(harness, plan);
          const volume = harness.controller.toVolume(usable, plan);
          assert.equal(harness.controller.toVolume(usable).id, volume.id, 'ListVolumes shows another handle');
          assert.ok(bytesOf(volume.id) <= MAX_ID_BYTES, `${volume.id} is longer than ${MAX_ID_BYTES} bytes`);
          assert.ok(bytesOf(volume.context) <= MAX_MAP_BYTES, 'the volume context is longer than 4 KiB');
          assert.equal(volume.capacity.bytes, usable.capacity.bytes);
          const reference = harness.controller.parseVolumeId(volume.id);
          assert.deepEqual(reference, { id: usable.id, listingScope: usable.listingScope });
          const scopes = harness.controller.listingScopes();
          const shown = await Promise.all(scopes.map((scope) => harness.controller.list(scope, never())));
          const isShown = shown
            .flat()
            .some(({ id, listingScope }) => id === usable.id && listingScope === usable.listingScope);
          assert.ok(
            scopes.length === 0 || isShown,
            'no listing of the scopes shows it: nor does ListVolumes',
          );
        }),
    },
    ...Object.entries(uglyNames).map(([kind, name]) => ({
      name: `create: a volume name ${kind} is found again`,
      run: () =>
        withFileSystem(harness, name, async ({ created, plan }) => {
          assert.equal((await listed(harness, plan)).id, created.id);
          const volume = harness.controller.toVolume(await listed(harness, plan), plan);
          const reference = harness.controller.parseVolumeId(volume.id);
          assert.ok(reference, `${volume.id} was not understood`);
          assert.equal((await harness.controller.find(reference, never()))?.volumeName, plan.volumeName);
        }),
    })),
  ];
}

function deletionCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'delete: again while it is going, and again when it is gone, is no error',
      run: () =>
        withFileSystem(harness, 'contract-delete', async ({ created, plan }) => {
          const usable = await listed(harness, plan);
          await harness.controller.delete(usable, never());
          await harness.controller.delete(usable, never());
          await goneFrom(harness, created);
          assert.equal(await harness.controller.find(created, never()), undefined);
          await harness.controller.delete(usable, never());
        }),
    },
  ];
}

function nodeCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'mountSource: the volume context says what the cloud serves, in keys that the node knows',
      run: () =>
        withFileSystem(harness, 'contract-mount', async ({ plan }) => {
          const usable = await listed(harness, plan);
          const { id, context } = harness.controller.toVolume(usable, plan);
          const source = harness.node.mountSource({ volumeId: id, context });
          assert.deepEqual(source.mgsNodes, usable.mountSource?.mgsNodes);
          assert.equal(source.fsname, usable.mountSource?.fsname);
          const own = Object.keys(context).filter((key) => !key.startsWith('csi.storage.k8s.io/'));
          for (const key of own)
            assert.ok(harness.node.contextKeys.includes(key), `contextKeys lacks "${key}"`);
        }),
    },
    {
      name: 'mountSource: a context that says nothing is refused by the name of a key',
      run: async () => {
        const mount = async (): Promise<unknown> =>
          harness.node.mountSource({ volumeId: 'static-volume', context: {} });
        const { message } = await rejection(mount(), 'invalid-argument');
        assert.ok(
          harness.node.contextKeys.some((key) => message.includes(`"${key}"`)),
          `"${message}" names none of ${harness.node.contextKeys.join(', ')}`,
        );
      },
    },
  ];
}

function failureCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'list: given up, it throws a DriverError, and is never partial',
      run: async () => {
        const reason = new DriverError('unavailable', 'given up');
        for (const scope of harness.controller.listingScopes()) {
          await rejection(harness.controller.list(scope, AbortSignal.abort(reason)));
        }
      },
    },
    ...(harness.unusableScopes ?? []).map((scope) => ({
      name: `list: the scope "${scope}" cannot be listed, and does not pass for empty`,
      run: async () => {
        await rejection(harness.controller.list(scope, never()));
      },
    })),
  ];
}

interface Created {
  readonly plan: FileSystemPlan;
  readonly capacity: Capacity;
  readonly created: FileSystem;
}

/** Creates a file system, waits until it can be used, and deletes it in any case. */
async function withFileSystem(
  harness: ProviderContractHarness,
  name: string,
  use: (subject: Created) => Promise<void>,
  attempt = 1,
): Promise<void> {
  const { controller } = harness;
  const request = harness.request(name);
  const plan = await controller.plan(request);
  const capacity = await controller.capacityFor(plan, request.capacityRange);
  const created = await controller.create(plan, capacity, attempt, never());
  try {
    const usable = async (): Promise<boolean> => {
      const [seen] = await listing(harness, plan);
      return seen !== undefined && isUsable(seen) && seen.mountSource !== undefined;
    };
    await harness.waitUntil(usable, `file system ${created.id} is usable`);
    await use({ plan, capacity, created });
  } finally {
    await controller.delete(created, never());
    await goneFrom(harness, created);
  }
}

async function goneFrom(harness: ProviderContractHarness, fileSystem: FileSystem): Promise<void> {
  const gone = async (): Promise<boolean> => {
    const all = await harness.controller.list(fileSystem.listingScope, never());
    return !all.some((other) => other.id === fileSystem.id);
  };
  await harness.waitUntil(gone, `file system ${fileSystem.id} is gone`);
}

async function listing(
  { controller }: ProviderContractHarness,
  plan: FileSystemPlan,
): Promise<readonly FileSystem[]> {
  const all = await controller.list(plan.listingScope, never());
  return all.filter((fileSystem) => fileSystem.volumeName === plan.volumeName);
}

async function listed(harness: ProviderContractHarness, plan: FileSystemPlan): Promise<FileSystem> {
  const [only, ...others] = await listing(harness, plan);
  assert.ok(only, `${plan.volumeName} is not listed`);
  assert.equal(others.length, 0, `${plan.volumeName} is listed more than once`);
  return only;
}

async function found(
  { controller }: ProviderContractHarness,
  { id, listingScope }: FileSystem,
): Promise<FileSystem> {
  const seen = await controller.find({ id, listingScope }, never());
  assert.ok(seen, `${id} was not found`);
  return seen;
}

async function rejection(promise: Promise<unknown>, kind?: ErrorKind): Promise<DriverError> {
  const thrown = await promise.then(
    () => assert.fail('it was accepted'),
    (error: unknown) => error,
  );
  return expectKind(thrown, kind);
}

function expectKind(thrown: unknown, kind?: ErrorKind): DriverError {
  assert.ok(isDriverError(thrown), `no DriverError but ${String(thrown)}`);
  assert.notEqual(thrown.message.trim(), '', 'an error without words');
  if (kind !== undefined) assert.equal(thrown.kind, kind, thrown.message);
  return thrown;
}

const identityOf = ({ volumeName, listingScope, attributes }: FileSystemPlan): object => ({
  volumeName,
  listingScope,
  attributes,
});

const bytesOf = (value: unknown): number =>
  Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));

const never = (): AbortSignal => new AbortController().signal;
