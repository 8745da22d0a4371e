import { createHash } from 'node:crypto';
import { DriverError } from '@lustre-csi/core';
import * as z from 'zod/mini';
import { jsonObject } from './json-values.js';

/** Free-form tags of this driver. OCI takes few of them, so there are no more than the driver reads back. */
const VOLUME_NAME = 'lustre-csi-volume-name';
const ATTEMPT = 'lustre-csi-attempt';
const CLUSTER = 'lustre-csi-cluster';
/** Prefix of a tag for each base path, followed by a digest of the path, which is the value. */
const DIRECTORIES = 'lustre-csi-directories-';
/** Tag beside those of the base paths: where they are lost, it keeps the file system from being deleted. */
const PARENT = 'lustre-csi-parent';

const PREFIX = 'lustre-csi-';
const reserved: readonly string[] = [VOLUME_NAME, ATTEMPT, CLUSTER];

/** Limits of free-form tags (OCI documentation, Tagging overview): their number, and the lengths of keys and values. */
const MAX_TAGS = 10;
const MAX_KEY = 100;
const MAX_VALUE = 256;
const KEY = /^[!-\-/-~]+$/;

/** Display names of file systems that Oracle's driver has created: its provisioner names volumes so. */
const ORACLES_NAME = /^csi-lustre-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Values of free-form tags by key. */
export type Tags = Readonly<Record<string, string>>;

/** Values of defined tags by namespace and key. */
export type DefinedTags = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Reads free-form tags in JSON. @throws Error with a message that names the wrong tag and the reason */
export function parseTags(text: string): Tags {
  const tags = jsonObject(text, z.record(z.string(), z.string()), 'texts');
  for (const [key, value] of Object.entries(tags)) checkTag(key, value);
  const most = MAX_TAGS - reserved.length;
  const count = Object.keys(tags).length;
  if (count > most)
    throw new Error(`${count} tags, but OCI takes ${MAX_TAGS} and this driver needs ${reserved.length}`);
  return tags;
}

function checkTag(key: string, value: string): void {
  if (!KEY.test(key) || key.length > MAX_KEY)
    throw new Error(`"${key}" is no tag key: 1 to ${MAX_KEY} characters of ASCII without spaces and "."`);
  if (key.startsWith(PREFIX)) throw new Error(`the driver itself writes tags such as "${key}"`);
  if (value.length > MAX_VALUE)
    throw new Error(`the value of "${key}" is longer than ${MAX_VALUE} characters`);
}

/** Reads defined tags in JSON: namespace to key to value. @throws Error */
export function parseDefinedTags(text: string): DefinedTags {
  const schema = z.record(z.string(), z.record(z.string(), z.unknown()));
  return jsonObject(text, schema, 'namespaces, each an object of its tags');
}

/** Facts that the driver records in the tags of a file system. */
export interface Ownership {
  readonly volumeName: string;
  readonly attempt: number;
  readonly clusterId: string;
}

/** Builds all free-form tags of a new file system. */
export function tagsFor({ volumeName, attempt, clusterId }: Ownership, userTags: Tags): Tags {
  return {
    ...userTags,
    [VOLUME_NAME]: volumeName,
    [ATTEMPT]: String(attempt),
    ...(clusterId === '' ? {} : { [CLUSTER]: clusterId }),
  };
}

/** Builds the tags that record a base path of directory volumes on the file system. */
export function directoriesTags(base: string): Tags {
  const digest = createHash('sha256').update(base).digest('hex').slice(0, 8);
  return { [PARENT]: 'true', [`${DIRECTORIES}${digest}`]: base };
}

/** Merges tags; undefined where the file system has the added ones already.
 *  @throws DriverError invalid-argument where they are more than OCI takes */
export function withTags(existing: Tags, added: Tags): Tags | undefined {
  if (Object.entries(added).every(([key, value]) => existing[key] === value)) return undefined;
  const merged = { ...existing, ...added };
  const count = Object.keys(merged).length;
  if (count <= MAX_TAGS) return merged;
  throw new DriverError(
    'invalid-argument',
    `the file system would have ${count} free-form tags with those that it has already, and OCI takes ${MAX_TAGS}: ` +
      'remove some of them',
  );
}

/** Facts that the tags of an existing file system state. */
export interface ReadTags {
  /** Absent where no driver created the file system, or one of another cluster. */
  readonly volumeName?: string;
  readonly attempt: number;
  /** Base paths of directory volumes; empty where their tags are lost, absent where none was ever recorded. */
  readonly directoryBases?: readonly string[];
  readonly cluster?: string;
  readonly isOtherClusters?: true;
  readonly madeByDriver?: true;
}

/**
 * Reads the tags of an existing file system. One without them whose display name is that of Oracle's driver was created by
 * that driver.
 * @param clusterId cluster of this driver; empty: none
 */
export function readTags(tags: Tags, displayName: string, clusterId: string): ReadTags {
  const cluster = tags[CLUSTER] || undefined;
  const isOther = cluster !== undefined && cluster !== clusterId;
  const directoryBases = basesIn(tags);
  return {
    ...ownerIn(tags, displayName, isOther),
    ...(cluster === undefined ? {} : { cluster }),
    ...(isOther ? { isOtherClusters: true } : {}),
    attempt: attemptIn(tags),
    ...(directoryBases ? { directoryBases } : {}),
  };
}

function ownerIn(
  tags: Tags,
  displayName: string,
  isOther: boolean,
): Pick<ReadTags, 'volumeName' | 'madeByDriver'> {
  const volumeName = tags[VOLUME_NAME] ?? (ORACLES_NAME.test(displayName) ? displayName : undefined);
  if (volumeName === undefined) return {};
  return isOther ? { madeByDriver: true } : { volumeName, madeByDriver: true };
}

function attemptIn(tags: Tags): number {
  const attempt = Number(tags[ATTEMPT]);
  return Number.isInteger(attempt) && attempt > 0 ? attempt : 1;
}

/** Base paths in the tags; undefined where none was ever recorded. */
function basesIn(tags: Tags): readonly string[] | undefined {
  const bases = Object.entries(tags).filter(([key]) => key.startsWith(DIRECTORIES));
  return bases.length > 0 || tags[PARENT] !== undefined ? bases.map(([, base]) => base) : undefined;
}
