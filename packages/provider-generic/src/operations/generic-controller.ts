import {
  Capacity,
  DriverError,
  formatMountSource,
  parseMountSource,
  type ControllerProvider,
  type ParentFileSystems,
  type FileSystem,
  type FileSystemPlan,
  type LustreMountSource,
  type Volume,
  type VolumeReference,
} from '@lustre-csi/core';
import { genericParameters } from '../parameters/parameters.js';
import { sourceInHandle } from '../node/volume-handle.js';
import { namedSource, toVolumeContext } from '../node/volume-context.js';

const words = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Parent file systems without a cloud API: their mount source is all that the driver knows. */
const parentFileSystems: ParentFileSystems = {
  parameters: genericParameters,
  parentOf: ({ source, mgsNids, fsName }) =>
    formatMountSource(namedSource({ source: words(source), mgsNids: words(mgsNids), fsName: words(fsName) })),
  referenceTo: (host) => {
    const staticSource = sourceIn(host);
    return staticSource && { id: host, listingScope: '', staticSource };
  },
  contextFor: toVolumeContext,
};

/** Controller for any Lustre. It creates directories but no file systems, so that most of the port has nothing to do. */
export class GenericController implements ControllerProvider {
  readonly typicalDurations = { create: 1, delete: 1 };
  readonly parentFileSystems = parentFileSystems;

  async plan(): Promise<FileSystemPlan> {
    throw new DriverError(
      'invalid-argument',
      'this driver creates no file systems: write provisioningMode: directory in the StorageClass, for directories of ' +
        'an existing one, or create the PersistentVolume yourself',
    );
  }

  /** Reads a handle of an administrator; undefined where it is not a mount source. */
  parseVolumeId(volumeId: string): VolumeReference | undefined {
    const staticSource = sourceInHandle(volumeId);
    return staticSource && { id: volumeId, listingScope: '', staticSource };
  }

  listingScopes(): readonly string[] {
    return [];
  }

  async list(): Promise<readonly FileSystem[]> {
    return [];
  }

  async find(): Promise<undefined> {
    return undefined;
  }

  async capacityFor(): Promise<Capacity> {
    return Capacity.zero;
  }

  async create(): Promise<FileSystem> {
    return this.plan() as Promise<never>;
  }

  async delete(): Promise<void> {}

  toVolume({ id, capacity, mountSource }: FileSystem): Volume {
    return { id, capacity, context: mountSource ? toVolumeContext(mountSource) : {} };
  }
}

function sourceIn(text: string): LustreMountSource | undefined {
  try {
    return parseMountSource(text);
  } catch {
    return undefined;
  }
}
