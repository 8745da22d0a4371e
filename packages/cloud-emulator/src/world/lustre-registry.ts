import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeHostsFile } from './hosts-file.js';

/** Lustre file system that clients can mount, with the facts that an MGS reports to them. */
export interface LustreServer {
  /** Unique in the registry; also the name of its file. `[A-Za-z0-9_.-]` only. */
  readonly id: string;
  /** IPv4 addresses of the MGS, which answer on the `tcp` LNet network. */
  readonly mgsAddresses: readonly string[];
  /** DNS names that resolve to the first address. */
  readonly dnsNames: readonly string[];
  /** The Lustre fsname, at most 8 characters. */
  readonly fsname: string;
  readonly capacityBytes: bigint;
  /** Lustre server version, such as `2.15.5`. */
  readonly version: string;
  /** Duration of a client's mount in seconds, unscaled. Default 0. */
  readonly mountSeconds?: number;
}

/** Registry in which the emulated clouds publish their file systems to the simulated mount.lustre. */
export interface LustreRegistry {
  publish(server: LustreServer): void;
  withdraw(id: string): void;
}

/** One JSON file for each file system, in a directory that `mount.lustre` reads at each mount; and their names in a hosts file. */
export class LustreRegistryDirectory implements LustreRegistry {
  constructor(private readonly directory: string) {
    mkdirSync(directory, { recursive: true });
  }

  publish(server: LustreServer): void {
    const path = this.#path(server.id);
    const text = JSON.stringify({ ...server, capacityBytes: server.capacityBytes.toString() });
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    writeHostsFile(this.directory);
  }

  withdraw(id: string): void {
    rmSync(this.#path(id), { force: true });
    writeHostsFile(this.directory);
  }

  #path(id: string): string {
    return join(this.directory, `${id}.json`);
  }
}

/** Registry of an emulator whose file systems cannot be mounted. */
export const noLustreRegistry: LustreRegistry = { publish: () => {}, withdraw: () => {} };
