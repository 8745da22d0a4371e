import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EngineCall } from '../../node/testing/engine-process.js';
import { failure, success, until } from '../../node/testing/engine-answers.js';
import type { DrivenEngine } from '../../node/testing/driven-engine.js';
import { PrivateNode } from '../../node/testing/private-node.js';

// `mountSharing: node`: real kernel mounts in a private namespace; every engine is a process of its own.
let node: PrivateNode;
let engine: DrivenEngine;
/** Engine that tests share unless they need their own. */
let shared: DrivenEngine | undefined;
let count = 0;

beforeAll(async () => {
  node = await PrivateNode.start();
});
beforeEach(async () => {
  await writeFile(join(node.base, 'calls'), '');
  engine = shared ??= node.engine();
});
afterEach(async () => {
  await node.behave('');
  if (engine === shared) return;
  await engine.kill();
  shared = undefined;
});
afterAll(() => node.stop());

const newTargets = (number: number): Promise<string[]> =>
  Promise.all(Array.from({ length: number }, () => node.target(`pod-${(count += 1)}`)));
const mountsAt = async (path: string) => (await node.mountTable()).all(path);
const clients = async () => (await node.clientMounts()).map(({ source }) => source).sort();
const stateFiles = async (name: string) => readdir(join(node.base, 'state', name));
const withFlags = (...mountFlags: string[]): Partial<EngineCall> => ({
  capability: { accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags },
});

/** Expects no client, no directory and no record. */
const expectNothing = async () => {
  expect(await clients()).toEqual([]);
  expect(await stateFiles('mounts')).toEqual([]);
  expect(await stateFiles('client-mounts')).toEqual([]);
  expect(await stateFiles('publications')).toEqual([]);
};
const nothingLeft = () => until(expectNothing);

describe('the pods of a node', () => {
  // 250 of them: burst.slow.spec.ts.
  it('share one client of a file system, 60 of them, and the last one to go takes it away', async () => {
    const targets = await newTargets(60);
    const answers = await Promise.all(targets.map((target) => engine.publish(target)));
    expect(answers).toEqual(targets.map(() => success));
    expect(await clients()).toEqual(['127.0.0.4@tcp:/lustrefs']);
    const table = await node.mountTable();
    for (const target of targets) {
      expect(table.all(target)).toMatchObject([{ source: '127.0.0.4@tcp:/lustrefs', root: '/' }]);
    }
    expect(await engine.nodeStats()).toMatchObject({ publications: 60, clientMounts: 1, stuckChildren: [] });
    const [client] = await node.clientMounts();
    expect(await node.callsFor(client!.mountPoint)).toBe(1);
    const [last = '', ...others] = targets;
    await Promise.all(others.map((target) => engine.unpublish(target)));
    expect(await node.shell(`echo 1 > ${last}/file; cat ${last}/file`)).toBe('1\n');
    expect(await clients()).toHaveLength(1);
    expect(await engine.unpublish(last)).toEqual(success);
    await nothingLeft();
    await until(async () =>
      expect(await engine.nodeStats()).toMatchObject({ publications: 0, clientMounts: 0 }),
    );
  });

  it('see a file system that has the name of another one as another one', async () => {
    const [a = '', b = ''] = await newTargets(2);
    await engine.publish(a);
    await engine.publish(b, { volumeId: 'v2', source: '127.0.0.5@tcp:/lustrefs' });
    expect(await clients()).toEqual(['127.0.0.4@tcp:/lustrefs', '127.0.0.5@tcp:/lustrefs']);
    await node.shell(`echo a > ${a}/only-a; test ! -e ${b}/only-a`);
    await engine.unpublish(a);
    await until(async () => expect(await clients()).toEqual(['127.0.0.5@tcp:/lustrefs']));
    await engine.unpublish(b, { volumeId: 'v2' });
    await nothingLeft();
  });

  it('get clients of their own where options contradict each other, and only then', async () => {
    const targets = await newTargets(5);
    const flags = [['flock'], ['noflock'], ['noflock', 'flock'], ['flock', 'noatime'], ['flock', 'retry=2']];
    for (const [index, target] of targets.entries()) {
      const change = { volumeId: `v${index}`, ...withFlags(...flags[index]!) };
      expect(await engine.publish(target, change)).toEqual(success);
    }
    expect(await clients()).toHaveLength(2);
    for (const [index, target] of targets.entries())
      await engine.unpublish(target, { volumeId: `v${index}` });
    await nothingLeft();
  });

  it('pass on options whose values have commas in double quotes', async () => {
    const [target = ''] = await newTargets(1);
    // Not context=, which mount(8) drops where there is no SELinux.
    const quoted = 'exclude="lustrefs-OST0001,lustrefs-OST0002"';
    expect(await engine.publish(target, withFlags(quoted, 'flock'))).toEqual(success);
    const [client] = await node.clientMounts();
    expect(await readFile(join(node.base, 'calls'), 'utf8')).toBe(
      `127.0.0.4@tcp:/lustrefs ${client!.mountPoint} rw,${quoted},flock\n`,
    );
    await engine.unpublish(target);
    await nothingLeft();
  });

  it('have each their own read-only, nosuid, noexec and noatime', async () => {
    const [plain = '', strict = ''] = await newTargets(2);
    await engine.publish(plain);
    const change = withFlags('ro', 'nosuid', 'noexec', 'noatime');
    expect(await engine.publish(strict, change)).toEqual(success);
    expect(await engine.publish(strict, change)).toEqual(success);
    expect(await clients()).toHaveLength(1);
    const [mounted] = await mountsAt(strict);
    expect(mounted?.options).toEqual(expect.arrayContaining(['ro', 'nosuid', 'noexec', 'noatime']));
    await node.shell(`touch ${plain}/x`);
    await expect(node.shell(`touch ${strict}/x`)).rejects.toThrow('Read-only file system');
    expect((await mountsAt(plain))[0]?.options).not.toContain('nosuid');
    // A process of the node makes the mount writable: publish never succeeds again, and the mount stays.
    await node.shell(`mount -o remount,bind,rw ${strict}`);
    expect(await engine.publish(strict, change)).toEqual(
      failure('failed-precondition', 'another process has remounted'),
    );
    expect(await mountsAt(strict)).toHaveLength(1);
    await engine.unpublish(plain);
    await engine.unpublish(strict);
    await nothingLeft();
  });

  it('may have clients of their own by volume context, beside others that share', async () => {
    const [own = '', shared = ''] = await newTargets(2);
    const context = { mountSharing: 'pod' };
    expect(await engine.publish(own, { context })).toEqual(success);
    expect(await node.callsFor(own)).toBe(1);
    expect(await clients()).toEqual([]);
    expect(await engine.publish(shared)).toEqual(success);
    expect(await clients()).toHaveLength(1);
    await engine.unpublish(shared);
    await engine.unpublish(own);
    await nothingLeft();
  });

  it('never get the directory of the node that lies under a client', async () => {
    const [target = ''] = await newTargets(1);
    await node.behave('exit 0');
    expect(await engine.publish(target)).toEqual(failure('unavailable', 'the mount table shows nothing'));
    expect(existsSync(target)).toBe(false);
    await nothingLeft();
  });

  it('are refused, and nothing stays, if the file system cannot be mounted', async () => {
    const targets = await newTargets(3);
    const source = '127.0.0.4@tcp:/nosuchfs';
    const answers = await Promise.all(targets.map((target) => engine.publish(target, { source })));
    expect(answers).toEqual(targets.map(() => failure('not-found', 'mount name')));
    await nothingLeft();
    expect(targets.filter((target) => existsSync(target))).toEqual([]);
  });

  it('keep their volumes when the client is taken away under them, and the next one gets a new client', async () => {
    const [before = '', after = ''] = await newTargets(2);
    await engine.publish(before);
    const [client] = await node.clientMounts();
    await node.shell(`umount ${client!.mountPoint}; echo 1 > ${before}/kept`);
    expect(await engine.publish(before)).toEqual(success);
    expect(await engine.publish(after)).toEqual(success);
    expect(await clients()).toHaveLength(1);
    expect(await node.shell(`cat ${after}/kept`)).toBe('1\n');
    for (const target of [before, after]) expect(await engine.unpublish(target)).toEqual(success);
    await nothingLeft();
  });

  it('do not wait for a client that is slow to go', async () => {
    const [target = ''] = await newTargets(1);
    await engine.publish(target);
    const [client] = await node.clientMounts();
    const user = node.shell(
      `cd ${client!.mountPoint}; echo > ${node.base}/inside; until [ -e ${node.base}/leave ]; do sleep 0.02; done`,
    );
    await until(async () => expect(existsSync(join(node.base, 'inside'))).toBe(true));
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await clients()).toHaveLength(1);
    expect(await engine.publish(target)).toEqual(success);
    expect(await node.callsFor(client!.mountPoint)).toBe(1);
    expect(await engine.unpublish(target)).toEqual(success);
    await writeFile(join(node.base, 'leave'), '');
    await user;
    await nothingLeft();
  });
});

describe('a target', () => {
  it('causes one warning if other mount namespaces cannot see it, and none otherwise', async () => {
    await engine.kill();
    engine = node.engine();
    const shared = join(node.base, 'pods', 'shared');
    await node.shell(`mkdir ${shared}; mount --bind ${shared} ${shared}; mount --make-shared ${shared}`);
    await node.shell(`mkdir ${shared}/pod`);
    const [first = '', second = ''] = await newTargets(2);
    expect(await engine.publish(join(shared, 'pod', 'mount'))).toEqual(success);
    expect((await mountsAt(join(shared, 'pod', 'mount')))[0]?.isShared).toBe(true);
    expect(await engine.warnings()).toEqual([]);
    for (const target of [first, second]) expect(await engine.publish(target)).toEqual(success);
    expect(await engine.warnings()).toEqual([expect.stringContaining('mountPropagation: Bidirectional')]);
    for (const target of [first, second, join(shared, 'pod', 'mount')])
      expect(await engine.unpublish(target)).toEqual(success);
    await node.shell(`umount ${shared}`);
    await nothingLeft();
  });

  it('may have any name that a directory may have', async () => {
    const target = await node.target('pod a\\040b#\tc ü');
    expect(await engine.publish(target, { readonly: true })).toEqual(success);
    expect(await engine.publish(target, { readonly: true })).toEqual(success);
    expect(await mountsAt(target)).toHaveLength(1);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(existsSync(target)).toBe(false);
    await nothingLeft();
  });
});

describe('a hook', () => {
  beforeEach(async () => {
    await engine.kill();
    await rm(join(node.base, 'state', 'tuned'), { force: true });
    engine = node.engine({}, { hooks: true });
  });
  const tuned = async () =>
    (await readFile(join(node.base, 'state', 'tuned'), 'utf8')).split('\n').slice(0, -1);

  it('may refuse a publish, but is not called for a running pod', async () => {
    const [target = ''] = await newTargets(1);
    const refused = { context: { refuse: 'yes' } };
    expect(await engine.publish(target, refused)).toEqual(
      failure('failed-precondition', 'the guard refuses'),
    );
    expect(existsSync(target)).toBe(false);
    await nothingLeft();
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.publish(target, refused)).toEqual(success);
    expect(await engine.unpublish(target)).toEqual(success);
    await nothingLeft();
  });

  it.each(['node', 'pod'])(
    'works on each client once, before a pod sees it (mountSharing: %s)',
    async (mountSharing) => {
      const [first = '', second = '', other = ''] = await newTargets(3);
      const context = (clientTuning: string) => ({ context: { mountSharing, clientTuning } });
      for (const target of [first, second])
        expect(await engine.publish(target, context('a=1'))).toEqual(success);
      expect(await engine.publish(other, context('a=2'))).toEqual(success);
      const [client = '', ...others] = mountSharing === 'node' ? await tuned() : (await tuned()).slice(1);
      expect(client).toMatch(/ a=1$/);
      expect(others).toEqual([expect.stringMatching(/ a=2$/)]);
      for (const target of [first, second, other]) await engine.unpublish(target);
      await nothingLeft();
      expect(await engine.publish(first, context('wrong'))).toEqual(
        failure('invalid-argument', 'cannot be set'),
      );
      expect(await mountsAt(first)).toEqual([]);
      await nothingLeft();
    },
  );

  it('works on a client again if the driver was killed meanwhile', async () => {
    const [target = ''] = await newTargets(1);
    await engine.publish(target);
    await engine.kill();
    const [name = ''] = await stateFiles('client-mounts');
    const path = join(node.base, 'state', 'client-mounts', name);
    const { observedSource: _, ...begun } = JSON.parse(await readFile(path, 'utf8')) as Record<
      string,
      unknown
    >;
    await writeFile(path, JSON.stringify(begun));
    engine = node.engine({}, { hooks: true });
    const [second = ''] = await newTargets(1);
    expect(await engine.publish(second)).toEqual(success);
    const [before, again] = await tuned();
    expect(again).toBe(before);
    for (const each of [target, second]) await engine.unpublish(each);
    await nothingLeft();
  });
});

describe('a restarted driver', () => {
  const restart = async () => {
    await engine.kill();
    engine = node.engine();
  };

  it('continues with the client of its predecessor', async () => {
    const [first = '', second = ''] = await newTargets(2);
    await engine.publish(first);
    const [client] = await node.clientMounts();
    await restart();
    expect(await engine.publish(first)).toEqual(success);
    expect(await engine.publish(second)).toEqual(success);
    expect(await mountsAt(first)).toHaveLength(1);
    expect(await node.callsFor(client!.mountPoint)).toBe(1);
    await engine.unpublish(first);
    await restart();
    await engine.unpublish(second);
    await nothingLeft();
  });

  it('unmounts a client whose last pod ended while no driver ran', async () => {
    const [target = ''] = await newTargets(1);
    await engine.publish(target);
    await engine.kill();
    await node.shell(`umount ${target}; rmdir ${target}`);
    engine = node.engine();
    await engine.unpublish(target);
    await nothingLeft();
  });

  it('finds client and pods again without its state files', async () => {
    const pv = join(node.base, 'pods', 'uid-1', 'volumes', 'kubernetes.io~csi', 'pv');
    await mkdir(pv, { recursive: true });
    const [kept, second] = [join(pv, 'mount'), (await newTargets(1))[0]!];
    await engine.publish(kept);
    await engine.kill();
    for (const name of ['publications', 'client-mounts']) {
      await rm(join(node.base, 'state', name), { recursive: true });
    }
    engine = node.engine();
    expect(await engine.publish(second)).toEqual(success);
    await engine.unpublish(second);
    expect(await clients()).toHaveLength(1);
    expect(await engine.publish(kept)).toEqual(success);
    expect(await mountsAt(kept)).toHaveLength(1);
    await engine.unpublish(kept);
    await nothingLeft();
  });

  it('leaves what its earlier version and other drivers have mounted where it is, until it is unpublished', async () => {
    const [old = '', foreign = '', shared = ''] = await newTargets(3);
    await engine.publish(old, { context: { mountSharing: 'pod' } });
    const [name = ''] = await stateFiles('publications');
    await restart();
    await node.shell(`mkdir ${foreign}; mount -t lustre 127.0.0.4@tcp:/lustrefs ${foreign}`);
    expect(await readFile(join(node.base, 'state', 'publications', name), 'utf8')).not.toContain(
      'clientMount',
    );
    for (const target of [old, foreign, shared]) expect(await engine.publish(target)).toEqual(success);
    for (const target of [old, foreign]) expect(await node.callsFor(target)).toBe(1);
    for (const target of [old, foreign, shared]) {
      expect(await mountsAt(target)).toHaveLength(1);
      expect(await engine.stats(target)).toEqual(success);
      expect(await engine.unpublish(target)).toEqual(success);
    }
    await nothingLeft();
  });

  it('ends the slow mount of its predecessor, and mounts once', async () => {
    const [target = ''] = await newTargets(1);
    await node.behave(`echo $$ > ${node.base}/slow; sleep 30`);
    void engine.publish(target);
    await until(async () => expect(existsSync(join(node.base, 'slow'))).toBe(true));
    await engine.kill();
    const slow = Number(await readFile(join(node.base, 'slow'), 'utf8'));
    await node.behave('');
    engine = node.engine();
    expect(await engine.publish(target)).toEqual(success);
    expect(existsSync(`/proc/${slow}/root`)).toBe(false);
    expect(await clients()).toHaveLength(1);
    await engine.unpublish(target);
    await nothingLeft();
  });

  it('finishes what its predecessor has begun: a bind mount without its options', async () => {
    const [target = ''] = await newTargets(1);
    await engine.publish(target, { readonly: true });
    await engine.kill();
    const [name = ''] = await stateFiles('publications');
    const path = join(node.base, 'state', 'publications', name);
    const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    delete record['observedSource'];
    await writeFile(path, JSON.stringify(record));
    await node.shell(`mount -o remount,bind,rw ${target}`);
    engine = node.engine();
    expect(await engine.publish(target, { readonly: true })).toEqual(success);
    expect(await mountsAt(target)).toMatchObject([{ options: expect.arrayContaining(['ro']) as unknown }]);
    await engine.unpublish(target);
    await nothingLeft();
  });
});

describe('the directory of the clients', () => {
  it('may hold what is not the driver’s: that stays as it is', async () => {
    await engine.kill();
    const mountsDir = join(node.base, 'mnt');
    const [data, empty, hex, stray] = [
      join(mountsDir, 'data'),
      join(mountsDir, 'empty'),
      join(mountsDir, '0123456789abcdef0123456789abcdef'),
      join(mountsDir, 'fedcba9876543210fedcba9876543210'),
    ];
    for (const path of [data, empty, hex, stray]) await mkdir(path, { recursive: true });
    await node.shell(`mount -t lustre 127.0.0.5@tcp:/lustrefs ${data}; mount -t tmpfs scratch ${hex}`);
    await node.shell(`mount -t lustre 127.0.0.5@tcp:/lustrefs ${stray}`);
    engine = node.engine({}, { mountsDir });
    const [target = ''] = await newTargets(1);
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.unpublish(target)).toEqual(success);
    // A client with the driver's form of name, but without a record, is the driver's own.
    await until(async () =>
      expect((await readdir(mountsDir)).sort()).toEqual([
        '0123456789abcdef0123456789abcdef',
        'data',
        'empty',
      ]),
    );
    expect(await mountsAt(data)).toHaveLength(1);
    expect(await mountsAt(hex)).toHaveLength(1);
    await node.shell(`umount ${data} ${hex}`);
  });

  it('may be another one than before: clients that are recorded are used up, and go', async () => {
    const [before = '', after = ''] = await newTargets(2);
    expect(await engine.publish(before)).toEqual(success);
    const [client] = await node.clientMounts();
    await engine.kill();
    const mountsDir = join(node.base, 'state', 'mounts', 'a.driver.example');
    engine = node.engine({}, { mountsDir });
    for (const target of [before, after]) expect(await engine.publish(target)).toEqual(success);
    expect(await mountsAt(before)).toHaveLength(1);
    expect((await node.clientMounts()).map(({ mountPoint }) => mountPoint).sort()).toEqual(
      [client?.mountPoint, expect.stringContaining(`${mountsDir}/`)].sort(),
    );
    expect(await engine.unpublish(before)).toEqual(success);
    await until(async () => expect(existsSync(client!.mountPoint)).toBe(false));
    expect(await node.clientMounts()).toHaveLength(1);
    expect(await engine.unpublish(after)).toEqual(success);
    await until(async () => expect(await node.clientMounts()).toEqual([]));
    await until(async () => expect(await stateFiles('client-mounts')).toEqual([]));
    await rm(mountsDir, { recursive: true });
  });
});
