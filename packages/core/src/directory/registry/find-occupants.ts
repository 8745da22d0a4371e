import { lstatSync } from 'node:fs';
import { inodeAt } from './create-directory.js';
import { entryKeys, nameOf, readEntry } from './directory-entries.js';
import { registryName, type OpenBase } from './open-base.js';
import { claimsOf, claimName } from './path-claims.js';
import { DirectoryError, type DirectoryEntry, type Occupants } from './worker-protocol.js';

/** Of each kind. */
const ENOUGH = 3;

export const noRegistry: Occupants = {
  hasRegistry: false,
  volumes: [],
  more: 0,
  unfinished: [],
  damaged: [],
};

/**
 * Looks for every sign of data below the base path. Nothing that cannot be read is passed over: a damaged entry is one
 * of a volume until the opposite is known.
 */
export function findOccupants(open: OpenBase): Occupants {
  const volumes: string[] = [];
  const unfinished: string[] = [];
  const damaged: string[] = [];
  const keys = entryKeys(open, '', Infinity);
  let seen = 0;
  for (const key of keys) {
    if (volumes.length === ENOUGH) break;
    seen += 1;
    const found = entryOrDamage(open, key);
    if (found === undefined) continue;
    if (typeof found === 'string') damaged.push(found);
    else if (found.inode !== undefined) volumes.push(found.path.join('/'));
    else if (!found.isAbandoned) unfinished.push(found.path.join('/'));
  }
  const isEmpty = volumes.length + unfinished.length + damaged.length === 0;
  return {
    hasRegistry: true,
    volumes,
    more: keys.length - seen,
    unfinished: unfinished.slice(0, ENOUGH),
    damaged: (isEmpty ? claimsWithoutEntry(open) : damaged).slice(0, ENOUGH),
  };
}

/** Undefined: it was removed at this moment. A text: the file that is damaged. */
function entryOrDamage(open: OpenBase, key: string): DirectoryEntry | string | undefined {
  try {
    const entry = readEntry(open, key);
    if (entry) return entry;
    // Only a file is an entry.
    const isThere = lstatSync(`${open.registry}/${nameOf(key)}`, { throwIfNoEntry: false });
    return isThere && !isThere.isFile() ? inRegistry(open, nameOf(key)) : undefined;
  } catch (error) {
    if (!(error instanceof DirectoryError) || error.failure.reason !== 'damaged-registry') throw error;
    return error.failure.path;
  }
}

/** Volumes whose entries are lost: a path is claimed, and a directory is there. */
function claimsWithoutEntry(open: OpenBase): readonly string[] {
  return claimsOf(open)
    .filter(({ path, owner }) => {
      const [key = '', incarnation = ''] = owner.split('.');
      const isLost = readEntry(open, key)?.incarnation !== incarnation;
      return isLost && inodeAt(`${open.base}/${path.join('/')}`) !== undefined;
    })
    .map(({ path }) => inRegistry(open, claimName(path)));
}

const inRegistry = ({ location }: OpenBase, name: string): string =>
  [...location.base, registryName, name].join('/');
