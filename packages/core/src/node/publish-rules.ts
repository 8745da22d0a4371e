import { showsSource, describeMount, type MountEvidence } from '../mount/mount-identity.js';
import { DriverError } from '../errors/driver-error.js';
import type { AccessMode } from '../model/volume-capability.js';
import { isReadOnlyMount, type MountEntry } from '../mount/table/mount-table.js';
import type { Publication } from '../mount/publications.js';

/** Work left for a publication: mount; finish a mount that an earlier attempt began; replace such a mount; record a mount
 *  that another driver made; or nothing. */
export type PublishStep = 'mount' | 'finish' | 'mount-again' | 'record' | 'nothing';

/**
 * Compares a wanted publication with the mount on its target and with its record.
 * @throws DriverError failed-precondition if another volume is there, already-exists if it is this volume,
 *   published in another way
 */
export function nextPublishStep(
  wanted: Publication,
  known: Publication | undefined,
  mounted: MountEntry | undefined,
  evidence: MountEvidence = {},
): PublishStep {
  if (!mounted) return 'mount';
  refuseOtherVolume({ wanted, known, mounted, evidence });
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
      `${describeMount(mounted)}, which another process has remounted: ${readOnlyDifference(wanted)}`,
    );
  }
  return known ? 'nothing' : 'record';
}

interface FoundAtTarget {
  readonly wanted: Publication;
  readonly known: Publication | undefined;
  readonly mounted: MountEntry;
  readonly evidence: MountEvidence;
}

function refuseOtherVolume({ wanted, known, mounted, evidence }: FoundAtTarget): void {
  if (known && known.volumeId !== wanted.volumeId) {
    throw occupied(wanted, `volume ${known.volumeId} is published there`);
  }
  if (!showsSource(mounted, wanted, known, evidence)) throw occupied(wanted, describeMount(mounted));
}

/** A publication is complete once its observed source is recorded. Before that kubelet has no answer, and no pod uses it. */
const isBegun = (known: Publication): boolean => known.observedSource === undefined;

/** A client mount has its options from the start; a bind mount gets them in a second step, which may be missing. */
const canBeFinished = (wanted: Publication, known: Publication, mounted: MountEntry): boolean =>
  wanted.clientMount === undefined &&
  known.clientMount === undefined &&
  differencesOf(wanted, known).length === 0 &&
  isReadOnlyMount(mounted) === wanted.readonly;

/** Returns true if a mount shows the publication's volume with exactly the requested access. */
export function showsPublication(
  mounted: MountEntry,
  wanted: Publication,
  evidence: MountEvidence = {},
): boolean {
  return showsSource(mounted, wanted, wanted, evidence) && isReadOnlyMount(mounted) === wanted.readonly;
}

/** Modes in which a volume has one target on its node (CSI, table of NodePublishVolume). SINGLE_NODE_WRITER is one of
 *  them: an orchestrator that knows SINGLE_NODE_MULTI_WRITER, which this driver advertises, no longer sends it. */
const oneTargetModes: readonly AccessMode[] = [
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'SINGLE_NODE_SINGLE_WRITER',
];

/** Publications of the same volume that do not go with the wanted one if they are mounted. */
export function rivalsOf(wanted: Publication, others: readonly Publication[]): readonly Publication[] {
  const isAlone = allowsOneTarget(wanted);
  return others.filter(
    (other) =>
      (isAlone || allowsOneTarget(other)) &&
      other.volumeId === wanted.volumeId &&
      other.targetPath !== wanted.targetPath,
  );
}

const allowsOneTarget = ({ accessMode }: Publication): boolean => oneTargetModes.includes(accessMode);

/** Refuses a second target where an access mode allows one only. `others` are publications at other targets.
 *  @throws DriverError failed-precondition naming both targets */
export function refuseSecondTarget(wanted: Publication, others: readonly Publication[]): void {
  const [conflict] = rivalsOf(wanted, others);
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
    differences.push(`source is ${known.source}, ${wanted.source} was requested`);
  if (known.accessMode !== wanted.accessMode) {
    differences.push(`access mode is ${known.accessMode}, ${wanted.accessMode} was requested`);
  }
  if (known.readonly !== wanted.readonly) differences.push(readOnlyDifference(wanted));
  // Mount flags may be sensitive and are not repeated.
  if (known.mountFlags.join('\0') !== wanted.mountFlags.join('\0'))
    differences.push('the mount options differ');
  return differences;
}

const readOnlyDifference = (wanted: Publication): string =>
  wanted.readonly ? 'it is writable, read-only was requested' : 'it is read-only, writable was requested';

const occupied = (wanted: Publication, what: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `volume ${wanted.volumeId} cannot be published at ${wanted.targetPath}: ${what}; unmount it on the node if ` +
      `nothing uses it, or delete the pod that this target belongs to`,
  );
