import { describe, expect, it } from 'vitest';
import { NodePublishVolumeRequest } from '../gen/csi.js';
import { parseMountSource } from '../model/mount-source.js';
import type { InlineCommand } from '../node/guest/guest-port.js';
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

interface Published {
  readonly command?: PublishCommand;
  readonly inline?: InlineCommand;
}

/** The command that the engine gets for a volume context. */
const published = async (context: Record<string, string>) => (await publishedBy(context)).command;

async function publishedBy(volumeContext: Record<string, string>): Promise<Published> {
  let result: Published = {};
  const engine = {
    publish: async (command: PublishCommand) => {
      result = { command };
    },
    publishInline: async (inline: InlineCommand) => {
      result = { inline };
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
  return result;
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

  it('asks no provider about an inline volume, which has no file system', async () => {
    const { inline, command } = await publishedBy({
      'csi.storage.k8s.io/ephemeral': 'true',
      handOff: 'true',
    });
    expect(command).toBeUndefined();
    expect(inline?.context).toMatchObject({ handOff: 'true' });
    expect(await published({ 'csi.storage.k8s.io/ephemeral': 'false' })).toBeDefined();
  });
});

it('NodeGetVolumeStats reports no numbers of a volume that a guest has mounted', async () => {
  const condition = { abnormal: false, message: 'mounted in the guest' };
  const engine = { stats: async () => ({ condition }) } as unknown as NodeEngine;
  const methods = nodeService(engine, provider, 'node-1').methods as unknown as {
    nodeGetVolumeStats(request: object, context: { signal: AbortSignal }): Promise<object>;
  };
  const request = { volumeId: 'volume', volumePath: '/target' };
  const answer = await methods.nodeGetVolumeStats(request, { signal: new AbortController().signal });
  expect(answer).toEqual({ usage: [], volumeCondition: condition });
});
