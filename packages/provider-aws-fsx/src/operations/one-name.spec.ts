// One volume name has one file system, after a failed creation, for any number of drivers, killed at any moment.
import { afterEach, expect, it } from 'vitest';
import { context, EmulatedFsx, errorOf, request, until, type Driver } from '../testing/emulated-fsx.js';

let cloud: EmulatedFsx;
afterEach(() => cloud.stop());

const failure = { kind: 'fail-creation', operation: 'CreateFileSystem', message: 'No room.' } as const;
const lifecycles = (): readonly string[] => cloud.state.fileSystems.map(({ Lifecycle }) => Lifecycle);

/** A driver that is killed as FSx receives its nth CreateFileSystem, which has its effect some time later. */
async function killedAtCreation(nth: number): Promise<void> {
  const driver = await cloud.driver();
  const killed = new AbortController();
  let left = nth;
  cloud.emulator.faults.add({ kind: 'slow', seconds: 0.6, operation: 'CreateFileSystem', skip: nth - 1 });
  const stop = cloud.emulator.journal.onCall(({ operation }) => {
    if (operation === 'CreateFileSystem' && (left -= 1) === 0) killed.abort(new Error('killed'));
  });
  await errorOf(driver.operations.create(request('pvc-1'), context(killed.signal)));
  stop();
}

/** The volume's only file system, once all others are gone. */
async function expectOne(id: string): Promise<void> {
  await until(async () => cloud.state.fileSystems.length === 1);
  expect(cloud.state.fileSystems.map(({ FileSystemId }) => FileSystemId)).toEqual([id]);
  expect(lifecycles()).toEqual(['AVAILABLE']);
}

it.each([1, 2, 3])('a driver killed at creation %i after failed ones leaves one file system', async (nth) => {
  cloud = await EmulatedFsx.start({ durations: { createSeconds: 0.3, deleteSeconds: 0.3 } });
  if (nth > 1) cloud.emulator.faults.add({ ...failure, times: nth - 1 });
  await killedAtCreation(nth);
  const { id } = await (await cloud.driver()).create(request('pvc-1'));
  await expectOne(id);
  expect(cloud.state.fileSystems[0]?.Tags).toContainEqual({ Key: 'lustre.csi/attempt', Value: String(nth) });
});

it.each([
  ['remembers tokens', 300],
  ['has forgotten every token, so that duplicates are created', 0],
])('three drivers and failed creations leave one file system where FSx %s', async (_, tokenSeconds) => {
  cloud = await EmulatedFsx.start({ durations: { createSeconds: 0.2, deleteSeconds: 0.1, tokenSeconds } });
  cloud.emulator.faults.add({ ...failure, times: 2 });
  const drivers: readonly Driver[] = [await cloud.driver(), await cloud.driver(), await cloud.driver()];
  await Promise.all(drivers.map((driver) => driver.create(request('pvc-1'))));
  // Each provisioner repeats its call until the volume exists; the answer is the same then.
  const volumes = await Promise.all(drivers.map((driver) => driver.create(request('pvc-1'))));
  expect(new Set(volumes.map(({ id }) => id)).size).toBe(1);
  await expectOne(volumes[0]?.id ?? '');
});

it('a request that FSx executes after it has forgotten the token is undone with the volume', async () => {
  cloud = await EmulatedFsx.start({ durations: { tokenSeconds: 0 } });
  const driver = await cloud.driver();
  const { id } = await driver.create(request('pvc-1'));
  const plan = await driver.provider.plan(request('pvc-1'));
  const capacity = await driver.provider.capacityFor(plan, {});
  await driver.provider.create(plan, capacity, 1, context().signal);
  expect(lifecycles()).toEqual(['AVAILABLE', 'CREATING']);
  await driver.delete(id);
  await until(async () => cloud.state.fileSystems.length === 0);
});

it('a quota that the failed file system itself uses up does not end the volume', async () => {
  cloud = await EmulatedFsx.start();
  cloud.emulator.faults.add(failure);
  cloud.emulator.faults.add({
    ...{ kind: 'error', operation: 'CreateFileSystem', status: 400, code: 'ServiceLimitExceeded' },
    skip: 1,
  });
  const { id } = await (await cloud.driver()).create(request('pvc-1'));
  await expectOne(id);
});
