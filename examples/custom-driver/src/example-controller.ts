import {
  Capacity,
  DriverError,
  describeRange,
  formatMountSource,
  isDriverError,
  isWithin,
  createMountSource,
  type CapacityRange,
  type ControllerProvider,
  type FileSystem,
  type FileSystemPlan,
  type FileSystemState,
  type Volume,
  type VolumeReference,
  type VolumeRequest,
} from '@lustre-csi/core';
import { callCloud } from './errors.js';
import type { CloudFileSystem, ExampleCloud } from './example-cloud.js';
import { SOURCE } from './node.js';
import { parameters } from './parameters.js';

/** Sizes are multiples of it. */
const STEP = Capacity.gibibytes(1200);

/** Tags of a file system that belongs to a claim. */
const tag = { volumeName: 'csi-volume-name', attempt: 'csi-attempt' };

const states: Readonly<Record<CloudFileSystem['status'], FileSystemState>> = {
  CREATING: 'creating',
  ACTIVE: 'available',
  DELETING: 'deleting',
};

interface ExamplePlan extends FileSystemPlan {
  readonly tier: string;
}

/** The controller side: reports what exists, and starts what the core requests. */
export class ExampleController implements ControllerProvider<ExamplePlan> {
  readonly typicalDurations = { create: 1, delete: 1 };

  constructor(
    private readonly cloud: ExampleCloud,
    private readonly region: string,
  ) {}

  async plan(request: VolumeRequest): Promise<ExamplePlan> {
    const { tier = 'fast' } = parameters.read(request.parameters);
    return { volumeName: request.name, listingScope: this.region, attributes: { tier }, tier };
  }

  async capacityFor(_plan: ExamplePlan, range: CapacityRange): Promise<Capacity> {
    const capacity = (range.required ?? STEP).roundUpTo(STEP);
    if (isWithin(capacity, range)) return capacity;
    throw new DriverError(
      'out-of-range',
      `no size is ${describeRange(range)}: request a multiple of ${STEP.toString()}`,
    );
  }

  listingScopes(): readonly string[] {
    return [this.region];
  }

  async list(scope: string, signal: AbortSignal): Promise<readonly FileSystem[]> {
    const all = await callCloud('listing file systems', () => this.cloud.listFileSystems(scope, signal));
    return all.map(toFileSystem);
  }

  async find({ id }: VolumeReference, signal: AbortSignal): Promise<FileSystem | undefined> {
    try {
      return toFileSystem(
        await callCloud(`reading file system ${id}`, () => this.cloud.getFileSystem(id, signal)),
      );
    } catch (error) {
      if (isDriverError(error, 'not-found')) return undefined;
      throw error;
    }
  }

  async create(
    plan: ExamplePlan,
    capacity: Capacity,
    attempt: number,
    signal: AbortSignal,
  ): Promise<FileSystem> {
    const creation = {
      token: `${plan.volumeName}/${attempt}`,
      region: plan.listingScope,
      sizeGiB: capacity.toGibibytes(),
      tier: plan.tier,
      tags: { [tag.volumeName]: plan.volumeName, [tag.attempt]: String(attempt) },
    };
    return toFileSystem(
      await callCloud(`creating a file system for ${plan.volumeName}`, () =>
        this.cloud.createFileSystem(creation, signal),
      ),
    );
  }

  async delete({ id }: FileSystem, signal: AbortSignal): Promise<void> {
    try {
      await callCloud(`deleting file system ${id}`, () => this.cloud.deleteFileSystem(id, signal));
    } catch (error) {
      if (!isDriverError(error, 'not-found')) throw error;
    }
  }

  toVolume({ id, capacity, mountSource: source }: FileSystem): Volume {
    return { id, capacity, context: source ? { [SOURCE]: formatMountSource(source) } : {} };
  }

  parseVolumeId(volumeId: string): VolumeReference | undefined {
    return /^lfs-[0-9]+$/.test(volumeId) ? { id: volumeId, listingScope: this.region } : undefined;
  }
}

/** Translates a file system of the cloud into the words of the port. */
function toFileSystem({ id, region, status, sizeGiB, tier, tags, address }: CloudFileSystem): FileSystem {
  const volumeName = tags[tag.volumeName];
  return {
    id,
    listingScope: region,
    ...(volumeName === undefined ? {} : { volumeName, madeByDriver: true }),
    state: states[status],
    cloudState: status,
    capacity: Capacity.gibibytes(sizeGiB),
    attempt: Number(tags[tag.attempt] ?? 1),
    attributes: { tier },
    ...(address === undefined ? {} : { mountSource: createMountSource([[address]], 'lustre') }),
  };
}
