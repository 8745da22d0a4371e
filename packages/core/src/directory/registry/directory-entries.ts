import { readdirSync } from 'node:fs';
import { registryName, type OpenBase } from './open-base.js';
import { isCommitOf, parsedJson, parseEntry } from './parse-entry.js';
import {
  codeOf,
  linkRecord,
  makeRecord,
  moveRecord,
  readRecord,
  removeRecord,
  replaceRecord,
} from './record-files.js';
import {
  DirectoryError,
  type DirectoryEntry,
  type CommitRecord,
  type DesiredDirectory,
} from './worker-protocol.js';

/**
 * The entries of the registry, by the key of the volume's name, and with each its fate: that its directory is made, and
 * which one it is, or that it was given up. Who decides is who makes the record; it never changes.
 */

/** The entry with its fate, as far as it is decided. @throws DirectoryError damaged-registry */
export function readEntry(open: OpenBase, key: string): DirectoryEntry | undefined {
  const text = readRecord(open, nameOf(key));
  if (text === undefined) return undefined;
  const entry = parseEntry(text);
  // What leads to a directory to delete is believed only where all of it fits together.
  if (entry?.key !== key) throw damaged(open, nameOf(key));
  const commit = readCommit(open, entry);
  return commit ? { ...entry, ...commit } : entry;
}

/** @throws DirectoryError damaged-registry */
export function readCommit(
  open: OpenBase,
  owner: Pick<DirectoryEntry, 'key' | 'incarnation'>,
): CommitRecord | undefined {
  const text = readRecord(open, commitName(owner));
  if (text === undefined) return undefined;
  // See `makeAbandonment`.
  if (parseEntry(text)) return { isAbandoned: true };
  const commit = parsedJson(text);
  if (!isCommitOf(ownerOf(owner), commit)) throw damaged(open, commitName(owner));
  return commit;
}

/** @returns whether it was made; false: the volume has one */
export function makeEntry(open: OpenBase, entry: DirectoryEntry): boolean {
  return makeRecord(open, nameOf(entry.key), JSON.stringify(entry));
}

export function saveCapacity(open: OpenBase, entry: DirectoryEntry, capacityBytes: string): DirectoryEntry {
  const { inode: _inode, building: _building, projectId: _project, isAbandoned: _abandoned, ...own } = entry;
  replaceRecord(open, nameOf(entry.key), JSON.stringify({ ...own, capacityBytes }));
  return { ...entry, capacityBytes };
}

/** @returns whether this decided it; false: it was decided before */
export function makeCommit(open: OpenBase, entry: DirectoryEntry, commit: CommitRecord): boolean {
  return makeRecord(open, commitName(entry), JSON.stringify(commit));
}

/** Decides that a volume is given up. On a full file system the entry itself is the record, under another name: a link
 *  needs no inode. @returns whether this decided it; false: it was decided before */
export function makeAbandonment(open: OpenBase, entry: DirectoryEntry): boolean {
  try {
    return makeCommit(open, entry, { isAbandoned: true });
  } catch (error) {
    if (!fullCodes.includes(codeOf(error))) throw error;
    return isCurrent(open, entry) && linkRecord(open, nameOf(entry.key), commitName(entry));
  }
}

const fullCodes: readonly string[] = ['ENOSPC', 'EDQUOT'];

/** The entry first: who decides the fate of an entry that is gone must be able to see that it is. */
export function removeEntry(open: OpenBase, entry: DirectoryEntry): void {
  if (isCurrent(open, entry)) removeRecord(open, nameOf(entry.key));
  removeRecord(open, commitName(entry));
}

/** Makes the entry of a deleted volume the trash's record. The commit record stays where it is until the trash is
 *  emptied. */
export function trashEntry(open: OpenBase, entry: DirectoryEntry, record: string): void {
  if (!isCurrent(open, entry)) return;
  // An earlier version may have written the trash's record, and been killed.
  if (!moveRecord(open, nameOf(entry.key), record) && isCurrent(open, entry))
    removeRecord(open, nameOf(entry.key));
  const moved = parseEntry(readRecord(open, record) ?? '');
  // Meanwhile another replica may have deleted the volume, and a third created one of its name.
  if (moved && moved.incarnation !== entry.incarnation) moveRecord(open, record, nameOf(entry.key));
}

/** Record in the trash, with the fate of the volume. Earlier versions of the driver wrote both into the record. */
export function readTrashed(open: OpenBase, record: string): DirectoryEntry | undefined {
  const entry = parseEntry(readRecord(open, record) ?? '');
  if (!entry || entry.inode !== undefined) return entry;
  return { ...entry, ...unlessDamaged(() => readCommit(open, entry)) };
}

/** Record of a volume that was deleted before its directory was in sight: nothing of it is kept. */
export const unseenRecord = ({ incarnation }: Pick<DirectoryEntry, 'incarnation'>): string =>
  `${incarnation}${UNSEEN}`;

/** Names that the record of a deleted volume may have. */
export const trashRecords = (owner: Pick<DirectoryEntry, 'incarnation'>): readonly string[] => [
  `${owner.incarnation}.json`,
  unseenRecord(owner),
];

export const isUnseenRecord = (name: string): boolean => name.endsWith(UNSEEN);

const UNSEEN = '.unseen.json';

/** Reports if the registry has this very entry. */
export function isCurrent(open: OpenBase, { key, incarnation }: DirectoryEntry): boolean {
  return parseEntry(readRecord(open, nameOf(key)) ?? '')?.incarnation === incarnation;
}

/** The keys after one, in order. */
export function entryKeys({ registry }: OpenBase, after: string, limit: number): readonly string[] {
  return readdirSync(`${registry}/volumes`)
    .filter((key) => key > after)
    .sort()
    .slice(0, limit);
}

/** Identity of a volume in the claims: its key and its incarnation. */
export const ownerOf = ({ key, incarnation }: Pick<DirectoryEntry, 'key' | 'incarnation'>): string =>
  `${key}.${incarnation}`;

export const nameOf = (key: string): string => `volumes/${key}`;
const commitName = (entry: Pick<DirectoryEntry, 'key' | 'incarnation'>): string => `fates/${ownerOf(entry)}`;

/** Result of a read of the registry; undefined if the record is damaged. */
export function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DirectoryError && error.failure.reason === 'damaged-registry') return undefined;
    throw error;
  }
}

function damaged({ location }: OpenBase, name: string): DirectoryError {
  const path = [...location.base, registryName, name].join('/');
  return new DirectoryError({ reason: 'damaged-registry', path, code: 'not as the driver has written it' });
}

/** Differences between a volume and the requested one; empty: it is the requested one. */
export function differencesFrom(desired: DesiredDirectory, entry: DirectoryEntry): readonly string[] {
  const asked = { path: desired.path.join('/'), ...desired.settings };
  const existing = new Map<string, unknown>(
    Object.entries({ path: entry.path.join('/'), ...entry.settings }),
  );
  const differences = Object.entries(asked)
    .filter(([name, value]) => JSON.stringify(existing.get(name)) !== JSON.stringify(value))
    .map(
      ([name, value]) =>
        `${name} is ${JSON.stringify(existing.get(name))} (requested: ${JSON.stringify(value)})`,
    );
  const { required, limit } = desired.range;
  const capacity = BigInt(entry.capacityBytes);
  const isTooSmall = required !== undefined && capacity < BigInt(required);
  const isTooLarge = limit !== undefined && capacity > BigInt(limit);
  if (!isTooSmall && !isTooLarge) return differences;
  const bounds = `${required ?? '0'} to ${limit ?? 'any number of'} bytes`;
  return [`its capacity is ${capacity} bytes (requested: ${bounds})`, ...differences];
}
