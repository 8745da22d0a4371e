import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import type { FileSystem } from '../model/file-system.js';
import { formatTagValue, parseTagValue } from './base-path-tag-value.js';
import type { MountedParent } from './mounted-parent.js';
import type { Occupants } from './registry/worker-protocol.js';

/** A base path that may have volumes below it. */
export interface SuspectedBase {
  /** As `formatBase` writes it. */
  readonly text: string;
  /** By a tag, which is written only when there is a volume. */
  readonly isTagged: boolean;
}

/**
 * Refuses to delete a file system whose directories are volumes. A base path that cannot be examined counts as used:
 * data that is deleted with a file system does not come back.
 * @param mount gives the mounted file system
 * @throws DriverError failed-precondition if there are volumes, or if that cannot be found out
 */
export async function refuseWhileUsed(
  { id }: Pick<FileSystem, 'id'>,
  bases: readonly SuspectedBase[],
  mount: () => MountedParent,
  signal: AbortSignal,
): Promise<void> {
  for (const suspected of bases) {
    const base = parseTagValue(suspected.text);
    if (!base) throw illegible(id, suspected.text);
    const occupants = await occupantsOf(mount, base, signal).catch((error: unknown) => {
      throw signal.aborted ? error : unknown(id, suspected.text, error);
    });
    const objection = objectionTo(suspected, occupants);
    if (objection)
      throw new DriverError('failed-precondition', `file system ${id} is not deleted: ${objection}`);
  }
}

/** Refuses to delete a file system that is marked as a parent of directories where no tag names their base paths any more.
 *  @throws DriverError failed-precondition */
export function refuseLostTags({ id, directoryBases }: Pick<FileSystem, 'id' | 'directoryBases'>): void {
  if (directoryBases?.length !== 0) return;
  throw new DriverError(
    'failed-precondition',
    `file system ${id} is not deleted: it is tagged as one whose directories are volumes, but the tags that name their base ` +
      `paths are lost, so that the volumes cannot be found. Write these tags again, one for each path. ${otherwise}`,
  );
}

/** Volumes below a base path. Creations that ended an hour ago without a directory are given up first. */
async function occupantsOf(
  mount: () => MountedParent,
  base: readonly string[],
  signal: AbortSignal,
): Promise<Occupants> {
  const parent = mount();
  const found = await parent.run({ operation: 'occupants', base }, signal);
  if (found.unfinished.length === 0) return found;
  await parent.run({ operation: 'sweep', base, budget: 0, orphans: true }, signal);
  return parent.run({ operation: 'occupants', base }, signal);
}

function objectionTo({ text, isTagged }: SuspectedBase, found: Occupants): string | undefined {
  const { hasRegistry, volumes, more, unfinished, damaged } = found;
  const all = `${volumes.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  if (volumes.length > 0) {
    return (
      `volumes are directories of it, below ${text}: ${all}. Delete their claims first (those of other clusters, too); ` +
      'the deletion then continues automatically'
    );
  }
  if (damaged.length > 0) {
    return (
      `the registry of the volumes that are directories of it, below ${text}, is damaged: ${damaged.map(rooted).join(', ')}. ` +
      `Restore ${damaged.length > 1 ? 'these files' : 'this file'} from a backup. ${otherwise}`
    );
  }
  if (unfinished.length > 0) {
    return (
      `volumes are being created as directories of it, below ${text}: ${unfinished.join(', ')}. Delete their claims; ` +
      'creations that do not continue are given up after an hour. The deletion then continues automatically'
    );
  }
  if (hasRegistry || !isTagged) return undefined;
  return (
    `one of its tags states that volumes are directories of it, below ${text}, but there is no ${registryOf(text)} any more: ` +
    `the registry was moved or removed, or the tag was changed. Put it back. ${otherwise}`
  );
}

/** Next step that always exists: DeleteVolume succeeds once the operator has deleted the file system. */
const otherwise =
  'If the data on the file system is not needed any more, delete it in the cloud yourself: the volume is then deleted automatically';

const rooted = (path: string): string => `/${path}`;
const registryOf = (text: string): string => `${text === formatTagValue([]) ? '' : text}/.lustre-csi`;

const illegible = (id: string, text: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `file system ${id} is not deleted: one of its tags states that volumes are directories of it, and its value "${text}" is ` +
      `not one that the driver writes, so that the volumes cannot be found. Correct the tag. ${otherwise}`,
  );

function unknown(id: string, base: string, error: unknown): DriverError {
  const kind = isDriverError(error, 'unavailable', 'aborted', 'deadline-exceeded')
    ? error.kind
    : 'failed-precondition';
  return new DriverError(
    kind,
    `file system ${id} is not deleted: volumes were created as directories of it, below ${base}, and the driver cannot ` +
      `find out if they still exist: ${messageOf(error)}. ${otherwise}`,
    { cause: error },
  );
}
