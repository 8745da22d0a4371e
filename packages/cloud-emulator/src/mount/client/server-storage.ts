import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { deviceName } from './find-server.js';
import type { PublishedServer } from './published-servers.js';
import { mountInternally, UnmountError, unmountInternally } from './run-mount.js';

/**
 * Storage of the simulated servers: one tmpfs for each file system, mounted in a directory of the mount namespace.
 * A symbolic link named after the file system leads to its tmpfs. Making that link is what decides between helpers
 * that come first at the same time, so no lock is left behind by one that is killed. `native/storage.c` does the same.
 */
export class ServerStorage {
  constructor(private readonly directory: string) {}

  /** The directory that holds the root of the file system, as large as the cloud says that it is now. */
  open(server: PublishedServer): string {
    const current = this.#find(server);
    if (!current) return this.#create(server);
    if (!isAsLarge(current, server.capacityBytes)) {
      mountInternally(['-o', `remount,${sizeOptions(server)}`, current]);
    }
    return current;
  }

  /** Discards the storage of file systems that no longer exist. Mounts that clients still have stay readable. */
  discardAllBut(servers: readonly PublishedServer[]): void {
    const ids = new Set(servers.map(({ id }) => id));
    for (const entry of readdirSync(this.directory, { withFileTypes: true })) {
      if (entry.isSymbolicLink() && !ids.has(entry.name)) this.#discard(entry.name);
    }
  }

  #find(server: PublishedServer): string | undefined {
    const link = join(this.directory, server.id);
    if (!lstatSync(link, { throwIfNoEntry: false })) return undefined;
    const path = readlinkSync(link);
    if (basename(path).startsWith(beginOfName(server))) return path;
    // The file system was deleted, and a new one has its id.
    this.#discard(server.id);
    return undefined;
  }

  #create(server: PublishedServer): string {
    const path = mkdtempSync(join(this.directory, beginOfName(server)));
    mountInternally(['-t', 'tmpfs', '-o', `mode=0755,${sizeOptions(server)}`, deviceName(server), path]);
    try {
      symlinkSync(path, join(this.directory, server.id));
      return path;
    } catch (error) {
      unmountInternally(path);
      rmdirSync(path);
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return readlinkSync(join(this.directory, server.id));
    }
  }

  /** Discards one storage. Of several helpers that do so at once, the one that removes the link also unmounts. */
  #discard(id: string): void {
    const link = join(this.directory, id);
    try {
      const path = readlinkSync(link);
      unlinkSync(link);
      unmountInternally(path);
      rmdirSync(path);
    } catch (error) {
      if (!isHarmless(error)) throw error;
    }
  }
}

/** Name of a storage as far as its random part: the file system and its device, whose slash no name can contain. */
const beginOfName = (server: PublishedServer): string =>
  `${server.id}.${deviceName(server).replaceAll('/', '+')}.`;

/** Another helper was quicker, or another mount namespace (of a container) still has the storage mounted: it stays there. */
const isHarmless = (error: unknown): boolean =>
  error instanceof UnmountError || ['ENOENT', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');

function isAsLarge(path: string, bytes: bigint): boolean {
  const { blocks, bsize } = statfsSync(path, { bigint: true });
  return blocks === (bytes + bsize - 1n) / bsize;
}

/** One inode for every 64 KiB: near what a metadata target of a managed Lustre is formatted for. */
const sizeOptions = ({ capacityBytes }: PublishedServer): string =>
  `size=${capacityBytes},nr_inodes=${capacityBytes / 65536n}`;
