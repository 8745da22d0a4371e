import { parseTags, tagKeys, tagLimits, type Tags } from './tags.js';

/** Before the key of a tag of the final backup, on the file system: DeleteVolume knows no StorageClass. */
const TAG_PREFIX = `${tagKeys.finalBackup}-tag/`;

/** Reads `key=value,key2=value2`, as far as the file system can remember them.
 *  @throws Error whose message says what is wrong */
export function readFinalBackupTags(text: string): Tags {
  const tags = parseTags(text);
  const most = tagLimits.key - TAG_PREFIX.length;
  const long = Object.keys(tags).find((key) => key.length > most);
  if (long === undefined) return tags;
  throw new Error(`the key "${long}" must have at most ${most} characters here`);
}

/** The tags by which a file system remembers that a final backup is to be made of it, and with which tags. */
export function finalBackupMarks(wanted: boolean, backupTags: Tags = {}): Tags {
  if (!wanted) return {};
  const marks = Object.entries(backupTags).map(([key, value]) => [`${TAG_PREFIX}${key}`, value] as const);
  return { [tagKeys.finalBackup]: 'true', ...Object.fromEntries(marks) };
}

/** The tags of the final backup that a file system's own tags ask for; undefined: none is asked for. */
export function finalBackupOf(tags: Tags): Tags | undefined {
  if (tags[tagKeys.finalBackup] !== 'true') return undefined;
  const marks = Object.entries(tags).filter(([key]) => key.startsWith(TAG_PREFIX));
  return Object.fromEntries(marks.map(([key, value]) => [key.slice(TAG_PREFIX.length), value]));
}
