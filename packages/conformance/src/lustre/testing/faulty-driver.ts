// A driver with one planted fault, named by PLANTED_FAULT: the suite must find it.
import type { ProviderPlugin } from '@lustre-csi/core';
import type { NodeEngine } from '@lustre-csi/core/server';
import { runDriver, tokens, type Container } from '@lustre-csi/driver';
import { providers } from '@lustre-csi/lustre-csi';

export const plantedFaults = [
  'publishes-the-whole-file-system',
  'counts-twice-the-bytes',
  'leaves-mounts',
  'never-deletes',
  'ignores-read-only',
] as const;

export type PlantedFault = (typeof plantedFaults)[number];

type Engine = Pick<NodeEngine, 'publish' | 'unpublish' | 'stats'>;

/** The engine with the fault in place of one of its methods. */
function faultyEngine(engine: NodeEngine, fault: PlantedFault): NodeEngine {
  const methods: Partial<Record<PlantedFault, Partial<Engine>>> = {
    'counts-twice-the-bytes': {
      stats: async (command, signal) => {
        const stats = await engine.stats(command, signal);
        return stats.bytes ? { ...stats, bytes: { ...stats.bytes, total: 2n * stats.bytes.total } } : stats;
      },
    },
    'leaves-mounts': { unpublish: async () => {} },
    'ignores-read-only': {
      publish: (command, signal) => engine.publish({ ...command, readonly: false }, signal),
    },
  };
  const replaced = methods[fault] ?? {};
  return new Proxy(engine, {
    get: (target, name) => {
      const own: unknown = Reflect.get(replaced, name) ?? Reflect.get(target, name);
      return typeof own === 'function' ? (own as (...args: unknown[]) => unknown).bind(target) : own;
    },
  });
}

function configure(container: Container, fault: PlantedFault): void {
  container.onActivation(tokens.nodeEngine, (_, engine) => faultyEngine(engine, fault));
  if (fault !== 'never-deletes') return;
  container.onActivation(tokens.volumes, (_, volumes) => {
    volumes.delete = async () => {};
    return volumes;
  });
}

/** Volumes are the whole file system, for all directories that they name. */
const withoutSubDirectories = (plugin: ProviderPlugin): ProviderPlugin => ({
  ...plugin,
  node: (...args) => {
    const node = plugin.node(...args);
    return {
      contextKeys: node.contextKeys,
      mountSource: (volume) => ({ ...node.mountSource(volume), subdir: '' }),
    };
  },
});

const fault = plantedFaults.find((name) => name === process.env['PLANTED_FAULT']);
if (fault === undefined) throw new Error('PLANTED_FAULT names no fault');
process.exit(
  await runDriver({
    name: 'faulty-driver',
    version: '0.0.0',
    providers: fault === 'publishes-the-whole-file-system' ? providers.map(withoutSubDirectories) : providers,
    configure: (container) => configure(container, fault),
  }),
);
