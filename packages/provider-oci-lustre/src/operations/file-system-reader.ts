import { DriverError, type FileSystem, type VolumeReference } from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import type { OciAnswer, OciApi } from '../api/oci-api.js';
import { MalformedAnswer, isHidden } from '../api/oci-error.js';
import { ociOperations } from '../api/oci-operations.js';
import type { OciSite } from '../api/oci-site.js';
import { isGone, readFileSystem, toFileSystem, type OciFileSystem } from '../plan/to-file-system.js';
import type { WorkRequests } from './work-requests.js';

/** File system with the JSON from which it was read. */
export interface ReadFileSystem {
  readonly fileSystem: FileSystem;
  readonly shown: OciFileSystem;
  /** Version for `if-match`; absent where OCI sent none. */
  readonly etag?: string;
}

export interface FileSystemReaderParts {
  readonly api: Pick<OciApi, 'call' | 'all'>;
  readonly works: Pick<WorkRequests, 'failureOf'>;
  readonly site: Pick<OciSite, 'compartmentId'>;
  /** Compartments of the settings. */
  readonly compartmentIds: readonly string[];
  readonly clusterId: string;
}

const PAGE_SIZE = '100';

/** Reads file systems. A scope is the OCID of a compartment; an empty one stands for that of StorageClasses without one. */
export class FileSystemReader {
  /** Compartments of the settings, of the StorageClasses and of the file systems that this process has seen. */
  readonly #known: Set<string>;

  constructor(private readonly parts: FileSystemReaderParts) {
    this.#known = new Set(parts.compartmentIds);
  }

  /** Compartments in which the driver may have file systems, as far as it knows. */
  get compartmentIds(): readonly string[] {
    return [...this.#known];
  }

  /** Compartment of a scope. @throws DriverError unavailable where the metadata of the instance has to name it and does not */
  async compartmentOf(scope: string): Promise<string> {
    if (scope !== '') return scope;
    const doing = 'cannot find the compartment of the driver';
    const compartmentId = await this.parts.site.compartmentId().catch((error: unknown) => {
      throw toDriverError(error, doing, 'lookup');
    });
    this.#known.add(compartmentId);
    return compartmentId;
  }

  /** Lists every file system of a compartment. */
  async list(scope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const compartmentId = await this.compartmentOf(scope);
    const shown = await this.#listed(compartmentId, {}, signal);
    this.#known.add(compartmentId);
    const living = shown.filter((each) => !isGone(each));
    return Promise.all(living.map((each) => this.#explained(each, signal)));
  }

  /**
   * Looks up a file system; undefined where OCI reports that it does not exist. A 404 also stands for a missing right: it
   * counts only if the driver may list the compartments that it knows, and none of them has the file system.
   */
  async find(
    { id, listingScope }: VolumeReference,
    signal: AbortSignal,
  ): Promise<ReadFileSystem | undefined> {
    const doing = `cannot look up file system ${id}`;
    const answer = await this.#get(id, signal).catch(async (error: unknown) => {
      if (!isHidden(error)) throw toDriverError(error, doing, 'lookup', signal);
      await this.#throwIfListed(id, listingScope, signal);
      return undefined;
    });
    if (!answer) return undefined;
    const shown = readFileSystem(answer.body);
    if (shown?.id !== id)
      throw toDriverError(new MalformedAnswer(`the answer does not describe it`), doing, 'lookup', signal);
    this.#known.add(shown.compartmentId);
    if (isGone(shown)) return undefined;
    const etag = answer.header('etag');
    const fileSystem = await this.#explained(shown, signal);
    return { fileSystem, shown, ...(etag === undefined ? {} : { etag }) };
  }

  /** Reads the JSON of a file system. @throws MalformedAnswer */
  read(resource: unknown): FileSystem {
    const shown = readFileSystem(resource);
    if (!shown) throw new MalformedAnswer('the answer does not describe a file system');
    this.#known.add(shown.compartmentId);
    return toFileSystem(shown, this.parts.clusterId);
  }

  #get(id: string, signal: AbortSignal): Promise<OciAnswer> {
    return this.parts.api.call(ociOperations.getFileSystem, { id }, signal);
  }

  /** @throws DriverError unavailable where a compartment has the file system, or cannot be listed */
  async #throwIfListed(id: string, scope: string, signal: AbortSignal): Promise<void> {
    const compartmentIds = new Set([await this.compartmentOf(scope), ...this.#known]);
    for (const compartmentId of compartmentIds) {
      const found = await this.#listed(compartmentId, { id }, signal);
      if (!found.some((each) => each.id === id && !isGone(each))) continue;
      throw new DriverError(
        'unavailable',
        `OCI lists file system ${id} in compartment ${compartmentId} and does not show it: the right to read it is missing. ` +
          'Allow it with the policy of deploy/oci-lustre/policy.txt; the call is retried automatically',
      );
    }
  }

  async #listed(
    compartmentId: string,
    filter: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly OciFileSystem[]> {
    const query = { compartmentId, limit: PAGE_SIZE, ...filter };
    const doing = `cannot list the file systems of compartment ${compartmentId}`;
    try {
      const items = await this.parts.api.all(ociOperations.listFileSystems, { query }, signal);
      return items.map((item) => {
        const shown = readFileSystem(item);
        if (shown) return shown;
        throw new MalformedAnswer('an item of the listing does not describe a file system');
      });
    } catch (error) {
      throw toDriverError(error, doing, 'lookup', signal);
    }
  }

  /**
   * Adds the reason of a failed creation where the cloud has it. A file system that has an address may have been in use before
   * it failed: only a failed work request proves that it never was.
   */
  async #explained(shown: OciFileSystem, signal: AbortSignal): Promise<FileSystem> {
    const fileSystem = toFileSystem(shown, this.parts.clusterId);
    if (fileSystem.cloudState !== 'FAILED') return fileSystem;
    const reason = await this.parts.works
      .failureOf(fileSystem, 'CREATE_LUSTRE_FILE_SYSTEM', signal)
      .catch((): undefined => undefined);
    if (reason === undefined) return fileSystem;
    const stateDetail = [fileSystem.stateDetail, reason].filter((words) => words !== undefined).join('; ');
    return { ...fileSystem, state: 'failed', stateDetail };
  }
}
