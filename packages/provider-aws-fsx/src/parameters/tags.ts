import { createHash } from 'node:crypto';
import type { VolumeMetadata } from '@lustre-csi/core';

/** Keys of the tags that this driver writes and reads. */
export const tagKeys = {
  /** CSI volume name, the ownership tag. The key is that of aws-fsx-csi-driver, so that this driver owns its file
   *  systems. */
  volumeName: 'CSIVolumeName',
  /** Number of the attempt to create the volume: 1 unless an earlier one failed. */
  attempt: 'lustre.csi/attempt',
  /** Cluster of the volume, where the driver has a cluster id. */
  cluster: 'lustre.csi/cluster',
  /** Requested bytes, where FSx itself keeps no size: INTELLIGENT_TIERING. */
  requestedBytes: 'lustre.csi/requested-bytes',
  /** Marks a file system that CreateVolume has returned: it may hold data in every later state. */
  handedOut: 'lustre.csi/handed-out',
  /** Marks a file system whose settings were changed in place: they no longer show those of its creation. */
  modified: 'lustre.csi/modified',
  /** Backup from which the file system was restored. */
  snapshot: 'lustre.csi/snapshot',
  /** Digest of the data repository associations. */
  repositories: 'lustre.csi/data-repositories',
  /** Marks a file system whose deletion makes a final backup. */
  finalBackup: 'lustre.csi/final-backup',
  /** Marks a file system that hosts directory volumes: followed by `/` and a digest of their base path, which is the
   *  value. */
  directories: 'lustre.csi/directories',
  /** Marks a file system that hosts directory volumes, beside the tags of their base paths: where those are lost, it
   *  keeps the file system from being deleted. */
  parent: 'lustre.csi/parent',
  /** CSI snapshot name, the ownership tag of backups. */
  snapshotName: 'lustre.csi/snapshot-name',
  pvcName: 'kubernetes.io/created-for/pvc/name',
  pvcNamespace: 'kubernetes.io/created-for/pvc/namespace',
  pvName: 'kubernetes.io/created-for/pv/name',
} as const;

/** Tag key to tag value. */
export type Tags = Readonly<Record<string, string>>;

/** Limits of tags: API reference, Tag and CreateFileSystem.Tags. */
export const tagLimits = { count: 50, key: 128, value: 256 } as const;
const LEGAL = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const LEGAL_IN_WORDS = 'letters, digits, spaces and _ . : / = + - @';

const DIGEST_PREFIX = 'sha256:';

/**
 * Derives the value of the ownership tag from the name of a volume or snapshot: the name itself where FSx accepts it,
 * otherwise a digest. One name has one value and two names never share one, so that values are compared in place of
 * names.
 */
export function nameTag(name: string): string {
  const plain = isLegalTagValue(name) && name.trim() === name && !name.startsWith(DIGEST_PREFIX);
  return plain && name !== '' ? name : `${DIGEST_PREFIX}${digestOf([name])}`;
}

/** Reports whether FSx accepts the text as a tag value. */
export function isLegalTagValue(value: string): boolean {
  return value.length <= tagLimits.value && LEGAL.test(value);
}

/** Computes the SHA-256 of the parts, in hexadecimal; different lists never have the same input. */
export function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Reads `key=value,key2=value2`; a value may contain `=`.
 *  @throws Error with a message that says what is wrong */
export function parseTags(text: string): Tags {
  const tags = new Map<string, string>();
  for (const pair of text.split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    if (split < 0) throw new Error(`"${pair}" has no "=" between key and value`);
    const key = pair.slice(0, split);
    if (tags.has(key)) throw new Error(`the key "${key}" appears twice`);
    tags.set(key, checkedValue(checkedKey(key), pair.slice(split + 1)));
  }
  return Object.fromEntries(tags);
}

/** Checks a tag.
 *  @throws Error with a message that says why FSx or the driver refuses the tag */
export function checkTag(key: string, value: string): void {
  checkedValue(checkedKey(key), value);
}

function checkedKey(key: string): string {
  if (key === '' || key.length > tagLimits.key || !LEGAL.test(key)) {
    throw new Error(`the key "${key}" must have 1 to ${tagLimits.key} of ${LEGAL_IN_WORDS}`);
  }
  if (/^aws:/i.test(key)) throw new Error(`the key "${key}" begins with "aws:", which AWS reserves`);
  if (key === tagKeys.volumeName || key.startsWith('lustre.csi/')) {
    throw new Error(`the key "${key}" is reserved: the driver recognizes its file systems by it`);
  }
  return key;
}

function checkedValue(key: string, value: string): string {
  if (isLegalTagValue(value)) return value;
  throw new Error(`the value of "${key}" must have at most ${tagLimits.value} of ${LEGAL_IN_WORDS}`);
}

/** Tags that identify the owner of a file system, except those that only its creation knows. */
export function ownTags(volume: {
  readonly volumeNameTag: string;
  readonly clusterId: string;
  readonly metadata: VolumeMetadata;
}): Tags {
  const { pvcName, pvcNamespace, pvName } = volume.metadata;
  return {
    ...tagged(tagKeys.pvcName, pvcName),
    ...tagged(tagKeys.pvcNamespace, pvcNamespace),
    ...tagged(tagKeys.pvName, pvName),
    ...tagged(tagKeys.cluster, volume.clusterId),
    [tagKeys.volumeName]: volume.volumeNameTag,
  };
}

/** Tag with an acceptable value; none for an empty one. Such tags are for people only, so that no value is an error. */
function tagged(key: string, value: string | undefined): Tags {
  return value ? { [key]: acceptable(value) } : {};
}

/** Makes a value acceptable: replaces characters that FSx refuses, and cuts it to the legal length. */
export function acceptable(value: string): string {
  const characters = [...value].map((character) => (LEGAL.test(character) ? character : '_'));
  return characters.slice(0, tagLimits.value).join('');
}

/** Reports whether the tags name another cluster than this one. A driver without a cluster id belongs to none. */
export function isOtherClusters(tags: Tags, clusterId: string): boolean {
  const cluster = tags[tagKeys.cluster] ?? '';
  return cluster !== '' && cluster !== clusterId;
}

/** Converts tags to the form of the SDK. FSx refuses an empty list. */
export function sdkTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Converts tags of the SDK to a record. Total: entries without a key are left out. */
export function tagsOf(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Tags {
  const known = (tags ?? []).flatMap(({ Key, Value }) =>
    Key === undefined ? [] : [[Key, Value ?? ''] as const],
  );
  return Object.fromEntries(known);
}
