import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remainingMounts } from './remaining-mounts.js';
import { success, until } from './testing/engine-answers.js';
import { PrivateNode } from './testing/private-node.js';

let node: PrivateNode;

beforeAll(async () => {
  node = await PrivateNode.start();
});
afterAll(() => node.stop());

const left = (): Promise<readonly string[]> =>
  remainingMounts(join(node.base, 'state'), () => node.mountTable());

describe('remainingMounts', () => {
  it('is empty where no driver has ever run', async () => {
    expect(await left()).toEqual([]);
  });

  it('names targets and clients until the last one is unmounted, also where records make no sense', async () => {
    const engine = node.engine();
    const [shared, own] = [await node.target('shared'), await node.target('own')];
    expect(await engine.publish(shared)).toEqual(success);
    expect(await engine.publish(own, { volumeId: 'v2', context: { mountSharing: 'pod' } })).toEqual(success);
    const [client] = await node.clientMounts();
    await writeFile(join(node.base, 'state/publications/nonsense.json'), '{');
    await mkdir(join(node.base, 'state/publications/directory.json'));
    expect([...(await left())].sort()).toEqual([client?.mountPoint, own, shared].sort());
    expect(await engine.unpublish(own, { volumeId: 'v2' })).toEqual(success);
    expect([...(await left())].sort()).toEqual([client?.mountPoint, shared].sort());
    expect(await engine.unpublish(shared)).toEqual(success);
    await until(async () => expect(await left()).toEqual([]));
  });
});
