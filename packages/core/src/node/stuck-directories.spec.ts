import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, success, until } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import { PrivateNode, type SilentServer } from './testing/private-node.js';

// A server that takes requests and answers none blocks each process that opens a directory, in state D.
const fuse = existsSync('/dev/fuse') && process.getuid?.() === 0;
if (!fuse) process.stderr.write('NOT RUN: stuck directories; it needs root and /dev/fuse\n');

const volume = { source: '127.0.0.5@tcp:/lustrefs/team' };
const manyPods = 24;

describe.runIf(fuse)('the directories of a file system whose servers do not answer', () => {
  let node: PrivateNode;
  let engine: DrivenEngine;
  let server: SilentServer | undefined;

  beforeEach(async () => {
    node = await PrivateNode.start();
    engine = node.engine({ changeMs: 3_000 });
    expect(await engine.publish(await node.target('first'), volume)).toEqual(success);
    const [client] = await node.clientMounts();
    const at = client?.mountPoint ?? '';
    await node.shell(`umount ${at}`);
    server = await node.silentServer('127.0.0.5@tcp:/lustrefs', at);
  });
  afterEach(async () => {
    server?.heal();
    await node.stop();
  });

  const ofPods = (): Promise<string[]> =>
    Promise.all(Array.from({ length: manyPods }, (_, n) => node.target(`pod-${n}`)));
  const stuck = async (): Promise<number> => (await engine.nodeStats()).stuckChildren.length;

  it('hold a few processes, however many pods want them, and others have theirs', async () => {
    const targets = await ofPods();
    const answers = Promise.all(targets.map((target) => engine.publish(target, volume)));
    expect(await engine.publish(await node.target('healthy'), { volumeId: 'v2' })).toEqual(success);
    for (const answer of await answers) expect(answer).toEqual(failure('deadline-exceeded', ''));
    expect(await stuck()).toBeGreaterThan(0);
    expect(await stuck()).toBeLessThanOrEqual(8);
    const late = await engine.publish(await node.target('late'), volume);
    expect(late).toEqual(failure('deadline-exceeded', 'no other is started'));
    server?.heal();
    await until(async () => expect(await stuck()).toBe(0));
    // This one answers again, with errors.
    expect(await engine.publish(await node.target('last'), volume)).toEqual(
      failure('unavailable', '(ENOSYS)'),
    );
  });
});
