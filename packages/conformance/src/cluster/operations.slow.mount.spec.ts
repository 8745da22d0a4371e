// Metrics and events of the executable as a pod: what it learns from the cluster, and what it reports there.
import { hostname } from 'node:os';
import { csi } from '@lustre-csi/core/client';
import { startKubeApiServer, type KubeApiServer } from '@lustre-csi/driver/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { metricsUrlOf } from '../protocol/calls-in-flight.js';
import { readWriteMany } from '../testing/emulated-cloud.js';
import { startLustreCsi } from '../testing/lustre-csi.js';
import { startPodProcess, type PodProcess } from './pod-process.js';

const TOKEN = 'token of the service account';
const FSX = 'fsx.csi.aws.com';

interface SentEvent {
  readonly involvedObject: { readonly kind: string; readonly name: string };
  readonly reason: string;
  readonly message: string;
}

let api: KubeApiServer;
let pod: PodProcess | undefined;
let events: SentEvent[] = [];

beforeEach(async () => {
  api = await startKubeApiServer(TOKEN);
  events = [];
  api.intercept((request, response) => {
    if (request.method !== 'POST' || request.url !== '/api/v1/namespaces/default/events') return false;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      events.push(JSON.parse(body) as SentEvent);
      response.writeHead(201, { 'content-type': 'application/json' }).end(body);
    });
    return true;
  });
});
afterEach(async () => {
  await pod?.stop();
  await api.stop();
});

async function orphan(): Promise<{ readonly volumeId: string; readonly remove: () => Promise<void> }> {
  const driver = await startLustreCsi({ driverName: FSX, mode: 'controller' });
  const { volume } = await driver.client.controller.createVolume(
    csi.CreateVolumeRequest.fromPartial({
      name: 'pvc-00000000-0000-0000-0000-00000000000b',
      volumeCapabilities: [readWriteMany()],
      parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', deploymentType: 'SCRATCH_2' },
    }),
  );
  const volumeId = volume?.volumeId ?? '';
  return {
    volumeId,
    remove: async () => {
      await driver.client.controller.deleteVolume({ volumeId, secrets: {} });
      await driver.stop();
    },
  };
}

it('a controller reports that it leads, and orphans as a metric and as events', async () => {
  const { volumeId, remove } = await orphan();
  for (const kind of ['persistentvolumes', 'persistentvolumeclaims'])
    api.objects.set(`/api/v1/${kind}?limit=500`, { items: [] });
  api.objects.set('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/fsx-csi-aws-com', {
    spec: { holderIdentity: hostname() },
  });
  try {
    const flags = ['--metrics-address=127.0.0.1:0', '--orphan-check-interval=300', '--events'];
    const running = startPodProcess(
      api,
      TOKEN,
      ['--driver-name', FSX, '--mode=controller', ...flags],
      process.env,
    );
    pod = running;
    await vi.waitFor(() => expect(running.log()).toContain('serving CSI'), { timeout: 20_000, interval: 50 });
    const url = `${metricsUrlOf(running.log())}/metrics`;
    await vi.waitFor(
      async () => {
        const text = await (await fetch(url)).text();
        expect(text).toMatch(/^lustre_csi_orphans\{provider="fsx\.csi\.aws\.com"\} [1-9]/m);
        expect(text).toContain('\nlustre_csi_leader 1\n');
      },
      { timeout: 20_000, interval: 100 },
    );
    await vi.waitFor(() => expect(events.map(({ message }) => message).join()).toContain(volumeId), {
      timeout: 10_000,
    });
    expect(events[0]).toMatchObject({
      involvedObject: { kind: 'CSIDriver', name: FSX },
      reason: 'LustreFileSystemOrphaned',
    });
  } finally {
    await remove();
  }
});
