import assert from 'node:assert/strict';
import { isDriverError, type DriverError, type ErrorKind } from '../../errors/driver-error.js';
import type { Capacity } from '../../model/capacity.js';
import { isUsable, type FileSystem } from '../../model/file-system.js';
import type { FileSystemPlan } from '../../provider/controller-provider.js';
import type { ProviderContractHarness } from './harness.js';

/** A file system of a case, with what it was created from. */
export interface Created {
  readonly plan: FileSystemPlan;
  readonly capacity: Capacity;
  readonly created: FileSystem;
}

/** Creates a file system, waits until it can be used, and deletes it in any case. */
export async function withFileSystem(
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

export async function goneFrom(harness: ProviderContractHarness, fileSystem: FileSystem): Promise<void> {
  const gone = async (): Promise<boolean> => {
    const all = await harness.controller.list(fileSystem.listingScope, never());
    return !all.some((other) => other.id === fileSystem.id);
  };
  await harness.waitUntil(gone, `file system ${fileSystem.id} is gone`);
}

export async function listing(
  { controller }: ProviderContractHarness,
  plan: FileSystemPlan,
): Promise<readonly FileSystem[]> {
  const all = await controller.list(plan.listingScope, never());
  return all.filter((fileSystem) => fileSystem.volumeName === plan.volumeName);
}

export async function listed(harness: ProviderContractHarness, plan: FileSystemPlan): Promise<FileSystem> {
  const [only, ...others] = await listing(harness, plan);
  assert.ok(only, `${plan.volumeName} is not listed`);
  assert.equal(others.length, 0, `${plan.volumeName} is listed more than once`);
  return only;
}

export async function found(
  { controller }: ProviderContractHarness,
  { id, listingScope }: FileSystem,
): Promise<FileSystem> {
  const seen = await controller.find({ id, listingScope }, never());
  assert.ok(seen, `${id} was not found`);
  return seen;
}

export async function rejection(promise: Promise<unknown>, kind?: ErrorKind): Promise<DriverError> {
  const thrown = await promise.then(
    () => assert.fail('it was accepted'),
    (error: unknown) => error,
  );
  return expectKind(thrown, kind);
}

export function expectKind(thrown: unknown, kind?: ErrorKind): DriverError {
  assert.ok(isDriverError(thrown), `no DriverError but ${String(thrown)}`);
  assert.notEqual(thrown.message.trim(), '', 'an error without words');
  if (kind !== undefined) assert.equal(thrown.kind, kind, thrown.message);
  return thrown;
}

/** Returns a signal that does not abort. */
export const never = (): AbortSignal => new AbortController().signal;
