import { parseTags, tagKeys, tagLimits, type Tags } from './tags.js';

/** Prefix of file system tags that carry the tags of the final backup: DeleteVolume receives no StorageClass. */
const TAG_PREFIX = `${tagKeys.finalBackup}-tag/`;

/** Reads `key=value,key2=value2`, with keys that still fit into a tag of the file system.
 *  @throws Error with a message that says what is wrong */
export function readFinalBackupTags(text: string): Tags {
  const tags = parseTags(text);
  const most = tagLimits.key - TAG_PREFIX.length;
  const long = Object.keys(tags).find((key) => key.length > most);
  if (long === undefined) return tags;
  throw new Error(`the key "${long}" must have at most ${most} characters here`);
}

/** Tags that record on the file system that its deletion makes a final backup, and the tags of that backup. */
export function finalBackupMarks(wanted: boolean, backupTags: Tags = {}): Tags {
  if (!wanted) return {};
  const marks = Object.entries(backupTags).map(([key, value]) => [`${TAG_PREFIX}${key}`, value] as const);
  return { [tagKeys.finalBackup]: 'true', ...Object.fromEntries(marks) };
}

/** Reads the tags of the final backup from those of the file system; undefined: no final backup is requested. */
export function finalBackupOf(tags: Tags): Tags | undefined {
  if (tags[tagKeys.finalBackup] !== 'true') return undefined;
  const marks = Object.entries(tags).filter(([key]) => key.startsWith(TAG_PREFIX));
  return Object.fromEntries(marks.map(([key, value]) => [key.slice(TAG_PREFIX.length), value]));
}
