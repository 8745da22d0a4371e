import { chmodSync, chownSync, closeSync, fstatSync, readdirSync, type Stats } from 'node:fs';
import type { RootSettings } from '../model/publish-settings.js';
import { attempt, openRoot } from './open-sub-directory.js';

/** Mode of a file system's root as its servers make it. */
const FRESH_MODE = 0o755;
const PERMISSIONS = 0o7777;
/** Entries of a root that no user has made. */
const notOfUsers = ['.lustre', 'lost+found'];

/**
 * Gives the root of a file system the owner and permissions that its volume requests, so that pods without root can write.
 * Only a fresh root is changed: empty, and root's with the mode of its creation. One that is in use, or was changed before, stays.
 * Blocks as long as the file system does: only for a process of its own.
 * @throws SubDirectoryError
 */
export function settleFreshRoot(root: string, settings: RootSettings): void {
  const descriptor = openRoot(root);
  try {
    attempt('', () => {
      const found = fstatSync(descriptor);
      if (isFresh(descriptor, found, settings)) settle(descriptor, found, settings);
    });
  } finally {
    closeSync(descriptor);
  }
}

function isFresh(descriptor: number, { uid, gid, mode }: Stats, wanted: RootSettings): boolean {
  const isAsMade = [FRESH_MODE, wanted.mode].includes(mode & PERMISSIONS);
  if (uid !== 0 || gid !== 0 || !isAsMade) return false;
  return readdirSync(pathOf(descriptor)).every((name) => notOfUsers.includes(name));
}

function settle(descriptor: number, found: Stats, { mode, uid, gid }: RootSettings): void {
  const self = pathOf(descriptor);
  if (mode !== undefined) chmodSync(self, mode);
  if (uid === undefined && gid === undefined) return;
  // The owner comes after the mode: a killed process leaves a root that is still fresh for the next one.
  chownSync(self, uid ?? found.uid, gid ?? found.gid);
  if (mode !== undefined) chmodSync(self, mode); // chown(2) may clear set-id bits.
}

const pathOf = (descriptor: number): string => `/proc/self/fd/${descriptor}`;
