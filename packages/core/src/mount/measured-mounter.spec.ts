import { expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { explainCommandFailure, explainMountFailure } from './failure/mount-failure.js';
import { errorLabel, measured, type MountObserver } from './measured-mounter.js';
import type { Mounter } from './mounter.js';

const limits = { signal: new AbortController().signal, endsAt: Infinity };
const failed = { stderr: 'mount.lustre: failed', source: '10.0.0.1@tcp:/fs', target: '/t', kernel: '6.1' };
const command = { pid: 1, signal: null, stdout: '', exitCode: 32 };

it.each([
  [19, 'ENODEV'],
  [110, 'ETIMEDOUT'],
  [2, 'ENOENT'],
  // mount(8) itself: not EPIPE.
  [32, 'other'],
  [null, 'timeout'],
])('labels a mount that ends with %s as %s', (exitCode, label) => {
  expect(errorLabel(explainMountFailure({ ...failed, exitCode }))).toBe(label);
});

it.each([
  [explainCommandFailure('umount /t', { ...command, stderr: 'umount: /t: target is busy.' }), 'busy'],
  [explainCommandFailure('umount /t', { ...command, stderr: 'must be superuser' }), 'EPERM'],
  [explainCommandFailure('umount /t', { ...command, stderr: 'else' }), 'other'],
  [new DriverError('deadline-exceeded', 'late'), 'timeout'],
  [new DriverError('cancelled', 'gone'), 'cancelled'],
  [new Error('defect'), 'other'],
])('labels %s', (error, label) => {
  expect(errorLabel(error)).toBe(label);
});

it('reports each change with its result, and passes everything else on', async () => {
  const reports: unknown[] = [];
  const observer: MountObserver = {
    started: (change) => (end) => {
      expect(end.seconds).toBeGreaterThanOrEqual(0);
      reports.push([change, end.error]);
    },
  };
  class SomeMounter {
    readonly #count = 7;
    readonly stuck = new Map();
    async mount(): Promise<void> {
      throw explainMountFailure({ ...failed, exitCode: 19 });
    }
    async bind(): Promise<void> {}
    async unmount(target: string): Promise<void> {
      expect(target).toBe('/t');
    }
    get counts(): number {
      return this.#count;
    }
    async settle(): Promise<number> {
      return this.#count;
    }
  }
  const mounter = measured(new SomeMounter() as unknown as Mounter, observer);
  await expect(mounter.mount({} as never, limits)).rejects.toThrow('exit status 19');
  await mounter.bind({} as never, limits);
  await mounter.unmount('/t', limits);
  expect(mounter.counts).toBe(7);
  expect(await mounter.settle('/t', limits)).toBe(7);
  expect(reports).toEqual([
    ['mount', 'ENODEV'],
    ['bind', undefined],
    ['unmount', undefined],
  ]);
});
