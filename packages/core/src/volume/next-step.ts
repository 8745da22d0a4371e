import type { FileSystemPlan } from '../provider/controller-provider.js';
import { Capacity, describeRange, isWithin, type CapacityRange } from '../model/capacity.js';
import { isUsable, type FileSystem } from '../model/file-system.js';

/** Next action of CreateVolume, given what exists under the volume's name. */
export type NextStep =
  | { readonly kind: 'create' }
  | { readonly kind: 'wait'; readonly fileSystem: FileSystem }
  | { readonly kind: 'use'; readonly fileSystem: FileSystem }
  | { readonly kind: 'conflict'; readonly fileSystem: FileSystem; readonly differences: readonly string[] }
  | { readonly kind: 'discard'; readonly fileSystem: FileSystem };

/**
 * The heart of idempotent creation, as a pure function. Of several file systems of one name the oldest is the
 * volume; a failed one counts only if nothing better exists.
 */
export function nextStep(
  plan: FileSystemPlan,
  range: CapacityRange,
  existing: readonly FileSystem[],
): NextStep {
  const [live] = liveOf(existing);
  if (live) {
    const differences = differencesFrom(plan, range, live);
    if (differences.length > 0) return { kind: 'conflict', fileSystem: live, differences };
    return { kind: isUsable(live) ? 'use' : 'wait', fileSystem: live };
  }
  const failed = existing.find((fileSystem) => fileSystem.state === 'failed');
  if (failed) return { kind: 'discard', fileSystem: failed };
  const deleting = existing.find((fileSystem) => fileSystem.state === 'deleting');
  return deleting ? { kind: 'wait', fileSystem: deleting } : { kind: 'create' };
}

/** Those that are or will be usable, the oldest first. More than one is an accident that must be reported. */
export function liveOf(existing: readonly FileSystem[]): readonly FileSystem[] {
  return existing
    .filter((fileSystem) => fileSystem.state !== 'failed' && fileSystem.state !== 'deleting')
    .sort((a, b) => age(a) - age(b) || (a.id < b.id ? -1 : 1));
}

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
