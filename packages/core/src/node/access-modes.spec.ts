import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccessMode } from '../model/volume-capability.js';
import type { EngineCall } from './testing/engine-process.js';
import { failure, success, until } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import { PrivateNode } from './testing/private-node.js';

// Every access mode of CSI but UNKNOWN, which no request may have (request/parse-volume-capability.ts).
let node: PrivateNode;
let engine: DrivenEngine;
let first: string;
let second: string;
let count = 0;

beforeAll(async () => {
  node = await PrivateNode.start();
  engine = node.engine();
});
beforeEach(async () => {
  count += 1;
  [first, second] = [await node.target(`first-${count}`), await node.target(`second-${count}`)];
});
afterEach(async () => {
  for (const path of [first, second]) expect(await engine.unpublish(path)).toEqual(success);
  await until(async () => expect(await node.clientMounts()).toEqual([]));
});
afterAll(() => node.stop());

const as = (accessMode: AccessMode): Partial<EngineCall> => ({
  capability: { accessMode, fsType: '', mountFlags: [] },
});

describe.each<[AccessMode, { readonly writes: boolean; readonly targets: 'one' | 'many' }]>([
  ['SINGLE_NODE_WRITER', { writes: true, targets: 'one' }],
  ['SINGLE_NODE_READER_ONLY', { writes: false, targets: 'one' }],
  ['SINGLE_NODE_SINGLE_WRITER', { writes: true, targets: 'one' }],
  ['SINGLE_NODE_MULTI_WRITER', { writes: true, targets: 'many' }],
  ['MULTI_NODE_READER_ONLY', { writes: false, targets: 'many' }],
  ['MULTI_NODE_SINGLE_WRITER', { writes: true, targets: 'many' }],
  ['MULTI_NODE_MULTI_WRITER', { writes: true, targets: 'many' }],
])('%s', (mode, { writes, targets }) => {
  it(`is ${writes ? 'writable' : 'read-only'} at ${targets} target(s), also for a restarted driver`, async () => {
    expect(await engine.publish(first, as(mode))).toEqual(success);
    await engine.kill();
    engine = node.engine();
    expect(await engine.publish(first, as(mode))).toEqual(success);
    expect(await engine.publish(second, as(mode))).toEqual(
      targets === 'many' ? success : failure('failed-precondition', first),
    );
    const writing = node.shell(`touch ${first}/file`);
    if (writes) await writing;
    else await expect(writing).rejects.toThrow('Read-only file system');
    expect((await node.mountTable()).all(first)).toHaveLength(1);
    const other = mode === 'MULTI_NODE_MULTI_WRITER' ? 'SINGLE_NODE_MULTI_WRITER' : 'MULTI_NODE_MULTI_WRITER';
    expect(await engine.publish(first, as(other))).toEqual(failure('already-exists', other));
  });
});
