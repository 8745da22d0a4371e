import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Kinds of faults of simulated Lustre servers:
 * - `mgs-unreachable`: the host of the MGS is gone, or packets to it are dropped.
 * - `mgs-refused`: the host is up, and its port is closed.
 * - `mgs-stopped`: the host and its LNet are up, and the MGS is stopped.
 * - `mgs-frozen`: the host does not answer, and its connections stay open.
 * - `ost-dead`: one object storage target is gone.
 */
export const serverFaultKinds = [
  'mgs-unreachable',
  'mgs-refused',
  'mgs-stopped',
  'mgs-frozen',
  'ost-dead',
] as const;

export type ServerFaultKind = (typeof serverFaultKinds)[number];

/** Fault of a server, until it is cleared. */
export interface ServerFault {
  readonly kind: ServerFaultKind;
  /** Id of a file system in the registry, or an address of its MGS. */
  readonly fileSystem: string;
  /** Index of the target, for `ost-dead`. Default 0. */
  readonly ost?: number;
}

/** Armed faults of the servers of one registry: one file for each, which every simulated client reads. */
export class ServerFaults {
  readonly #directory: string;

  constructor(registry: string) {
    this.#directory = join(registry, 'faults');
  }

  add(fault: ServerFault): void {
    mkdirSync(this.#directory, { recursive: true });
    const path = join(this.#directory, fileOf(fault));
    writeFileSync(`${path}.new`, JSON.stringify(fault));
    renameSync(`${path}.new`, path);
  }

  /** Clears the faults of one file system, or all. */
  clear(fileSystem?: string): void {
    for (const fault of this.list()) {
      if (fileSystem === undefined || fault.fileSystem === fileSystem)
        rmSync(join(this.#directory, fileOf(fault)), { force: true });
    }
  }

  list(): readonly ServerFault[] {
    return filesIn(this.#directory).flatMap((name) => {
      const text = readIfThere(join(this.#directory, name));
      return text === undefined ? [] : [JSON.parse(text) as ServerFault];
    });
  }
}

const fileOf = ({ kind, fileSystem, ost = 0 }: ServerFault): string =>
  `${kind}.${ost}.${encodeURIComponent(fileSystem)}.json`;

const filesIn = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** Reads a file that another process may clear meanwhile. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
