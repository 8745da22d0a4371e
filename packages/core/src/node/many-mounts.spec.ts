import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, success } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import { hasMountLook } from './testing/has-mount-look.js';
import { PrivateNode } from './testing/private-node.js';

/** Bytes that a process has read from files so far. */
const readBy = async ({ pid }: DrivenEngine): Promise<number> =>
  Number(/rchar: (\d+)/.exec(await readFile(`/proc/${pid}/io`, 'utf8'))?.[1]);

describe('beside many other mounts', () => {
  let node: PrivateNode;
  let engine: DrivenEngine;
  beforeAll(async () => {
    node = await PrivateNode.start();
    // Each turn doubles them: 1,024.
    await node.shell(
      `cd ${node.base}; mkdir many; mount -t tmpfs many many; for i in 0 1 2 3 4 5 6 7 8 9; do mkdir many/$i; mount --rbind many many/$i; done`,
    );
    engine = node.engine();
  });
  afterAll(() => node.stop());

  const publishTwenty = async (names: string): Promise<string[]> => {
    const targets = [];
    for (let each = 0; each < 20; each += 1) targets.push(await node.target(`${names}-${each}`));
    for (const target of targets) expect(await engine.publish(target)).toEqual(success);
    return targets;
  };

  it.runIf(hasMountLook)('a publication reads no table', async () => {
    await publishTwenty('first');
    const before = await readBy(engine);
    const targets = await publishTwenty('second');
    const bytes = (await readBy(engine)) - before;
    const table = await readFile(`/proc/${engine.pid}/mountinfo`);
    // The whole table is read again once a second.
    expect(bytes).toBeLessThan(10 * table.length);
    const mounts = await node.mountTable();
    for (const target of targets) expect(mounts.all(target)).toMatchObject([{ root: '/' }]);
  });

  it('a mount of another process is found', async () => {
    const target = await node.target('foreign');
    await node.shell(`mkdir ${target}; mount -t tmpfs foreign ${target}`);
    expect(await engine.publish(target)).toEqual(failure('failed-precondition', 'tmpfs'));
    expect((await node.mountTable()).all(target)).toMatchObject([{ source: 'foreign' }]);
  });

  it('a place that does not propagate is refused, and left as it was', async () => {
    const other = node.engine({}, { mustPropagate: true });
    const target = await node.target('lonely');
    expect(await other.publish(target, { volumeId: 'v2' })).toEqual(
      failure('failed-precondition', 'propagat'),
    );
    expect((await node.mountTable()).all(target)).toEqual([]);
    await other.kill();
  });

  it('an unpublication leaves nothing', async () => {
    const target = await node.target('gone');
    expect(await engine.publish(target)).toEqual(success);
    expect(await engine.stats(target)).toMatchObject({ value: { condition: { abnormal: false } } });
    expect(await engine.unpublish(target)).toEqual(success);
    expect((await node.mountTable()).all(target)).toEqual([]);
  });
});
