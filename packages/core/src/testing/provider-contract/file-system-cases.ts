import assert from 'node:assert/strict';
import { DriverError } from '../../errors/driver-error.js';
import type { FileSystem } from '../../model/file-system.js';
import { nextStep } from '../../volume/next-step.js';
import type { ContractCase, ProviderContractHarness } from './harness.js';
import { expectKind, found, goneFrom, listed, listing, never, rejection, withFileSystem } from './steps.js';

/** The names that CSI allows are any Unicode up to 128 bytes; clouds allow far less. */
const uglyNames: Readonly<Record<string, string>> = {
  'of 128 bytes': `long-${'x'.repeat(123)}`,
  'in upper case': 'CONTRACT-UPPER-Case',
  'with slashes, spaces and a leading dash': '-a/b c//d/',
  'in Unicode': 'größe-卷-\u{1F4BE}',
  'of one character': 'x',
};

/** CSI: the size limits of volume_id and of maps, in bytes. */
const MAX_ID_BYTES = 128;
const MAX_MAP_BYTES = 4096;

/** Cases of file systems that exist: each creates one and deletes it. */
export function fileSystemCases(harness: ProviderContractHarness): readonly ContractCase[] {
  return [
    ...creationCases(harness),
    ...deletionCases(harness),
    ...nodeCases(harness),
    ...failureCases(harness),
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
          assert.equal(reference?.id, usable.id);
          assert.equal(reference?.listingScope, usable.listingScope);
          assert.equal(reference?.staticSource, undefined, 'a created volume is no static one');
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

const bytesOf = (value: unknown): number =>
  Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
