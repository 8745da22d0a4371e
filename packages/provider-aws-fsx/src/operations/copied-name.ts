import { tagKeys, type Tags } from '../parameters/tags.js';
import type { FsxFileSystem } from '../plan/to-file-system.js';

/** Longest time from the creation by aws-fsx-csi-driver until the volume is handed out; FSx takes minutes. Milliseconds. */
const LONGEST_CREATION_MS = 24 * 3_600_000;

/** Keys that drivers write besides those of the plan. */
const isDrivers = (key: string): boolean => key === tagKeys.volumeName || key.startsWith('lustre.csi/');

/**
 * Explains why a file system with the volume's name is a person's, on which the tag was copied. This driver marks its own
 * creations with `lustre.csi/attempt`. aws-fsx-csi-driver writes the name and the tags of the class alone, and the
 * provisioner does not pause: with other tags, or after a day, the file system is not one that it is creating.
 */
export function copiedName(
  { id, hasAttempt, handedOut, tagKeys: present, createdAt }: FsxFileSystem,
  plan: { readonly volumeName: string; readonly tags: Tags },
  now: number,
): string | undefined {
  if (hasAttempt || handedOut) return undefined;
  const others = present.filter((key) => !isDrivers(key) && plan.tags[key] === undefined);
  const isOld = createdAt !== undefined && now - createdAt.getTime() > LONGEST_CREATION_MS;
  if (others.length === 0 && !isOld) return undefined;
  const why = [
    ...(others.length > 0 ? [`it has tags that no driver writes for this class (${others.join(', ')})`] : []),
    ...(isOld ? [`it exists since ${createdAt.toISOString()}`] : []),
  ];
  return (
    `file system ${id} has the tag ${tagKeys.volumeName}=${plan.volumeName}, but ${why.join(', and ')}: it is not taken for the ` +
    `volume. If the tag was copied, remove it from that file system; if aws-fsx-csi-driver created the file system for this ` +
    `claim, add the tag ${tagKeys.attempt}=1. The call is retried automatically`
  );
}
