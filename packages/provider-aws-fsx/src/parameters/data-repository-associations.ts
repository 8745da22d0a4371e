import { messageOf, trimTrailingSlashes } from '@lustre-csi/core';
import { parse } from 'yaml';
import { digestOf } from './tags.js';

/** Kind of change of a file or object that an association follows. */
export type RepositoryEvent = 'NEW' | 'CHANGED' | 'DELETED';

/** A directory of a file system that is linked to a bucket or prefix in S3. */
export interface DataRepositoryAssociation {
  /** Path that begins with `/` and, except for the root, does not end with it. */
  readonly fileSystemPath: string;
  /** `s3://BUCKET` or `s3://BUCKET/PREFIX`, without trailing `/`. */
  readonly dataRepositoryPath: string;
  readonly batchImportMetaDataOnCreate?: boolean;
  /** MiB. */
  readonly importedFileChunkSize?: number;
  readonly autoImportEvents?: readonly RepositoryEvent[];
  readonly autoExportEvents?: readonly RepositoryEvent[];
}

/** Lustre User Guide, linking a file system to a data repository. */
const MAX_ASSOCIATIONS = 8;
const EVENTS: readonly string[] = ['NEW', 'CHANGED', 'DELETED'] satisfies RepositoryEvent[];
const S3_PATH = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.{0,900})?$/;
/** API reference, CreateDataRepositoryAssociation: ImportedFileChunkSize. */
const MAX_CHUNK_MIB = 512_000;

type Members = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<keyof DataRepositoryAssociation, (value: unknown) => unknown>> = {
  fileSystemPath: readFileSystemPath,
  dataRepositoryPath: readRepositoryPath,
  batchImportMetaDataOnCreate: readFlag,
  importedFileChunkSize: readChunkSize,
  autoImportEvents: readEvents,
  autoExportEvents: readEvents,
};
const required = ['fileSystemPath', 'dataRepositoryPath'] as const;

/** Reads the list, as YAML or JSON, and refuses what FSx would refuse for any file system.
 *  @throws Error with a message that says what is wrong */
export function parseDataRepositoryAssociations(text: string): readonly DataRepositoryAssociation[] {
  const list = parseList(text);
  if (list.length === 0 || list.length > MAX_ASSOCIATIONS) {
    throw new Error(`it has ${list.length} entries; legal: 1 to ${MAX_ASSOCIATIONS} for each file system`);
  }
  const associations = list.map(readAssociation);
  refuseOverlap(associations, 'fileSystemPath');
  refuseOverlap(associations, 'dataRepositoryPath');
  return associations;
}

function parseList(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new Error(`neither YAML nor JSON: ${messageOf(error).split('\n')[0]}`, { cause: error });
  }
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new Error('not a list: write one entry, with "- " before it, for each association');
}

function readAssociation(entry: unknown, index: number): DataRepositoryAssociation {
  const at = `entry ${index + 1}`;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw new Error(`${at} is not an object with ${required.join(' and ')}`);
  }
  const members: Members = { ...entry };
  const unknown = Object.keys(members).find((name) => !Object.hasOwn(readers, name));
  if (unknown !== undefined) {
    throw new Error(`${at} has the unknown member "${unknown}"; known: ${Object.keys(readers).join(', ')}`);
  }
  const missing = required.find((name) => members[name] === undefined);
  if (missing) throw new Error(`${at} has no "${missing}"`);
  const read = Object.entries(readers).flatMap(([name, reader]) =>
    members[name] === undefined ? [] : [[name, readMember(at, name, reader, members[name])] as const],
  );
  return Object.fromEntries(read) as unknown as DataRepositoryAssociation;
}

function readMember(at: string, name: string, reader: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return reader(value);
  } catch (error) {
    throw new Error(`"${name}" of ${at} ${messageOf(error)}`, { cause: error });
  }
}

function readFileSystemPath(value: unknown): string {
  const parts = typeof value === 'string' && value.startsWith('/') ? value.split('/').slice(1) : undefined;
  const clean = parts?.filter((part) => part !== '');
  if (clean && !clean.some((part) => part === '.' || part === '..') && String(value).length <= 4096) {
    return `/${clean.join('/')}`;
  }
  throw new Error('must be a path that begins with "/", without "." and ".."');
}

function readRepositoryPath(value: unknown): string {
  if (typeof value === 'string' && S3_PATH.test(value)) return trimTrailingSlashes(value);
  throw new Error('must be s3://BUCKET or s3://BUCKET/PREFIX');
}

function readFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error('must be true or false');
}

function readChunkSize(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_CHUNK_MIB)
    return value;
  throw new Error(`must be a whole number of MiB from 1 to ${MAX_CHUNK_MIB}`);
}

function readEvents(value: unknown): readonly RepositoryEvent[] {
  const events: readonly unknown[] = Array.isArray(value) ? value : [];
  const known = events.filter((event): event is RepositoryEvent => EVENTS.includes(event as string));
  if (known.length > 0 && known.length === events.length && new Set(known).size === known.length) {
    return EVENTS.filter((event) => known.includes(event as RepositoryEvent)) as RepositoryEvent[];
  }
  throw new Error(`must be a list of ${EVENTS.join(', ')}, each at most once`);
}

function refuseOverlap(
  associations: readonly DataRepositoryAssociation[],
  name: 'fileSystemPath' | 'dataRepositoryPath',
): void {
  const paths = associations.map((association) => association[name]);
  for (const [index, path] of paths.entries()) {
    const other = paths.slice(index + 1).find((each) => contains(path, each) || contains(each, path));
    if (other === undefined) continue;
    throw new Error(
      `the entries' ${name} "${path}" and "${other}" overlap: each must lie outside of the others`,
    );
  }
}

const contains = (outer: string, inner: string): boolean =>
  `${inner.replace(/\/$/, '')}/`.startsWith(`${outer.replace(/\/$/, '')}/`);

/** Digest of the associations, equal for equal ones in any order, by which the core compares a file system. */
export function repositoriesDigest(associations: readonly DataRepositoryAssociation[] | undefined): string {
  if (!associations) return 'none';
  const sorted = [...associations].sort((a, b) => (a.fileSystemPath < b.fileSystemPath ? -1 : 1));
  return digestOf(sorted.map((association) => JSON.stringify(association))).slice(0, 32);
}
