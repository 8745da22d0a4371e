import type { AdministrativeAction, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import { Capacity, isDriverError, type DriverError } from '@lustre-csi/core';
import { afterEach, describe, expect, it } from 'vitest';
import { growthOf } from './expansion.js';
import { EmulatedFsx, errorOf, request, still, until, type Driver } from '../testing/emulated-fsx.js';

let cloud: EmulatedFsx | undefined;

afterEach(async () => {
  await cloud?.stop();
  cloud = undefined;
});

async function start(coolDownSeconds = 0, durations = {}): Promise<{ cloud: EmulatedFsx; driver: Driver }> {
  const started = await EmulatedFsx.start({ aws: { coolDownSeconds }, durations });
  cloud = started;
  return { cloud: started, driver: await started.driver() };
}

const growths = ({ state }: EmulatedFsx): number =>
  (state.fileSystems[0]?.AdministrativeActions ?? []).filter(
    ({ AdministrativeActionType }) => AdministrativeActionType === 'FILE_SYSTEM_UPDATE',
  ).length;

describe('expansion', () => {
  it('grows to the next step, returns when it can be used, and does not grow again', async () => {
    const { cloud, driver } = await start();
    const { id } = await driver.create(request('pvc-1'));
    expect(await driver.expand(id, 1300)).toEqual(Capacity.gibibytes(2400));
    expect(await driver.expand(id, 1300)).toEqual(Capacity.gibibytes(2400));
    expect(cloud.calls('UpdateFileSystem')).toBe(1);
    expect((await driver.find(id))?.capacity).toEqual(Capacity.gibibytes(2400));
  });

  it('joins a growth that another process has begun', async () => {
    const { cloud, driver } = await start();
    const { id } = await driver.create(request('pvc-1'));
    const fileSystem = await driver.find(id);
    await driver.provider.expansion.start(
      fileSystem as NonNullable<typeof fileSystem>,
      Capacity.gibibytes(2400),
      still(),
    );
    const others = [driver, await cloud.driver(), await cloud.driver()];
    await Promise.all(others.map((each) => each.expand(id, 2400)));
    expect(cloud.calls('UpdateFileSystem')).toBe(1);
  });

  it('says from when it is allowed again', async () => {
    const { cloud, driver } = await start(21_600);
    const { id } = await driver.create(request('pvc-1'));
    const before = Date.now();
    await driver.expand(id, 2400);
    const error = (await errorOf(driver.expand(id, 4800))) as DriverError;
    expect(error.kind).toBe('unavailable');
    const allowed = /allowed from (\S+),/.exec(error.message)?.[1] ?? '';
    expect(Date.parse(allowed)).toBeGreaterThanOrEqual(before + 6 * 3_600_000 - 1000);
    expect(Date.parse(allowed)).toBeLessThanOrEqual(Date.now() + 6 * 3_600_000);
    expect(growths(cloud)).toBe(1);
  });

  it('comes back when another update is under way', async () => {
    const { driver } = await start(0, { updateSeconds: 0.8 });
    const { id } = await driver.create(request('pvc-1'));
    await driver.provider.modification.step(
      { id, listingScope: 'us-west-2' },
      { perUnitStorageThroughput: '250' },
      still(),
    );
    const error = (await errorOf(driver.expand(id, 2400))) as DriverError;
    expect(error.kind).toBe('aborted');
    expect(error.message).toMatch(/FILE_SYSTEM_UPDATE of PerUnitStorageThroughput is (PENDING|IN_PROGRESS)/);
    await until(async () => !isDriverError(await errorOf(driver.expand(id, 2400)), 'aborted'));
    expect((await driver.find(id))?.capacity).toEqual(Capacity.gibibytes(2400));
  });

  it('moves the tag where FSx keeps no size', async () => {
    const { cloud, driver } = await start();
    const { id } = await driver.create({
      ...request('pvc-1'),
      parameters: {
        subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
        deploymentType: 'PERSISTENT_2',
        storageType: 'INTELLIGENT_TIERING',
        throughputCapacity: '4000',
      },
    });
    expect(await driver.expand(id, 5000)).toEqual(Capacity.gibibytes(5000));
    expect((await driver.find(id))?.capacity).toEqual(Capacity.gibibytes(5000));
    expect(cloud.calls('UpdateFileSystem')).toBe(0);
  });

  it('works through the handles of static volumes', async () => {
    const { driver } = await start();
    const { id } = await driver.create(request('pvc-1'));
    expect(await driver.expand(`${id}:/models`, 2400)).toEqual(Capacity.gibibytes(2400));
  });

  it('finds nothing to expand where there is nothing', async () => {
    const { driver } = await start();
    expect(isDriverError(await errorOf(driver.expand('fs-0123456789abcdef0', 2400)), 'not-found')).toBe(true);
  });
});

describe('growthOf', () => {
  const update = (change: Partial<AdministrativeAction>, gib = 2400): AdministrativeAction => ({
    AdministrativeActionType: 'FILE_SYSTEM_UPDATE',
    Status: 'IN_PROGRESS',
    TargetFileSystemValues: { StorageCapacity: gib },
    ...change,
  });
  const optimization: AdministrativeAction = {
    AdministrativeActionType: 'STORAGE_OPTIMIZATION',
    Status: 'IN_PROGRESS',
    ProgressPercent: 40,
  };
  const found = (...actions: AdministrativeAction[]): SdkFileSystem => ({
    StorageCapacity: 1200,
    AdministrativeActions: actions,
  });
  const target = Capacity.gibibytes(2400);

  it.each<[string, SdkFileSystem, object | undefined]>([
    ['nothing', {}, undefined],
    ['one that is under way', found(update({})), { target, state: 'running' }],
    ['one that has not begun', found(update({ Status: 'PENDING' })), { target, state: 'running' }],
    ['one with its progress', found(update({}), optimization), { target, state: 'running', percent: 40 }],
    [
      'one that failed',
      found(update({ Status: 'FAILED', FailureDetails: { Message: 'No room.' } })),
      { target, state: 'failed', detail: 'No room.' },
    ],
    [
      'one that came to its end',
      { ...found(update({ Status: 'UPDATED_OPTIMIZING' })), StorageCapacity: 2400 },
      undefined,
    ],
    [
      'a later one that came to its end',
      found(update({ Status: 'COMPLETED' }, 1200), update({ Status: 'FAILED' })),
      undefined,
    ],
    ['other updates', found(update({ TargetFileSystemValues: {} })), undefined],
    ['actions without a target', found({ ...optimization, Status: 'PENDING' }), undefined],
  ])('%s', (_name, fileSystem, growth) => {
    if (growth) expect(growthOf(fileSystem)).toMatchObject(growth);
    else expect(growthOf(fileSystem)).toBeUndefined();
  });
});
