import { describe, expect, it } from 'vitest';
import { Capacity } from '../model/capacity.js';
import type { FileSystem, FileSystemState } from '../model/file-system.js';
import { liveOf, nextStep } from './next-step.js';

const fileSystem = (id: string, state: FileSystemState, change: Partial<FileSystem> = {}): FileSystem => ({
  id,
  listingScope: 'here',
  volumeName: 'pvc-1',
  state,
  cloudState: state.toUpperCase(),
  capacity: Capacity.gibibytes(1200),
  attempt: 1,
  attributes: { tier: 'fast' },
  ...change,
});

const plan = { volumeName: 'pvc-1', listingScope: 'here', attributes: { tier: 'fast' } };
const range = { required: Capacity.gibibytes(1200) };
const at = (seconds: number): { createdAt: Date } => ({ createdAt: new Date(seconds * 1000) });

const going = (attempt: number): FileSystem => fileSystem('z', 'deleting', { attempt });

describe('nextStep', () => {
  it.each<[string, FileSystem[], string, string?]>([
    ['nothing', [], 'create'],
    ['one being created', [fileSystem('a', 'creating')], 'wait', 'a'],
    ['an available one', [fileSystem('a', 'available')], 'use', 'a'],
    ['one being updated', [fileSystem('a', 'updating')], 'use', 'a'],
    ['an impaired one', [fileSystem('a', 'impaired')], 'use', 'a'],
    ['a failed one', [fileSystem('a', 'failed')], 'create'],
    ['one that failed last', [fileSystem('a', 'failed', { attempt: 3 })], 'discard', 'a'],
    ['one going away', [fileSystem('a', 'deleting')], 'wait', 'a'],
    ['a failed one and a new one', [fileSystem('a', 'failed'), fileSystem('b', 'creating')], 'wait', 'b'],
    [
      'one going away and a usable one',
      [fileSystem('a', 'deleting'), fileSystem('b', 'available')],
      'use',
      'b',
    ],
    ['one going away and a failed one', [fileSystem('a', 'deleting'), fileSystem('b', 'failed')], 'create'],
    [
      'one that failed last, going away, and a failed one',
      [fileSystem('a', 'deleting', { attempt: 3 }), fileSystem('b', 'failed')],
      'discard',
      'b',
    ],
    [
      'an older one that was never handed out',
      [fileSystem('a', 'available', { ...at(1), neverHandedOut: true }), fileSystem('b', 'available', at(2))],
      'use',
      'b',
    ],
    [
      'two that were never handed out',
      [
        fileSystem('a', 'creating', { ...at(2), neverHandedOut: true }),
        fileSystem('b', 'creating', { ...at(1), neverHandedOut: true }),
      ],
      'wait',
      'b',
    ],
    ['two', [fileSystem('a', 'available', at(2)), fileSystem('b', 'creating', at(1))], 'wait', 'b'],
    [
      'two of one age',
      [fileSystem('b', 'available', at(1)), fileSystem('a', 'available', at(1))],
      'use',
      'a',
    ],
    ['two of no age', [fileSystem('b', 'available'), fileSystem('a', 'available')], 'use', 'a'],
    ['one of no age', [fileSystem('a', 'available'), fileSystem('b', 'available', at(9))], 'use', 'b'],
  ])('where there is %s: %#', (_, existing, kind, id) => {
    const step = nextStep(plan, range, existing);
    expect([step.kind, step.kind === 'create' ? undefined : step.fileSystem.id]).toEqual([kind, id]);
    const reversed = nextStep(plan, range, [...existing].reverse());
    expect(reversed).toEqual(step);
  });

  it.each<[string, FileSystem[], number]>([
    ['nothing', [], 1],
    ['the first', [fileSystem('a', 'failed')], 2],
    ['the second', [fileSystem('a', 'failed', { attempt: 2 })], 3],
    ['two', [fileSystem('a', 'failed', { attempt: 2 }), fileSystem('b', 'failed')], 3],
    ['the first, the second going away', [fileSystem('a', 'failed'), going(2)], 3],
  ])('derives the number of the attempt from what the cloud shows as failed: %s', (_, existing, attempt) => {
    const failed = existing.filter(({ state }) => state === 'failed');
    expect(nextStep(plan, range, existing)).toEqual({ kind: 'create', attempt, failed });
  });

  it('has a failed one deleted before another is created where names are unique', () => {
    const failed = fileSystem('a', 'failed');
    expect(nextStep(plan, range, [failed], true)).toEqual({ kind: 'discard', fileSystem: failed });
    expect(nextStep(plan, range, [], true)).toEqual({ kind: 'create', attempt: 1, failed: [] });
  });

  it.each<[string, Partial<FileSystem>, object, string[]]>([
    ['too small', {}, { required: Capacity.gibibytes(2400) }, ['1200 GiB (requested: at least 2400 GiB)']],
    ['too large', {}, { limit: Capacity.gibibytes(600) }, ['1200 GiB (requested: at most 600 GiB)']],
    ['different', { attributes: { tier: 'slow' } }, range, ['tier is slow (requested: fast)']],
    [
      'different in everything',
      { attributes: { tier: 'slow' } },
      { limit: Capacity.gibibytes(600) },
      ['capacity is 1200 GiB', 'tier is slow'],
    ],
  ])('says what differs in one that is %s', (_, change, asked, words) => {
    for (const state of ['creating', 'available', 'updating', 'impaired'] as const) {
      const step = nextStep(plan, asked, [fileSystem('a', state, change)]);
      if (step.kind !== 'conflict') throw new Error(`it was ${step.kind}`);
      expect(step.differences).toEqual(words.map((each) => expect.stringContaining(each) as string));
    }
  });

  it.each(['creating', 'available'] as const)(
    'compares no size that the cloud does not report: %s',
    (state) => {
      const step = nextStep(plan, range, [fileSystem('a', state, { capacity: Capacity.zero })]);
      expect(step.kind).toBe(state === 'creating' ? 'wait' : 'use');
    },
  );

  it('does not compare attributes that either side does not report', () => {
    const silent = fileSystem('a', 'available', { attributes: { zone: '1' } });
    expect(nextStep(plan, range, [silent]).kind).toBe('use');
  });

  it('does not compare what is no volume any more', () => {
    const different = { attributes: { tier: 'slow' } };
    expect(nextStep(plan, range, [fileSystem('a', 'deleting', different)]).kind).toBe('wait');
    expect(nextStep(plan, range, [fileSystem('a', 'failed', different)]).kind).toBe('create');
  });
});

describe('liveOf', () => {
  it('leaves out what failed or goes, and changes nothing that it was given', () => {
    const given = [
      fileSystem('c', 'failed'),
      fileSystem('b', 'available', at(2)),
      fileSystem('a', 'creating', at(1)),
    ];
    const before = [...given];
    expect(liveOf(given).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(given).toEqual(before);
  });
});
