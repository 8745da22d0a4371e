import { describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { Capacity } from '../model/capacity.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import { parameter } from '../provider/parameters.js';
import { MemoryCloud } from '../testing/memory-provider.js';
import { readClass, smallestSizes } from './read-class.js';

const withDirectories: ControllerProvider = Object.assign(new MemoryCloud(), {
  parentFileSystems: {
    parameters: { fileSystemId: parameter.string({ description: '', example: 'fs-1', legal: 'an id' }) },
    parentOf: ({ fileSystemId }: Readonly<Record<string, unknown>>) => String(fileSystemId),
    referenceTo: () => undefined,
    contextFor: () => ({}),
  },
});

describe('readClass', () => {
  it('reads a file system, without the keys of the orchestrator and of the node', async () => {
    const given = { tier: 'slow', 'csi.storage.k8s.io/fstype': 'lustre', mountSharing: 'pod' };
    expect(await readClass('d', new MemoryCloud(), given)).toMatchObject({
      kind: 'filesystem',
      plan: { attributes: { tier: 'slow' } },
    });
  });

  it('reads a directory, and shows its path for an example claim', async () => {
    const given = {
      provisioningMode: 'directory',
      fileSystemId: 'fs-1',
      quota: 'hard',
      subPath: '${pvc.namespace}/${pvc.name}',
    };
    expect(await readClass('d', withDirectories, given)).toEqual({
      kind: 'directory',
      parent: 'fs-1',
      path: '/csi-volumes/default/example',
      quota: 'hard',
    });
  });

  it.each([
    [{ teir: 'slow' }, /did you mean "tier"/],
    [{ mountSharing: 'all' }, /mountSharing/],
  ])('refuses %j', async (given, words) => {
    await expect(readClass('d', new MemoryCloud(), given)).rejects.toThrow(words);
  });
});

describe('smallestSizes', () => {
  const plan = { volumeName: 'v', listingScope: '', attributes: {} };
  const sizes = async (capacityFor: ControllerProvider['capacityFor']): Promise<readonly string[]> =>
    (await smallestSizes({ capacityFor }, plan)).map((size) => size.toString());

  it('lists the first sizes, up to the largest', async () => {
    const step = Capacity.tebibytes(4);
    const largest = Capacity.tebibytes(8);
    expect(
      await sizes(async (_, { required = Capacity.zero }) => {
        const size = (required.bytes === 0n ? step : required).roundUpTo(step);
        if (size.isGreaterThan(largest)) throw new DriverError('out-of-range', 'too large');
        return size;
      }),
    ).toEqual(['4 TiB', '8 TiB']);
  });

  it('lists one where every size is legal', async () => {
    expect(await sizes(async (_, { required = Capacity.gibibytes(1200) }) => required)).toEqual(['1200 GiB']);
  });
});
