import { showsSource, describeMount } from '../mount/mount-identity.js';
import { DriverError } from '../errors/driver-error.js';
import type { AccessMode } from '../model/volume-capability.js';
import { isReadOnlyMount, type MountEntry } from '../mount/mount-table.js';
import type { Publication } from '../mount/publications.js';

/** What is left to do for a publication: mount, finish a mount that was begun, mount once more what was begun, write down
 *  what somebody else has mounted, or nothing. */
export type PublishStep = 'mount' | 'finish' | 'mount-again' | 'record' | 'nothing';

/**
 * Compares a wanted publication with what is mounted on its target and what is known about it.
 * @throws DriverError failed-precondition if another volume is there, already-exists if it is this volume,
 *   published in another way
 */
export function nextPublishStep(
  wanted: Publication,
  known: Publication | undefined,
  mounted: MountEntry | undefined,
): PublishStep {
  if (!mounted) return 'mount';
  refuseOtherVolume(wanted, known, mounted);
  if (known && isBegun(known)) return canBeFinished(wanted, known, mounted) ? 'finish' : 'mount-again';
  const differences = differencesOf(wanted, known ?? { ...wanted, readonly: isReadOnlyMount(mounted) });
  if (differences.length > 0) {
    throw new DriverError(
      'already-exists',
      `volume ${wanted.volumeId} is published at ${wanted.targetPath} in another way: ${differences.join('; ')}; ` +
        `unpublish it first`,
    );
  }
  if (isReadOnlyMount(mounted) !== wanted.readonly) {
    throw occupied(
      wanted,
      `${describeMount(mounted)}, which somebody has remounted: ${readOnlyDifference(wanted)}`,
    );
  }
  return known ? 'nothing' : 'record';
}

function refuseOtherVolume(wanted: Publication, known: Publication | undefined, mounted: MountEntry): void {
  if (known && known.volumeId !== wanted.volumeId) {
    throw occupied(wanted, `volume ${known.volumeId} is published there`);
  }
  if (!showsSource(mounted, wanted, known)) throw occupied(wanted, describeMount(mounted));
}

/** It counts only once it is recorded as observed. Until then kubelet has had no answer, and no pod uses it. */
const isBegun = (known: Publication): boolean => known.observedSource === undefined;

/** A client is mounted with its options, or not at all; a bind mount gets them after it is there. */
const canBeFinished = (wanted: Publication, known: Publication, mounted: MountEntry): boolean =>
  wanted.clientMount === undefined &&
  known.clientMount === undefined &&
  differencesOf(wanted, known).length === 0 &&
  isReadOnlyMount(mounted) === wanted.readonly;

/** Whether a mount is what a publication asks for: the volume, and no more rights than asked for. */
export function showsPublication(mounted: MountEntry, wanted: Publication): boolean {
  return showsSource(mounted, wanted) && isReadOnlyMount(mounted) === wanted.readonly;
}

/** Modes in which a volume has one target on its node (CSI, table of NodePublishVolume). SINGLE_NODE_WRITER is one
 *  of them: an orchestrator that knows SINGLE_NODE_MULTI_WRITER, which this driver advertises, no longer sends it. */
const oneTargetModes: readonly AccessMode[] = [
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'SINGLE_NODE_SINGLE_WRITER',
];

/** Refuses a second target where an access mode allows one only. `others` are publications at other targets.
 *  @throws DriverError failed-precondition naming both targets */
export function refuseSecondTarget(wanted: Publication, others: readonly Publication[]): void {
  const conflict = others.find(
    (other) =>
      other.volumeId === wanted.volumeId &&
      [wanted.accessMode, other.accessMode].some((mode) => oneTargetModes.includes(mode)),
  );
  if (!conflict) return;
  throw new DriverError(
    'failed-precondition',
    `volume ${wanted.volumeId} cannot be published at ${wanted.targetPath} as ${wanted.accessMode}: it is ` +
      `published at ${conflict.targetPath} as ${conflict.accessMode}, and one of these modes allows one target ` +
      `per node; wait until the other pod has ended, or use ReadWriteMany or ReadWriteOnce`,
  );
}

function differencesOf(wanted: Publication, known: Publication): string[] {
  const differences: string[] = [];
  if (known.source !== wanted.source)
    differences.push(`source is ${known.source}, asked for is ${wanted.source}`);
  if (known.accessMode !== wanted.accessMode) {
    differences.push(`access mode is ${known.accessMode}, asked for is ${wanted.accessMode}`);
  }
  if (known.readonly !== wanted.readonly) differences.push(readOnlyDifference(wanted));
  // Mount flags may be sensitive and are not repeated.
  if (known.mountFlags.join('\0') !== wanted.mountFlags.join('\0'))
    differences.push('the mount options differ');
  return differences;
}

const readOnlyDifference = (wanted: Publication): string =>
  wanted.readonly ? 'it is writable, asked for is read-only' : 'it is read-only, asked for is writable';

const occupied = (wanted: Publication, what: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `volume ${wanted.volumeId} cannot be published at ${wanted.targetPath}: ${what}; unmount it on the node if ` +
      `nothing uses it, or delete the pod that this target belongs to`,
  );
