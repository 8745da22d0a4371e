import { ManualClock } from '@lustre-csi/core/testing';
import { expect, it } from 'vitest';
import { CurrentClientVersions } from './client-versions.js';

it('reads releases again after half a minute while they are unknown, and then rarely', async () => {
  const clock = new ManualClock();
  let installed = {};
  let reads = 0;
  const versions = new CurrentClientVersions(async () => ((reads += 1), installed), clock);
  const later = async (milliseconds: number): Promise<object> => {
    clock.after(milliseconds, () => {});
    await clock.next();
    return versions.current();
  };
  expect(await versions.current()).toEqual({});
  installed = { module: '2.15.6' };
  expect(await later(29_000)).toEqual({});
  expect(await later(1_000)).toEqual({ module: '2.15.6' });
  installed = { module: '2.16.1' };
  expect(await later(599_000)).toEqual({ module: '2.15.6' });
  expect(await later(1_000)).toEqual({ module: '2.16.1' });
  expect(reads).toBe(3);
});
