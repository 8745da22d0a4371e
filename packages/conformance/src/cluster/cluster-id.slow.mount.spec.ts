// The default id of the cluster, and what it protects: two clusters and a driver without an id in one account. Runs inside
// `lustre-cloud-emulator exec`, for the service accounts.
import { connectCsi, type CsiClient } from '@lustre-csi/core/client';
import { startKubeApiServer, type KubeApiServer } from '@lustre-csi/driver/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { subjects } from '../sanity/subjects.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import { createRequest, testedDrivers } from '../testing/emulated-cloud.js';
import { startPodProcess, type PodProcess } from './pod-process.js';

const TOKEN = 'token of the service account';
const FAILED_PRECONDITION = 9;
/** external-resizer gives up at FAILED_PRECONDITION. */
const UNAVAILABLE = 14;

let api: KubeApiServer;

beforeAll(async () => {
  api = await startKubeApiServer(TOKEN);
});
afterAll(() => api.stop());

describe.each(testedDrivers)('$driverName', (tested) => {
  const { driverName } = tested;
  const running: PodProcess[] = [];
  const clients: CsiClient[] = [];
  let stateless: DriverProcess;
  /** Controller of the cluster `blue`, controller of the cluster `green`. */
  let blue: CsiClient;
  let green: CsiClient;

  /** Starts a controller as a pod of a cluster whose namespace kube-system has this uid, and no `--cluster-id`. */
  const controllerIn = async (uid: string): Promise<CsiClient> => {
    api.objects.set('/api/v1/namespaces/kube-system', { metadata: { uid } });
    const args = ['--driver-name', driverName, '--mode', 'controller', '--node-id', 'node-1'];
    const pod = startPodProcess(api, TOKEN, args, process.env);
    running.push(pod);
    await vi.waitFor(() => expect(pod.log()).toContain('serving CSI'), { timeout: 20_000, interval: 50 });
    const client = connectCsi(pod.endpoint);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    blue = await controllerIn('blue');
    green = await controllerIn('green');
    stateless = await startLustreCsi({ driverName, mode: 'controller' });
  });

  afterAll(async () => {
    for (const client of clients) client.close();
    await Promise.all([stateless.stop(), ...running.map((pod) => pod.stop())]);
  });

  const create = (client: CsiClient, name: string) =>
    client.controller.createVolume(createRequest(tested, name), { deadline: Date.now() + 20_000 });
  const idOf = async (creation: ReturnType<typeof create>): Promise<string> =>
    (await creation).volume?.volumeId ?? '';

  it('neither adopts, deletes, expands nor modifies what another cluster owns', async () => {
    const name = `owned-${process.pid}`;
    const volumeId = await idOf(create(blue, name));
    const subject = subjects.find((each) => each.driverName === driverName);
    for (const { controller } of [green, stateless.client]) {
      const refusal = (code: number): object => ({
        code,
        details: expect.stringMatching(/belongs to the cluster blue.*--cluster-id blue/) as string,
      });
      await expect(controller.deleteVolume({ volumeId, secrets: {} })).rejects.toMatchObject(
        refusal(FAILED_PRECONDITION),
      );
      const mutableParameters = { ...subject?.mutableParameters };
      await expect(
        controller.controllerModifyVolume({ volumeId, secrets: {}, mutableParameters }),
      ).rejects.toMatchObject(refusal(FAILED_PRECONDITION));
      const capacityRange = { requiredBytes: subject?.expandedBytes ?? 0n, limitBytes: 0n };
      await expect(
        controller.controllerExpandVolume({
          volumeId,
          secrets: {},
          capacityRange,
          volumeCapability: undefined,
        }),
      ).rejects.toMatchObject(refusal(UNAVAILABLE));
    }
    await expectOwn(green, name, volumeId);
    expect(await idOf(create(blue, name))).toBe(volumeId);
    await blue.controller.deleteVolume({ volumeId, secrets: {} });
  });

  /** The same name is another volume where names are not unique; those of Azure and Google are. */
  async function expectOwn(client: CsiClient, name: string, others: string): Promise<void> {
    if (tested.cloud !== 'aws') {
      await expect(create(client, name)).rejects.toMatchObject({ code: 6 });
      return;
    }
    const own = await idOf(create(client, name));
    expect(own).not.toBe(others);
    await client.controller.deleteVolume({ volumeId: own, secrets: {} });
  }

  it('takes over what has no tag of a cluster with its claim alone, once', async () => {
    const name = `untagged-${process.pid}`;
    const volumeId = await idOf(create(stateless.client, name));
    expect(await idOf(create(green, name))).toBe(volumeId);
    for (const { controller } of [blue, stateless.client]) {
      await expect(controller.deleteVolume({ volumeId, secrets: {} })).rejects.toMatchObject({
        code: FAILED_PRECONDITION,
        details: expect.stringContaining('belongs to the cluster green') as string,
      });
    }
    await green.controller.deleteVolume({ volumeId, secrets: {} });
  });
});
