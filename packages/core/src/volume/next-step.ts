import type { FileSystemPlan } from '../provider/controller-provider.js';
import { Capacity, describeRange, isWithin, type CapacityRange } from '../model/capacity.js';
import { isUsable, type FileSystem } from '../model/file-system.js';

/** Next action of CreateVolume, given what exists under the volume's name. */
export type NextStep =
  | { readonly kind: 'create'; readonly attempt: number; readonly failed: readonly FileSystem[] }
  | { readonly kind: 'wait'; readonly fileSystem: FileSystem }
  | { readonly kind: 'use'; readonly fileSystem: FileSystem }
  | { readonly kind: 'conflict'; readonly fileSystem: FileSystem; readonly differences: readonly string[] }
  | { readonly kind: 'discard'; readonly fileSystem: FileSystem };

/** Attempts to create a file system, all of which fail in the cloud, before the caller gets an error. */
export const MAX_CREATE_ATTEMPTS = 3;

/**
 * The heart of idempotent creation, as a pure function. Of several file systems of one name the one that was handed out
 * is the volume, then the oldest; a failed one counts only if nothing better exists.
 *
 * The number of an attempt is part of the idempotency key, so that it follows from what the cloud shows and from nothing
 * else: a failed file system stays until its successor is listed, and each process derives the same number from it.
 */
export function nextStep(
  plan: FileSystemPlan,
  range: CapacityRange,
  existing: readonly FileSystem[],
  hasUniqueNames = false,
): NextStep {
  const [live] = liveOf(existing);
  if (live) {
    const differences = differencesFrom(plan, range, live);
    if (differences.length > 0) return { kind: 'conflict', fileSystem: live, differences };
    return { kind: isUsable(live) ? 'use' : 'wait', fileSystem: live };
  }
  const failed = existing.filter((fileSystem) => fileSystem.state === 'failed');
  const [discarded] = failed;
  const last = existing.reduce((highest, { attempt }) => Math.max(highest, attempt), 0);
  if (discarded && (hasUniqueNames || last >= MAX_CREATE_ATTEMPTS)) {
    return { kind: 'discard', fileSystem: discarded };
  }
  if (discarded) return { kind: 'create', attempt: last + 1, failed };
  const deleting = existing.find((fileSystem) => fileSystem.state === 'deleting');
  return deleting ? { kind: 'wait', fileSystem: deleting } : { kind: 'create', attempt: 1, failed };
}

/** Those that are or will be usable: handed-out ones first, then the oldest. More than one is an accident: those that
 *  were never handed out are removed, others are reported. */
export function liveOf(existing: readonly FileSystem[]): readonly FileSystem[] {
  return existing
    .filter((fileSystem) => fileSystem.state !== 'failed' && fileSystem.state !== 'deleting')
    .sort((a, b) => handOut(a) - handOut(b) || age(a) - age(b) || (a.id < b.id ? -1 : 1));
}

const handOut = ({ neverHandedOut }: FileSystem): number => (neverHandedOut ? 1 : 0);

const age = (fileSystem: FileSystem): number => fileSystem.createdAt?.getTime() ?? Infinity;

function differencesFrom(
  plan: FileSystemPlan,
  range: CapacityRange,
  fileSystem: FileSystem,
): readonly string[] {
  const differences = Object.entries(plan.attributes)
    .filter(([name, requested]) => (fileSystem.attributes[name] ?? requested) !== requested)
    .map(([name, requested]) => `${name} is ${fileSystem.attributes[name]} (requested: ${requested})`);
  // Zero stands for a capacity that the cloud does not report, now or ever.
  if (fileSystem.capacity.equals(Capacity.zero) || isWithin(fileSystem.capacity, range)) return differences;
  return [
    `its capacity is ${fileSystem.capacity.toString()} (requested: ${describeRange(range)})`,
    ...differences,
  ];
}
