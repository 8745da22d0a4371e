import { lstatSync, readdirSync, rmdirSync } from 'node:fs';
import { makeIfMissing, type OpenBase } from './open-base.js';
import { codeOf, makeRecord, readRecord, removeRecord } from './record-files.js';
import { DirectoryError } from './worker-protocol.js';

/**
 * Paths of the volumes. The claim of `a/b` is the file `paths/a/b`, in a directory `paths/a`: a second claim of the
 * same path, of one above it or of one below it fails in the file system itself, from any client at any time.
 */

/** @param owner distinguishes the volume from all others, earlier ones of its name included
 *  @throws DirectoryError path-taken */
export function claimPath(open: OpenBase, path: readonly string[], owner: string): void {
  // A parent that its last claim has left is removed; then it is made again.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      path.slice(0, -1).forEach((_, depth) => {
        makeIfMissing(`${open.registry}/${claimName(path.slice(0, depth + 1))}`);
      });
      if (makeRecord(open, claimName(path), owner)) return;
      if (readRecord(open, claimName(path)) === owner) return;
      throw taken(open, path);
    } catch (error) {
      if (codeOf(error) === 'ENOTDIR') throw taken(open, path);
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
  throw new DirectoryError({ reason: 'system', path: path.join('/'), code: 'ENOENT' });
}

/** Owner of the claim of exactly this path. */
export const ownerOfPath = (open: OpenBase, path: readonly string[]): string | undefined =>
  readRecord(open, claimName(path));

/** A path, and who has claimed it. */
interface Claim {
  readonly path: readonly string[];
  readonly owner: string;
}

/** All claims. What goes at this moment may be left out. */
export function claimsOf(open: OpenBase, above: readonly string[] = []): readonly Claim[] {
  return namesBelow(open, above).flatMap((name) => {
    const path = [...above, name];
    const owner = readRecord(open, claimName(path));
    return owner === undefined ? claimsOf(open, path) : [{ path, owner }];
  });
}

function namesBelow({ registry }: OpenBase, above: readonly string[]): readonly string[] {
  try {
    return readdirSync(`${registry}/${claimName(above)}`);
  } catch (error) {
    // The last claim in a directory takes it along; what holds them all stays.
    if (codeOf(error) === 'ENOENT' && above.length > 0) return [];
    throw error;
  }
}

/** Gives the path up, if the claim is the owner's. */
export function releasePath(open: OpenBase, path: readonly string[], owner: string): void {
  if (readRecord(open, claimName(path)) !== owner) return;
  removeRecord(open, claimName(path));
  for (let length = path.length - 1; length > 0; length -= 1) {
    try {
      rmdirSync(`${open.registry}/${claimName(path.slice(0, length))}`);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error))) throw error;
      return;
    }
  }
}

/** The claim of a path, in the registry. */
export const claimName = (path: readonly string[]): string => ['paths', ...path].join('/');

function taken(open: OpenBase, path: readonly string[]): DirectoryError {
  const claimed = path.findIndex((_, depth) => {
    const found = lstatSync(`${open.registry}/${claimName(path.slice(0, depth + 1))}`, {
      throwIfNoEntry: false,
    });
    return found?.isFile();
  });
  const by = claimed < 0 ? 'a volume below it' : `a volume at ${path.slice(0, claimed + 1).join('/')}`;
  return new DirectoryError({
    reason: 'path-taken',
    path: [...open.location.base, ...path].join('/'),
    code: by,
  });
}
