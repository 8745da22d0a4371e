import { readdirSync } from 'node:fs';
import type { OpenBase } from './open-base.js';
import { makeRecord, readRecord, removeRecord, replaceRecord } from './record-files.js';
import type { DirectoryEntry, WantedDirectory } from './worker-protocol.js';

/** The entries of the registry, by the key of the volume's name. */

export function readEntry(open: OpenBase, key: string): DirectoryEntry | undefined {
  return parseEntry(readRecord(open, nameOf(key)));
}

/** @returns whether it was made; false: the volume has one */
export function makeEntry(open: OpenBase, entry: DirectoryEntry): boolean {
  return makeRecord(open, nameOf(entry.key), JSON.stringify(entry));
}

export function saveEntry(open: OpenBase, entry: DirectoryEntry): void {
  replaceRecord(open, nameOf(entry.key), JSON.stringify(entry));
}

export function removeEntry(open: OpenBase, entry: DirectoryEntry): void {
  if (readEntry(open, entry.key)?.incarnation === entry.incarnation) removeRecord(open, nameOf(entry.key));
}

/** The keys after one, in order. */
export function entryKeys({ registry }: OpenBase, after: string, limit: number): readonly string[] {
  return readdirSync(`${registry}/volumes`)
    .filter((key) => key > after)
    .sort()
    .slice(0, limit);
}

/** Who a volume is to the claims: its key and its incarnation. */
export const ownerOf = ({ key, incarnation }: DirectoryEntry): string => `${key} ${incarnation}`;

const nameOf = (key: string): string => `volumes/${key}`;

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
    .map(([name, value]) => `${name} is ${JSON.stringify(existing[name])}, asked for is ${JSON.stringify(value)}`);
  const { required, limit } = wanted.range;
  const capacity = BigInt(entry.capacityBytes);
  const isTooSmall = required !== undefined && capacity < BigInt(required);
  const isTooLarge = limit !== undefined && capacity > BigInt(limit);
  if (!isTooSmall && !isTooLarge) return differences;
  const bounds = `${required ?? '0'} to ${limit ?? 'any number of'} bytes`;
  return [`its capacity is ${capacity} bytes, asked for are ${bounds}`, ...differences];
}
