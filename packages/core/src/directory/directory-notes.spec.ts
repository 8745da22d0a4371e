import { describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { Capacity } from '../volume/capacity.js';
import type { FileSystem } from '../volume/file-system.js';
import { DirectoryNotes, refuseWhileUsed } from './directory-notes.js';
import type { MountedHost } from './mounted-host.js';

const { signal } = new AbortController();

const ours: FileSystem = {
  id: 'fs-1',
  scope: 'here',
  volumeName: 'pvc-1',
  state: 'available',
  cloudState: 'AVAILABLE',
  capacity: Capacity.gibibytes(1200),
  attempt: 1,
  attributes: {},
};

describe('note', () => {
  const noted: string[] = [];
  const notes = (): DirectoryNotes =>
    new DirectoryNotes({
      noteBase: async ({ id }, base) => {
        noted.push(`${id} ${base}`);
        if (base === '/refused') throw new DriverError('permission-denied', 'no');
      },
    });

  it('is made once for each base path, of what this driver has made, unless it is there', async () => {
    const all = notes();
    await Promise.all([
      all.note({ fileSystem: ours }, ['a'], signal),
      all.note({ fileSystem: ours }, ['a'], signal),
    ]);
    await all.note({ fileSystem: ours }, ['b'], signal);
    const { volumeName: _, ...foreign } = ours;
    await all.note({ fileSystem: foreign }, ['a'], signal);
    await all.note({}, ['a'], signal);
    await all.note({ fileSystem: { ...ours, id: 'fs-2', directoryBases: ['/a'] } }, ['a'], signal);
    expect(noted.splice(0)).toEqual(['fs-1 /a', 'fs-1 /b']);
  });

  it('is tried again after it was refused', async () => {
    const all = notes();
    await expect(all.note({ fileSystem: ours }, ['refused'], signal)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('no. The directory is made already') as string,
    });
    await expect(all.note({ fileSystem: ours }, ['refused'], signal)).rejects.toThrow('no');
    expect(noted.splice(0)).toHaveLength(2);
  });
});

describe('refuseWhileUsed', () => {
  /** A host whose base paths hold volumes at these paths. */
  const hostOf =
    (volumes: Readonly<Record<string, readonly string[]>>): (() => MountedHost) =>
    () =>
      ({
        run: async ({ base }: { readonly base: readonly string[] }) => ({
          found: (volumes[base.join('/')] ?? []).map((path) => ({ entry: { path: path.split('/') } })),
          next: null,
        }),
      }) as unknown as MountedHost;

  const noted = (...directoryBases: readonly string[]): FileSystem => ({ ...ours, directoryBases });

  it.each([
    ['no base path is noted', ours],
    ['there are no volumes any more', noted('/empty', '/never-used')],
    ['the tag is none of ours', noted('whatever')],
  ])('lets go where %s', async (_, fileSystem) => {
    await expect(refuseWhileUsed(fileSystem, hostOf({ used: ['x'] }), signal)).resolves.toBeUndefined();
  });

  it('names some of the volumes', async () => {
    const host = hostOf({ 'team a': ['n/1', 'n/2', 'n/3', 'n/4', 'n/5'] });
    await expect(refuseWhileUsed(noted('/empty', '/team=20a'), host, signal)).rejects.toMatchObject({
      kind: 'failed-precondition',
      message: expect.stringContaining('below /team=20a: n/1, n/2, n/3 and 2 more') as string,
    });
  });

  it.each([
    ['unavailable', 'unavailable'],
    ['deadline-exceeded', 'deadline-exceeded'],
    ['permission-denied', 'failed-precondition'],
  ] as const)('does not let go where it cannot be found out: %s', async (kind, answered) => {
    const host = (): MountedHost => {
      throw new DriverError(kind, 'the servers are dead');
    };
    await expect(refuseWhileUsed(noted('/used'), host, signal)).rejects.toMatchObject({
      kind: answered,
      message: expect.stringMatching(/the servers are dead.*remove the tag whose value is \/used/) as string,
    });
  });
});
