import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError, messageOf } from '../errors/driver-error.js';
import type { Log } from '../provider/provider-plugin.js';
import type { AccessMode } from '../volume/volume-capability.js';

/** That a volume is, or is about to be, published at a target. */
export interface Publication {
  readonly volumeId: string;
  /** The request's target_path, without detours. */
  readonly targetPath: string;
  /** The target as the mount table shows it. */
  readonly mountPoint: string;
  /** As mount(8) was given it. */
  readonly source: string;
  readonly accessMode: AccessMode;
  /** Whether nothing may be written through it, for whichever of the reasons. */
  readonly readonly: boolean;
  readonly mountFlags: readonly string[];
  /** The source that the kernel showed once it was mounted; absent until then. */
  readonly observedSource?: string;
}

/**
 * The publications of this node, one file each in `STATE_DIR/publications`, written before the mount and removed
 * after the unmount. They tell what the mount table cannot: which volume it is, and in which access mode. The
 * driver is the only writer; it reads them once.
 */
export class Publications {
  readonly #directory: string;
  readonly #byTarget = new Map<string, Publication>();

  constructor(
    stateDir: string,
    private readonly log: Log,
  ) {
    this.#directory = join(stateDir, 'publications');
  }

  /** Reads what an earlier run of the driver has left. @throws what the file system says */
  async load(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#directory)) {
      const path = join(this.#directory, name);
      if (name.endsWith('.tmp')) await rm(path, { force: true });
      if (!name.endsWith('.json')) continue;
      const publication = parsePublication(await readFile(path, 'utf8'));
      if (publication) this.#byTarget.set(publication.targetPath, publication);
      else this.log.warn({ path }, 'a state file makes no sense and is ignored');
    }
  }

  all(): readonly Publication[] {
    return [...this.#byTarget.values()];
  }

  get(targetPath: string): Publication | undefined {
    return this.#byTarget.get(targetPath);
  }

  /** Known to this process at once, and durable when the promise resolves. @throws DriverError unavailable */
  async save(publication: Publication): Promise<void> {
    const { targetPath } = publication;
    const before = this.#byTarget.get(targetPath);
    this.#byTarget.set(targetPath, publication);
    try {
      await this.#write(this.#pathOf(targetPath), JSON.stringify(publication));
    } catch (error) {
      if (before) this.#byTarget.set(targetPath, before);
      else this.#byTarget.delete(targetPath);
      throw new DriverError(
        'unavailable',
        `the state file of ${targetPath} cannot be written: ${messageOf(error)}; ${this.#directory} must be ` +
          `writable for the node plugin and its disk must have space`,
        { cause: error },
      );
    }
  }

  async remove(targetPath: string): Promise<void> {
    await rm(this.#pathOf(targetPath), { force: true });
    this.#byTarget.delete(targetPath);
  }

  #pathOf(targetPath: string): string {
    return join(this.#directory, `${createHash('sha256').update(targetPath).digest('hex')}.json`);
  }

  /** A reader sees the old text or the new one, also after a power failure. */
  async #write(path: string, text: string): Promise<void> {
    const file = await open(`${path}.tmp`, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

const textFields = ['volumeId', 'targetPath', 'mountPoint', 'source', 'accessMode'] as const;

/** Reads a state file; undefined if it is none. */
export function parsePublication(text: string): Publication | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Partial<Publication>;
  const isComplete =
    textFields.every((name) => typeof fields[name] === 'string') &&
    typeof fields.readonly === 'boolean' &&
    Array.isArray(fields.mountFlags) &&
    fields.mountFlags.every((flag) => typeof flag === 'string');
  return isComplete ? (fields as Publication) : undefined;
}
