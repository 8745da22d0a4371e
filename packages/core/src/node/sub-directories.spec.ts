import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineCall } from './testing/engine-process.js';
import { systemClock } from '../concurrency/clock.js';
import { systemCallProgram, SystemCalls, type SystemCall } from '../process/system-calls.js';
import { InsideRunner } from './testing/inside-runner.js';
import { failure, success, until } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import { PrivateNode } from './testing/private-node.js';

// Sub-directories of a real (tmpfs) file system in a private namespace, on which other processes write.
let node: PrivateNode;
let engine: DrivenEngine;
let target: string;
/** Root of the file system, as its other users see it. */
let root: string;
let count = 0;

beforeAll(async () => {
  node = await PrivateNode.start();
  root = join(node.base, 'servers', '127.0.0.4@tcp', 'lustrefs');
  engine = node.engine();
});
beforeEach(async () => {
  target = await node.target(`pod-${(count += 1)}`);
});
afterEach(async () => {
  await engine.unpublish(target);
});
afterAll(() => node.stop());

/** Owner that the namespace knows: that of an ordinary user has only its own id, as 0. */
const [uid, gid] = process.getuid?.() === 0 ? ['1000', '2000'] : ['0', '0'];

const of = (subdir: string, change: Partial<EngineCall> = {}): Partial<EngineCall> => ({
  source: `127.0.0.4@tcp:/lustrefs/${subdir}`,
  ...change,
});
const mountsAt = async (path: string) => (await node.mountTable()).all(path);
const modeOf = async (path: string) => (await node.shell(`stat -c '%a %u %g' ${root}/${path}`)).trim();

describe.each(['node', 'pod'] as const)('mountSharing: %s', (mountSharing) => {
  const context = { mountSharing };

  it('creates missing directories, name by name, and shows that directory alone', async () => {
    const path = `made-${mountSharing}/a b/ü`;
    expect(await engine.publish(target, of(path, { context }))).toEqual(success);
    expect(await engine.publish(target, of(path, { context }))).toEqual(success);
    expect(await mountsAt(target)).toMatchObject([{ root: `/${path}` }]);
    await node.shell(`echo 1 > ${target}/file; test -e '${root}/${path}/file'; test ! -e ${target}/team`);
    expect(await modeOf(`made-${mountSharing}`)).toBe('775 0 0');
  });

  it('gives only new directories the owner and the permissions that the volume requests', async () => {
    await node.shell(`mkdir -m 700 ${root}/old-${mountSharing}`);
    const path = `old-${mountSharing}/new/sub`;
    const owned = { ...context, directoryPerms: '2770', uid, gid };
    expect(await engine.publish(target, of(path, { context: owned }))).toEqual(success);
    expect(await modeOf(`old-${mountSharing}`)).toBe('700 0 0');
    expect(await modeOf(`old-${mountSharing}/new`)).toBe(`2770 ${uid} ${gid}`);
    expect(await modeOf(path)).toBe(`2770 ${uid} ${gid}`);
  });

  it.each<[string, Partial<EngineCall>]>([
    ['read-only', { context, readonly: true }],
    ['that forbids it', { context: { ...context, createSubDir: 'false' } }],
  ])('makes nothing for a volume %s', async (_, change) => {
    expect(await engine.publish(target, of('never', change))).toEqual(failure('not-found'));
    await node.shell(`test ! -e ${root}/never`);
    expect(await mountsAt(target)).toEqual([]);
  });
});

describe.each(['node', 'pod'] as const)(
  'the root of a whole file system, mountSharing: %s',
  (mountSharing) => {
    const source = '127.0.0.5@tcp:/lustrefs';
    const whole = join('servers', '127.0.0.5@tcp', 'lustrefs');
    const context = { mountSharing, directoryPerms: '2770', uid, gid };
    const stateOf = async () => (await node.shell(`stat -c '%a %u %g' ${join(node.base, whole)}`)).trim();
    const reset = async (script: string): Promise<string> =>
      node.shell(`cd ${join(node.base, whole)}; chown 0:0 .; chmod 00755 .; rm -rf *; ${script}`);

    it('gets owner and permissions while it is fresh, once', async () => {
      await reset(':');
      expect(await engine.publish(target, { source, context })).toEqual(success);
      expect(await stateOf()).toBe(`2770 ${uid} ${gid}`);
      await engine.unpublish(target);
      await node.shell(`chmod 00700 ${join(node.base, whole)}`);
      expect(await engine.publish(target, { source, context })).toEqual(success);
      expect(await stateOf()).toBe(`700 ${uid} ${gid}`);
    });

    it.each<[string, string, Partial<EngineCall>, string]>([
      ['with a file in it', 'touch file', { context }, '755 0 0'],
      ['whose mode was changed', 'chmod 00711 .', { context }, '711 0 0'],
      ['that is published read-only', ':', { context, readonly: true }, '755 0 0'],
      ['of a volume without settings', ':', { context: { mountSharing } }, '755 0 0'],
    ])('stays as it is %s', async (_, script, change, state) => {
      await reset(script);
      expect(await engine.publish(target, { source, ...change })).toEqual(success);
      expect(await stateOf()).toBe(state);
    });
  },
);

describe('a sub-directory that is refused', () => {
  it.each([
    ['..', 'invalid-argument'],
    ['team/../..', 'invalid-argument'],
    ['./team', 'invalid-argument'],
    ['a\0b', 'invalid-argument'],
    ['caf\ufffd', 'invalid-argument'],
    ['x'.repeat(300), 'invalid-argument'],
  ])('%j', async (subdir, kind) => {
    expect(await engine.publish(target, of(subdir))).toEqual(failure(kind));
    expect(await mountsAt(target)).toEqual([]);
  });

  it.each([
    ['a link to the outside', 'ln -s /etc', 'link', 'symbolic link'],
    ['a link to another tenant', 'mkdir -p other; ln -s other', 'link', 'symbolic link'],
    ['below a link', 'mkdir -p other/in; ln -s other', 'link/in', 'symbolic link'],
    ['a file', 'touch', 'link', 'it is a file'],
    ['below a file', 'touch', 'link/in', 'it is a file'],
  ])('%s', async (_, make, subdir, words) => {
    await node.shell(`cd ${root}; ${make} link`);
    expect(await engine.publish(target, of(subdir))).toEqual(failure('failed-precondition', words));
    expect(await mountsAt(target)).toEqual([]);
    await node.shell(
      `cd ${root}; rm link; test ! -e other/in || rmdir other/in; test ! -e other || rmdir other`,
    );
  });
});

/** Swaps as fast as it can; a swap that fails because the driver was faster is repeated later. */
const swapper = `
  const fs = require('node:fs');
  const [root, secret] = process.argv.slice(1);
  process.chdir(root);
  const attempt = (work) => { try { work(); } catch {} };
  for (;;) {
    for (const elsewhere of ['victim', secret]) {
      attempt(() => fs.renameSync('good', 'race'));
      attempt(() => fs.renameSync('race', 'good'));
      attempt(() => fs.symlinkSync(elsewhere, 'race'));
      attempt(() => fs.unlinkSync('race'));
    }
    attempt(() => fs.rmdirSync('race/in'));
    attempt(() => fs.rmdirSync('race'));
  }`;

describe('another writer on the same file system', () => {
  describe('that swaps a directory for a link', () => {
    let secret: string;
    let swapping: ReturnType<PrivateNode['program']>;
    beforeEach(async () => {
      secret = join(node.base, 'secret');
      await node.shell(
        `rm -rf ${secret} ${root}/*; mkdir -p ${secret}/in ${root}/victim/in ${root}/good/in; echo secret > ${secret}/in/file`,
      );
      // `race` is by turns a directory, a link to another tenant, a link out of the file system, and nothing.
      swapping = node.program(process.execPath, ['-e', swapper, root, secret]);
    });
    afterEach(async () => {
      swapping.kill('SIGKILL');
      expect(await node.shell(`cd ${secret}; find . -perm 777; find .; cd ${root}/victim; find .`)).toBe(
        '.\n./in\n./in/file\n.\n./in\n',
      );
    });
    /** Names of what was opened as race/in: it may bear its other name by now. */
    const inside = /^\/?(?:race|good)\/in$/;

    it('cannot lead the driver out of the file system', async () => {
      const opener = fileURLToPath(new URL('../../dist/node/testing/open-in-race.js', import.meta.url));
      const outcomes = await node.shell(`${process.execPath} ${opener} ${root} race/in ${uid} 5000`);
      const { symlink = 0, ...others } = JSON.parse(outcomes) as Record<string, number>;
      const opened = Object.keys(others).filter(
        (outcome) => !['not-a-directory', 'system'].includes(outcome),
      );
      expect(symlink).toBeGreaterThan(0);
      expect(opened).not.toEqual([]);
      for (const path of opened) expect(path).toMatch(inside);
      for (let time = 0; time < 8; time += 1) {
        const { error } = await engine.publish(target, of('race/in'));
        const [mounted] = await mountsAt(target);
        if (error) expect(mounted).toBeUndefined();
        else expect(mounted?.root).toMatch(inside);
        expect(await engine.unpublish(target)).toEqual(success);
      }
    });

    it.runIf(systemCallProgram())('cannot lead system calls out of it', async () => {
      const calls = new SystemCalls(new InsideRunner(node), systemClock);
      const run = (...call: SystemCall) =>
        calls.run(call, { deadlineMs: 10_000, signal: new AbortController().signal });
      await node.shell(`mkdir -p ${target}`);
      /** Directory that was bound, or the reason of the refusal. */
      const attempt = async (): Promise<string> => {
        const { error, details } =
          (await run('bind-directory', root, target, '1', String(0o777), uid, gid, 'race/in')) ?? {};
        if (error) return details?.[0] ?? error.code;
        const [mounted] = await mountsAt(target);
        expect(await run('umount', target)).toEqual({});
        return `${mounted?.root}`;
      };
      const seen = new Set<string>();
      for (let time = 0; time < 800; time += 1) seen.add(await attempt());
      await calls.close();
      const opened = [...seen].filter((outcome) => outcome.includes('/'));
      expect(seen).toContain('symlink');
      expect(opened).not.toEqual([]);
      for (const path of opened) expect(path).toMatch(inside);
    });
  });

  it('keeps owner and permissions of existing directories', async () => {
    await node.shell(`mkdir -m 1700 ${root}/looks-new ${root}/looks-new/full; mkdir ${root}/plain`);
    const context = { uid, gid, directoryPerms: '0777' };
    expect(await engine.publish(target, of('looks-new/full', { context }))).toEqual(success);
    expect(await modeOf('looks-new')).toBe('1700 0 0');
    await engine.unpublish(target);
    await node.shell(`mkdir -m 1000 ${root}/user; chown ${uid} ${root}/user; mkdir -m 1700 ${root}/admin`);
    for (const name of ['user', 'admin']) {
      expect(await engine.publish(target, of(name, { context: { gid, directoryPerms: '0777' } }))).toEqual(
        success,
      );
      await engine.unpublish(target);
    }
    expect(await modeOf('user')).toBe(`1000 ${uid} 0`);
    expect(await modeOf('admin')).toBe('1700 0 0');
    await engine.unpublish(target);
    expect(await engine.publish(target, of('plain', { context }))).toEqual(success);
    expect(await modeOf('plain')).toBe('755 0 0');
  });

  it('cannot make another directory the volume by moving the published one', async () => {
    expect(await engine.publish(target, of('moving'))).toEqual(success);
    await node.shell(`mv ${root}/moving ${root}/moved; echo 1 > ${root}/moved/file; cat ${target}/file`);
    expect(await mountsAt(target)).toMatchObject([{ root: '/moved' }]);
    expect(await engine.publish(target, of('moving'))).toEqual(
      failure('failed-precondition', 'lustrefs/moved'),
    );
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await mountsAt(target)).toEqual([]);
  });

  it('does not block unpublish by removing the published directory', async () => {
    expect(await engine.publish(target, of('doomed'))).toEqual(success);
    await node.shell(`rmdir ${root}/doomed`);
    expect(await mountsAt(target)).toMatchObject([{ deleted: true }]);
    expect(await engine.unpublish(target)).toEqual(success);
    expect(await mountsAt(target)).toEqual([]);
    await until(async () => expect(await node.clientMounts()).toEqual([]));
  });
});
