import { MemoryCloud, memoryProvider } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../config/config.js';
import { nodeEngineSettings } from './node-settings.js';

const basis = ['--endpoint=unix:///csi.sock'];
const driver = { name: 'a-driver', providers: [memoryProvider(new MemoryCloud())] };

async function settingsOf(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  driverName = 'a.example',
): ReturnType<typeof nodeEngineSettings> {
  const invocation = readConfig(driver, { argv: [...basis, ...args], environment });
  if (invocation.kind !== 'serve') throw new Error(`${invocation.kind} was requested`);
  return nodeEngineSettings(invocation.config.settings, driverName);
}

describe('the node engine', () => {
  it('needs propagation only where the driver is a container of a cluster', async () => {
    expect(await settingsOf([])).toMatchObject({ mustPropagate: false });
    expect(await settingsOf([], { KUBERNETES_SERVICE_HOST: '10.96.0.1' })).toMatchObject({
      mustPropagate: true,
    });
  });

  it('has its own directory of clients, also where two drivers have the same --mounts-dir', async () => {
    expect(await settingsOf([])).not.toHaveProperty('mountsDir');
    for (const name of ['a.example', 'b.example']) {
      expect(await settingsOf(['--mounts-dir=/mnt'], {}, name)).toMatchObject({ mountsDir: `/mnt/${name}` });
    }
  });

  it('lets guests mount volumes only where a flag says so', async () => {
    const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1' };
    const aware = await settingsOf(['--kata-aware'], environment);
    expect(aware).not.toHaveProperty('guests');
    expect(aware.beforePublish).toHaveLength(1);
    const guests = await settingsOf(['--kata-aware', '--guest-volumes'], environment);
    expect(guests.guests).toBeTypeOf('function');
    expect(guests.beforePublish).toHaveLength(1);
  });

  it('uses mount.lustre where it is installed, unless a flag says otherwise', async () => {
    expect(await settingsOf([])).toMatchObject({ mountHelper: 'auto' });
    expect(await settingsOf(['--mount-helper=kernel'])).toMatchObject({ mountHelper: 'kernel' });
  });

  it('publishes in further directories where a flag lists them', async () => {
    expect(await settingsOf([])).toMatchObject({ targetDirs: [] });
    expect(await settingsOf(['--target-dirs=/data/kubelet/, /srv/x'])).toMatchObject({
      targetDirs: ['/data/kubelet', '/srv/x'],
    });
  });

  it.each([
    [['--mount-helper=never'], /--mount-helper is "never": write auto, require, kernel/],
    [['--target-dirs=kubelet'], /--target-dirs: "kubelet" cannot hold targets/],
    [['--target-dirs=/a,//'], /--target-dirs: "\/" cannot hold targets/],
    [['--mount-sharing=everybody'], /--mount-sharing is "everybody": write node or pod/],
    [['--unmount-force-after=5m'], /--unmount-force-after is "5m": write a number of seconds/],
    [['--guest-volumes'], /--guest-volumes needs --kata-aware/],
    [['--unmount-lazy-after=-1'], /--unmount-lazy-after is "-1": write a number of seconds/],
  ])('refuses %j', async (args, words) => {
    await expect(settingsOf(args)).rejects.toThrow(words);
  });
});
