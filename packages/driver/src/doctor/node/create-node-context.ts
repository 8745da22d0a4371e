import { networkInterfaces, release } from 'node:os';
import { join } from 'node:path';
import {
  CommandRunner,
  KernelLog,
  MgsProbe,
  StatfsHelper,
  listProcesses,
  readArguments,
  readMountTable,
  readWaitChannel,
} from '@lustre-csi/core/diagnosis';
import type { ToolConfig } from '../../config/config.js';
import { mountHelper } from '../../config/mount-helper.js';
import type { KubeClient } from '../../kubernetes/kube-client.js';
import { probeAt } from '../probe-driver.js';
import type { NodeContext, NodeProcess } from './node-context.js';

const STATFS_MS = 5_000;

/** The node on which this process runs. */
export function nodeContext(
  { plugin, settings, nodeId, stateDir, endpoint }: ToolConfig,
  kube: KubeClient | undefined,
): NodeContext {
  const runner = new CommandRunner();
  const probe = new MgsProbe({ runner });
  const mountsDir = settings.flag('mounts-dir');
  return {
    driverName: plugin.driverName,
    nodeId,
    stateDir,
    mountsDir: mountsDir === undefined ? join(stateDir, 'mounts') : join(mountsDir, plugin.driverName),
    targetDirs: (settings.flag('target-dirs') ?? '').split(',').filter((directory) => directory !== ''),
    mountHelper: mountHelper(settings),
    mustPropagate: settings.environment('KUBERNETES_SERVICE_HOST') !== undefined,
    root: '/',
    runner,
    kernel: release(),
    addresses: ownAddresses(),
    kube,
    readMounts: readMountTable,
    probeServer: (source) => probe.look(source),
    measure,
    processes: nodeProcesses,
    kernelLines: (lastMs) => new KernelLog({ runner }).quote(lastMs, []),
    probeDriver: probeAt(endpoint),
  };
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));

/** A helper for each path: one that hangs keeps no other waiting. */
async function measure(path: string): Promise<void> {
  const helper = new StatfsHelper({ deadlineMs: STATFS_MS });
  try {
    await helper.measure({ fileSystem: path, path });
  } finally {
    await helper.close();
  }
}

async function nodeProcesses(): Promise<readonly NodeProcess[]> {
  const all = await listProcesses();
  return Promise.all(
    all.map(async (each) => {
      if (each.state !== 'D') return { ...each, command: '' };
      const waitsIn = await readWaitChannel(each.pid);
      const command = (await readArguments(each.pid)).join(' ').slice(0, 200);
      return { ...each, command, ...(waitsIn === undefined ? {} : { waitsIn }) };
    }),
  );
}
