import { expect, it } from 'vitest';
import { settled } from '../testing/manual-clock.js';
import { Slots } from './slots.js';

const still = new AbortController().signal;

/** Work that ends when the test says so. */
function startWork(
  slots: Slots,
  count: number,
): { readonly running: () => number; readonly end: () => void } {
  const ends: (() => void)[] = [];
  let running = 0;
  for (let each = 0; each < count; each += 1) {
    void slots.run(async () => {
      running += 1;
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
    }, still);
  }
  return { running: () => running, end: () => ends.shift()?.() };
}

it('runs at most so many at once, and the next when one ends', async () => {
  const slots = new Slots(2);
  const work = startWork(slots, 3);
  await settled();
  expect(work.running()).toBe(2);
  work.end();
  await settled();
  expect(work.running()).toBe(2);
  work.end();
  await settled();
  expect(work.running()).toBe(1);
});

it('frees the slot of work that throws, and skips those that have left', async () => {
  const slots = new Slots(1);
  const failing = slots.run(() => Promise.reject(new Error('refused')), still);
  const leaving = new AbortController();
  const left = slots.run(async () => 'never', leaving.signal);
  const patient = slots.run(async () => 'ran', still);
  leaving.abort(new Error('gone'));
  await expect(failing).rejects.toThrow('refused');
  await expect(left).rejects.toThrow('gone');
  expect(await patient).toBe('ran');
  expect(await slots.run(async () => 'again', still)).toBe('again');
});
