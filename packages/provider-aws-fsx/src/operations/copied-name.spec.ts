import { describe, expect, it } from 'vitest';
import { toFileSystem, type FsxFileSystem } from '../plan/to-file-system.js';
import { copiedName } from './copied-name.js';

const DAY_MS = 24 * 3_600_000;
const CreationTime = new Date('2026-01-01T00:00:00Z');
const plan = { volumeName: 'pvc-1', tags: { team: 'a', CSIVolumeName: 'pvc-1' } };

function tagged(tags: Readonly<Record<string, string>>): FsxFileSystem {
  const Tags = Object.entries({ CSIVolumeName: 'pvc-1', ...tags }).map(([Key, Value]) => ({ Key, Value }));
  const found = {
    FileSystemType: 'LUSTRE',
    FileSystemId: 'fs-0123456789abcdef0',
    CreationTime,
    Tags,
  } as const;
  const fileSystem = toFileSystem(found, { region: 'us-west-2', clusterId: '' });
  if (!fileSystem) throw new Error('no file system');
  return fileSystem;
}

describe('copiedName', () => {
  it.each<[string, Readonly<Record<string, string>>, number, RegExp | undefined]>([
    ['the name alone, while it is being created', {}, 600_000, undefined],
    ['the tags of the class', { team: 'b' }, 600_000, undefined],
    ['the tag of a cluster', { 'lustre.csi/cluster': 'blue' }, 600_000, undefined],
    ['tags of other tools', { Name: 'x', 'aws:cloudformation:stack-name': 'y' }, 0, /\(Name, aws:cloud\S+\)/],
    ['the name alone, after a day', {}, DAY_MS + 1, /exists since 2026-01-01T00:00:00\.000Z/],
    [
      'the mark of a creation by this driver',
      { Name: 'x', 'lustre.csi/attempt': '1' },
      DAY_MS + 1,
      undefined,
    ],
    [
      'the mark that it was handed out',
      { Name: 'x', 'lustre.csi/handed-out': 'true' },
      DAY_MS + 1,
      undefined,
    ],
  ])('%s', (_, tags, age, reason) => {
    const said = copiedName(tagged(tags), plan, CreationTime.getTime() + age);
    if (reason) expect(said).toMatch(reason);
    else expect(said).toBeUndefined();
  });
});
