import {
  Capacity,
  DriverError,
  ParameterSchema,
  formatMountSource,
  parseMountSource,
  parsed,
  type ControllerProvider,
  type FileSystem,
  type FileSystemPlan,
  type LustreMountSource,
  type ProviderPlugin,
  type Volume,
  type VolumeRequest,
} from '@lustre-csi/core';

const DRIVER_NAME = 'onprem.lustre.example.com';

/** Key of the volume context: all that a node needs. */
const SOURCE = 'source';

const parameters = new ParameterSchema(DRIVER_NAME, {
  source: parsed<LustreMountSource>({
    description: 'The file system, as `mount -t lustre` takes it.',
    example: 'mgs1@o2ib:mgs2@o2ib:/scratch',
    legal: 'NID[:NID...]:/FSNAME[/SUBDIR]',
    read: parseMountSource,
  }),
});

/** Provider of Lustre file systems that exist already: a claim names one. It creates and deletes nothing, so most methods of
 *  the port are empty. */
class OnPremises implements ControllerProvider {
  readonly usualSeconds = { create: 1, delete: 1 };

  async plan(request: VolumeRequest): Promise<FileSystemPlan> {
    const { source } = parameters.read(request.parameters);
    if (!source) {
      throw new DriverError(
        'invalid-argument',
        `parameter "source" is missing; legal: ${parameters.parameters.source.legal}`,
      );
    }
    const text = formatMountSource(source);
    const existingVolume: Volume = {
      id: text,
      capacity: request.capacityRange.required ?? Capacity.zero,
      context: { [SOURCE]: text },
    };
    return { volumeName: request.name, scope: '', attributes: {}, existingVolume };
  }

  parseVolumeId(volumeId: string): ReturnType<ControllerProvider['parseVolumeId']> {
    try {
      return { id: volumeId, scope: '', staticSource: parseMountSource(volumeId) };
    } catch {
      return undefined;
    }
  }

  scopes(): readonly string[] {
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
    throw new DriverError('unimplemented', 'file systems are not created by this driver');
  }

  async delete(): Promise<void> {}

  toVolume({ id, capacity }: FileSystem): Volume {
    return { id, capacity, context: { [SOURCE]: id } };
  }
}

/** Plug-in, the export of a provider package. */
export const onPremises: ProviderPlugin = {
  driverName: DRIVER_NAME,
  title: 'A Lustre of your own',
  parameters,
  flags: [],
  node: () => ({
    contextKeys: [SOURCE],
    mountSource: ({ context }) => parseMountSource(context[SOURCE] ?? ''),
  }),
  controller: async () => new OnPremises(),
};
