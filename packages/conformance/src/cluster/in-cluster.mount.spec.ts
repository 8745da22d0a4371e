// The driver as a pod of a cluster: the real executable, an API server over TLS. Runs inside `lustre-cloud-emulator exec`,
// for its mount.lustre.
import { connectCsi, csi } from '@lustre-csi/core/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refuse, startKubeApiServer, type KubeApiServer } from '@lustre-csi/driver/testing';
import { startLustreCsi } from '../testing/lustre-csi.js';
import { testedDrivers } from '../testing/emulated-cloud.js';
import { startPodProcess, type PodProcess } from './pod-process.js';

const TOKEN = 'token of the service account';
const nodePath = '/api/v1/nodes/node-1';
const gpu = { key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' };

let api: KubeApiServer;
let pod: PodProcess | undefined;

beforeEach(async () => {
  api = await startKubeApiServer(TOKEN);
});
afterEach(async () => {
  await pod?.stop();
  pod = undefined;
  await api.stop();
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 });

const start = (args: readonly string[], environment = process.env): PodProcess =>
  (pod = startPodProcess(api, TOKEN, ['--node-id', 'node-1', ...args], environment));

/** Exit status and output of a command. */
async function outcomeOf(command: PodProcess): Promise<readonly [number, string]> {
  await command.ended;
  const log = command.log();
  return [await command.stop(), log];
}

describe.each(testedDrivers)('$driverName', ({ driverName }) => {
  const key = `${driverName}/agent-not-ready`;

  it('keeps pods away until the node can mount, and logs the reason', async () => {
    api.objects.set(nodePath, { spec: { taints: [{ key, effect: 'NoExecute' }, gpu] } });
    const running = start(['--driver-name', driverName, '--mode', 'node']);
    await until(() =>
      expect(running.log()).toContain(`the taint ${key} stays on the node: the kernel module lustre`),
    );
    expect(running.log()).toContain('serving CSI');
    running.setFileSystemTypes(['tmpfs', 'lustre']);
    await until(() => expect(running.log()).toContain(`kubelet has not registered ${driverName}`));
    expect(api.objects.get(nodePath)).toEqual({ spec: { taints: [{ key, effect: 'NoExecute' }, gpu] } });
    const drivers = [{ name: driverName, nodeID: 'node-1', topologyKeys: null }];
    api.objects.set('/apis/storage.k8s.io/v1/csinodes/node-1', { spec: { drivers } });
    await until(() => expect(api.objects.get(nodePath)).toEqual({ spec: { taints: [gpu] } }));
    await until(() => expect(running.log()).toContain('its startup taint is removed'));
    expect(await running.stop()).toBe(0);
    pod = undefined;
  });
});

it('relies on kubelet’s call if the role of the replaced driver does not allow to read CSINodes', async () => {
  const driverName = 'fsx.csi.aws.com';
  const key = `${driverName}/agent-not-ready`;
  api.objects.set(nodePath, { spec: { taints: [{ key, effect: 'NoExecute' }, gpu] } });
  api.intercept(({ url = '' }, response) => {
    if (!url.includes('/csinodes/')) return false;
    refuse(response, 403, 'csinodes.storage.k8s.io "node-1" is forbidden');
    return true;
  });
  const running = start(['--driver-name', driverName, '--mode', 'node']);
  running.setFileSystemTypes(['tmpfs', 'lustre']);
  await until(() =>
    expect(running.log()).toContain('give the service account get on csinodes.storage.k8s.io'),
  );
  expect(api.objects.get(nodePath)).toEqual({ spec: { taints: [{ key, effect: 'NoExecute' }, gpu] } });
  const kubelet = connectCsi(running.endpoint);
  await kubelet.node.nodeGetInfo({});
  kubelet.close();
  await until(() => expect(api.objects.get(nodePath)).toEqual({ spec: { taints: [gpu] } }));
});

describe('pre-stop-hook, for the driver that the environment names', () => {
  const environment = { ...process.env, LUSTRE_CSI_DRIVER_NAME: 'fsx.csi.aws.com', CSI_NODE_NAME: 'node-2' };
  const run = async (): Promise<readonly [number, string]> => {
    return outcomeOf(startPodProcess(api, TOKEN, [], environment, 'pre-stop-hook'));
  };

  it.each([
    ['stays', [gpu], 'the node is not being drained: volumes stay mounted'],
    [
      'goes',
      [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }],
      'is being drained, and all volumes are unmounted',
    ],
  ])('exits on a node that %s', async (_, taints, words) => {
    api.objects.set('/api/v1/nodes/node-2', { spec: { taints } });
    const [status, log] = await run();
    expect(log).toContain(words);
    expect(status).toBe(0);
  });

  it('fails if the taints of the node cannot be read', async () => {
    const [status, log] = await run();
    expect(log).toMatch(/^lustre-csi: pre-stop-hook: .*404.*is node-2 the name of the node\?/m);
    expect(status).toBe(1);
  });
});

describe('orphans', () => {
  const fsx = 'fsx.csi.aws.com';
  const lists = (volumes: readonly object[], claims: readonly object[]): void => {
    api.objects.set('/api/v1/persistentvolumes?limit=500', { items: volumes });
    api.objects.set('/api/v1/persistentvolumeclaims?limit=500', { items: claims });
  };
  const run = async (): Promise<readonly [number, string]> => {
    return outcomeOf(startPodProcess(api, TOKEN, ['--driver-name', fsx], process.env, 'orphans'));
  };

  it('names a file system that no PersistentVolume and no claim refers to, and changes nothing', async () => {
    const driver = await startLustreCsi({ driverName: fsx, mode: 'controller' });
    let volumeId = 'none';
    try {
      const { volume } = await driver.client.controller.createVolume(
        csi.CreateVolumeRequest.fromPartial({
          name: 'pvc-00000000-0000-0000-0000-00000000000a',
          volumeCapabilities: [
            {
              accessType: { $case: 'mount', value: {} },
              accessMode: { mode: csi.VolumeCapability_AccessMode_Mode.MULTI_NODE_MULTI_WRITER },
            },
          ],
          parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', deploymentType: 'SCRATCH_2' },
        }),
      );
      volumeId = volume?.volumeId ?? '';
      lists([], []);
      const [status, log] = await run();
      expect(log).toContain(`${volumeId} (us-west-2): created for volume pvc-00000000`);
      expect(log).toMatch(/^\d+ of \d+ file systems have neither a PersistentVolume nor a claim/m);
      expect(status).toBe(3);
      lists([], [{ metadata: { uid: '00000000-0000-0000-0000-00000000000a' } }]);
      expect((await run())[1]).not.toContain(volumeId);
    } finally {
      await driver.client.controller.deleteVolume({ volumeId, secrets: {} });
      await driver.stop();
    }
  });

  it('fails if the cluster cannot be listed completely', async () => {
    lists([], []);
    api.objects.delete('/api/v1/persistentvolumeclaims?limit=500');
    const [status, log] = await run();
    expect(log).toMatch(/^lustre-csi: orphans: GET \/api\/v1\/persistentvolumeclaims\?limit=500: 404/m);
    expect(status).toBe(1);
  });
});

describe('a controller of FSx without a region', () => {
  const { AWS_REGION: _own, AWS_DEFAULT_REGION: _other, ...others } = process.env;
  const environment = { ...others, AWS_EC2_METADATA_DISABLED: 'true' };
  const controller = ['--driver-name', 'fsx.csi.aws.com', '--mode', 'controller'];

  it('uses the region of the node', async () => {
    api.objects.set(nodePath, { spec: { providerID: 'eks-hybrid:///us-west-2/training/mi-01' } });
    const running = start(controller, environment);
    await until(() => expect(running.log()).toContain('serving CSI'));
    expect(api.asked).toEqual(['GET /api/v1/namespaces/kube-system', `GET ${nodePath}`]);
  });

  it('exits with one line where there is no node of its name', async () => {
    const running = start(controller, environment);
    expect(await running.ended).toBe(2);
    const line = running
      .log()
      .split('\n')
      .filter((text) => text.startsWith('lustre-csi: '));
    expect(line).toEqual([expect.stringContaining('no AWS region: set the environment variable AWS_REGION')]);
    expect(line[0]).toContain('AWS_EC2_METADATA_DISABLED is set; the Kubernetes node reports none: ');
    expect(line[0]).toContain('is node-1 the name of the node? Set CSI_NODE_NAME');
  });
});
