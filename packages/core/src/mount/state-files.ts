import type { Log } from '../model/log.js';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DriverError, messageOf } from '../errors/driver-error.js';
import { readRecordFile } from './record-file.js';
import { replaceFileInProcess, type ReplaceFile } from './replace-file.js';

/** Key and format of a kind of record. */
export interface RecordKind<T> {
  readonly keyOf: (record: T) => string;
  /** Parses a file's text; undefined if it is no such record. */
  readonly parse: (text: string) => T | undefined;
  /** Reason why a record is not one of this driver; undefined: it is. */
  readonly refusalReason?: (record: T) => Promise<string | undefined>;
}

/** Name of a file that was not renamed before its writer was killed. */
const UNFINISHED = /^[0-9a-f]{64}\.json\.tmp$/;
/** Name of a record. It is empty if the machine lost its power before the file system had written its text. */
const RECORD = /^[0-9a-f]{64}\.json$/;

/**
 * Records of the node, one file each in one directory, written before the step that they announce and removed after
 * the step that reverses it. The driver is the only writer; it reads them once.
 */
export class StateFiles<T> {
  readonly #byKey = new Map<string, T>();

  constructor(
    private readonly directory: string,
    private readonly kind: RecordKind<T>,
    private readonly log: Log,
    private readonly replaceFile: ReplaceFile = replaceFileInProcess,
  ) {}

  /** Reads the records of an earlier run. An unreadable, invalid or foreign file is named and ignored: the driver loses one
   *  record, not the node.
   *  @throws the error of the directory, and the lack of descriptors or memory, which affects every file */
  async load(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name);
      try {
        await this.#loadFile(path);
      } catch (error) {
        if (isOfProcess(error)) throw error;
        this.log.warn(
          { path, err: error },
          `the state file ${path} cannot be read and is ignored: ${messageOf(error)}`,
        );
      }
    }
  }

  async #loadFile(path: string): Promise<void> {
    if (UNFINISHED.test(basename(path))) return rm(path, { force: true });
    if (!path.endsWith('.json')) return;
    const text = await readRecordFile(path);
    if (text === '' && RECORD.test(basename(path))) return rm(path);
    const record = this.kind.parse(text);
    const why = record ? await this.#refusalReason(record, path) : 'is invalid';
    if (why === undefined && record) this.#byKey.set(this.kind.keyOf(record), record);
    else this.log.warn({ path }, `the state file ${path} ${why} and is ignored`);
  }

  /** A copy, or a record of another origin, may name any path: the driver would unmount there. */
  async #refusalReason(record: T, path: string): Promise<string | undefined> {
    if (this.#pathOf(this.kind.keyOf(record)) !== path) return 'does not have the name of its record';
    return this.kind.refusalReason?.(record);
  }

  all(): readonly T[] {
    return [...this.#byKey.values()];
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  /** Writes a record: known to this process at once, and to its successor when the promise resolves. @throws DriverError unavailable */
  async save(record: T): Promise<void> {
    const key = this.kind.keyOf(record);
    const before = this.#byKey.get(key);
    this.#byKey.set(key, record);
    try {
      await this.replaceFile(this.#pathOf(key), JSON.stringify(record));
    } catch (error) {
      if (before) this.#byKey.set(key, before);
      else this.#byKey.delete(key);
      throw new DriverError(
        'unavailable',
        `the state file of ${key} cannot be written: ${messageOf(error)}; ${this.directory} must be writable for ` +
          `the node plugin and its disk must have space`,
        { cause: error },
      );
    }
    this.log.debug({ key }, 'state file written');
  }

  /** Removes a record; a missing one is fine. @throws DriverError unavailable */
  async remove(key: string): Promise<void> {
    try {
      await unlink(this.#pathOf(key)).catch(unlessMissing);
    } catch (error) {
      throw new DriverError(
        'unavailable',
        `the state file of ${key} cannot be removed: ${messageOf(error)}; ${this.directory} must be writable for the ` +
          `node plugin, and hold nothing but its files`,
        { cause: error },
      );
    }
    this.#byKey.delete(key);
    this.log.debug({ key }, 'state file removed');
  }

  #pathOf(key: string): string {
    return join(this.directory, `${createHash('sha256').update(key).digest('hex')}.json`);
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Returns true if the process lacks descriptors or memory: all files would be ignored, although they can be read later. */
const isOfProcess = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE', 'ENOMEM'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Parses a JSON object; undefined if the text is none. */
export function parseFields(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns true if a value is a list of strings. */
export const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
