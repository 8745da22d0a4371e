import { untilAborted } from '../concurrency/abort.js';
import { systemClock, type Clock } from '../concurrency/clock.js';
import { Coalescer } from '../concurrency/coalescer.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import type { ControllerProvider, FileSystemPlan, VolumeReference } from '../provider/controller-provider.js';
import type { Log } from '../provider/provider-plugin.js';
import type { Capacity } from './capacity.js';
import { runExclusive } from './exclusive.js';
import { FileSystemListing } from './file-system-listing.js';
import type { FileSystem } from './file-system.js';
import { fingerprint } from './fingerprint.js';
import { IdempotentFileSystems } from './idempotent-file-systems.js';
import { conditionOf, type ListedVolume, type VolumeCondition } from './listed-volume.js';
import type { OperationContext } from './operation-context.js';
import { pageOf, type Page, type PageRequest } from './paging.js';
import type { VolumeCapability } from './volume-capability.js';
import type { Volume, VolumeRequest } from './volume-request.js';

/** What ValidateVolumeCapabilities asks. */
export interface CapabilitiesQuestion {
  readonly volumeId: string;
  readonly capabilities: readonly VolumeCapability[];
}

/** Everything that the controller does with volumes, for one provider. */
export class VolumeOperations {
  readonly #listing: FileSystemListing;
  readonly #fileSystems: IdempotentFileSystems<FileSystemPlan>;
  readonly #exclusive = new Coalescer();

  constructor(
    private readonly provider: ControllerProvider,
    log: Log,
    clock: Clock = systemClock,
  ) {
    this.#listing = new FileSystemListing(provider, clock);
    this.#fileSystems = new IdempotentFileSystems(provider, this.#listing, clock, log);
  }

  /** CreateVolume: the volume of that name, made if it does not exist, once it is usable. */
  async create(request: VolumeRequest, { signal }: OperationContext): Promise<Volume> {
    this.#refuseUnsupported(request);
    const plan = await this.provider.plan(request);
    if (plan.existingVolume) return plan.existingVolume;
    const capacity = await this.#capacityFor(plan, request);
    const fileSystem = await runExclusive(
      this.#exclusive,
      {
        key: `volume ${plan.volumeName}`,
        fingerprint: fingerprint(['create', request]),
        work: (stopped, report) =>
          this.#fileSystems.ensure(
            { plan, range: request.capacityRange, capacity },
            { signal: stopped, report },
          ),
      },
      signal,
    );
    return this.provider.toVolume(fileSystem, plan);
  }

  /** DeleteVolume: returns when the file system is gone. Unknown handles are gone already. */
  async delete(volumeId: string, { signal }: OperationContext): Promise<void> {
    const reference = this.provider.parseVolumeId(volumeId);
    if (!reference || reference.staticSource) return;
    const fileSystem = await untilAborted(this.provider.find(reference, signal), signal);
    if (!fileSystem) return;
    await runExclusive(
      this.#exclusive,
      {
        key: `volume ${fileSystem.volumeName ?? volumeId}`,
        fingerprint: 'delete',
        work: (stopped, report) => this.#fileSystems.remove(fileSystem, { signal: stopped, report }),
      },
      signal,
    );
  }

  /** ValidateVolumeCapabilities: what stands against the capabilities, in words; undefined: nothing.
   *  @throws DriverError not-found */
  async objectionTo(question: CapabilitiesQuestion, context: OperationContext): Promise<string | undefined> {
    await this.#existing(question.volumeId, context.signal);
    return this.#objection(question.capabilities);
  }

  /** ControllerGetVolume.
   *  @throws DriverError not-found */
  async get(volumeId: string, { signal }: OperationContext): Promise<ListedVolume> {
    const { reference, fileSystem } = await this.#existing(volumeId, signal);
    if (!fileSystem) {
      const volume = { id: volumeId, capacity: undefined, context: {} };
      return { volume, condition: staticCondition(reference) };
    }
    return { volume: this.provider.toVolume(fileSystem), condition: conditionOf(fileSystem) };
  }

  /** ListVolumes: the volumes that this driver created and that are not going away, in the order of their handles.
   *  @throws DriverError aborted where the token is none of ours */
  async list(request: PageRequest, { signal }: OperationContext): Promise<Page<ListedVolume>> {
    const listings = this.provider.scopes().map((scope) => this.#listing.now(scope));
    const fileSystems = (await untilAborted(Promise.all(listings), signal)).flat();
    const volumes = fileSystems
      .filter(
        ({ volumeName, state }) => volumeName !== undefined && state !== 'deleting' && state !== 'failed',
      )
      .map((fileSystem) => ({
        volume: this.provider.toVolume(fileSystem),
        condition: conditionOf(fileSystem),
      }));
    return pageOf(volumes, ({ volume }) => volume.id, request);
  }

  async #existing(
    volumeId: string,
    signal: AbortSignal,
  ): Promise<{ readonly reference: VolumeReference; readonly fileSystem?: FileSystem }> {
    const reference = this.provider.parseVolumeId(volumeId);
    if (!reference) throw notFound(volumeId, 'this driver gives out no handle of that form');
    if (reference.staticSource) return { reference };
    const fileSystem = await untilAborted(this.provider.find(reference, signal), signal);
    if (!fileSystem) throw notFound(volumeId, `there is no file system ${reference.id}`);
    return { reference, fileSystem };
  }

  /** A size that cannot be is not yet an error: if the volume exists, the answer is that it has another size. */
  async #capacityFor(plan: FileSystemPlan, request: VolumeRequest): Promise<Capacity | DriverError> {
    try {
      return await this.provider.capacityFor(plan, request.capacityRange);
    } catch (error) {
      if (isDriverError(error, 'out-of-range')) return error;
      throw error;
    }
  }

  #refuseUnsupported(request: VolumeRequest): void {
    const objection = this.#objection(request.capabilities);
    if (objection) throw new DriverError('invalid-argument', objection);
    const source = request.contentSource;
    if (!source) return;
    // No provider has snapshots or clones yet, so no source can exist.
    throw new DriverError('not-found', `there is no ${source.kind} "${source.id}" to create a volume from`);
  }

  #objection(capabilities: readonly VolumeCapability[]): string | undefined {
    for (const capability of capabilities) {
      const objection = this.provider.unsupported?.(capability);
      if (objection) return objection;
    }
    return undefined;
  }
}

const notFound = (volumeId: string, why: string): DriverError =>
  new DriverError('not-found', `volume "${volumeId}" does not exist: ${why}`);

const staticCondition = (_reference: VolumeReference): VolumeCondition => ({
  abnormal: false,
  message: 'a static volume: the cloud is not asked about its file system',
});
