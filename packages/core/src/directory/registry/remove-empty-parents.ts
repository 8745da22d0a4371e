import { lstatSync, rmdirSync } from 'node:fs';
import { withDirectory, self, type OpenBase } from './open-base.js';
import { claimName } from './path-claims.js';
import type { DirectoryEntry } from './worker-protocol.js';

/**
 * Removes the directories of a volume's path that are empty without it, where its class requests that; never the base path.
 * A creation at this moment has claimed its path, which keeps the directories above it; one that claims it after the look
 * makes them again. Of no importance for the deletion: a directory that cannot be removed stays.
 */
export function removeEmptyParents(open: OpenBase, { path, settings }: DirectoryEntry): void {
  if (!settings.removeEmptyParents) return;
  for (let length = path.length - 1; length > 0; length -= 1) {
    if (isClaimed(open, path.slice(0, length)) || !removeIfEmpty(open, path.slice(0, length))) return;
  }
}

/** Reports if volumes have paths in the directory. */
const isClaimed = ({ registry }: OpenBase, path: readonly string[]): boolean =>
  lstatSync(`${registry}/${claimName(path)}`, { throwIfNoEntry: false }) !== undefined;

/** @returns true if it is gone */
function removeIfEmpty({ location: { root, base } }: OpenBase, path: readonly string[]): boolean {
  try {
    withDirectory(root, [...base, ...path.slice(0, -1)], false, (parent) =>
      rmdirSync(`${self(parent)}/${path.at(-1)}`),
    );
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
