// Interrupted creations that no caller repeats. Runs inside `lustre-cloud-emulator exec`.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  createDirectory,
  directoryRequest,
  eventually,
  LookingGlass,
  prepareGeneric,
  run,
  stateDirectory,
  type CreatedVolume,
  type PreparedHost,
} from '../testing/directory-bench.js';
import { startLustreCsi, type DriverProcess } from '../testing/lustre-csi.js';

const driverName = 'generic.lustre-csi';
const TWO_HOURS_S = 7200;

let stateDir: string;
let host: PreparedHost;
let look: LookingGlass;
let made: CreatedVolume;

const start = (): Promise<DriverProcess> => startLustreCsi({ driverName, args: ['--state-dir', stateDir] });
const request = (name: string): ReturnType<typeof directoryRequest> =>
  directoryRequest(name, host, { quota: 'hard', onDelete: 'retain', subPath: 'team/${pv.name}' });
const only = (part: string): string => look.registry(part, readdirSync(look.registry(part))[0] ?? '');
const rest = (): readonly string[] =>
  ['volumes', 'fates', 'paths', 'projects', 'new', 'tmp', 'trash'].flatMap((part) =>
    readdirSync(look.registry(part)).map((name) => `${part}/${name}`),
  );
const age = (file: string): void => {
  const then = Date.now() / 1000 - TWO_HOURS_S;
  utimesSync(file, then, then);
};

beforeEach(async () => {
  stateDir = stateDirectory();
  host = prepareGeneric();
  look = new LookingGlass(host.source);
  const driver = await start();
  made = await createDirectory(driver, request('pvc-cut-off'));
  await driver.kill();
});

afterEach(() => look.close());

/** States that a killed worker leaves, each after one of its steps, made from those of a complete creation. */
const moments: readonly (readonly [string, () => void])[] = [
  [
    'its path is claimed',
    () => {
      rmSync(look.path('team/pvc-cut-off'), { recursive: true });
      rmSync(only('fates'));
      run('lfs', ['setquota', '-p', made.volumeId.split(':')[4] ?? '', '-B', '0', look.root]);
      rmSync(only('projects'));
    },
  ],
  [
    'it has a project with a limit',
    () => {
      rmSync(look.path('team/pvc-cut-off'), { recursive: true });
      rmSync(only('fates'));
    },
  ],
  [
    'its directory is built',
    () => {
      const { building } = JSON.parse(readFileSync(only('fates'), 'utf8')) as { building: string };
      renameSync(look.path('team/pvc-cut-off'), look.registry('new', building));
      rmSync(only('fates'));
    },
  ],
  [
    'its directory is chosen, and not yet at its path',
    () => {
      const { building } = JSON.parse(readFileSync(only('fates'), 'utf8')) as { building: string };
      renameSync(look.path('team/pvc-cut-off'), look.registry('new', building));
    },
  ],
  [
    'it was partly undone',
    () => {
      rmSync(look.path('team/pvc-cut-off'), { recursive: true });
      writeFileSync(only('fates'), JSON.stringify({ isAbandoned: true }));
    },
  ],
];

it.each(moments)('removes, after an hour, a creation that was interrupted when %s', async (_, cutOff) => {
  cutOff();
  age(only('volumes'));
  expect(rest()).not.toEqual([]);
  const driver = await start();
  await eventually(() => rest().length === 0, `nothing is left of it: ${rest().join(' ')}`);
  expect(readdirSync(look.path('team'))).toEqual([]);
  const project = made.volumeId.split(':')[4] ?? '';
  expect(run('lfs', ['quota', '-q', '-p', project, look.root]).trim().split(/\s+/)[3]).toBe('0');
  // Path and name are available again.
  await createDirectory(driver, request('pvc-cut-off'));
  await driver.stop();
});

it.each(moments.slice(0, 4))(
  'leaves to its caller, for an hour, a creation that was interrupted when %s',
  async (_, cutOff) => {
    cutOff();
    const before = rest();
    // After the driver's check, directories without a volume are removed.
    const nobodys = look.registry('new', `${'0'.repeat(32)}.${'0'.repeat(16)}.00000000`);
    mkdirSync(nobodys);
    const driver = await start();
    await eventually(() => !existsSync(nobodys), 'the driver has checked');
    expect(rest()).toEqual(before);
    const again = await createDirectory(driver, request('pvc-cut-off'));
    expect(again.volumeId).toBe(made.volumeId);
    expect(statSync(look.path('team/pvc-cut-off')).isDirectory()).toBe(true);
    await driver.stop();
  },
);

it('never removes a volume that was reported to a caller, however old', async () => {
  age(only('volumes'));
  const nobodys = look.registry('new', `${'0'.repeat(32)}.${'0'.repeat(16)}.00000000`);
  mkdirSync(nobodys);
  const driver = await start();
  await eventually(() => !existsSync(nobodys), 'the driver has checked');
  expect((await createDirectory(driver, request('pvc-cut-off'))).volumeId).toBe(made.volumeId);
  await driver.stop();
});
