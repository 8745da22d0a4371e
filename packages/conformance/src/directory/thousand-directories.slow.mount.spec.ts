// A thousand directories, through kills of controller and node, and two replicas at once. Runs inside
// `lustre-cloud-emulator exec`.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';
import {
  createDirectory,
  directoryRequest,
  eventually,
  LookingGlass,
  prepareGeneric,
  publication,
  run,
  stateDirectory,
  type CreatedVolume,
  type PreparedHost,
} from '../testing/directory-bench.js';

const driverName = 'generic.lustre-csi';
const COUNT = 1000;
/** Number of simultaneous calls: about the workers of external-provisioner. */
const AT_ONCE = 50;
const KILLS = 4;
const UNAVAILABLE = 14;

let host: PreparedHost;
let look: LookingGlass;

beforeEach(() => {
  host = prepareGeneric();
  look = new LookingGlass(host.source);
});

afterEach(() => look.close());

/** A driver that is killed now and then, and callers that repeat failed calls, as Kubernetes does. */
class MortalDriver {
  #driver: Promise<DriverProcess>;

  constructor(private readonly stateDir: string) {
    this.#driver = this.#start();
  }

  /** Kills the workers first, during their work, as the end of a container does. */
  async kill(): Promise<void> {
    const killed = await this.#driver;
    for (const worker of workersOf(killed.pid)) process.kill(worker, 'SIGKILL');
    this.#driver = killed.kill().then(() => this.#start());
    await this.#driver;
  }

  async stop(): Promise<void> {
    await (await this.#driver).stop();
  }

  async repeat<T>(call: (driver: DriverProcess) => Promise<T>): Promise<T> {
    for (;;) {
      const driver = await this.#driver;
      try {
        return await call(driver);
      } catch (error) {
        if (driver === (await this.#driver)) throw error;
      }
    }
  }

  #start(): Promise<DriverProcess> {
    return startLustreCsi({ driverName, args: ['--state-dir', this.stateDir] });
  }
}

function workersOf(driver: number): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const parent = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return Number(parent) === driver && command.includes('directory-worker.child.js');
    } catch {
      return false; // The process has ended meanwhile.
    }
  });
}

/** Works on all items, several at once, and kills the driver after these numbers of items. */
async function throughKills<T, R>(
  driver: MortalDriver,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...items];
  let done = 0;
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      results.push(await work(item));
      done += 1;
      if (done % Math.ceil(items.length / (KILLS + 1)) === 0) await driver.kill();
    }
  });
  await Promise.all(workers);
  return results;
}

it(
  'provisions and deletes a thousand directories with no leak, through kills',
  { timeout: 300_000 },
  async () => {
    const driver = new MortalDriver(stateDirectory());
    const names = Array.from({ length: COUNT }, (_, index) => `pvc-${index}`);
    const parameters = (name: string): Record<string, string> => ({
      subPath: '${pvc.namespace}/${pvc.name}',
      'csi.storage.k8s.io/pvc/namespace': `team-${name.length}`,
      'csi.storage.k8s.io/pvc/name': name,
    });
    const volumes = await throughKills(driver, names, (name) =>
      driver.repeat((each) => createDirectory(each, directoryRequest(name, host, parameters(name)))),
    );
    expect(new Set(volumes.map(({ volumeId }) => volumeId)).size).toBe(COUNT);
    expect(names.filter((name) => !existsSync(look.path(`team-${name.length}`, name)))).toEqual([]);
    expect(readdirSync(look.registry('volumes'))).toHaveLength(COUNT);
    expect(readdirSync(look.registry('new'))).toEqual([]);
    const listed = await driver.repeat(({ client }) =>
      client.controller.listVolumes({ maxEntries: 0, startingToken: '' }),
    );
    expect(new Set(listed.entries.map(({ volume }) => volume?.volumeId))).toEqual(
      new Set(volumes.map(({ volumeId }) => volumeId)),
    );
    for (const name of names.slice(0, 100))
      writeFileSync(look.path(`team-${name.length}`, name, 'file'), name);

    await throughKills(driver, volumes, ({ volumeId }) =>
      driver.repeat(({ client }) => client.controller.deleteVolume({ volumeId, secrets: {} })),
    );
    // The last process automatically removes the trash of the killed ones.
    await driver.kill();
    await vi.waitFor(() => expect(readdirSync(look.registry('trash'))).toEqual([]), 120_000);
    for (const part of ['volumes', 'fates', 'paths', 'projects', 'new'])
      expect(readdirSync(look.registry(part))).toEqual([]);
    for (const namespace of readdirSync(look.path()).filter((name) => name.startsWith('team-'))) {
      expect(readdirSync(look.path(namespace))).toEqual([]);
    }
    await driver.stop();
  },
);

it('continues the same volume in any replica, however many work on it at once', async () => {
  const replicas = await Promise.all(
    [1, 2, 3].map(() => startLustreCsi({ driverName, args: ['--state-dir', stateDirectory()] })),
  );
  const names = Array.from({ length: 10 }, (_, index) => `pvc-${index}`);
  const request = (name: string): ReturnType<typeof directoryRequest> =>
    directoryRequest(name, host, { quota: 'hard', projectIdRange: '9000-9999' });
  const settled = await Promise.allSettled(
    names.flatMap((name) => replicas.map((replica) => createDirectory(replica, request(name)))),
  );
  // A call that meets unfinished work of another replica may be asked to retry; no call fails otherwise.
  const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  expect(reasons.map(({ message }) => message)).toEqual([]);
  const ids = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.volumeId] : []));
  expect(new Set(ids).size).toBe(names.length);
  expect(readdirSync(look.registry('volumes'))).toHaveLength(names.length);
  expect(readdirSync(look.registry('projects'))).toHaveLength(names.length);
  await Promise.all(
    [...new Set(ids)].flatMap((volumeId) =>
      replicas.map(({ client }) => client.controller.deleteVolume({ volumeId, secrets: {} })),
    ),
  );
  await eventually(() => readdirSync(look.registry('trash')).length === 0, 'the trash is empty');
  expect(readdirSync(look.path())).toEqual(['.lustre-csi']);
  for (const part of ['volumes', 'fates', 'paths', 'projects', 'new']) {
    expect(readdirSync(look.registry(part))).toEqual([]);
  }
  for (const replica of replicas) await replica.stop();
});

it('mounts a file system again that an operator has unmounted in the controller', async () => {
  const stateDir = stateDirectory();
  const driver = await startLustreCsi({ driverName, args: ['--state-dir', stateDir] });
  const { volumeId } = await createDirectory(driver, directoryRequest('pvc-before', host));
  const [name = ''] = readdirSync(join(stateDir, 'controller/mounts'));
  // A worker may still look at the registry: the mount is busy for a moment, and no longer.
  await vi.waitFor(() => run('umount', [join(stateDir, 'controller/mounts', name)]), 20_000);
  const remove = (): Promise<unknown> => driver.client.controller.deleteVolume({ volumeId, secrets: {} });
  await expect(remove()).rejects.toMatchObject({ code: UNAVAILABLE });
  await remove();
  expect(existsSync(look.path('pvc-before'))).toBe(false);
  await driver.stop();
});

it('shows pods their directory through kills of the node', async () => {
  const driver = new MortalDriver(stateDirectory());
  const kubelet = await mkdtemp(join(tmpdir(), 'lustre-csi-kubelet-'));
  const volumes: CreatedVolume[] = [];
  for (const name of ['pvc-a', 'pvc-b', 'pvc-c']) {
    volumes.push(await driver.repeat((each) => createDirectory(each, directoryRequest(name, host))));
  }
  for (const [index, volume] of volumes.entries()) {
    const target = join(kubelet, String(index));
    await driver.repeat(({ client }) => client.node.nodePublishVolume(publication(volume, target)));
    writeFileSync(join(target, 'mine'), volume.volumeId);
    await driver.kill();
  }
  for (const [index, volume] of volumes.entries()) {
    const target = join(kubelet, String(index));
    await driver.repeat(({ client }) => client.node.nodePublishVolume(publication(volume, target)));
    expect(readdirSync(target)).toEqual(['mine']);
    expect(readFileSync(join(target, 'mine'), 'utf8')).toBe(volume.volumeId);
    const { volumeId } = volume;
    await driver.repeat(({ client }) => client.node.nodeUnpublishVolume({ volumeId, targetPath: target }));
    await driver.repeat(({ client }) => client.controller.deleteVolume({ volumeId, secrets: {} }));
  }
  expect(readdirSync(kubelet)).toEqual([]);
  await rm(kubelet, { recursive: true });
  await driver.stop();
});
