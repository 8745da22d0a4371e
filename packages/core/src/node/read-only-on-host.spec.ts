import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DrivenEngine } from './testing/driven-engine.js';
import { success, until } from './testing/engine-answers.js';
import { PrivateNode } from './testing/private-node.js';

// The plugin runs in a container: a mount namespace of its own, from which mounts propagate to the host's, and which ends
// with it. kubelet and the pods see the host's mounts.
let node: PrivateNode;
let engines: DrivenEngine[];
let target: string;
let count = 0;

const program = fileURLToPath(new URL('../../dist/node/testing/engine-process.js', import.meta.url));

/** Starts a plugin in a container. */
function container(settings: object = {}): DrivenEngine {
  const state = join(node.base, 'state');
  const command = [process.execPath, program, state, JSON.stringify(settings)];
  const [first, ...rest] = node.inside('unshare', ['--mount', '--propagation', 'unchanged', ...command]);
  const engine = new DrivenEngine(spawn(first, rest));
  engines.push(engine);
  return engine;
}

beforeAll(async () => {
  node = await PrivateNode.start();
  // As systemd leaves the mounts of a host.
  await node.shell(`mount --rbind ${node.base} ${node.base} && mount --make-rshared ${node.base}`);
});
beforeEach(async () => {
  engines = [];
  target = await node.target(`pod-${(count += 1)}`);
});
afterEach(async () => {
  for (const engine of engines) await engine.kill();
});
afterAll(() => node.stop());

const onHost = async (): Promise<readonly string[] | undefined> =>
  (await node.mountTable()).at(target)?.options;
const left = async (): Promise<readonly string[]> => {
  const inside = join(node.base, 'state/');
  return (await node.mountTable()).entries
    .map(({ mountPoint }) => mountPoint)
    .filter((at) => at.startsWith(inside));
};

const reader = (mountFlags: readonly string[] = []) => ({
  capability: { accessMode: 'MULTI_NODE_READER_ONLY' as const, fsType: '', mountFlags: [...mountFlags] },
});

describe.each([
  ['a client that pods share', {}, {}],
  ['a directory of it', {}, { source: '127.0.0.4@tcp:/lustrefs/team' }],
  ['a client of its own', { mountSharing: 'pod' }, {}],
] as const)('%s', (_name, settings, volume) => {
  it('is as read-only on the host as in the container, now and after a restart', async () => {
    const asked = { ...volume, ...reader(['noexec', 'nosuid', 'nodev']) };
    const plugin = container(settings);
    expect(await plugin.publish(target, asked)).toEqual(success);
    expect(await onHost()).toEqual(expect.arrayContaining(['ro', 'noexec', 'nosuid', 'nodev']));
    await expect(node.shell(`touch ${target}/file`)).rejects.toThrow('Read-only file system');
    await plugin.kill();
    const next = container(settings);
    expect(await next.publish(target, asked)).toEqual(success);
    expect(await next.unpublish(target)).toEqual(success);
    expect(await onHost()).toBeUndefined();
    await until(async () => expect(await left()).toEqual([]));
  });
});

describe('a plugin that is killed while it mounts', () => {
  it('leaves nothing that its successor does not remove', async () => {
    // mount(8) of the second step is held until the plugin is dead.
    await node.shell(`mkdir -p ${node.base}/state/stages/0123456789abcdef0123456789abcdef`);
    await node.shell(
      `mount --bind ${node.base}/servers/127.0.0.4@tcp/lustrefs ${node.base}/state/stages/0123456789abcdef0123456789abcdef`,
    );
    expect(await left()).toHaveLength(1);
    const plugin = container();
    expect(await plugin.publish(target, reader())).toEqual(success);
    expect(await plugin.unpublish(target)).toEqual(success);
    await until(async () => expect(await left()).toEqual([]));
  });
});
