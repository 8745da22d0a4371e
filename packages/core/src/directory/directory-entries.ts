import { readdirSync } from 'node:fs';
import type { OpenBase } from './open-base.js';
import { makeRecord, readRecord, removeRecord, replaceRecord } from './record-files.js';
import type { DirectoryEntry, DirectoryFate, WantedDirectory } from './worker-protocol.js';

/**
 * The entries of the registry, by the key of the volume's name, and with each its fate: that its directory is made, and
 * which one it is, or that it was given up. Who decides is who makes the record; it never changes.
 */

/** The entry with its fate, as far as it is decided. */
export function readEntry(open: OpenBase, key: string): DirectoryEntry | undefined {
  const entry = parseEntry(readRecord(open, nameOf(key)));
  if (!entry) return undefined;
  const fate = readRecord(open, fateName(entry));
  return fate === undefined ? entry : { ...entry, ...(JSON.parse(fate) as DirectoryFate) };
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
export function decideFate(open: OpenBase, entry: DirectoryEntry, fate: DirectoryFate): boolean {
  return makeRecord(open, fateName(entry), JSON.stringify(fate));
}

/** The entry first: who decides the fate of an entry that is gone must be able to see that it is. */
export function removeEntry(open: OpenBase, entry: DirectoryEntry): void {
  if (isCurrent(open, entry)) removeRecord(open, nameOf(entry.key));
  removeRecord(open, fateName(entry));
}

/** Whether the registry has this very entry. */
export function isCurrent(open: OpenBase, { key, incarnation }: DirectoryEntry): boolean {
  return parseEntry(readRecord(open, nameOf(key)))?.incarnation === incarnation;
}

/** The keys after one, in order. */
export function entryKeys({ registry }: OpenBase, after: string, limit: number): readonly string[] {
  return readdirSync(`${registry}/volumes`)
    .filter((key) => key > after)
    .sort()
    .slice(0, limit);
}

/** Who a volume is to the claims: its key and its incarnation. */
export const ownerOf = ({ key, incarnation }: DirectoryEntry): string => `${key}.${incarnation}`;

const nameOf = (key: string): string => `volumes/${key}`;
const fateName = (entry: DirectoryEntry): string => `fates/${ownerOf(entry)}`;

/** @throws SyntaxError where the registry's files are damaged */
export function parseEntry(text: string | undefined): DirectoryEntry | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as DirectoryEntry);
}

/** In what a volume is not what is asked for; empty: it is. */
export function differencesFrom(wanted: WantedDirectory, entry: DirectoryEntry): readonly string[] {
  const asked = { path: wanted.path.join('/'), ...wanted.settings };
  const existing: Readonly<Record<string, unknown>> = { path: entry.path.join('/'), ...entry.settings };
  const differences = Object.entries(asked)
    .filter(([name, value]) => JSON.stringify(existing[name]) !== JSON.stringify(value))
    .map(
      ([name, value]) =>
        `${name} is ${JSON.stringify(existing[name])}, asked for is ${JSON.stringify(value)}`,
    );
  const { required, limit } = wanted.range;
  const capacity = BigInt(entry.capacityBytes);
  const isTooSmall = required !== undefined && capacity < BigInt(required);
  const isTooLarge = limit !== undefined && capacity > BigInt(limit);
  if (!isTooSmall && !isTooLarge) return differences;
  const bounds = `${required ?? '0'} to ${limit ?? 'any number of'} bytes`;
  return [`its capacity is ${capacity} bytes, asked for are ${bounds}`, ...differences];
}
