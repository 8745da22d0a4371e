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
 * Looks, before a file system is deleted, whether volumes are directories of it. Whatever cannot be found out counts as
 * a volume: what is deleted with a file system does not come back.
 * @param mount gives the mounted file system
 * @throws DriverError failed-precondition if there are, or if it cannot be found out
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

/** What was cut off an hour ago keeps no file system: it is given up first. */
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
      'the deletion is then done by itself'
    );
  }
  if (damaged.length > 0) {
    return (
      `what tells of the volumes that are directories of it, below ${text}, is damaged: ${damaged.map(rooted).join(', ')}. ` +
      `Restore ${damaged.length > 1 ? 'these files' : 'this file'} from a backup. ${otherwise}`
    );
  }
  if (unfinished.length > 0) {
    return (
      `volumes are being made as directories of it, below ${text}: ${unfinished.join(', ')}. Delete their claims; what ` +
      'nobody goes on with is given up after an hour. The deletion is then done by itself'
    );
  }
  if (hasRegistry || !isTagged) return undefined;
  return (
    `a tag of it says that volumes are directories of it, below ${text}, and there is no ${registryOf(text)} any more: ` +
    `somebody has moved or removed it, or changed the tag. Put it back. ${otherwise}`
  );
}

/** DeleteVolume is done where the file system is gone: so there is always a way out, and a person takes it. */
const otherwise =
  'If nobody needs what is on the file system any more, delete it in the cloud yourself: the volume then goes by itself';

const rooted = (path: string): string => `/${path}`;
const registryOf = (text: string): string => `${text === formatTagValue([]) ? '' : text}/.lustre-csi`;

const illegible = (id: string, text: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `file system ${id} is not deleted: a tag of it says that volumes are directories of it, and its value "${text}" is ` +
      `none that the driver has written, so that they cannot be looked for. Correct the tag. ${otherwise}`,
  );

function unknown(id: string, base: string, error: unknown): DriverError {
  const kind = isDriverError(error, 'unavailable', 'aborted', 'deadline-exceeded')
    ? error.kind
    : 'failed-precondition';
  return new DriverError(
    kind,
    `file system ${id} is not deleted: volumes were made as directories of it, below ${base}, and whether they still are ` +
      `cannot be found out: ${messageOf(error)}. ${otherwise}`,
    { cause: error },
  );
}
