import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { attributesOf, type LfsPath } from './lfs-storage.js';

/** Usage of a project. */
export interface ProjectUse {
  readonly kib: bigint;
  readonly inodes: bigint;
}

/**
 * Counts the files of a project, as `du` would: a directory that was assigned to the project, with its content,
 * except for parts that were assigned to another. A tmpfs has no project quota that could count them.
 */
export function countProject({ root, store }: Pick<LfsPath, 'root' | 'store'>, project: number): ProjectUse {
  let kib = 0n;
  let inodes = 0n;
  const countFile = (path: string): void => {
    const file = unlessGone(() => lstatSync(path, { bigint: true }));
    if (!file) return;
    kib += file.blocks / 2n;
    inodes += 1n;
  };
  const walk = (path: string, inherited: number): void => {
    const found = unlessGone(() => lstatSync(path, { bigint: true }));
    const own = unlessGone(() => attributesOf({ store }, path));
    if (!found || !own) return;
    const belongsTo = own.project ?? inherited;
    if (belongsTo === project) {
      kib += found.blocks / 2n;
      inodes += 1n;
    }
    if (!found.isDirectory()) return;
    const below = own.inherit === false ? 0 : belongsTo;
    for (const entry of entriesOf(path)) {
      if (entry.isDirectory()) walk(join(path, entry.name), below);
      else if (below === project) countFile(join(path, entry.name));
    }
  };
  walk(root, 0);
  return { kib, inodes };
}

const entriesOf = (directory: string): readonly Dirent[] =>
  unlessGone(() => readdirSync(directory, { withFileTypes: true })) ?? [];

/** Reads a file that another process may remove meanwhile: a removed file counts as empty. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
