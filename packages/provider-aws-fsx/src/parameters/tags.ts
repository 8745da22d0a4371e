import { createHash } from 'node:crypto';
import type { VolumeMetadata } from '@lustre-csi/core';

/** The tags that this driver writes and reads. */
export const tagKeys = {
  /** The CSI volume name, as aws-fsx-csi-driver writes it, so that its file systems stay ours. The ownership tag. */
  volumeName: 'CSIVolumeName',
  /** Which attempt to create the volume it is: 1 unless an earlier one failed. */
  attempt: 'lustre.csi/attempt',
  /** The cluster that the volume belongs to, where the driver was told. */
  cluster: 'lustre.csi/cluster',
  /** What was asked for, in bytes, where FSx itself keeps no size: INTELLIGENT_TIERING. */
  requestedBytes: 'lustre.csi/requested-bytes',
  /** The file system was answered to a CreateVolume: somebody's data may be on it, whatever becomes of it. */
  handedOut: 'lustre.csi/handed-out',
  /** Its settings were changed in place: they are no longer those that it was created with. */
  modified: 'lustre.csi/modified',
  /** The backup that it was restored from. */
  snapshot: 'lustre.csi/snapshot',
  /** A digest of its data repository associations. */
  repositories: 'lustre.csi/data-repositories',
  /** A final backup is to be made when the volume is deleted. */
  finalBackup: 'lustre.csi/final-backup',
  /** Volumes are directories of it: followed by `/` and a digest of their base path, which is the value. */
  directories: 'lustre.csi/directories',
  /** The CSI snapshot name, on backups. The ownership tag. */
  snapshotName: 'lustre.csi/snapshot-name',
  pvcName: 'kubernetes.io/created-for/pvc/name',
  pvcNamespace: 'kubernetes.io/created-for/pvc/namespace',
  pvName: 'kubernetes.io/created-for/pv/name',
} as const;

/** Tag key to tag value. */
export type Tags = Readonly<Record<string, string>>;

/** FSx, API reference, Tag and CreateFileSystem.Tags. */
export const tagLimits = { count: 50, key: 128, value: 256 } as const;
const LEGAL = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const LEGAL_IN_WORDS = 'letters, digits, spaces and _ . : / = + - @';

const DIGEST_PREFIX = 'sha256:';

/**
 * The value of the ownership tag for a volume's or snapshot's name: the name itself where FSx accepts it as it is, otherwise a digest
 * of it. One name has one value and two names never share one, so that values are compared in place of names.
 */
export function nameTag(name: string): string {
  const plain = isLegalTagValue(name) && name.trim() === name && !name.startsWith(DIGEST_PREFIX);
  return plain && name !== '' ? name : `${DIGEST_PREFIX}${digestOf([name])}`;
}

/** Whether FSx accepts it as a tag value. */
export function isLegalTagValue(value: string): boolean {
  return value.length <= tagLimits.value && LEGAL.test(value);
}

/** SHA-256 over the parts, in hexadecimal; no two lists of parts run together. */
export function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Reads `key=value,key2=value2`; a value may contain `=`.
 *  @throws Error whose message says what is wrong */
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

/** @throws Error whose message says why FSx or the driver does not take the tag */
export function checkTag(key: string, value: string): void {
  checkedValue(checkedKey(key), value);
}

function checkedKey(key: string): string {
  if (key === '' || key.length > tagLimits.key || !LEGAL.test(key)) {
    throw new Error(`the key "${key}" must have 1 to ${tagLimits.key} of ${LEGAL_IN_WORDS}`);
  }
  if (/^aws:/i.test(key)) throw new Error(`the key "${key}" begins with "aws:", which AWS reserves`);
  if (key === tagKeys.volumeName || key.startsWith('lustre.csi/')) {
    throw new Error(`the key "${key}" is the driver's own: it tells its file systems by it`);
  }
  return key;
}

function checkedValue(key: string, value: string): string {
  if (isLegalTagValue(value)) return value;
  throw new Error(`the value of "${key}" must have at most ${tagLimits.value} of ${LEGAL_IN_WORDS}`);
}

/** The tags that tell whose a file system is, but for those that only its creation knows. */
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

/** Empty values say nothing. What FSx would refuse is for people only, so it is made acceptable, not an error. */
function tagged(key: string, value: string | undefined): Tags {
  return value ? { [key]: acceptable(value) } : {};
}

/** The value with what FSx would refuse replaced, and cut to what it takes. */
export function acceptable(value: string): string {
  const characters = [...value].map((character) => (LEGAL.test(character) ? character : '_'));
  return characters.slice(0, tagLimits.value).join('');
}

/** Reports whether the tags name another cluster than this one; an empty cluster id takes every cluster's for its own. */
export function isOtherClusters(tags: Tags, clusterId: string): boolean {
  const cluster = tags[tagKeys.cluster];
  return clusterId !== '' && cluster !== undefined && cluster !== clusterId;
}

/** Tags as the SDK takes them. FSx refuses an empty list. */
export function sdkTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** FSx's tags as a record. Total: what is not a tag is left out. */
export function tagsOf(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Tags {
  const known = (tags ?? []).flatMap(({ Key, Value }) =>
    Key === undefined ? [] : [[Key, Value ?? ''] as const],
  );
  return Object.fromEntries(known);
}
