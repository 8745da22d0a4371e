import { subDirectoryParts } from '../../mount/sub-directory.js';
import type { DirectoryEntry, CommitRecord } from './worker-protocol.js';

/** Reads an entry as it stands in the registry. Undefined: it is none, or its path leads out of the base path. */
export function parseEntry(text: string): DirectoryEntry | undefined {
  const entry = parsedJson(text) as Partial<DirectoryEntry> | undefined;
  return isEntry(entry) ? entry : undefined;
}

/** Reports if it is the commit record of an entry of this owner. */
export function isCommitOf(owner: string, commit: unknown): commit is CommitRecord {
  const { inode, building, projectId, isAbandoned } = (commit ?? {}) as Record<keyof CommitRecord, unknown>;
  if (isAbandoned === true) return inode === undefined && building === undefined;
  const isBuilt = typeof building === 'string' && building.startsWith(`${owner}.`) && !building.includes('/');
  const hasProject = projectId === undefined || Number.isSafeInteger(projectId);
  return isBuilt && isNumber(inode) && hasProject;
}

/** Undefined: it is not JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEntry(entry: Partial<DirectoryEntry> | undefined): entry is DirectoryEntry {
  if (entry?.version !== 1 || typeof entry.name !== 'string') return false;
  const isNamed = isHex(entry.key, 32) && isHex(entry.incarnation, 16);
  const hasSettings = typeof entry.settings === 'object' && isNumber(entry.capacityBytes);
  return isNamed && hasSettings && isPath(entry.path);
}

function isPath(path: unknown): path is readonly string[] {
  if (!Array.isArray(path) || path.length === 0 || path.some((name) => typeof name !== 'string'))
    return false;
  try {
    // Names alone: what holds a slash would be more parts.
    return subDirectoryParts(path.join('/')).length === path.length;
  } catch {
    return false;
  }
}

const isNumber = (value: unknown): value is string => typeof value === 'string' && /^\d+$/.test(value);
const isHex = (value: unknown, length: number): boolean =>
  typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value);
