import { describe, expect, it } from 'vitest';
import type { ClientVersion } from '../client-version.js';
import { quotaText, type ProjectQuota } from './quota-text.js';

const unlimited = { softKib: 0n, hardKib: 0n, softInodes: 0n, hardInodes: 0n };
const empty: ProjectQuota = {
  ...{ project: 123456, path: '/mnt', hasRecord: false, isPartial: false },
  ...{ use: { kib: 0n, inodes: 0n }, limits: unlimited },
};
const beyond: ProjectQuota = {
  ...empty,
  ...{ project: 103063, hasRecord: true },
  use: { kib: 99332n, inodes: 5n },
  limits: { ...unlimited, hardKib: 65536n },
};
const zeros = '       0       0       0       -       0       0       0       -';
const defaults = [
  'pid 123456 is using default block quota setting',
  'pid 123456 is using default file quota setting',
];
const longPath = '/run/lustre-csi/mounts/3fa7d840a244573a48d8b52119df011a';

// Texts of the real tools.
describe('quotaText', () => {
  it.each<[what: string, version: ClientVersion, quota: ProjectQuota, lines: readonly string[]]>([
    ['no record', '2.15', empty, [`           /mnt${zeros}`, ...defaults]],
    ['no record', '2.16', empty, [`           /mnt${zeros}`]],
    ['no record', '2.17', empty, [`           /mnt${zeros}`]],
    ['lifted limits', '2.15', { ...empty, hasRecord: true }, [`           /mnt${zeros}`]],
    ['a long path', '2.15', { ...empty, path: longPath }, [longPath, `               ${zeros}`, ...defaults]],
    [
      'use beyond a limit',
      '2.15',
      beyond,
      ['           /mnt  99332*       0   65536       -       5       0       0       -'],
    ],
    [
      'use beyond a limit',
      '2.17',
      beyond,
      ['           /mnt  99332*       0   65536       -      5*       0       0       -'],
    ],
    [
      'a dead target',
      '2.17',
      { ...empty, path: '/mnt/c', isPartial: true },
      [
        '         /mnt/c     [0]       0       0       -       0       0       0       - ',
        'Some errors happened when getting quota info. Some devices may be not working or deactivated. ' +
          'The data in "[]" is inaccurate.',
      ],
    ],
  ])('shows %s as lfs of %s does', (_, version, quota, lines) => {
    expect(quotaText(quota, true, version)).toBe(lines.join('\n'));
  });

  it.each<[version: ClientVersion, lines: readonly string[]]>([
    [
      '2.15',
      [
        'Disk quotas for prj 103063 (pid 103063):',
        '     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace',
      ],
    ],
    [
      '2.17',
      [
        'Disk quotas for prj <unknown> (pid 103063):',
        '     Filesystem  kbytes  bquota  blimit  bgrace   files  iquota  ilimit  igrace',
      ],
    ],
  ])('has the headings of %s', (version, lines) => {
    expect(quotaText(beyond, false, version).split('\n').slice(0, 2)).toEqual(lines);
  });

  it('shows the grace period of an exceeded soft limit', () => {
    const quota = { ...beyond, limits: { ...unlimited, softKib: 1024n } };
    expect(quotaText(quota, true, '2.15')).toContain(' 99332*    1024       0 6d23h59m59s ');
  });
});
