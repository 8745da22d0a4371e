import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '../../errors/driver-error.js';
import { parseMountSource } from '../../model/mount-source.js';
import { GUEST_MARKER, HAND_OFF_FILE } from '../../mount/own-files.js';
import { MountTable } from '../../mount/table/mount-table.js';
import { NodeEngine } from '../node-engine.js';
import type { PublishCommand } from '../publish-command.js';
import { silentLog } from '../testing/silent-log.js';
import { DirectVolumes } from './direct-volumes.js';
import { GuestVolumes } from './guest-volumes.js';
import { parseHandOff } from './hand-off-file.js';

const signal = new AbortController().signal;
let base: string;
let stateDir: string;
/** Answer of the cluster. */
let mode: 'host' | 'guest' | Error;
let asked: number;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'lustre-csi-guest-'));
  stateDir = join(base, 'state');
  mode = 'guest';
  asked = 0;
});
afterEach(() => rm(base, { recursive: true }));

/** A node plugin; a second one on the same directory stands for its successor. */
const startEngine = (): NodeEngine =>
  new NodeEngine({
    ...{ stateDir, log: silentLog, targetDirs: [base] },
    readMountTable: async () => new MountTable([]),
    guests: (node, directory) =>
      new GuestVolumes(node, {
        ...{ stateDir: directory, driverName: 'lustre.test' },
        directVolumes: new DirectVolumes(join(base, 'direct')),
        guard: {
          modeFor: async () => {
            asked += 1;
            if (mode instanceof Error) throw mode;
            return mode;
          },
        },
      }),
  });

const targetOf = (name: string, pod = 'uid-1'): string =>
  join(base, 'pods', pod, 'volumes', 'kubernetes.io~csi', name, 'mount');

async function commandFor(name: string, change: Partial<PublishCommand> = {}): Promise<PublishCommand> {
  const targetPath = targetOf(name);
  await mkdir(dirname(change.targetPath ?? targetPath), { recursive: true });
  return {
    volumeId: `id-${name}`,
    targetPath,
    readonly: false,
    capability: { accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: ['flock'] },
    source: parseMountSource('10.0.0.4@tcp:/lustrefs/team'),
    context: { directoryPerms: '0770', 'csi.storage.k8s.io/pod.name': 'trainer' },
    ...change,
  };
}

const publish = async (engine: NodeEngine, name: string, change?: Partial<PublishCommand>): Promise<void> =>
  engine.publish(await commandFor(name, change), signal);

const handOff = async (
  engine: NodeEngine,
  name: string,
  attributes: Record<string, string> = { handOff: 'true' },
): Promise<void> => engine.publishInline(await commandFor(name, { context: attributes }), signal);

const unpublish = (engine: NodeEngine, name: string): Promise<void> =>
  engine.unpublish({ volumeId: `id-${name}`, targetPath: targetOf(name) }, signal);

const entries = async (): Promise<readonly string[]> =>
  (await readdir(join(base, 'direct')).catch(() => []))
    .map((name) => Buffer.from(name, 'base64').toString())
    .toSorted();

const handedTo = async (name: string): Promise<readonly string[]> => {
  const { volumes } = parseHandOff(await readFile(join(targetOf(name), HAND_OFF_FILE), 'utf8'));
  return volumes.map(({ volumeId }) => volumeId);
};

describe('a volume of a guest', () => {
  it('is published once: an entry, a directory that is visibly no volume, and no mount', async () => {
    const engine = startEngine();
    await publish(engine, 'data');
    await publish(engine, 'data');
    expect(await entries()).toEqual([targetOf('data')]);
    expect(await readdir(targetOf('data'))).toEqual([GUEST_MARKER]);
    expect((await stat(targetOf('data'))).mode & 0o777).toBe(0o555);
    expect((await stat(join(targetOf('data'), GUEST_MARKER))).mode & 0o777).toBe(0o444);
  });

  it('is withdrawn once, with its directory', async () => {
    const engine = startEngine();
    await publish(engine, 'data');
    await unpublish(engine, 'data');
    await unpublish(engine, 'data');
    expect(await entries()).toEqual([]);
    await expect(stat(targetOf('data'))).rejects.toThrow('ENOENT');
    expect(await readdir(join(stateDir, 'guest-volumes'))).toEqual([]);
  });

  it('is completed by the next attempt after a crash between its steps', async () => {
    await publish(startEngine(), 'data');
    // As after a crash before the entry was written.
    await rm(join(base, 'direct'), { recursive: true });
    await rm(targetOf('data'), { recursive: true });
    await publish(startEngine(), 'data');
    expect(await entries()).toEqual([targetOf('data')]);
    expect(await readdir(targetOf('data'))).toEqual([GUEST_MARKER]);
  });

  it('is not measured from the node, and reports why', async () => {
    const engine = startEngine();
    await publish(engine, 'data');
    const command = { volumeId: 'id-data', volumePath: targetOf('data') };
    expect(await engine.stats(command, signal)).toEqual({
      condition: { abnormal: false, message: expect.stringContaining('virtual machine') as string },
    });
    await expect(engine.stats({ ...command, volumeId: 'other' }, signal)).rejects.toMatchObject({
      kind: 'not-found',
    });
  });

  it('stays published for a running pod while the cluster does not answer', async () => {
    await publish(startEngine(), 'data');
    mode = new DriverError('unavailable', 'no answer');
    await publish(startEngine(), 'data');
    expect(asked).toBe(1);
  });

  it.each<[string, Partial<PublishCommand>, string]>([
    ['another source', { source: parseMountSource('10.0.0.4@tcp:/lustrefs') }, 'already-exists'],
    ['another access', { readonly: true }, 'already-exists'],
    ['another volume', { volumeId: 'id-other' }, 'failed-precondition'],
  ])('is not replaced by %s', async (_, change, kind) => {
    const engine = startEngine();
    await publish(engine, 'data');
    await expect(publish(engine, 'data', change)).rejects.toMatchObject({ kind });
    await expect(publish(engine, 'data')).resolves.toBeUndefined();
  });

  it.each<[string, () => Partial<PublishCommand>]>([
    ['a target that is no volume of a pod', () => ({ targetPath: join(base, 'somewhere') })],
    ['an unknown setting', () => ({ context: { directoryPerms: 'rwx' } })],
    ['a path that Kata cannot name', () => ({ targetPath: targetOf('x'.repeat(150)) })],
  ])('is refused with %s', async (_, change) => {
    await expect(publish(startEngine(), 'data', change())).rejects.toMatchObject({
      kind: 'invalid-argument',
    });
    expect(await entries()).toEqual([]);
  });

  it('hides no file that a node has in its place', async () => {
    await mkdir(targetOf('data'), { recursive: true });
    await writeFile(join(targetOf('data'), 'result'), 'x');
    await expect(publish(startEngine(), 'data')).rejects.toMatchObject({ kind: 'failed-precondition' });
    expect(await readdir(targetOf('data'))).toEqual(['result']);
    expect(await entries()).toEqual([]);
    expect(await readdir(join(stateDir, 'guest-volumes'))).toEqual([]);
  });

  it('is published by nothing while the cluster does not report the runtime', async () => {
    mode = new DriverError('unavailable', 'no answer');
    await expect(publish(startEngine(), 'data')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await entries()).toEqual([]);
    await expect(stat(targetOf('data'))).rejects.toThrow('ENOENT');
  });

  it('leaves a directory that can be removed after a restart of the machine, which ends all records', async () => {
    await publish(startEngine(), 'data');
    await rm(stateDir, { recursive: true });
    await rm(join(base, 'direct'), { recursive: true });
    await unpublish(startEngine(), 'data');
    await expect(stat(targetOf('data'))).rejects.toThrow('ENOENT');
  });
});

describe('a hand-off volume', () => {
  it.each([[['hand', 'b', 'a']], [['a', 'hand', 'b']], [['b', 'a', 'hand']]])(
    'lists the volumes of its pod, published in the order %j',
    async (order) => {
      const engine = startEngine();
      for (const name of order) await (name === 'hand' ? handOff(engine, name) : publish(engine, name));
      await publish(engine, 'other', { targetPath: targetOf('other', 'uid-2') });
      expect(await handedTo('hand')).toEqual(['id-a', 'id-b']);
    },
  );

  it('lists all volumes that are published at once', async () => {
    const engine = startEngine();
    const names = Array.from({ length: 7 }, (_, index) => `v${index}`);
    await Promise.all([...names.map((name) => publish(engine, name)), handOff(engine, 'hand')]);
    expect(await handedTo('hand')).toEqual(names.map((name) => `id-${name}`));
  });

  it('has what the guest needs for a mount, and nothing about the pod', async () => {
    const engine = startEngine();
    await handOff(engine, 'hand');
    await publish(engine, 'data', { readonly: true, lnet: { key: 'subnet', subnet: '10.0.0.0/24' } });
    const { driver, volumes } = parseHandOff(await readFile(join(targetOf('hand'), HAND_OFF_FILE), 'utf8'));
    expect(driver).toBe('lustre.test');
    expect(volumes).toEqual([
      {
        volumeId: 'id-data',
        targetPath: targetOf('data'),
        source: '10.0.0.4@tcp:/lustrefs/team',
        accessMode: 'MULTI_NODE_MULTI_WRITER',
        readonly: true,
        mountFlags: ['flock'],
        settings: { directoryPerms: '0770' },
        lnet: { key: 'subnet', subnet: '10.0.0.0/24' },
      },
    ]);
  });

  it('keeps the directory of all pods from being copied, and is copied itself', async () => {
    await handOff(startEngine(), 'hand');
    expect(await entries()).toEqual([join(base, 'pods')]);
  });

  it('is continued by the successor of the node plugin', async () => {
    await handOff(startEngine(), 'hand');
    const successor = startEngine();
    await publish(successor, 'data');
    expect(await handedTo('hand')).toEqual(['id-data']);
    await unpublish(successor, 'data');
    expect(await handedTo('hand')).toEqual([]);
    await unpublish(successor, 'hand');
    await expect(stat(targetOf('hand'))).rejects.toThrow('ENOENT');
  });

  it('is refused without its attribute: the author of a pod chooses no file system', async () => {
    const attributes = { source: '10.0.0.4@tcp:/lustrefs' };
    await expect(handOff(startEngine(), 'hand', attributes)).rejects.toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringContaining('PersistentVolumeClaim') as string,
    });
  });

  it('is refused in a pod whose volumes the node mounts', async () => {
    mode = 'host';
    await expect(handOff(startEngine(), 'hand')).rejects.toMatchObject({ kind: 'failed-precondition' });
    await expect(stat(targetOf('hand'))).rejects.toThrow('ENOENT');
  });

  it('is refused where guests mount no volumes', async () => {
    const engine = new NodeEngine({ stateDir, log: silentLog, targetDirs: [base] });
    await expect(handOff(engine, 'hand')).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringContaining('--guest-volumes') as string,
    });
  });
});

describe('parseHandOff', () => {
  it.each([
    ['[]', /no JSON object|format is undefined/],
    ['{"format":2,"driver":"d","volumes":[]}', /format is 2/],
    ['{"format":1,"volumes":[]}', /driver or volumes is missing/],
    ['{"format":1,"driver":"d","volumes":[{"volumeId":"a"}]}', /volumes\[0\] is incomplete/],
  ])('refuses %s', (text, words) => {
    expect(() => parseHandOff(text)).toThrow(words);
  });
});

describe('an engine without guests', () => {
  it('removes a marker of an earlier configuration, and no other file', async () => {
    await publish(startEngine(), 'data');
    const engine = new NodeEngine({
      ...{ stateDir, log: silentLog, targetDirs: [base] },
      readMountTable: async () => new MountTable([]),
    });
    await chmod(targetOf('data'), 0o755);
    await writeFile(join(targetOf('data'), 'result'), 'x');
    await expect(unpublish(engine, 'data')).rejects.toMatchObject({ kind: 'failed-precondition' });
    expect((await readdir(targetOf('data'))).toSorted()).toEqual([GUEST_MARKER, 'result'].toSorted());
    await rm(join(targetOf('data'), 'result'));
    await unpublish(engine, 'data');
    await expect(stat(targetOf('data'))).rejects.toThrow('ENOENT');
  });
});
