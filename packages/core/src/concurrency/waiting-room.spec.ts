import { expect, it } from 'vitest';
import { WaitingRoom } from './waiting-room.js';

it('has so many seats, each taken once and free again when its owner leaves', () => {
  const room = new WaitingRoom(2);
  const [first, second, third] = [room.seat(), room.seat(), room.seat()];
  expect([first.take(), first.take(), second.take()]).toEqual([true, true, true]);
  expect(room.isFull).toBe(true);
  expect(third.take()).toBe(false);
  third.leave();
  first.leave();
  first.leave();
  expect(third.take()).toBe(true);
  expect(room.isFull).toBe(true);
});

it('has no end without a limit', () => {
  const room = new WaitingRoom();
  expect(Array.from({ length: 1000 }, () => room.seat().take())).not.toContain(false);
});
