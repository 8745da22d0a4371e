// A storage target that is lost, under a published volume. Runs inside `lustre-cloud-emulator exec`.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMountSource } from '@lustre-csi/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { metricsUrlOf } from '../protocol/calls-in-flight.js';
import {
  createDirectory,
  directoryDrivers,
  directoryRequest,
  eventually,
  publication,
  run,
  stateDirectory,
  type CreatedVolume,
  type PreparedHost,
} from '../testing/directory-bench.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';

/** Time after which a target counts as lost, and the age of a report that is used again. Milliseconds. */
const LOST_MS = 100_000;

let host: PreparedHost;
let driver: DriverProcess;
let volume: CreatedVolume;
let target: string;

const fault = (...args: readonly string[]): unknown =>
  run('lustre-cloud-emulator', ['lustre-fault', ...args]);
const addressOf = (source: string): string => parseMountSource(source).mgsNodes[0]?.[0]?.split('@')[0] ?? '';

beforeAll(async () => {
  const generic = directoryDrivers.at(-1);
  if (!generic) throw new Error('there is no driver');
  host = await generic.prepare();
  const args = ['--state-dir', stateDirectory(), '--metrics-address', '127.0.0.1:0'];
  driver = await startLustreCsi({ driverName: generic.driverName, args });
  volume = await createDirectory(driver, directoryRequest('pvc-lost-target', host));
  const kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
  target = join(kubelet, 'mount');
  await driver.client.node.nodePublishVolume(publication(volume, target));
});

afterAll(async () => {
  fault('clear');
  const { volumeId } = volume;
  await driver.client.node.nodeUnpublishVolume({ volumeId, targetPath: target });
  await driver.client.controller.deleteVolume({ volumeId, secrets: {} });
  await driver.stop();
  await host.remove();
  rmSync(join(target, '..'), { recursive: true });
});

async function condition(): Promise<{ abnormal: boolean; message: string } | undefined> {
  const { volumeId } = volume;
  const request = { volumeId, volumePath: target, stagingTargetPath: '' };
  return (await driver.client.node.nodeGetVolumeStats(request)).volumeCondition;
}

const lostTargets = async (): Promise<readonly string[]> =>
  (await (await fetch(`${metricsUrlOf(driver.log())}/metrics`)).text())
    .split('\n')
    .filter((line) => line.startsWith('lustre_csi_node_lost_target_seconds{'));

it(
  'makes the condition abnormal after a minute, although the file system answers, until the target is back',
  async () => {
    expect(await condition()).toMatchObject({ abnormal: false });
    fault('ost-dead', addressOf(host.source), '1');
    await eventually(async () => (await condition())?.abnormal === true, 'the loss is reported', LOST_MS);
    expect((await condition())?.message).toMatch(
      /^the client has no connection to \w+-OST0001 \(DISCONN, for \d+ s\): access to files there hangs/,
    );
    expect(await lostTargets()).toEqual([expect.stringMatching(/\{target="\w+-OST0001"\} \d+/)]);
    fault('clear');
    await eventually(async () => (await condition())?.abnormal === false, 'the target is back', LOST_MS);
    expect(await lostTargets()).toEqual([]);
  },
  2 * LOST_MS,
);
