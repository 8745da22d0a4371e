import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attributesOf, type LfsPath } from './lfs-storage.js';

/** What a project holds. */
export interface ProjectUse {
  readonly kib: bigint;
  readonly inodes: bigint;
}

/**
 * Counts what belongs to a project, as `du` would: a directory that was given to the project, and what is below it,
 * unless that was given to another. A tmpfs has no project quota that could count by itself.
 */
export function countProject({ root, store }: Pick<LfsPath, 'root' | 'store'>, project: number): ProjectUse {
  let kib = 0n;
  let inodes = 0n;
  const walk = (path: string, inherited: number): void => {
    const found = lstatSync(path, { bigint: true });
    const own = attributesOf({ store }, path);
    const belongsTo = own.project ?? inherited;
    if (belongsTo === project) {
      kib += found.blocks / 2n;
      inodes += 1n;
    }
    if (!found.isDirectory()) return;
    const below = own.inherit === false ? 0 : belongsTo;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(path, entry.name), below);
      else if (below === project) {
        kib += lstatSync(join(path, entry.name), { bigint: true }).blocks / 2n;
        inodes += 1n;
      }
    }
  };
  walk(root, 0);
  return { kib, inodes };
}
