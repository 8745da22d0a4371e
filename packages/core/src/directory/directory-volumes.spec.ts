import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RememberedLog } from '../testing/remembered-log.js';
import { volumeRequest } from '../testing/volume-request.js';
import type { FileSystem } from '../model/file-system.js';
import type { Volume } from '../model/volume-request.js';
import { DirectoryVolumes } from './directory-volumes.js';
import { parentFileSystem } from './testing/parent-file-system.js';
import { ScratchBase } from './testing/scratch-base.js';
import { scratchParent } from './testing/scratch-parent.js';

const { signal } = new AbortController();

let base: ScratchBase;
/** Of the one file system of the cloud. */
let tags: Set<string>;
let driver: DirectoryVolumes;

const shown = (): FileSystem =>
  parentFileSystem({
    volumeName: 'pvc-host',
    madeByDriver: true,
    mountSource: { mgsNodes: [['10.0.0.1@tcp']], fsname: 'scratch', subdir: '' },
    ...(tags.size === 0 ? {} : { directoryBases: [...tags] }),
  });

const startDriver = (): DirectoryVolumes =>
  new DirectoryVolumes({
    driverName: 'directories.test',
    hosts: {
      parameters: {},
      parentOf: () => 'fs-1',
      referenceTo: (id) => ({ id, listingScope: 'here' }),
      contextFor: () => ({}),
      noteBase: async (_fileSystem, text) => void tags.add(text),
    },
    provider: { find: async () => shown() },
    stateDir: base.path('..', 'state'),
    log: new RememberedLog(),
    mounting: scratchParent(base.location.root),
  });

const create = (name: string): Promise<Volume> => {
  const owner = { uid: String(process.getuid?.()), gid: String(process.getgid?.()) };
  const basePath = `/${base.location.base.join('/')}`;
  const parameters = { provisioningMode: 'directory', basePath, ...owner };
  return driver.create(volumeRequest({ name, parameters }), { signal });
};

beforeEach(() => {
  base = new ScratchBase();
  tags = new Set();
  driver = startDriver();
});
afterEach(() => base.remove());

describe('the file system under directory volumes', () => {
  it('is noted before a volume is handed out, and is not deleted, even where the note was lost', async () => {
    const { id } = await create('a');
    expect(tags.size).toBe(1);
    tags.clear();
    const refused = { kind: 'failed-precondition', message: expect.stringContaining(': a.') as string };
    await expect(driver.refuseToDelete(shown(), signal)).rejects.toMatchObject(refused);
    // A controller that was started since knows as much.
    driver = startDriver();
    await expect(driver.refuseToDelete(shown(), signal)).rejects.toMatchObject(refused);
    await driver.delete(id, { signal });
    await driver.refuseToDelete(shown(), signal);
  });

  it('takes no new volume once it may be deleted', async () => {
    await driver.refuseToDelete(shown(), signal);
    await expect(create('a')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('is being deleted') as string,
    });
  });

  it('is noted again by a controller that starts', async () => {
    await create('a');
    const before = [...tags];
    tags.clear();
    driver = startDriver();
    await driver.resume();
    await vi.waitFor(() => expect([...tags]).toEqual(before));
  });
});
