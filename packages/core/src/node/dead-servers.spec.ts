import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failure, success, until } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import { PrivateNode } from './testing/private-node.js';

/** Source of a server that accepts no connection. Its mounts wait until the file `alive` exists. */
const source = '127.0.0.99@tcp:/lustrefs';

/** Node with that server, and a healthy one. All tests run at once, since each waits most of the time. */
class Scene {
  private constructor(
    readonly node: PrivateNode,
    public engine: DrivenEngine,
  ) {}

  static async run(
    work: (scene: Scene) => Promise<void>,
    prepare: (node: PrivateNode) => Promise<void> = async () => {},
  ): Promise<void> {
    const node = await PrivateNode.start();
    try {
      await prepare(node);
      await node.shell(`cd ${node.base}/servers; mkdir -p 127.0.0.99@tcp/lustrefs
        mount -t tmpfs ${source} 127.0.0.99@tcp/lustrefs`);
      await node.behave(
        `case $source in 127.0.0.99*) until [ -e ${node.base}/alive ]; do sleep 0.02; done ;; esac`,
      );
      await work(new Scene(node, node.engine({ changeMs: 600 })));
    } finally {
      await node.stop();
    }
  }

  async restart(): Promise<void> {
    await this.engine.kill();
    this.engine = this.node.engine();
  }

  async revive(): Promise<void> {
    await writeFile(join(this.node.base, 'alive'), '');
  }

  /** Number of calls of mount.lustre for the dead server. */
  async calls(): Promise<number> {
    const calls = await readFile(join(this.node.base, 'calls'), 'utf8');
    return calls.split('\n').filter((line) => line.startsWith('127.0.0.99')).length;
  }
}

describe.each(['node', 'pod'])('a volume of a dead server (mountSharing: %s)', (mountSharing) => {
  const volume = { source, context: { mountSharing } };

  it.concurrent('has one mount that waits, which is used once the server answers', () =>
    Scene.run(async (scene) => {
      const { node, engine } = scene;
      const [target, healthy] = [await node.target('dead'), await node.target('healthy')];
      const early = failure('unavailable', 'The mount continues, and the next attempt uses it');
      for (let time = 0; time < 3; time += 1) expect(await engine.publish(target, volume)).toEqual(early);
      expect(await scene.calls()).toBe(1);
      expect(await engine.publish(healthy)).toEqual(success);
      await scene.revive();
      await until(async () => expect(await engine.publish(target, volume)).toEqual(success));
      expect(await scene.calls()).toBe(1);
      expect((await node.mountTable()).all(target)).toMatchObject([{ source }]);
      for (const path of [target, healthy]) expect(await engine.unpublish(path)).toEqual(success);
      await until(async () => expect(await node.clientMounts()).toEqual([]));
    }),
  );

  it.concurrent('can be unpublished while its mount waits, and nothing is mounted at the target later', () =>
    Scene.run(async (scene) => {
      const { node, engine } = scene;
      const target = await node.target('dead');
      expect(await engine.publish(target, volume)).toEqual(failure('unavailable', 'still waits'));
      expect(await engine.unpublish(target)).toEqual(success);
      expect(existsSync(target)).toBe(false);
      await scene.revive();
      expect(await engine.publish(target, volume)).toEqual(success);
      expect(await engine.unpublish(target)).toEqual(success);
    }),
  );
});

describe('a client that the kernel does not finish to unmount', () => {
  it.concurrent('keeps its directory, and the next pod gets a client in another one', () =>
    Scene.run(
      async (scene) => {
        const { node, engine } = scene;
        const dead = await node.target('held');
        await node.shell(`mkdir ${dead}`);
        const server = await node.silentServer('127.0.0.66@tcp:/held', dead);
        await node.shell(`umount=$(readlink -f "$(command -v umount)")
      cp "$umount" ${node.base}/umount.real
      printf '#!/bin/sh\\n${node.base}/umount.real "$@"; code=$?\\ncase "$*" in */state/mounts/*) [ -e ${node.base}/held ] || { touch ${node.base}/held; stat -f ${dead}; } ;; esac\\nexit $code' > ${node.base}/umount
      chmod 755 ${node.base}/umount
      mount --bind ${node.base}/umount "$umount"`);
        const target = await node.target('pod');
        expect(await engine.publish(target)).toEqual(success);
        const [first] = await node.clientMounts();
        expect(await engine.unpublish(target)).toEqual(success);
        await until(async () => expect(await engine.stuck()).toHaveLength(1));
        expect(await node.clientMounts()).toEqual([]);
        expect(await engine.publish(target)).toEqual(success);
        const [second] = await node.clientMounts();
        expect(second?.mountPoint).not.toBe(first?.mountPoint);
        expect(await engine.stats(target)).toEqual(success);
        // A second pod shares the client, also of a restarted driver.
        const other = await node.target('other');
        expect(await engine.publish(other)).toEqual(success);
        await scene.restart();
        expect(await scene.engine.publish(other)).toEqual(success);
        expect(await node.clientMounts()).toHaveLength(1);
        server.heal();
        for (const path of [target, other]) expect(await scene.engine.unpublish(path)).toEqual(success);
        await until(async () => expect(await node.clientMounts()).toEqual([]));
        // umount(8) does the work, in whose place the test puts a script.
      },
      (node) => node.hideNativePrograms(),
    ),
  );
});
