import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { OpenBase } from './open-base.js';

/** Files in the registry that appear whole or not at all, and of which only one of several makers wins: link(2) refuses
 *  a name that is taken, on every client of the file system. */

/** @returns whether it was made; false: the name is taken, by a file or a directory */
export function makeRecord({ registry }: OpenBase, name: string, text: string): boolean {
  const temporary = writeTemporary(registry, text);
  try {
    return link(temporary, `${registry}/${name}`);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Gives a record a second name. @returns false if the name is taken */
export const linkRecord = ({ registry }: OpenBase, name: string, to: string): boolean =>
  link(`${registry}/${name}`, `${registry}/${to}`);

function link(path: string, to: string): boolean {
  try {
    linkSync(path, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

export function replaceRecord({ registry }: OpenBase, name: string, text: string): void {
  renameSync(writeTemporary(registry, text), `${registry}/${name}`);
}

/** @returns undefined if there is none, or a directory in its place */
export function readRecord({ registry }: OpenBase, name: string): string | undefined {
  try {
    return readFileSync(`${registry}/${name}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Moves a record, which needs no space on a full file system. @returns false if it is gone, or the name is taken */
export function moveRecord({ registry }: OpenBase, name: string, to: string): boolean {
  if (lstatSync(`${registry}/${to}`, { throwIfNoEntry: false })) return false;
  try {
    renameSync(`${registry}/${name}`, `${registry}/${to}`);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

export function removeRecord({ registry }: OpenBase, name: string): void {
  rmSync(`${registry}/${name}`, { force: true });
}

/** Removes what killed workers have begun to write, once no worker can still be writing it. */
export function removeStaleTemporaries({ registry }: OpenBase): void {
  for (const name of readdirSync(`${registry}/tmp`)) {
    const path = `${registry}/tmp/${name}`;
    if (isStale(path)) rmSync(path, { force: true });
  }
}

/** Reports if a record is so old that no worker can still be at work on its subject. */
export const isStaleRecord = ({ registry }: OpenBase, name: string): boolean =>
  isStale(`${registry}/${name}`);

/** Milliseconds; far more than clocks of nodes differ. */
export const STALE_MS = 3_600_000;

function isStale(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

function writeTemporary(registry: string, text: string): string {
  const path = `${registry}/tmp/${randomBytes(12).toString('hex')}`;
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
    return path;
  } catch (error) {
    // A full file system has room for the name, and not for the text.
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}
