// Limit of the calls that wait for the cloud at once: the others end early, and their work continues.
import { beforeEach, describe, expect, it } from 'vitest';
import type { DriverError } from '../errors/driver-error.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { MemoryCloud } from '../testing/memory-provider.js';
import { RememberedLog } from '../testing/remembered-log.js';
import { volumeRequest } from '../testing/volume-request.js';
import { VolumeOperations } from './volume-operations.js';

let cloud: MemoryCloud;
let clock: ManualClock;
let volumes: VolumeOperations;

const context = { signal: new AbortController().signal, log: new RememberedLog() };

/** Outcome of a call: the volume's id, or the kind of the error. */
const outcome = (promise: Promise<{ readonly id: string } | void>): Promise<string> =>
  promise.then(
    (volume) => volume?.id ?? 'gone',
    (error: unknown) => (error as DriverError).kind,
  );
const create = (name: string): Promise<string> => outcome(volumes.create(volumeRequest({ name }), context));
const remove = (id: string): Promise<string> => outcome(volumes.delete(id, context));
const listings = (): number => cloud.calls.filter((call) => call === 'list').length;

async function pass(ticks: number): Promise<void> {
  for (let tick = 0; tick < ticks; tick += 1) await clock.next();
  await settled();
}

beforeEach(() => {
  cloud = new MemoryCloud();
  clock = new ManualClock();
  volumes = new VolumeOperations(cloud, context.log, clock, undefined, { maxWaitingCalls: 2 });
});

describe('CreateVolume beyond the limit', () => {
  it('starts the creation, ends early, and a later call returns the volume', async () => {
    const waiting = [create('pvc-1'), create('pvc-2')];
    await pass(1);
    const third = create('pvc-3');
    await pass(1);
    expect(await third).toBe('deadline-exceeded');
    expect([...cloud.fileSystems.values()].map(({ volumeName }) => volumeName)).toContain('pvc-3');
    cloud.settle();
    await pass(2);
    expect(await Promise.all(waiting)).toEqual(['fs-1', 'fs-2']);
    const again = create('pvc-3');
    await pass(1);
    expect(await again).toBe('fs-3');
  });

  it('ends the calls that wait when many later creations find the limit reached: their callers have more to begin', async () => {
    const waiting = [create('pvc-1'), create('pvc-2')];
    await pass(1);
    const third = create('pvc-3');
    await pass(1);
    const further = Array.from({ length: 8 }, (_, index) => create(`pvc-${index + 4}`));
    await pass(1);
    expect(await Promise.all(waiting)).toEqual(['deadline-exceeded', 'deadline-exceeded']);
    expect(await Promise.all([third, ...further.slice(0, 7)])).toEqual(Array(8).fill('deadline-exceeded'));
    cloud.settle();
    await pass(2);
    expect(await further[7]).toBe('fs-11');
    const again = create('pvc-1');
    await pass(1);
    expect(await again).toBe('fs-1');
    expect(cloud.fileSystems.size).toBe(11);
  });

  it('lists nothing for a call that can only wait', async () => {
    void create('pvc-1');
    void create('pvc-2');
    await pass(1);
    void create('pvc-3');
    await pass(4);
    const before = listings();
    expect(await create('pvc-3')).toBe('deadline-exceeded');
    expect(listings()).toBe(before);
  });

  it('never takes an old listing for the present', async () => {
    void create('pvc-1');
    void create('pvc-2');
    await pass(1);
    void create('pvc-3');
    await pass(3);
    cloud.settle();
    await pass(2);
    void create('pvc-4');
    void create('pvc-5');
    await pass(2);
    const again = create('pvc-3');
    await pass(1);
    expect(await again).toBe('fs-3');
  });
});

describe('DeleteVolume beyond the limit', () => {
  beforeEach(async () => {
    for (const name of ['pvc-1', 'pvc-2', 'pvc-3']) {
      const created = create(name);
      await pass(1);
      cloud.settle();
      await pass(2);
      await created;
    }
  });

  it('starts the deletion and ends early', async () => {
    const waiting = [remove('fs-1'), remove('fs-2')];
    await pass(1);
    const third = remove('fs-3');
    await pass(1);
    expect(await third).toBe('deadline-exceeded');
    expect(cloud.fileSystems.get('fs-3')?.state).toBe('deleting');
    cloud.settle();
    await pass(3);
    expect(await Promise.all(waiting)).toEqual(['gone', 'gone']);
    const again = remove('fs-3');
    await pass(1);
    expect(await again).toBe('gone');
  });

  it('looks at nothing for a call that can only wait, as long as the last listing is recent', async () => {
    void remove('fs-1');
    void remove('fs-2');
    await pass(1);
    void remove('fs-3');
    await pass(2);
    const before = cloud.calls.length;
    expect(await remove('fs-3')).toBe('deadline-exceeded');
    expect(cloud.calls.length).toBe(before);
  });
});
