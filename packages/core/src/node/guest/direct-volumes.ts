import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError, messageOf } from '../../errors/driver-error.js';
import { UNFINISHED_SUFFIX } from '../../mount/own-files.js';

/** Directory in which Kata's shim and the cloud API adaptor look for entries. */
export const DIRECT_VOLUMES_DIR = '/run/kata-containers/shared/direct-volumes';

/** Longest name of a directory entry, in bytes (NAME_MAX). */
const LONGEST_NAME = 255;
/** Longest path whose name in base64 is not longer than that, in bytes. */
const LONGEST_PATH = 189;

/** Entry for a file system that the guest mounts itself, in Kata's format `mountInfo.json`. */
export interface DirectVolume {
  readonly fsType: string;
  readonly options: readonly string[];
  /** For readers of the file; Kata's shim ignores these keys with a warning. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Kata's direct-assigned volumes of this node: one directory for each path of the node, with the path in its name. Kata's shim
 * neither shares nor copies the directory of such a path: the guest gets the path as it is, and has to find a mount there.
 */
export class DirectVolumes {
  constructor(private readonly root: string = DIRECT_VOLUMES_DIR) {}

  /** Writes the entry of a path; an existing one is replaced, and the files of Kata beside it stay.
   *  @throws DriverError invalid-argument for a path that is too long; unavailable if the entry cannot be written */
  async write(path: string, { fsType, options, metadata }: DirectVolume): Promise<void> {
    const directory = this.#directoryOf(path);
    // Without a device, the cloud API adaptor attaches no disk, and Kata's shim sends the agent no storage.
    const entry = { 'volume-type': 'lustre', device: '', fstype: fsType, metadata, options };
    const file = join(directory, 'mountInfo.json');
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(`${file}${UNFINISHED_SUFFIX}`, JSON.stringify(entry), { mode: 0o600 });
      await rename(`${file}${UNFINISHED_SUFFIX}`, file);
    } catch (error) {
      throw this.#failed(path, 'written', error);
    }
  }

  /** Removes the entry of a path with the files of Kata in it; a missing one is fine. @throws DriverError unavailable */
  async remove(path: string): Promise<void> {
    try {
      await rm(this.#directoryOf(path), { recursive: true, force: true });
    } catch (error) {
      throw this.#failed(path, 'removed', error);
    }
  }

  /** The padding of base64 is a part of the name: Go's URLEncoding and Rust's URL_SAFE, with which Kata reads it, have it. */
  #directoryOf(path: string): string {
    const name = Buffer.from(path).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    if (name.length <= LONGEST_NAME) return join(this.root, name);
    throw new DriverError(
      'invalid-argument',
      `target_path: ${JSON.stringify(path)} is ${Buffer.byteLength(path)} bytes long, and Kata can name paths of ${LONGEST_PATH} bytes ` +
        'at most: use a shorter name for the PersistentVolume, or a shorter directory of kubelet (--root-dir)',
    );
  }

  #failed(path: string, what: string, cause: unknown): DriverError {
    return new DriverError(
      'unavailable',
      `Kata's entry of ${path} cannot be ${what} in ${this.root}: ${messageOf(cause)}; the directory must be one of the node, ` +
        'and writable for the node plugin',
      { cause },
    );
  }
}
