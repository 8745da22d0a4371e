import { describe, expect, it } from 'vitest';
import { NodePublishVolumeRequest } from '../gen/csi.js';
import { parseMountSource } from '../model/mount-source.js';
import type { PublishCommand } from '../node/publish-command.js';
import type { NodeEngine } from '../node/node-engine.js';
import type { NodeProvider } from '../provider/node-provider.js';
import { nodeService } from './node-service.js';

const provider: NodeProvider = {
  contextKeys: ['oldTuning'],
  mountSource: () => parseMountSource('10.0.0.4@tcp:/lustrefs'),
  impliedSettings: ({ context }) => ({ clientTuning: context['oldTuning'] ?? '', mode: 'implied' }),
  mountFlags: ({ context }) => (context['oldOptions'] ? [context['oldOptions']] : []),
  lnetRequirement: ({ context }) => ({ key: 'subnet', subnet: context['subnet'] ?? '' }),
};

/** The command that the engine gets for a volume context. */
async function published(volumeContext: Record<string, string>): Promise<PublishCommand | undefined> {
  let command: PublishCommand | undefined;
  const engine = {
    publish: async (given: PublishCommand) => {
      command = given;
    },
  } as unknown as NodeEngine;
  const methods = nodeService(engine, provider, 'node-1').methods as unknown as {
    nodePublishVolume(request: NodePublishVolumeRequest, context: { signal: AbortSignal }): Promise<object>;
  };
  const request = NodePublishVolumeRequest.create({
    volumeId: 'volume',
    targetPath: '/target',
    volumeContext,
    volumeCapability: {
      accessType: { $case: 'mount', value: { fsType: '', mountFlags: ['flock'], volumeMountGroup: '' } },
      accessMode: { mode: 5 },
    },
  });
  await methods.nodePublishVolume(request, { signal: new AbortController().signal });
  return command;
}

describe('NodePublishVolume', () => {
  it('gives the engine what the provider reads of the context', async () => {
    const command = await published({ oldTuning: 'llite.*.max_cached_mb=1', subnet: '10.0.0.0/8' });
    expect(command?.context).toMatchObject({ clientTuning: 'llite.*.max_cached_mb=1', mode: 'implied' });
    expect(command?.lnet).toEqual({ key: 'subnet', subnet: '10.0.0.0/8' });
    expect(command?.source.fsname).toBe('lustrefs');
  });

  it('adds mount flags of the context before those of the volume, checked like them', async () => {
    expect((await published({}))?.capability.mountFlags).toEqual(['flock']);
    expect((await published({ oldOptions: 'ro,noatime' }))?.capability.mountFlags).toEqual([
      'ro,noatime',
      'flock',
    ]);
    await expect(published({ oldOptions: 'loop' })).rejects.toThrow('loop');
  });

  it('prefers the settings of the volume itself', async () => {
    const command = await published({ oldTuning: 'x', clientTuning: 'own' });
    expect(command?.context?.['clientTuning']).toBe('own');
  });
});
