import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Fields of the mount table that a client shows. */
export interface ClientMount {
  /** Source of the storage's mount. */
  readonly device: string;
  /** Directory of the storage that is the client's root. */
  readonly root: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

/**
 * Records of the mounted clients. A client is the peer group of its mount (mount_namespaces(7)): all bind mounts that are
 * made of it join the group, and no other client is in it.
 */
export class ClientMounts {
  readonly #directory: string;

  /** @param clients directory of `clientDirectory` */
  constructor(clients: string) {
    this.#directory = join(clients, 'mounts');
  }

  write(group: string, mount: ClientMount): void {
    mkdirSync(this.#directory, { recursive: true });
    const path = join(this.#directory, group);
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(mount));
    renameSync(`${path}.${process.pid}`, path);
  }

  /** Record of a group; undefined where it is no client. */
  read(group: string): ClientMount | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#directory, group), 'utf8')) as ClientMount;
    } catch {
      return undefined; // Mounted by another namespace, or no client at all.
    }
  }
}
