import { describe, expect, it } from 'vitest';
import { listProcesses, parseProcessStat, readArguments, readProcess } from './process-table.js';

describe('parseProcessStat', () => {
  it.each([
    ['17 (mount.lustre) D 16 16 16 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 1', 17, 'mount.lustre', 'D'],
    ['9 (a) b (c) S 1 8 8 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 1', 9, 'a) b (c', 'S'],
  ])('%s', (text, pid, name, state) => {
    expect(parseProcessStat(text)).toMatchObject({ pid, name, state, startedAtTicks: '98765' });
  });

  it('reads the group', () => {
    expect(parseProcessStat('9 (x) S 1 8 7 0 -1 4 1 0 0 0 0 0 0 0 20 0 1 0 9 1')?.group).toBe(8);
  });

  it.each(['', '12', '12 (cut', '12 (cut) S 1'])('makes nothing of %j', (text) => {
    expect(parseProcessStat(text)).toBeUndefined();
  });
});

describe('the live table', () => {
  it('has this process, with its arguments', async () => {
    expect((await listProcesses()).map(({ pid }) => pid)).toContain(process.pid);
    expect((await readArguments(process.pid)).length).toBeGreaterThan(0);
  });

  it('has no process that never was', async () => {
    expect(await readProcess(2 ** 30)).toBeUndefined();
    expect(await readArguments(2 ** 30)).toEqual([]);
  });
});
