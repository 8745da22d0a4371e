// The manifests of both Go drivers with only the image replaced: entry points, arguments, environment, probes and hooks are
// those of aws-fsx-csi-driver 1.9.0 (deploy/kubernetes/base) and azurelustre-csi-driver 0.4.0 (deploy). Runs inside
// `lustre-cloud-emulator exec`, for its mount.lustre.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connectCsi, type CsiClient } from '@lustre-csi/core/client';
import { startKubeApiServer, type KubeApiServer } from '@lustre-csi/driver/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startContainer, type PodProcess } from '../cluster/pod-process.js';

const TOKEN = 'token of the service account';
const NODE = 'node-1';

/** File that the image has under the path that the manifests name. */
const entryPoint = (name: string): string =>
  fileURLToPath(new URL(`./bin/${name}`, import.meta.resolve('@lustre-csi/lustre-csi/package.json')));

const awsPlugin = entryPoint('aws-fsx-csi-driver.js');
const azurePlugin = entryPoint('azurelustreplugin.js');
const readinessProbe = entryPoint('readiness-probe.js');

interface Manifest {
  readonly workload: string;
  readonly driverName: string;
  readonly plugin: string;
  /** `args`, with kubelet's `$(NAME)`. */
  readonly args: readonly string[];
  /** `env`; DIRECTORY stands for the directory of the socket. */
  readonly environment: Readonly<Record<string, string>>;
  readonly serves: readonly ('controller' | 'node')[];
}

const aws = { driverName: 'fsx.csi.aws.com', plugin: awsPlugin };
const azure = { driverName: 'azurelustre.csi.azure.com', plugin: azurePlugin };
const azureUnix = { CSI_ENDPOINT: 'unix://DIRECTORY/csi.sock' };

const manifests: readonly Manifest[] = [
  {
    ...aws,
    workload: 'Deployment fsx-csi-controller',
    args: ['--mode=controller', '--endpoint=$(CSI_ENDPOINT)', '--logging-format=text', '--v=2'],
    environment: { CSI_ENDPOINT: 'unix://DIRECTORY/csi.sock', CSI_NODE_NAME: NODE },
    serves: ['controller'],
  },
  {
    ...aws,
    workload: 'DaemonSet fsx-csi-node',
    args: ['--mode=node', '--endpoint=$(CSI_ENDPOINT)', '--logging-format=text', '--v=2'],
    environment: { CSI_ENDPOINT: 'unix:DIRECTORY/csi.sock', CSI_NODE_NAME: NODE },
    serves: ['node'],
  },
  {
    ...azure,
    workload: 'Deployment csi-azurelustre-controller',
    args: ['-v=5', '--endpoint=$(CSI_ENDPOINT)', '--enable-azurelustre-mock-dyn-prov=false'],
    environment: { ...azureUnix, AZURELUSTRE_CSI_INSTALL_LUSTRE_CLIENT: 'no' },
    serves: ['controller', 'node'],
  },
  {
    ...azure,
    workload: 'DaemonSet csi-azurelustre-node',
    args: ['-v=5', '--endpoint=$(CSI_ENDPOINT)', '--nodeid=$(KUBE_NODE_NAME)'],
    environment: {
      ...azureUnix,
      AZURELUSTRE_CSI_INSTALL_LUSTRE_CLIENT: 'yes',
      LUSTRE_VERSION: '2.15.7',
      CLIENT_SHA_SUFFIX: '33-g79ddf99',
      KUBE_NODE_NAME: NODE,
    },
    serves: ['controller', 'node'],
  },
];

/** Variables with which a process finds the emulated clouds, in place of the real ones. */
const cloud = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(?:PATH|AWS_|AZURE_|NODE_EXTRA_CA_CERTS)/.test(name)),
);

let api: KubeApiServer;
let pod: PodProcess | undefined;
let environment: Record<string, string | undefined>;
let client: CsiClient | undefined;

beforeEach(async () => {
  api = await startKubeApiServer(TOKEN);
  api.objects.set(`/api/v1/nodes/${NODE}`, { spec: { taints: [] } });
});
afterEach(async () => {
  client?.close();
  await pod?.stop();
  pod = undefined;
  await api.stop();
});

async function start(manifest: Manifest): Promise<PodProcess> {
  const started = startContainer(api, TOKEN, (directory) => {
    const own = Object.entries(manifest.environment);
    environment = {
      ...cloud,
      ...Object.fromEntries(own.map(([name, value]) => [name, value.replace('DIRECTORY', directory)])),
    };
    const argv = manifest.args.map((text) =>
      text.replace(/\$\((\w+)\)/g, (_, name: string) => environment[name] ?? ''),
    );
    return { argv: [manifest.plugin, ...argv], environment };
  });
  pod = started;
  await vi.waitFor(() => expect(started.log()).toContain('serving CSI'), { timeout: 20_000, interval: 50 });
  client = connectCsi(started.endpoint);
  return started;
}

/** Runs a command in the container, as kubelet does for `exec`. */
function exec({ pid }: PodProcess, ...command: readonly string[]): readonly [number | null, string] {
  const kubernetes = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(api.port) };
  const inside = ['-t', String(pid), '-m', ...command];
  const { status, stdout, stderr } = spawnSync('nsenter', inside, {
    env: { ...environment, ...kubernetes },
    encoding: 'utf8',
  });
  return [status, stdout + stderr];
}

const answers = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    (error: { readonly code?: number }) => error.code !== 12, // UNIMPLEMENTED
  );

describe.each(manifests)('$workload', (manifest) => {
  it('starts with its own arguments, serves what it served, and stops', async () => {
    const started = await start(manifest);
    const { identity, controller, node } = client as CsiClient;
    expect((await identity.getPluginInfo({})).name).toBe(manifest.driverName);
    expect(await identity.probe({})).toMatchObject({ ready: true });
    const served = {
      controller: await answers(controller.controllerGetCapabilities({})),
      node: await answers(node.nodeGetCapabilities({})),
    };
    expect(Object.entries(served).flatMap(([name, is]) => (is ? name : []))).toEqual(manifest.serves);
    expect(await started.stop()).toBe(0);
    pod = undefined;
  });
});

describe('probes and hooks of the manifests', () => {
  const [, awsNode, azureController, azureNode] = manifests as [Manifest, Manifest, Manifest, Manifest];

  it('makes the node plugin ready once the node can mount', async () => {
    const started = await start(azureNode);
    const [status, reason] = exec(started, readinessProbe);
    expect(reason).toContain('the kernel module lustre is not loaded');
    expect(status).toBe(1);
    started.setFileSystemTypes(['tmpfs', 'lustre']);
    expect(exec(started, readinessProbe)).toEqual([0, '']);
    expect(await (client as CsiClient).node.nodeGetInfo({})).toMatchObject({ nodeId: NODE });
  });

  it('makes a controller ready without a Lustre client, and not when nothing listens at the endpoint', async () => {
    const started = await start(azureController);
    expect(exec(started, readinessProbe)).toEqual([0, '']);
    environment['CSI_ENDPOINT'] = `${started.endpoint}-other`;
    const [status, reason] = exec(started, readinessProbe);
    expect(reason).toMatch(/^azurelustreplugin: readiness-probe: .*csi\.sock-other/m);
    expect(status).toBe(1);
  });

  it('runs the pre-stop hook, which returns when the node is drained and has no mounts', async () => {
    const started = await start(awsNode);
    const taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];
    api.objects.set(`/api/v1/nodes/${NODE}`, { spec: { taints } });
    // spawnSync would stop this process, which is the API server.
    const hook = startContainer(api, TOKEN, () => ({ argv: [awsPlugin, 'pre-stop-hook'], environment }));
    await hook.ended;
    expect(hook.log()).toContain('is being drained, and all volumes are unmounted');
    expect(await hook.stop()).toBe(0);
    expect(await started.stop()).toBe(0);
    pod = undefined;
  });
});
