// An operator's day with each driver: the real executable over real gRPC, against emulated clouds, with real mounts.
// Runs inside `lustre-cloud-emulator exec`, which npm run demo starts.
import { mkdtemp, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CsiClient } from '@lustre-csi/core/client';
import { startDriverProcess } from '@lustre-csi/driver/testing';
import { clouds, type DemoCloud, type EmulatorState } from './clouds.js';
import { describeBytes, progress, progressDone, say, step } from './show.js';

/** JavaScript file of `lustre-csi`. */
const executable = fileURLToPath(
  new URL('./bin/lustre-csi.js', import.meta.resolve('@lustre-csi/lustre-csi/package.json')),
);

/** CSI MULTI_NODE_MULTI_WRITER: Kubernetes' ReadWriteMany. */
const MULTI_NODE_MULTI_WRITER = 5;

/** gRPC DEADLINE_EXCEEDED: the work continues, and the caller repeats the call. */
const DEADLINE_EXCEEDED = 4;

/** Time limit of a change, in milliseconds. */
const CHANGE_MS = 60_000;

const capability = {
  accessType: {
    $case: 'mount' as const,
    value: { fsType: 'lustre', mountFlags: ['flock'], volumeMountGroup: '' },
  },
  accessMode: { mode: MULTI_NODE_MULTI_WRITER },
};

interface Published {
  readonly volumeId: string;
  readonly volumeContext: Record<string, string>;
}

const emulatorUrl = process.env['LUSTRE_EMULATOR_URL'];
if (!emulatorUrl) throw new Error('run this through lustre-cloud-emulator exec: npm run demo');

async function emulator<T>(path: string): Promise<T> {
  return (await (await fetch(`${emulatorUrl}/_emulator/${path}`)).json()) as T;
}

/** Calls CreateVolume like the provisioner: with a deadline, again and again until the cloud is done. */
async function createVolume(client: CsiClient, cloud: DemoCloud): Promise<Published> {
  const { durations } = await emulator<{ durations: { createSeconds: number } }>('settings');
  const began = Date.now();
  const elapsed = (): number => (Date.now() - began) / 1000;
  for (;;) {
    try {
      const { volume } = await client.controller.createVolume(createRequest(cloud), {
        deadline: Date.now() + 1500,
      });
      progressDone();
      if (!volume) throw new Error('CreateVolume answered without a volume');
      step(
        'CreateVolume',
        `${volume.volumeId}, ${describeBytes(volume.capacityBytes)}, in ${elapsed().toFixed(1)} s`,
      );
      return volume;
    } catch (error) {
      const { code, details } = error as { code?: number; details?: string };
      if (code !== DEADLINE_EXCEEDED || elapsed() > 60) throw error;
      progress('CreateVolume', elapsed() / (durations.createSeconds + 1), details?.split(';')[0] ?? '');
    }
  }
}

function createRequest(cloud: DemoCloud): Parameters<CsiClient['controller']['createVolume']>[0] {
  return {
    name: 'pvc-3f1c2d7a-demo',
    capacityRange: { requiredBytes: cloud.capacityBytes, limitBytes: 0n },
    volumeCapabilities: [capability],
    parameters: { ...cloud.parameters },
    secrets: {},
    mutableParameters: {},
    volumeContentSource: undefined,
    accessibilityRequirements: undefined,
  };
}

async function publish(client: CsiClient, volume: Published, targetPath: string): Promise<void> {
  await client.node.nodePublishVolume({
    volumeId: volume.volumeId,
    volumeContext: volume.volumeContext,
    targetPath,
    volumeCapability: capability,
    readonly: false,
    stagingTargetPath: '',
    publishContext: {},
    secrets: {},
  });
}

/** Changes a volume that pods use, like external-resizer for a larger claim and for another VolumeAttributesClass. */
async function change(client: CsiClient, cloud: DemoCloud, { volumeId }: Published): Promise<void> {
  const options = (): { readonly deadline: number } => ({ deadline: Date.now() + CHANGE_MS });
  const { capacityBytes } = await client.controller.controllerExpandVolume(
    {
      volumeId,
      capacityRange: { requiredBytes: cloud.largerBytes, limitBytes: 0n },
      volumeCapability: capability,
      secrets: {},
    },
    options(),
  );
  step('ControllerExpandVolume', `${describeBytes(capacityBytes)}, under the pods`);
  const mutableParameters = { ...cloud.mutableParameters };
  await client.controller.controllerModifyVolume({ volumeId, mutableParameters, secrets: {} }, options());
  const words = Object.entries(mutableParameters).map(([name, value]) => `${name} is now ${value}`);
  step('ControllerModifyVolume', words.join(', '));
}

async function mountedBelow(directory: string): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table.split('\n').filter((line) => line.includes(directory));
}

async function usePods(
  client: CsiClient,
  cloud: DemoCloud,
  volume: Published,
  kubelet: string,
): Promise<void> {
  const [writer, reader] = [join(kubelet, 'pod-a'), join(kubelet, 'pod-b')] as const;
  await publish(client, volume, writer);
  await publish(client, volume, reader);
  const [entry = ''] = await mountedBelow(writer);
  step('NodePublishVolume', `two pods, mounted from ${entry.split(' - ')[1]?.split(' ')[1] ?? '?'}`);
  const written = `hello from pod A at ${new Date().toISOString()}`;
  await writeFile(join(writer, 'out.txt'), written);
  const read = await readFile(join(reader, 'out.txt'), 'utf8');
  if (read !== written) throw new Error(`pod B read "${read}"`);
  step('write in A, read in B', `"${read}"`);
  const stats = await client.node.nodeGetVolumeStats({
    volumeId: volume.volumeId,
    volumePath: reader,
    stagingTargetPath: '',
  });
  const [bytes] = stats.usage;
  step('NodeGetVolumeStats', `${describeBytes(bytes?.total ?? 0n)} in all, ${bytes?.used ?? 0n} bytes used`);
  await change(client, cloud, volume);
  for (const targetPath of [writer, reader]) {
    await client.node.nodeUnpublishVolume({ volumeId: volume.volumeId, targetPath });
  }
  step('NodeUnpublishVolume', 'both pods');
}

async function deleteVolume(client: CsiClient, volumeId: string): Promise<void> {
  const began = Date.now();
  await client.controller.deleteVolume({ volumeId, secrets: {} }, { deadline: Date.now() + 30_000 });
  step('DeleteVolume', `gone after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

async function expectNothingLeft(cloud: DemoCloud, kubelet: string): Promise<void> {
  const fileSystems = cloud.fileSystems(await emulator<EmulatorState>('state'));
  const mounts = await mountedBelow(kubelet);
  const directories = await readdir(kubelet);
  step(
    'left behind',
    `${fileSystems.length} file systems, ${mounts.length} mounts, ${directories.length} directories`,
  );
  if (fileSystems.length + mounts.length + directories.length > 0)
    throw new Error('something was left behind');
}

async function play(cloud: DemoCloud): Promise<void> {
  say(`${cloud.title} (--driver-name ${cloud.driverName})`);
  const kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-demo-'));
  const driver = await startDriverProcess({ executable, driverName: cloud.driverName });
  try {
    const info = await driver.client.identity.getPluginInfo({});
    step('GetPluginInfo', `${info.name} ${info.vendorVersion}`);
    const volume = await createVolume(driver.client, cloud);
    await usePods(driver.client, cloud, volume, kubelet);
    await deleteVolume(driver.client, volume.volumeId);
    await expectNothingLeft(cloud, kubelet);
  } catch (error) {
    progressDone();
    say(driver.log());
    throw error;
  } finally {
    await driver.stop();
    // Never recursively: below a mount that is left is the data of a volume.
    await rmdir(kubelet).catch(() => {});
  }
  say();
}

say('Four clouds on this machine (lustre-cloud-emulator), one driver (lustre-csi), no Lustre needed.');
say();
try {
  for (const cloud of clouds) await play(cloud);
  say(
    'All drivers: created, mounted, written, read, measured, expanded, modified, deleted. Nothing is left.',
  );
} catch (error) {
  say(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
