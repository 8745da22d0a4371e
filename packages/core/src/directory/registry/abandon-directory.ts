import { makeAbandonment, ownerOf, readEntry, removeEntry } from './directory-entries.js';
import type { OpenBase } from './open-base.js';
import { releasePath } from './path-claims.js';
import { projectOf, releaseProject } from './projects.js';
import { removeEmptyParents } from './remove-empty-parents.js';
import type { DirectoryEntry } from './worker-protocol.js';

/**
 * Gives up a volume whose directory was never there, and leaves nothing of it: its caller may never come back.
 * @returns false if another process has made the directory meanwhile: then the volume exists
 */
export function abandon(open: OpenBase, entry: DirectoryEntry): boolean {
  const isDecided = makeAbandonment(open, entry) || readEntry(open, entry.key)?.isAbandoned;
  if (!isDecided) return false;
  finishAbandoning(open, entry);
  return true;
}

/** Completes an abandonment, from any step at which an earlier process stopped; may be repeated. */
export function finishAbandoning(open: OpenBase, entry: DirectoryEntry): void {
  const projectId = entry.settings.quota === 'none' ? undefined : projectOf(open, entry);
  if (projectId !== undefined) releaseProject(open, { ...entry, projectId });
  releasePath(open, entry.path, ownerOf(entry));
  removeEmptyParents(open, entry);
  removeEntry(open, entry);
}
