import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { Capacity } from '../../model/capacity.js';
import type { FileSystem } from '../../model/file-system.js';
import { MemoryCloud, memoryProvider } from '../memory-provider.js';
import { providerContract, type ProviderContractHarness } from './provider-contract.js';
import { volumeRequest } from '../volume-request.js';

function harnessFor(cloud: MemoryCloud): ProviderContractHarness {
  const plugin = memoryProvider(cloud);
  return {
    driverName: plugin.driverName,
    controller: cloud,
    node: plugin.node({ flag: () => undefined, environment: () => undefined }),
    request: (name) => volumeRequest({ name, parameters: { tier: 'fast' } }),
    differentRequest: (name) => volumeRequest({ name, parameters: { tier: 'slow' } }),
    impossibleRange: { required: Capacity.gibibytes(1), limit: Capacity.gibibytes(2) },
    absentVolumeIds: ['fs-99999'],
    foreignVolumeIds: ['fs-0123456789abcdef0', 'name#lustrefs#10.0.0.4#sub#t#group'],
    unusableScopes: ['elsewhere'],
    waitUntil: async (look, what) => {
      for (let looks = 0; looks < 3; looks += 1) {
        cloud.settle();
        if (await look()) return;
      }
      assert.fail(`in vain: ${what}`);
    },
  };
}

describe('MemoryCloud keeps the contract', () => {
  const cloud = new MemoryCloud();
  for (const { name, run } of providerContract(harnessFor(cloud))) it(name, run);

  it('and nothing is left', () => expect(cloud.fileSystems.size).toBe(0));
});

/** Clouds that break one rule each: the contract must notice. */
class RepeatingCloud extends MemoryCloud {
  override async create(...[plan, capacity]: Parameters<MemoryCloud['create']>): Promise<FileSystem> {
    const attempt = this.fileSystems.size + 1; // Every call has a key of its own.
    const created = await super.create(plan, capacity, attempt);
    this.set(created.id, { attempt: 1 });
    return { ...created, attempt: 1 };
  }
}

class ForgetfulCloud extends MemoryCloud {
  override async list(...call: Parameters<MemoryCloud['list']>): Promise<readonly FileSystem[]> {
    return (await super.list(...call)).map(({ attributes: _, ...rest }) => ({ ...rest, attributes: {} }));
  }
}

class HollowCloud extends MemoryCloud {
  override async list(scope: string): Promise<readonly FileSystem[]> {
    return scope === 'memory' ? super.list(scope, new AbortController().signal) : [];
  }
}

class FoldingCloud extends MemoryCloud {
  override async plan(...call: Parameters<MemoryCloud['plan']>): ReturnType<MemoryCloud['plan']> {
    const plan = await super.plan(...call);
    return { ...plan, volumeName: plan.volumeName.slice(0, 8) };
  }
}

class CredulousCloud extends MemoryCloud {
  override parseVolumeId(volumeId: string): { id: string; listingScope: string } {
    return { id: volumeId, listingScope: 'memory' };
  }
}

class TouchyCloud extends MemoryCloud {
  override async delete(fileSystem: FileSystem): Promise<void> {
    if (this.fileSystems.get(fileSystem.id)?.state !== 'available') throw new Error('not available');
    return super.delete(fileSystem);
  }
}

describe('the contract notices', () => {
  it.each([
    ['a second file system', RepeatingCloud, /the same attempt twice/],
    ['a listing that leaves out what was created', ForgetfulCloud, /is listed with/],
    ['an empty answer for a scope that cannot be listed', HollowCloud, /does not pass for empty/],
    ['a listing that continues after it was given up', HollowCloud, /given up/],
    ['volumes that are taken for each other', FoldingCloud, /another name another volume name/],
    ['handles that are not its own', CredulousCloud, /no handle of this driver/],
    ['a deletion that cannot be repeated', TouchyCloud, /again while it is going/],
  ])('%s', async (_, Cloud, pattern) => {
    const broken = providerContract(harnessFor(new Cloud())).find(({ name }) => pattern.test(name));
    await expect(broken?.run()).rejects.toThrow();
  });
});
