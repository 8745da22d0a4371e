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

it('is cleared for newcomers, of which one after another finds it full', () => {
  const room = new WaitingRoom(2);
  room.makeWay();
  const seats = [room.seat(), room.seat()];
  expect(seats.map((seat) => seat.take())).toEqual([true, true]);
  const cleared = (): readonly boolean[] => seats.map((seat) => seat.cleared.aborted);
  for (let newcomer = 1; newcomer < 8; newcomer += 1) room.makeWay();
  expect([...cleared(), room.isFull]).toEqual([false, false, true]);
  room.makeWay();
  expect([...cleared(), room.isFull]).toEqual([true, true, false]);
  const later = room.seat();
  expect([later.take(), room.seat().take(), room.seat().take()]).toEqual([true, true, false]);
  for (const seat of seats) seat.leave();
  expect(room.isFull).toBe(true);
});
