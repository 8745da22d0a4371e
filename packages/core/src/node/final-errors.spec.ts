import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failure, success, until } from './testing/engine-answers.js';
import { DrivenEngine } from './testing/driven-engine.js';
import type { EngineSettings } from './testing/engine-process.js';
import { PrivateNode } from './testing/private-node.js';

// After a final error kubelet forgets the target, and never unpublishes it: the mount table must agree with a final error as
// with success.
let node: PrivateNode;
let engine: DrivenEngine;
let target: string;
let count = 0;

beforeAll(async () => {
  node = await PrivateNode.start({ hooks: true });
});
beforeEach(async () => {
  target = await node.target(`pod-${(count += 1)}`);
});
afterEach(async () => {
  await node.behave('');
  await engine.kill();
});
afterAll(() => node.stop());

const mountsAt = async (path: string) => (await node.mountTable()).all(path);
const stateFiles = async (name: string) => readdir(join(node.base, 'state', name));
const noClient = () => until(async () => expect(await node.clientMounts()).toEqual([]));
const pod = { mountSharing: 'pod' };

describe('a volume that no pod can see', () => {
  const program = fileURLToPath(new URL('../../dist/node/testing/engine-process.js', import.meta.url));

  /** Engine in a mount namespace of its own, as in a container whose volumeMounts have no mountPropagation. */
  function withoutPropagation(settings: EngineSettings): DrivenEngine {
    const command = [process.execPath, program, join(node.base, 'state'), JSON.stringify(settings)];
    const [first, ...rest] = node.inside('unshare', ['--mount', '--propagation', 'private', ...command]);
    return new DrivenEngine(spawn(first, rest));
  }

  it.each([{}, pod])('is refused where the driver runs in a pod, and nothing stays (%j)', async (context) => {
    engine = withoutPropagation({ mustPropagate: true });
    for (let time = 0; time < 2; time += 1) {
      expect(await engine.publish(target, { context })).toEqual(
        failure('failed-precondition', 'mountPropagation: Bidirectional'),
      );
    }
    expect(existsSync(target)).toBe(false);
    expect(await stateFiles('publications')).toEqual([]);
    await until(async () => expect(await engine.nodeStats()).toMatchObject({ clientMounts: 0 }));
  });

  it('names the mount that does not propagate', async () => {
    const kubelet = join(node.base, 'pods');
    await node.shell(`mount --bind ${kubelet} ${kubelet}`);
    engine = withoutPropagation({ mustPropagate: true });
    expect(await engine.publish(target)).toEqual(
      failure('failed-precondition', `The mount around it, at ${kubelet}, does not propagate`),
    );
    await node.shell(`mount --make-shared ${kubelet}`);
    const other = node.engine({}, { mustPropagate: true });
    expect(await other.publish(target)).toEqual(success);
    expect(await other.unpublish(target)).toEqual(success);
    await noClient();
    await other.kill();
    await node.shell(`umount ${kubelet}`);
  });

  it('is refused also where its client is one that propagates', async () => {
    const state = join(node.base, 'state');
    await node.shell(`mkdir -p ${state}; mount --bind ${state} ${state}; mount --make-shared ${state}`);
    engine = node.engine({}, { mustPropagate: true });
    expect(await engine.publish(target)).toEqual(
      failure('failed-precondition', 'mountPropagation: Bidirectional'),
    );
    expect(await mountsAt(target)).toEqual([]);
    await noClient();
    await engine.kill();
    await node.shell(`umount ${state}`);
  });

  it('is published with a warning where the driver runs beside kubelet', async () => {
    engine = withoutPropagation({});
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.warnings()).toEqual([expect.stringContaining('mountPropagation: Bidirectional')]);
    expect(await engine.unpublish(target)).toEqual(success);
    await until(async () => expect(await engine.nodeStats()).toMatchObject({ clientMounts: 0 }));
  });
});

describe('a mount that cannot be undone', () => {
  /** Makes a process of the node enter each mount before the driver checks it, and leave when the file exists. */
  const occupy = () =>
    node.behave(`mount() {
        command mount "$@"
        (cd "$target" && touch ${node.base}/inside && until [ -e ${node.base}/leave ]; do sleep 0.02; done) >/dev/null 2>&1 &
        until [ -e ${node.base}/inside ]; do sleep 0.01; done
      }`);

  it('is reported until it is gone', async () => {
    engine = node.engine();
    await occupy();
    const wrong = { context: { ...pod, clientTuning: 'wrong' } };
    for (let time = 0; time < 2; time += 1) {
      expect(await engine.publish(target, wrong)).toEqual(
        failure('unavailable', `cannot be set. ${target} is still mounted: `),
      );
      expect(await mountsAt(target)).toHaveLength(1);
    }
    // Another request does not make it final, either.
    const refused = { context: { ...pod, refuse: 'yes' } };
    expect(await engine.publish(target, refused)).toEqual(failure('unavailable', 'is still mounted'));
    expect(await engine.publish(target, { readonly: true })).toEqual(
      failure('unavailable', 'The next attempt first unmounts what an earlier one began there'),
    );
    expect(await mountsAt(target)).toHaveLength(1);
    await writeFile(join(node.base, 'leave'), '');
    await until(async () =>
      expect(await engine.publish(target, wrong)).toEqual(failure('invalid-argument', 'cannot be set')),
    );
    expect(await mountsAt(target)).toEqual([]);
    expect(existsSync(target)).toBe(false);
    expect(await stateFiles('publications')).toEqual([]);
  });
});

describe('a process that can open no more files', () => {
  it.each([{}, pod])('gives an error that is not final (%j)', async (context) => {
    engine = node.engine();
    await engine.nodeStats(); // The engine has read its state.
    await node.behave(`mount() { command mount "$@"; prlimit --pid ${engine.pid} --nofile=3:; }`);
    expect(await engine.publish(target, { context })).toEqual(failure('unavailable', 'EMFILE'));
    await node.behave('');
    await node.shell(`prlimit --pid ${engine.pid} --nofile=1024:`);
    expect(await engine.publish(target, { context })).toEqual(success);
    expect(await mountsAt(target)).toHaveLength(1);
    expect(await engine.unpublish(target)).toEqual(success);
    await noClient();
  });
});

describe('a client that is no longer used', () => {
  it('is unmounted although files on the node keep the target', async () => {
    engine = node.engine();
    await mkdir(target);
    expect(await engine.publish(target)).toEqual(success);
    expect(await node.clientMounts()).toHaveLength(1);
    // In the directory below the mount, which lies in the namespace of the engine.
    await writeFile(join(target, 'stray'), 'precious');
    expect(await engine.unpublish(target)).toEqual(failure('failed-precondition', 'never deletes'));
    await noClient();
    expect(await engine.publish(target)).toEqual(failure('failed-precondition', 'is not empty'));
    expect(await mountsAt(target)).toEqual([]);
    await noClient();
    expect(await readFile(join(target, 'stray'), 'utf8')).toBe('precious');
    await rm(join(target, 'stray'));
    expect(await engine.unpublish(target)).toEqual(success);
  });
});
