import { createHash } from 'node:crypto';
import { DriverError, type VolumeMetadata } from '@lustre-csi/core';
import { resourceName } from '../plan/resource-name.js';

/** Tags in the spelling of azurelustre-csi-driver, so that its tooling and cost reports still work. */
const CREATED_BY = 'k8s-azure-created-by';
const CREATED_BY_DRIVER = 'kubernetes-azurelustre-csi-driver';
const PVC_NAME = 'kubernetes.io-created-for-pvc-name';
const PVC_NAMESPACE = 'kubernetes.io-created-for-pvc-namespace';
const PV_NAME = 'kubernetes.io-created-for-pv-name';

/** Tags of this driver only. */
const VOLUME_NAME = 'lustre-csi-volume-name';
const ATTEMPT = 'lustre-csi-attempt';
const CLUSTER = 'lustre-csi-cluster';
const SUB_DIR = 'lustre-csi-sub-dir';
/** Prefix of a tag for each base path, followed by a digest of the path, which is the value. */
const DIRECTORIES = 'lustre-csi-directories-';
/** Tag beside those of the base paths: where they are lost, it keeps the file system from being deleted. */
const PARENT = 'lustre-csi-parent';

const reserved: readonly string[] = [
  CREATED_BY,
  PVC_NAME,
  PVC_NAMESPACE,
  PV_NAME,
  VOLUME_NAME,
  ATTEMPT,
  CLUSTER,
  SUB_DIR,
];

/** Limits of Azure Resource Manager: 50 tags, names of 512 and values of 256 characters. */
const MAX_TAGS = 50;
const MAX_NAME = 512;
const MAX_VALUE = 256;
const FORBIDDEN_IN_NAMES = /[<>%&\\?/]/;

/** Values of tags by name. */
export type Tags = Readonly<Record<string, string>>;

/** Facts that the driver records in the tags of a file system, besides those of the user. */
export interface Ownership {
  readonly volumeName: string;
  readonly attempt: number;
  readonly clusterId: string;
  readonly subDir: string | undefined;
  readonly metadata: VolumeMetadata;
}

/** Reads the `tags` parameter: `name=value,name=value`. Only the first `=` of an item separates.
 *  @throws Error with a message that names the wrong tag and the reason */
export function parseTags(line: string): Tags {
  const items = line
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const given = items.map(parseTag);
  refuseDoubles(given.map(([name]) => name));
  const most = MAX_TAGS - reserved.length;
  if (given.length > most) {
    throw new Error(
      `${items.length} tags, but Azure takes ${MAX_TAGS} and this driver needs ${reserved.length}`,
    );
  }
  return Object.fromEntries(given);
}

/** Refuses names that differ only in case: to ARM they are one tag, and it would keep only one of the values. */
function refuseDoubles(names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw new Error(`"${other}" and "${name}" are the same tag, as Azure ignores case: give it once`);
    }
    seen.set(name.toLowerCase(), name);
  }
}

function parseTag(item: string): [string, string] {
  const split = item.indexOf('=');
  if (split < 0) throw new Error(`"${item}" has no "="`);
  const name = item.slice(0, split).trim();
  const value = item.slice(split + 1).trim();
  if (name === '' || name.length > MAX_NAME || FORBIDDEN_IN_NAMES.test(name)) {
    throw new Error(`"${name}" is not a tag name: 1 to ${MAX_NAME} characters other than < > % & \\ ? /`);
  }
  if (isReserved(name.toLowerCase())) throw new Error(`the driver itself writes the tag "${name}"`);
  if (value.length > MAX_VALUE)
    throw new Error(`the value of "${name}" is longer than ${MAX_VALUE} characters`);
  return [name, value];
}

const isReserved = (name: string): boolean =>
  reserved.includes(name) || name === PARENT || name.startsWith(DIRECTORIES);

/** Builds the tags that record a base path of directory volumes on the file system. */
export function directoriesTags(base: string): Tags {
  const digest = createHash('sha256').update(base).digest('hex').slice(0, 8);
  return { [PARENT]: 'true', [`${DIRECTORIES}${digest}`]: base };
}

/** Builds all tags of a new file system. */
export function tagsFor(ownership: Ownership, userTags: Tags): Tags {
  const { volumeName, attempt, clusterId, subDir, metadata } = ownership;
  const written: Record<string, string | undefined> = {
    [CREATED_BY]: CREATED_BY_DRIVER,
    [PVC_NAME]: metadata.pvcName,
    [PVC_NAMESPACE]: metadata.pvcNamespace,
    [PV_NAME]: metadata.pvName,
    [VOLUME_NAME]: volumeName,
    [ATTEMPT]: String(attempt),
    [CLUSTER]: clusterId,
    [SUB_DIR]: subDir,
  };
  const ours = Object.entries(written).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && entry[1] !== '' && entry[1].length <= MAX_VALUE,
  );
  return { ...userTags, ...Object.fromEntries(ours) };
}

/** Merges tags; added ones take precedence, also over a name that differs only in case.
 *  @throws DriverError invalid-argument where they are more than ARM allows */
export function withTags(existing: Tags, added: Tags): Tags {
  return { ...existing, ...tagChanges(existing, added) };
}

/** Finds the added tags that an existing file system lacks or has with another value, in its spelling of their names;
 *  undefined where it has them all. Names that differ only in case are the same tag to ARM.
 *  @throws DriverError invalid-argument where they are more than ARM allows with the existing ones */
export function tagChanges(existing: Tags, added: Tags): Tags | undefined {
  const spelling = new Map(Object.keys(existing).map((name) => [name.toLowerCase(), name]));
  const changes = Object.entries(added)
    .map(([name, value]): [string, string] => [spelling.get(name.toLowerCase()) ?? name, value])
    .filter(([name, value]) => existing[name] !== value);
  if (changes.length === 0) return undefined;
  const changed = Object.fromEntries(changes);
  const count = Object.keys({ ...existing, ...changed }).length;
  if (count <= MAX_TAGS) return changed;
  throw new DriverError(
    'invalid-argument',
    `tags: the file system would have ${count} tags with those that it has already, and Azure takes ${MAX_TAGS}`,
  );
}

/** Facts that the tags of an existing file system state. */
export interface ReadTags {
  /** Absent where no driver created the file system, or one of another cluster. */
  readonly volumeName?: string;
  readonly subDir?: string;
  readonly attempt: number;
  /** Base paths of directory volumes; empty where their tags are lost, absent where none was ever recorded. */
  readonly directoryBases?: readonly string[];
  /** Cluster that the tag names. */
  readonly cluster?: string;
  readonly isOtherClusters?: true;
  /** Set where this driver, or azurelustre-csi-driver before it, created the file system, for any cluster. */
  readonly madeByDriver?: true;
}

/**
 * Reads the tags of an existing file system. A volume name counts only on the resource whose name follows from it: tags
 * are copied together with other settings.
 * @param clusterId cluster of this driver; empty: none
 */
export function readTags(tags: Tags, name: string, clusterId: string): ReadTags {
  // ARM keeps the case of tag names but ignores it in comparisons.
  const folded = new Map(Object.entries(tags).map(([tag, value]) => [tag.toLowerCase(), value]));
  const cluster = folded.get(CLUSTER) || undefined;
  const isOther = isOtherCluster(cluster, clusterId);
  const volumeName = volumeNameIn(folded, name);
  const subDir = folded.get(SUB_DIR);
  const directoryBases = basesIn(folded);
  return {
    ...(volumeName === undefined || isOther ? {} : { volumeName }),
    ...(volumeName === undefined ? {} : { madeByDriver: true }),
    ...(cluster === undefined ? {} : { cluster, ...(isOther ? { isOtherClusters: true } : {}) }),
    ...(subDir === undefined ? {} : { subDir }),
    attempt: attemptIn(folded),
    ...(directoryBases ? { directoryBases } : {}),
  };
}

function attemptIn(folded: ReadonlyMap<string, string>): number {
  const attempt = Number(folded.get(ATTEMPT));
  return Number.isInteger(attempt) && attempt > 0 ? attempt : 1;
}

/** Base paths in the tags; undefined where none was ever recorded. */
function basesIn(folded: ReadonlyMap<string, string>): readonly string[] | undefined {
  const bases = [...folded].filter(([tag]) => tag.startsWith(DIRECTORIES)).map(([, base]) => base);
  return bases.length > 0 || folded.has(PARENT) ? bases : undefined;
}

/** A driver without an id belongs to no cluster. */
const isOtherCluster = (cluster: string | undefined, own: string): boolean =>
  cluster !== undefined && cluster !== own;

function volumeNameIn(folded: ReadonlyMap<string, string>, name: string): string | undefined {
  const noted = folded.get(VOLUME_NAME);
  if (noted === undefined) return folded.get(CREATED_BY) === CREATED_BY_DRIVER ? name : undefined;
  return resourceName(noted).toLowerCase() === name.toLowerCase() ? noted : undefined;
}

/** Builds the tag that claims a file system for a cluster. */
export const clusterTag = (clusterId: string): Tags => ({ [CLUSTER]: clusterId });
