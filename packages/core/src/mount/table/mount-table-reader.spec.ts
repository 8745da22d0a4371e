import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMountInfo } from './mount-table.js';
import { mayLeaveOutLines, MountTableReader, readMountTable } from './mount-table-reader.js';

const line = (id: number, more = ''): string =>
  `${id} 1 0:9 / /pods/${id}${more} rw shared:3 - tmpfs tmpfs rw`;
const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => line(from + index));

describe('MountTableReader', () => {
  let base = '';
  let path = '';
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'mountinfo-'));
    path = join(base, 'mountinfo');
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  const hundred = lines(100, 300);
  const without = (list: readonly string[], ...indexes: readonly number[]): string[] =>
    list.filter((_, index) => !indexes.includes(index));

  it.each<[string, string[], string[]]>([
    ['a new mount', hundred, [...hundred, line(900)]],
    ['many new mounts', hundred, [...hundred, ...lines(900, 9000)]],
    ['the first mounts', [], hundred],
    ['the last unmount', hundred, []],
    ['an unmount at the beginning', hundred, without(hundred, 0)],
    ['an unmount in the middle', hundred, without(hundred, 77)],
    ['an unmount at the end', hundred, without(hundred, 199)],
    ['unmounts apart and a new mount', hundred, [...without(hundred, 3, 64, 150), line(901)]],
    ['another text of the same length', hundred, hundred.map((text) => text.replace(' rw ', ' ro '))],
    ['one changed line', hundred, hundred.with(70, line(170, '-moved'))],
    ['a line that repeats', [line(1), line(2)], [line(1), line(2), line(1), line(2)]],
    ['a line that no longer repeats', [line(1), line(1), line(1)], [line(1)]],
    ['a line without a meaning', hundred, [...hundred.slice(0, 5), 'nonsense', ...hundred.slice(5)]],
  ])('shows %s exactly', (_, before, after) => {
    writeFileSync(path, before.map((text) => `${text}\n`).join(''));
    const reader = new MountTableReader(path);
    expect(reader.read().entries).toEqual(parseMountInfo(before.join('\n')).entries);
    for (const now of [after, before, after]) {
      writeFileSync(path, now.map((text) => `${text}\n`).join(''));
      expect(reader.read().entries).toEqual(parseMountInfo(now.join('\n')).entries);
    }
  });

  it('keeps tables and entries of earlier looks', () => {
    writeFileSync(path, `${hundred.join('\n')}\n`);
    const reader = new MountTableReader(path);
    const first = reader.read();
    expect(reader.read()).toBe(first);
    writeFileSync(path, `${without(hundred, 77).join('\n')}\n${line(900)}\n`);
    const second = reader.read();
    expect(second.at('/pods/150')).toBe(first.at('/pods/150'));
    expect(second.at('/pods/290')).toBe(first.at('/pods/290'));
    expect([first.at('/pods/177')?.id, second.at('/pods/177')]).toEqual([177, undefined]);
  });

  it('reads until two texts agree where the kernel can leave out a line', () => {
    writeFileSync(path, `${hundred.join('\n')}\n`);
    expect(new MountTableReader(path, true).read().entries).toHaveLength(200);
  });

  it.each([
    ['4.18.0-553.el8', true],
    ['5.7.19', true],
    ['5.8.0-1', false],
    ['6.1.102-111.182.amzn2023.x86_64', false],
  ])('knows whether %s can leave out a line', (kernel, expected) => {
    expect(mayLeaveOutLines(kernel)).toBe(expected);
  });
});

describe('readMountTable', () => {
  it('reads the mounts of this process', async () => {
    expect((await readMountTable()).at('/proc')?.fsType).toBe('proc');
  });

  it('that fails says nothing about what is mounted, and why it fails', () => {
    expect(() => new MountTableReader('/proc/self/mountinfo/none').read()).toThrow(
      expect.objectContaining({
        kind: 'unavailable',
        message: expect.stringMatching(/cannot be read: ENOTDIR.*limits of its container/) as string,
      }) as Error,
    );
  });
});
