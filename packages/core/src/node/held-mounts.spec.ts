import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MountEntry } from '../mount/table/mount-table.js';
import { failure, success, until } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import type { EngineSettings } from './testing/engine-process.js';
import { PrivateNode, type SilentServer } from './testing/private-node.js';

// A mount(2) or umount(8) that a dead server blocks in the kernel, even after SIGKILL. The server is a FUSE file system that
// does not answer; the mount in the end shows a directory of it.
const canHang = existsSync('/dev/fuse') && process.getuid?.() === 0;
if (!canHang) process.stderr.write('NOT RUN: held mounts; they need root and /dev/fuse\n');

/** Mount at the target in the end. */
const held = { source: '127.0.0.66@tcp:/dead/inside' };

interface SceneSettings extends EngineSettings {
  readonly changeMs: number;
  /** Leaves the changes of the mount table to mount(8) and umount(8), in whose place a test can put a script. */
  readonly isWithoutPrograms?: true;
}

/** Node with a server that does not answer. */
class Scene {
  private constructor(
    readonly node: PrivateNode,
    readonly engine: DrivenEngine,
    readonly server: SilentServer,
    readonly dead: string,
    readonly target: string,
  ) {}

  /** Test on a node of its own; all run at once, since each waits most of the time. */
  static async run(
    { changeMs, isWithoutPrograms, ...settings }: SceneSettings,
    work: (scene: Scene) => Promise<void>,
  ): Promise<void> {
    const node = await PrivateNode.start({ mountSharing: 'pod', ...settings });
    try {
      const [dead, target] = [await node.target('dead'), await node.target('pod')];
      await node.shell(`mkdir ${dead}`);
      const server = await node.silentServer('127.0.0.66@tcp:/dead', dead);
      if (isWithoutPrograms) await node.hideNativePrograms();
      await work(new Scene(node, node.engine({ changeMs }), server, dead, target));
      server.heal();
    } finally {
      await node.stop();
    }
  }

  /** Waits until the kernel has looked up the target and waits for the source. */
  async publishHeld(): Promise<void> {
    const { node, engine, dead, target } = this;
    await node.behave(`LIBMOUNT_FORCE_MOUNT2=always exec mount -c -i --bind ${dead}/inside $target`);
    expect(await engine.publish(target, held)).toEqual(failure('deadline-exceeded', 'in state D'));
    await node.behave('');
  }

  async letGo(): Promise<void> {
    this.server.heal();
    await until(async () => expect(await this.engine.stuck()).toEqual([]));
  }

  async mounts(): Promise<readonly MountEntry[]> {
    return (await this.node.mountTable()).all(this.target);
  }
}

describe.runIf(canHang)('a target', () => {
  it.concurrent(
    'that is unpublished meanwhile never gets it, and its pod does not wait for the servers',
    () =>
      Scene.run({ changeMs: 500 }, async (scene) => {
        const { node, engine, target } = scene;
        await scene.publishHeld();
        for (let time = 0; time < 2; time += 1) expect(await engine.unpublish(target)).toEqual(success);
        expect(existsSync(target)).toBe(false);
        expect(await readdir(join(node.base, 'state', 'publications'))).toEqual([]);
        const [child] = await engine.stuck();
        expect(await engine.publish(target)).toEqual(
          failure('deadline-exceeded', `blocked by process ${child?.pid}`),
        );
        expect(await engine.stuck()).toHaveLength(1);
        expect(await node.callsFor(target)).toBe(1);
        await scene.letGo();
        expect(await scene.mounts()).toEqual([]);
        expect(existsSync(target)).toBe(false);
        expect(await engine.publish(target)).toEqual(success);
        expect(await scene.mounts()).toMatchObject([{ source: '127.0.0.4@tcp:/lustrefs' }]);
        expect(await engine.unpublish(target)).toEqual(success);
      }),
  );

  it.concurrent('waits for it where something is mounted', () =>
    Scene.run({ changeMs: 500 }, async (scene) => {
      const { node, engine, target } = scene;
      await scene.publishHeld();
      await node.shell(`mount -t lustre 127.0.0.4@tcp:/lustrefs ${target}`);
      expect(await engine.unpublish(target)).toEqual(failure('deadline-exceeded', 'in state D'));
      expect(await scene.mounts()).toHaveLength(1);
      await scene.letGo();
      // The killed process did mount in the end.
      expect(await scene.mounts()).toMatchObject([{ root: '/' }, { root: '/inside' }]);
      expect(await engine.unpublish(target)).toEqual(success);
      expect(await scene.mounts()).toEqual([]);
    }),
  );

  it.concurrent('whose plain umount is held is unmounted by the next means that the settings allow', () =>
    Scene.run(
      { changeMs: 1500, isWithoutPrograms: true, unmountEscalation: { lazyAfterMs: 1 } },
      async (scene) => {
        const { node, engine, dead, target } = scene;
        await node.shell(`umount=$(readlink -f "$(command -v umount)")
      cp "$umount" ${node.base}/umount.real
      printf '#!/bin/sh\\n[ "$3" = -l ] || stat -f ${dead} > ${node.base}/held\\nexec ${node.base}/umount.real "$@"' > ${node.base}/umount
      chmod 755 ${node.base}/umount
      mount --bind ${node.base}/umount "$umount"`);
        expect(await engine.publish(target)).toEqual(success);
        expect(await engine.unpublish(target)).toEqual(failure('deadline-exceeded', 'in state D'));
        expect(await engine.stuck()).toHaveLength(1);
        expect(await engine.unpublish(target)).toEqual(success);
        expect(await engine.nodeStats()).toMatchObject({ lazyUnmounts: 1, stuckChildren: [{}] });
        expect(await scene.mounts()).toEqual([]);
        expect(existsSync(target)).toBe(false);
      },
    ),
  );
});
