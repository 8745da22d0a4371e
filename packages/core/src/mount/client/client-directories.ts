import { mkdir, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { clientMountKey, isClientMountKey, type WantedClient } from './client-mount-key.js';

/** Directories for one client. More than one is used where the kernel holds the others. */
const MAX_DIRECTORIES = 4;

/** Entries of the private directory that have the name of a client. */
export interface FoundInRoot {
  readonly directories: readonly string[];
  /** Entries that are no directories. */
  readonly others: readonly string[];
}

/** Directories of the clients that pods share, in a private directory of the driver. */
export class ClientDirectories {
  constructor(private root: string) {}

  /** Creates the private directory. @returns what is in it under the name of a client
   *  @throws the error of the file system */
  async prepare(): Promise<FoundInRoot> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    this.root = await realpath(this.root); // The kernel shows real paths.
    const entries = await readdir(this.root, { withFileTypes: true });
    const named = entries.filter(({ name }) => isClientMountKey(name));
    const paths = (isDirectory: boolean): readonly string[] =>
      named.filter((entry) => entry.isDirectory() === isDirectory).map(({ name }) => join(this.root, name));
    return { directories: paths(true), others: paths(false) };
  }

  /** Directories of a client, the usual one first. */
  of(wanted: WantedClient): readonly [string, ...string[]] {
    const path = (number: number): string => join(this.root, clientMountKey(wanted, number));
    return [path(0), ...Array.from({ length: MAX_DIRECTORIES - 1 }, (_, index) => path(index + 1))];
  }
}
