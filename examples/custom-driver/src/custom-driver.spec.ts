// A new provider is one package and one line: the example's driver runs the same code as lustre-csi.
import { fileURLToPath } from 'node:url';
import { startDriverProcess } from '@lustre-csi/driver/testing';
import { expect, it } from 'vitest';

const executable = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const MULTI_NODE_MULTI_WRITER = 5;
const capability = {
  accessType: { $case: 'mount' as const, value: { fsType: '', mountFlags: [], volumeMountGroup: '' } },
  accessMode: { mode: MULTI_NODE_MULTI_WRITER },
};

it('serves a provider of its own', async () => {
  const driver = await startDriverProcess({ executable });
  try {
    const { name, vendorVersion } = await driver.client.identity.getPluginInfo({});
    expect(name).toBe('onprem.lustre.example.com');
    expect(vendorVersion).toBe('1.0.0');
    const { volume } = await driver.client.controller.createVolume({
      name: 'pvc-own',
      capacityRange: { requiredBytes: 1024n, limitBytes: 0n },
      volumeCapabilities: [capability],
      parameters: { source: 'mgs1@o2ib:mgs2@o2ib:/scratch/projects' },
      mutableParameters: {},
      secrets: {},
      volumeContentSource: undefined,
      accessibilityRequirements: undefined,
    });
    expect(volume).toMatchObject({
      volumeId: 'mgs1@o2ib:mgs2@o2ib:/scratch/projects',
      volumeContext: { source: 'mgs1@o2ib:mgs2@o2ib:/scratch/projects' },
    });
    await driver.client.controller.deleteVolume({ volumeId: volume?.volumeId ?? '', secrets: {} });
  } finally {
    await driver.stop();
  }
});
