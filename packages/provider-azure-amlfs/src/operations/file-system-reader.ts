import {
  DriverError,
  GatheredLookups,
  isDriverError,
  systemClock,
  type FileSystem,
  type Log,
  type VolumeReference,
} from '@lustre-csi/core';
import { malformed } from '../api/answer-shape.js';
import { allPages } from '../api/arm-pages.js';
import type { ArmAnswer } from '../api/arm-operation.js';
import { armOperations, type Page } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import { isAbsent, toDriverError } from '../api/errors.js';
import { mgsAddressOf } from '../node/volume-context.js';
import { explainFailedCreation } from './failed-creation.js';
import type { FailedOperations } from '../api/failed-operations.js';
import { resourceGroupOf, toFileSystem } from '../plan/to-file-system.js';

/** File system with the JSON from which it was read. */
export interface ReadFileSystem {
  readonly fileSystem: FileSystem;
  readonly resource: unknown;
}

/** Reference of a handle. */
export interface AmlReference extends VolumeReference {
  /** MGS address in the handle: evidence of the file system, besides its name. */
  readonly mgsAddress?: string;
}

/** Reads file systems. A scope is a resource group, its name in lower case. */
export class FileSystemReader {
  readonly #seen = new Set<string>();
  /** Lookups of many calls in a resource group, in few requests. */
  readonly #lookups = new Map<string, GatheredLookups<unknown>>();

  constructor(
    private readonly arm: Pick<Arm, 'call'>,
    private readonly failed: FailedOperations,
    private readonly options: { readonly clusterId: string; readonly log: Log },
  ) {}

  /** Resource groups of successful lookups, which plans and handles have named. */
  get seen(): ReadonlySet<string> {
    return this.#seen;
  }

  /** Lists every file system of a resource group. */
  async list(scope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const all = await this.#everyIn(scope, signal);
    this.#seen.add(scope);
    return this.#readAll(all, () => scope, signal);
  }

  /** Lists the JSON of every file system of a resource group. */
  #everyIn(scope: string, signal: AbortSignal): Promise<readonly unknown[]> {
    const send = (page: Page): Promise<ArmAnswer> =>
      this.arm.call(armOperations.listFileSystems, { resourceGroup: scope, ...page }, signal);
    return this.#every(`resource group ${scope}`, () => scope, signal, send);
  }

  /** Lists every file system of the subscription, each with its own scope. */
  async listAll(signal: AbortSignal): Promise<readonly FileSystem[]> {
    const all = await this.#every('the subscription', resourceGroupOf, signal, (page) =>
      this.arm.call(armOperations.listAllFileSystems, page, signal),
    );
    return this.#readAll(all, resourceGroupOf, signal);
  }

  async #every(
    where: string,
    scopeOf: (resource: unknown) => string,
    signal: AbortSignal,
    send: (page: Page) => Promise<ArmAnswer>,
  ): Promise<readonly unknown[]> {
    try {
      return await allPages(send, (resource) => isListed(resource, scopeOf(resource)));
    } catch (error) {
      throw toDriverError(error, `cannot list the file systems of ${where}`, 'lookup', signal);
    }
  }

  #readAll(
    resources: readonly unknown[],
    scopeOf: (resource: unknown) => string,
    signal: AbortSignal,
  ): Promise<readonly FileSystem[]> {
    const found = resources.flatMap((resource) => this.read(resource, scopeOf(resource)) ?? []);
    return Promise.all(found.map((fileSystem) => this.#explained(fileSystem, signal)));
  }

  /** Looks up a file system; undefined where Azure reports that it does not exist.
   *  @throws DriverError failed-precondition where it is not the one that the handle names */
  async find(reference: AmlReference, signal: AbortSignal): Promise<ReadFileSystem | undefined> {
    const { listingScope, id } = reference;
    const lookup = this.#lookupsIn(listingScope).find(id.toLowerCase(), signal);
    const resource = await lookup.catch((error: unknown) => {
      if (isDriverError(error)) throw error;
      const doing = `cannot look up file system ${id} of resource group ${listingScope}`;
      throw toDriverError(error, doing, 'lookup', signal);
    });
    this.#seen.add(listingScope);
    const fileSystem = resource === undefined ? undefined : this.read(resource, listingScope);
    if (!fileSystem) return undefined;
    refuseOtherServer(reference, fileSystem);
    return { fileSystem: await this.#explained(fileSystem, signal), resource };
  }

  #lookupsIn(scope: string): GatheredLookups<unknown> {
    let lookups = this.#lookups.get(scope);
    if (!lookups) {
      const source = {
        one: (id: string, signal: AbortSignal) => this.#get(scope, id, signal),
        all: (signal: AbortSignal) => this.#everyIn(scope, signal),
        idOf: (resource: unknown) => toFileSystem(resource, scope, '')?.id.toLowerCase(),
      };
      lookups = new GatheredLookups<unknown>(source, systemClock);
      this.#lookups.set(scope, lookups);
    }
    return lookups;
  }

  /** Reads ARM's JSON; undefined and logged where it is no file system.
   *  @param scope resource group; empty where the resource does not name it */
  read(resource: unknown, scope: string): FileSystem | undefined {
    const fileSystem = scope === '' ? undefined : toFileSystem(resource, scope, this.options.clusterId);
    if (!fileSystem)
      this.options.log.warn({ scope, resource }, 'ignored a resource that is not an AML file system');
    return fileSystem;
  }

  /** Gets the JSON of one file system; undefined where Azure reports that it does not exist. */
  async #get(scope: string, name: string, signal: AbortSignal): Promise<unknown> {
    const doing = `cannot look up file system ${name} of resource group ${scope}`;
    const input = { resourceGroup: scope, name };
    const answer = await this.arm.call(armOperations.getFileSystem, input, signal).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw toDriverError(error, doing, 'lookup', signal);
    });
    if (!answer) return undefined;
    // ARM ignores case in names.
    if (this.read(answer.body, scope)?.id.toLowerCase() === name.toLowerCase()) return answer.body;
    const error = malformed(answer, `it does not describe file system ${name}`);
    throw toDriverError(error, doing, 'lookup', signal);
  }

  /** Adds the reason of a failed creation where the cloud has it; the failure itself is known without it. */
  async #explained(fileSystem: FileSystem, signal: AbortSignal): Promise<FileSystem> {
    if (fileSystem.state !== 'failed') return fileSystem;
    try {
      const reason = await this.failed.reasonOf(operationKey(fileSystem), signal);
      const detail = reason ?? fileSystem.stateDetail;
      return detail === undefined
        ? fileSystem
        : { ...fileSystem, stateDetail: explainFailedCreation(detail) };
    } catch (error) {
      this.options.log.warn(
        { fileSystem: fileSystem.id, error },
        'cannot look up the reason of the failed creation',
      );
      return fileSystem;
    }
  }
}

/** Compares the MGS address of a handle with that of the file system.
 *  @throws DriverError failed-precondition: the handle was edited, or the name has another file system since */
function refuseOtherServer(
  { mgsAddress }: AmlReference,
  { id, listingScope, mountSource, state }: FileSystem,
): void {
  // Azure removes the servers of a file system before the file system.
  if (mgsAddress === undefined || (!mountSource && state === 'deleting')) return;
  const shown = mountSource && mgsAddressOf(mountSource);
  if (shown === mgsAddress.replaceAll('@tcp', '')) return;
  throw new DriverError(
    'failed-precondition',
    `the handle names file system ${id} of resource group ${listingScope} with the MGS address ${mgsAddress}, but the address ` +
      `of that file system is ${shown ?? 'not known'}: the handle was changed, or the file system is another one than before. ` +
      'Correct the handle, or set the reclaim policy of the PersistentVolume to Retain and delete that',
  );
}

/** Reports whether an item of a listing is a file system of a known resource group. */
const isListed = (resource: unknown, scope: string): boolean =>
  scope !== '' && toFileSystem(resource, scope, '') !== undefined;

/** Key of the operations of a file system in `FailedOperations`. ARM ignores case in names. */
export const operationKey = ({ listingScope, id }: VolumeReference): string =>
  `${listingScope}/${id.toLowerCase()}`;
