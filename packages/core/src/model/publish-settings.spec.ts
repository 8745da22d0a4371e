import { describe, expect, it } from 'vitest';
import { publishSettings } from './publish-settings.js';

const plain = { sharing: 'node', directory: { create: true, mode: 0o775 }, tuning: '' };

describe('publishSettings', () => {
  it.each<[Record<string, string>, object]>([
    [{}, plain],
    [{ 'fs-name': 'lustrefs', mountSharing: '' }, plain],
    [{ mountSharing: 'pod' }, { ...plain, sharing: 'pod' }],
    [{ mountsharing: ' Node ' }, plain],
    [
      { directoryPerms: '0770', uid: '1000', GID: '0' },
      {
        ...plain,
        directory: { create: true, mode: 0o770, uid: 1000, gid: 0 },
        root: { mode: 0o770, uid: 1000, gid: 0 },
      },
    ],
    [{ uid: '1000' }, { ...plain, directory: { create: true, mode: 0o775, uid: 1000 }, root: { uid: 1000 } }],
    [{ createSubDir: 'False' }, { ...plain, directory: { create: false, mode: 0o775 } }],
    [{ clientTuning: 'llite.*.max_cached_mb=64' }, { ...plain, tuning: 'llite.*.max_cached_mb=64' }],
  ])('reads %j', (context, expected) => expect(publishSettings(context, 'node')).toEqual(expected));

  it('leaves the sharing to the plugin where the volume says nothing', () => {
    expect(publishSettings({}, 'pod').sharing).toBe('pod');
    expect(publishSettings({ mountSharing: 'node' }, 'pod').sharing).toBe('node');
  });

  it.each([
    ['mountSharing', 'all'],
    ['createSubDir', 'perhaps'],
    ['createSubDir', 'constructor'],
    ['directoryPerms', '0888'],
    ['directoryPerms', '77'],
    ['uid', '-1'],
    ['uid', '4294967295'],
    ['gid', 'staff'],
  ])('refuses %s: %s', (key, value) => {
    expect(() => publishSettings({ [key]: value }, 'node')).toThrow(
      expect.objectContaining({
        kind: 'invalid-argument',
        message: expect.stringMatching(new RegExp(`${key}.*${value}`)) as string,
      }) as Error,
    );
  });
});
