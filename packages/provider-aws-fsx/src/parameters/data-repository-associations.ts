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

/** Members of CreateDataRepositoryAssociation that the driver itself decides. */
const ownMembers = new Map([
  ['filesystemid', 'the driver creates the file system: remove it'],
  ['clientrequesttoken', 'the driver writes it: remove it'],
  ['tags', 'associations get no tags: remove it'],
]);

/** Reads the list, as YAML or JSON, and refuses what FSx would refuse for any file system. Entries have the members of the
 *  driver, or those of the request CreateDataRepositoryAssociation.
 *  @throws Error with a message that says all that is wrong */
export function parseDataRepositoryAssociations(text: string): readonly DataRepositoryAssociation[] {
  const list = parseList(text);
  if (list.length === 0 || list.length > MAX_ASSOCIATIONS) {
    throw new Error(`it has ${list.length} entries; legal: 1 to ${MAX_ASSOCIATIONS} for each file system`);
  }
  const faults: string[] = [];
  const associations = list.flatMap(
    (entry, index) => readAssociation(entry, `entry ${index + 1}`, faults) ?? [],
  );
  faults.push(...overlaps(associations, 'fileSystemPath'), ...overlaps(associations, 'dataRepositoryPath'));
  if (faults.length > 0) throw new Error(faults.join('; '));
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

/** Reads an entry.
 *  @param faults gets what is wrong with it
 *  @returns undefined where something is */
function readAssociation(
  entry: unknown,
  at: string,
  faults: string[],
): DataRepositoryAssociation | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    faults.push(`${at} is not an object with ${required.join(' and ')}`);
    return undefined;
  }
  const before = faults.length;
  const members = membersOf(entry as Members, at, faults);
  const missing = required.filter((name) => !members.has(name));
  faults.push(...missing.map((name) => `${at} has no "${name}"`));
  const read = new Map<string, unknown>();
  for (const [name, reader] of Object.entries(readers)) {
    if (!members.has(name)) continue;
    try {
      read.set(name, readMember(at, name, reader, members.get(name)));
    } catch (error) {
      faults.push(messageOf(error));
    }
  }
  return faults.length > before
    ? undefined
    : (Object.fromEntries(read) as unknown as DataRepositoryAssociation);
}

/** Translates the members of an entry into those of the driver: `FileSystemPath` as `fileSystemPath`, and
 *  `S3.AutoImportPolicy.Events` as `autoImportEvents`. */
function membersOf(entry: Members, at: string, faults: string[]): ReadonlyMap<string, unknown> {
  const members = new Map<string, unknown>();
  const known = new Map(Object.keys(readers).map((name) => [name.toLowerCase(), name]));
  const given = Object.entries(entry).flatMap(([spelling, value]) => withPolicies(spelling, value));
  for (const [spelling, value] of given) {
    if (value === undefined) continue;
    const name = known.get(spelling.toLowerCase());
    const own = ownMembers.get(spelling.toLowerCase());
    if (name === undefined) {
      const why = own ?? `known: ${Object.keys(readers).join(', ')}`;
      faults.push(`${at} has the ${own === undefined ? 'unknown ' : ''}member "${spelling}"; ${why}`);
    } else if (members.has(name)) {
      faults.push(`${at} has "${name}" twice`);
    } else {
      members.set(name, value);
    }
  }
  return members;
}

/** Policies of the API, with the names of the driver's members. */
const policies = new Map([
  ['autoimportpolicy', 'autoImportEvents'],
  ['autoexportpolicy', 'autoExportEvents'],
]);

/** Takes the API's member `S3` apart; other members stay. */
function withPolicies(spelling: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (spelling.toLowerCase() !== 's3' || typeof value !== 'object' || value === null)
    return [[spelling, value]];
  return Object.entries(value).map(([policy, members]) => {
    const name = policies.get(policy.toLowerCase());
    if (name === undefined) return [`S3.${policy}`, members];
    const events = Object.entries((members ?? {}) as Members).find(([key]) => key.toLowerCase() === 'events');
    return [name, events?.[1] ?? []];
  });
}

function readMember(at: string, name: string, reader: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return reader(value);
  } catch (error) {
    throw new Error(`"${name}" of ${at} ${messageOf(error)}: it is ${shown(value)}`, { cause: error });
  }
}

/** Longest text of a value in a message. */
const MAX_SHOWN = 80;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
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

function overlaps(
  associations: readonly DataRepositoryAssociation[],
  name: 'fileSystemPath' | 'dataRepositoryPath',
): readonly string[] {
  const paths = associations.map((association) => association[name]);
  return paths.flatMap((path, index) => {
    const other = paths.slice(index + 1).find((each) => contains(path, each) || contains(each, path));
    return other === undefined
      ? []
      : [`the entries' ${name} "${path}" and "${other}" overlap: each must lie outside of the others`];
  });
}

const contains = (outer: string, inner: string): boolean =>
  `${inner.replace(/\/$/, '')}/`.startsWith(`${outer.replace(/\/$/, '')}/`);

/** Digest of the associations, equal for equal ones in any order, by which the core compares a file system. */
export function repositoriesDigest(associations: readonly DataRepositoryAssociation[] | undefined): string {
  if (!associations) return 'none';
  const sorted = [...associations].sort((a, b) => (a.fileSystemPath < b.fileSystemPath ? -1 : 1));
  return digestOf(sorted.map((association) => JSON.stringify(association))).slice(0, 32);
}
