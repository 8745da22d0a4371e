// Rows of the Node service that need mounts: the code, the message, the mounts, and that an unused target does not exist.
import { mkdtemp, readFile, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csi } from '@lustre-csi/core/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { createRequest, testedDrivers } from '../testing/emulated-cloud.js';
import { nodeCodes, nodeRows, type NodeRow, type Publication } from './node-rows.js';

interface Outcome {
  readonly code: number;
  readonly details: string;
  readonly metadata: { get(name: string): readonly unknown[] };
  /** Answer of a call; absent if the call failed. */
  readonly response?: object;
}

describe.each(testedDrivers)('$driverName', (tested) => {
  const { driverName } = tested;
  let driver: DriverProcess;
  let kubelet: string;
  let state: string;
  const volumes = new Map<string, csi.Volume>();
  const foreignKeys = {
    'csi.storage.k8s.io/pod.name': 'pod-1',
    'csi.storage.k8s.io/pod.uid': '6f1a2b7e-0000-4000-8000-000000000001',
    'csi.storage.k8s.io/serviceAccount.name': 'default',
    'csi.storage.k8s.io/ephemeral': 'false',
    'storage.kubernetes.io/csiProvisionerIdentity': `1700000000000-1234-${driverName}`,
  };

  /** Starts a driver with the state of its predecessor, and of no other process. */
  const start = (): Promise<DriverProcess> => startLustreCsi({ driverName, args: ['--state-dir', state] });

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), 'lustre-csi-state-'));
    driver = await start();
    for (const name of ['own', 'other']) {
      const { volume } = await driver.client.controller.createVolume(
        createRequest(tested, `pvc-rows-${name}`),
      );
      if (!volume) throw new Error('CreateVolume answered without a volume');
      volumes.set(name, volume);
    }
    volumes.set('static', { ...volumeOf({}), volumeId: 'scratch of the physics group' });
  });

  beforeEach(async () => {
    kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
  });

  afterEach(async () => {
    for (const name of await readdir(kubelet)) await unpublish(name);
    await rmdir(kubelet);
  });

  afterAll(async () => {
    for (const { volumeId } of volumes.values()) {
      await driver.client.controller.deleteVolume({ volumeId, secrets: {} });
    }
    await vi.waitFor(async () => expect(await readdir(join(state, 'mounts'))).toEqual([]), {
      timeout: 10_000,
    });
    await driver.stop();
    await rm(state, { recursive: true });
  });

  const volumeOf = ({ volume }: Publication): csi.Volume => {
    const found = volumes.get(volume === 'gone' ? 'own' : (volume ?? 'own')) as csi.Volume;
    if (volume !== 'gone') return found;
    // Each cloud's context spells the name of a file system in its own way. No server has this one.
    const context = { mountname: 'nothere', 'fs-name': 'nothere' };
    return { ...found, volumeContext: { ...found.volumeContext, ...context } };
  };

  const publish = (publication: Publication): Promise<object> => {
    const added = publication.hasForeignKeys ? foreignKeys : {};
    const { target = 'a', mode = 'MULTI_NODE_MULTI_WRITER', readonly = false, mountFlags = [] } = publication;
    const { volumeId, volumeContext } = volumeOf(publication);
    const volumeCapability = csi.VolumeCapability.fromPartial({
      accessType: { $case: 'mount', value: { mountFlags: [...mountFlags] } },
      accessMode: { mode: csi.VolumeCapability_AccessMode_Mode[mode] },
    });
    const targetPath = join(kubelet, target);
    return driver.client.node.nodePublishVolume(
      csi.NodePublishVolumeRequest.fromPartial({
        volumeId,
        volumeContext: { ...volumeContext, ...added },
        targetPath,
        readonly,
        volumeCapability,
      }),
    );
  };

  /** Unpublishes either volume: the driver refuses at the target of the other one. */
  const unpublish = async (target: string): Promise<void> => {
    const targetPath = join(kubelet, target);
    for (const { volumeId } of volumes.values()) {
      await driver.client.node.nodeUnpublishVolume({ volumeId, targetPath }).catch(() => {});
    }
  };

  const call = ({ request }: NodeRow): Promise<object> => {
    if ('publish' in request) return publish(request.publish);
    const { volumeId } = volumeOf({});
    const { node } = driver.client;
    if ('unpublish' in request) {
      return node.nodeUnpublishVolume({ volumeId, targetPath: join(kubelet, request.unpublish) });
    }
    const volumePath = join(kubelet, request.stats);
    return node.nodeGetVolumeStats({ volumeId, volumePath, stagingTargetPath: '' });
  };

  const mountedTargets = async (): Promise<readonly string[]> => {
    const table = await readFile('/proc/self/mountinfo', 'utf8');
    return table.split('\n').flatMap((line) => {
      const mountPoint = line.split(' ')[4] ?? '';
      return mountPoint.startsWith(`${kubelet}/`) ? [mountPoint.slice(kubelet.length + 1)] : [];
    });
  };

  it.each(nodeRows)('$row, $what: $code', async (row) => {
    if (row.before) await publish(row.before);
    if (row.isRestarted) {
      await driver.kill();
      driver = await start();
    }
    const calls = Array.from({ length: row.atOnce ?? 1 }, () => outcomeOf(call(row)));
    for (const outcome of await Promise.all(calls)) expectAnswer(row, outcome);
    const mounted = await mountedTargets();
    expect(mounted).toHaveLength(row.mounts);
    expect(await readdir(kubelet)).toEqual([...mounted].sort());
  });

  const expectAnswer = (row: NodeRow, outcome: Outcome): void => {
    expect(outcome.code, outcome.details).toBe(nodeCodes[row.code]);
    expect(outcome.details).toContain(row.names ?? '');
    if (row.code !== 'OK') expect(outcome.details).toMatch(/\w+ \w+ \w+/);
    expect(outcome.metadata.get('grpc-status-details-bin')).toEqual([]);
    if ('stats' in row.request && row.code === 'OK') {
      expect(outcome.response).toMatchObject({ usage: [{ total: tested.capacityBytes }, {}] });
    }
  };

  const outcomeOf = (answer: Promise<object>): Promise<Outcome> =>
    answer.then(
      (response) => ({ code: 0, details: '', metadata: { get: () => [] }, response }),
      (error: unknown) => error as Outcome,
    );
});
