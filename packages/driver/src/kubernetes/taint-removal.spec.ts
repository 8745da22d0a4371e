import { describe, expect, it } from 'vitest';
import { effectsOf, taintRemoval } from './taint-removal.js';

const key = 'fsx.csi.aws.com/agent-not-ready';
const ours = { key, effect: 'NoExecute' };
const gpu = { key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' };
const foreign = { key: 'azurelustre.csi.azure.com/agent-not-ready', effect: 'NoSchedule' };

describe('taintRemoval', () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['no taints', [], []],
    ['taints of others', [gpu, foreign], []],
    [
      'ours alone',
      [ours],
      [
        { op: 'test', path: '/spec/taints/0', value: ours },
        { op: 'remove', path: '/spec/taints/0' },
      ],
    ],
    [
      'ours between others, with all its fields',
      [gpu, { ...ours, timeAdded: '2026-01-01T00:00:00Z' }, foreign],
      [
        { op: 'test', path: '/spec/taints/1', value: { ...ours, timeAdded: '2026-01-01T00:00:00Z' } },
        { op: 'remove', path: '/spec/taints/1' },
      ],
    ],
    [
      'ours with two effects, from the end on',
      [ours, gpu, { key, effect: 'NoSchedule' }],
      [
        { op: 'test', path: '/spec/taints/2', value: { key, effect: 'NoSchedule' } },
        { op: 'remove', path: '/spec/taints/2' },
        { op: 'test', path: '/spec/taints/0', value: ours },
        { op: 'remove', path: '/spec/taints/0' },
      ],
    ],
    ['an element that is no taint', [null, 'x', 1, {}], []],
  ])('patches a list with %s', (_, taints, operations) => {
    expect(taintRemoval(taints, key)).toEqual(operations);
  });
});

describe('effectsOf', () => {
  it('names the effects of the key', () => {
    expect(effectsOf([gpu, ours, { key, effect: 'NoSchedule' }, { key }], key)).toEqual([
      'NoExecute',
      'NoSchedule',
      'no effect',
    ]);
    expect(effectsOf([foreign, null], key)).toEqual([]);
  });
});
