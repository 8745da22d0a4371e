import { isDriverError } from '../errors/driver-error.js';
import { parseMountSource } from '../model/mount-source.js';
import { lustreSourceOf } from '../mount/mount-identity.js';
import type { MountEntry } from '../mount/table/mount-table.js';
import type { Publication } from '../mount/publications.js';
import { UnresponsiveError } from './statfs-helper.js';
import { StatfsError } from './statfs-process.js';
import { checkServers, describeStuckChild } from '../process/stuck-child.js';

/** Meaning of an errno(3) of a mounted Lustre client, with the next step. */
const meanings: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    ESHUTDOWN:
      'the servers have evicted this client; it reconnects automatically, but files that were open must be opened again: ' +
      'restart the pods that report errors',
    EIO: `the client cannot reach a server, or was evicted from it. ${checkServers}`,
    ENOTCONN: `the client has lost its connection. ${checkServers}`,
    EHOSTDOWN: `a server is down. ${checkServers}`,
    ETIMEDOUT: `a server did not answer. ${checkServers}`,
    ENODEV: `the client has lost the file system: it was deactivated, or forcibly unmounted. Restart the pods that use it`,
    ESTALE: 'the directory no longer exists on the servers: restart the pods that use it, or restore it',
    ENOENT:
      'the sub-directory was deleted on the file system, or moved by another client: running pods keep one that was moved, ' +
      'and new pods need it at its place. Restore it, move it back, or delete the pods that use it',
    ENOTDIR: 'the sub-directory was replaced by a file on the file system: restore it',
    ELOOP: 'the sub-directory was replaced by a symbolic link on the file system: restore it',
    EACCES: "the file system's nodemap or root squash refuses the node: check both",
  }),
);

/** Reason why a volume could not be measured, with the next step; undefined if the volume is not the cause. */
export function abnormalCause(error: unknown, source: string, now: number): string | undefined {
  if (error instanceof UnresponsiveError) return describeOutage(error, source, now);
  if (error instanceof StatfsError) {
    const meaning = meanings.get(error.code) ?? checkServers;
    return `${source} cannot be measured (${error.code}): ${meaning}`;
  }
  return isDriverError(error) ? error.message : undefined;
}

function describeOutage({ since, child }: UnresponsiveError, source: string, now: number): string {
  if (!child) return `${source} has not answered for ${formatAge(since, now)}. ${checkServers}`;
  return `${source} does not answer: ${describeStuckChild(child, now)}, waits for it; it is measured again after that process ends. ${checkServers}`;
}

/** Finding about a sub-directory that is no longer at its place, as far as the mount table of this node shows it; what another
 *  client moves or deletes, it does not show. */
export function movedDirectory({ source }: Publication, mounted: MountEntry): string | undefined {
  const { subdir } = parseMountSource(source);
  if (mounted.deleted)
    return `the sub-directory ${subdir} was deleted: restore it, or delete the pods that use it`;
  const shown = lustreSourceOf(mounted)?.subdir;
  if (shown === undefined || shown === subdir) return undefined;
  return (
    `the sub-directory ${subdir} was moved to ${shown} on the file system: running pods keep using it there, and new pods need it ` +
    `at its place. Move it back, or delete the pods that use it`
  );
}

/** Formats a duration for a message: `45 s`, `3 min`, `2 h`. */
export function formatAge(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
