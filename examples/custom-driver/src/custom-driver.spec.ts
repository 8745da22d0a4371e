import { fileURLToPath } from 'node:url';
import { startDriverProcess } from '@lustre-csi/driver/testing';
import { expect, it } from 'vitest';

const executable = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const MULTI_NODE_MULTI_WRITER = 5;

it('creates and deletes a volume over gRPC', { timeout: 30_000 }, async () => {
  const driver = await startDriverProcess({ executable });
  try {
    const { identity, controller } = driver.client;
    expect(await identity.getPluginInfo({})).toMatchObject({
      name: 'lustre.csi.example.com',
      vendorVersion: '1.0.0',
    });
    const { volume } = await controller.createVolume({
      name: 'pvc-1',
      capacityRange: { requiredBytes: 1024n, limitBytes: 0n },
      volumeCapabilities: [
        {
          accessType: { $case: 'mount', value: { fsType: '', mountFlags: [], volumeMountGroup: '' } },
          accessMode: { mode: MULTI_NODE_MULTI_WRITER },
        },
      ],
      parameters: { tier: 'slow' },
      mutableParameters: {},
      secrets: {},
      volumeContentSource: undefined,
      accessibilityRequirements: undefined,
    });
    expect(volume).toMatchObject({
      volumeId: 'lfs-1',
      capacityBytes: 1200n * 1024n ** 3n,
      volumeContext: { source: '127.0.0.1@tcp:/lustre' },
    });
    await controller.deleteVolume({ volumeId: 'lfs-1', secrets: {} });
    expect((await controller.listVolumes({ maxEntries: 0, startingToken: '' })).entries).toEqual([]);
  } finally {
    await driver.stop();
  }
});
