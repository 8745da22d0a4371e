import { DriverError, type FileSystem, type Log, type VolumeReference } from '@lustre-csi/core';
import { MalformedAnswerError } from '../api/api-error.js';
import { isAbsent, toDriverError } from '../api/errors.js';
import type { LustreApi } from '../api/lustre-api.js';
import { lustreOperations } from '../api/lustre-operations.js';
import { allPages, type Listing } from '../api/pages.js';
import { parseVolumeHandle, regionOf, type VolumeHandle } from '../node/volume-handle.js';
import { toFileSystem } from '../plan/to-file-system.js';
import type { CreationWatch } from './creation-watch.js';

/** Instance with the JSON from which it was read. */
export interface ReadInstance {
  readonly fileSystem: FileSystem;
  readonly resource: unknown;
}

/** Reads instances. A scope is `PROJECT/REGION`: Google lists all zones of a project at once. */
export class InstanceReader {
  constructor(
    private readonly api: Pick<LustreApi, 'call'>,
    private readonly creations: CreationWatch,
    private readonly options: { readonly clusterId: string; readonly log: Log },
  ) {}

  /** Lists every instance of a region. @throws DriverError, also where a zone of the region could not be listed */
  async list(scope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const [project = '', region = ''] = scope.split('/');
    const all = await this.#all(project, (zone) => regionOf(zone) === region, signal);
    return all.filter(({ listingScope }) => listingScope === scope);
  }

  /** Lists every instance of a project. @throws DriverError */
  listAll(project: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    return this.#all(project, () => true, signal);
  }

  /** Looks up an instance. One whose creation this process watches, and has failed, is reported as failed although it
   *  is gone: its failure must be counted and reported. Undefined where Google reports that it does not exist. */
  async find(reference: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined> {
    return (await this.read(reference, signal))?.fileSystem ?? this.creations.failureOf(reference, signal);
  }

  /** Looks up an instance with its JSON; undefined where it does not exist. @throws DriverError */
  async read({ id }: VolumeReference, signal: AbortSignal): Promise<ReadInstance | undefined> {
    const doing = `cannot look up instance ${id}`;
    const handle = handleOf(id);
    try {
      const resource = await this.api.call(lustreOperations.getInstance, handle, signal);
      const fileSystem = toFileSystem(resource, handle.project, this.options.clusterId);
      if (fileSystem?.id === id) return { fileSystem, resource };
      throw new MalformedAnswerError('Google sent a malformed answer: it does not describe the instance');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw toDriverError(error, doing, 'lookup', signal);
    }
  }

  async #all(
    project: string,
    matters: (zone: string) => boolean,
    signal: AbortSignal,
  ): Promise<readonly FileSystem[]> {
    const doing = `cannot list the instances of project ${project}`;
    let listing: Listing;
    try {
      listing = await allPages('instances', (page) =>
        this.api.call(lustreOperations.listInstances, { project, ...page }, signal),
      );
    } catch (error) {
      throw toDriverError(error, doing, 'lookup', signal);
    }
    const missing = listing.unreachable.map((name) => name.split('/').at(-1) ?? '').filter(matters);
    if (missing.length > 0) {
      throw new DriverError(
        'unavailable',
        `${doing}: Google cannot reach ${missing.join(', ')}, so the list is incomplete; the call is retried automatically`,
      );
    }
    return listing.items.flatMap((resource) => this.#toFileSystem(resource, project) ?? []);
  }

  #toFileSystem(resource: object, project: string): FileSystem | undefined {
    const fileSystem = toFileSystem(resource, project, this.options.clusterId);
    if (!fileSystem)
      this.options.log.warn({ project, resource }, 'ignored a resource that is not an instance');
    return fileSystem;
  }
}

/** Place of an instance in its id, which is its volume handle. */
export function handleOf(id: string): VolumeHandle {
  const handle = parseVolumeHandle(id);
  if (handle) return handle;
  throw new DriverError('internal', `"${id}" is not the id of an instance`);
}
