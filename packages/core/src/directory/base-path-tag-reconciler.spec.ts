import { beforeEach, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { RememberedLog } from '../testing/remembered-log.js';
import type { DirectoryFileSystem } from './directory-file-systems.js';
import { noRegistry } from './registry/find-occupants.js';
import type { BasePathRecord } from './base-path-records.js';
import { BasePathTagReconciler } from './base-path-tag-reconciler.js';

const basePath = { parent: 'fs-1', base: ['a'] };

let clock: ManualClock;
let log: RememberedLog;
let written: BasePathRecord[];
let mounted: number;
let volumes: readonly string[];
/** File systems as the cloud shows them. */
let tells: () => object | undefined;
let keeper: BasePathTagReconciler;

beforeEach(() => {
  clock = new ManualClock();
  log = new RememberedLog();
  written = [];
  mounted = 0;
  volumes = ['x'];
  tells = () => ({ madeByDriver: true });
  const run = async (): Promise<unknown> => {
    mounted += 1;
    return { ...noRegistry, volumes };
  };
  keeper = new BasePathTagReconciler({
    fileSystems: {
      find: async () => {
        const fileSystem = tells();
        return fileSystem && ({ fileSystem, mounted: { run } } as unknown as DirectoryFileSystem);
      },
    },
    tags: { write: async (_found, which) => void written.push(which) },
    basePaths: async () => [basePath],
    log,
    clock,
  });
});

it('writes a missing tag again, at once and every hour', async () => {
  const begun = clock.now();
  await keeper.start();
  expect(written).toEqual([basePath]);
  await clock.next();
  await settled();
  expect(written).toEqual([basePath, basePath]);
  expect(clock.now() - begun).toBe(3_600_000);
});

it.each<readonly [string, () => object | undefined]>([
  ['it is written', () => ({ madeByDriver: true, directoryBases: ['/b', '/a'] })],
  ['no driver deletes the file system', () => ({})],
  ['the file system is gone', () => undefined],
])('mounts nothing where %s', async (_, told) => {
  tells = told;
  await keeper.start();
  expect([mounted, written]).toEqual([0, []]);
});

it('tags nothing where no volume is left', async () => {
  volumes = [];
  await keeper.start();
  expect(written).toEqual([]);
});

it('says what it cannot find out, and tries again', async () => {
  tells = () => {
    throw new DriverError('permission-denied', 'not allowed to look');
  };
  await keeper.start();
  expect(log.lines).toMatchObject([
    { level: 'warn', fields: { parent: 'fs-1', why: 'not allowed to look' } },
  ]);
  tells = () => ({ madeByDriver: true });
  await clock.next();
  await settled();
  expect(written).toEqual([basePath]);
});
