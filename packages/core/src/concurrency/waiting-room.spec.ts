import { expect, it } from 'vitest';
import { WaitingRoom, type Seat } from './waiting-room.js';

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

/** Work that comes, is started, and makes way. */
const newcomer = (room: WaitingRoom): void => room.seat().makeWay();

it('is cleared for newcomers, of which one after another finds it full', () => {
  const room = new WaitingRoom(2);
  newcomer(room);
  const seats = [room.seat(), room.seat()];
  expect(seats.map((seat) => seat.take())).toEqual([true, true]);
  const cleared = (): readonly boolean[] => seats.map((seat) => seat.cleared.aborted);
  newcomer(room);
  for (let count = 1; count < 8; count += 1) newcomer(room);
  expect([...cleared(), room.isFull]).toEqual([false, false, true]);
  newcomer(room);
  expect([...cleared(), room.isFull]).toEqual([true, true, false]);
  const later = room.seat();
  expect([later.take(), room.seat().take(), room.seat().take()]).toEqual([true, true, false]);
  for (const seat of seats) seat.leave();
  expect(room.isFull).toBe(true);
});

it('is not cleared for work that came before it was full: that shows no more work outside', () => {
  const room = new WaitingRoom(2);
  const all = Array.from({ length: 30 }, () => room.seat());
  for (const seat of all) {
    seat.makeWay();
    seat.take();
  }
  expect(all.map((seat) => seat.cleared.aborted)).not.toContain(true);
  for (let count = 1; count <= 8; count += 1) newcomer(room);
  expect(all.filter((seat) => seat.cleared.aborted)).toHaveLength(2);
});

it('counts newcomers from the beginning once it was empty', () => {
  const room = new WaitingRoom(1);
  const fill = (): Seat => {
    const seat = room.seat();
    seat.take();
    return seat;
  };
  const first = fill();
  for (let count = 1; count <= 8; count += 1) newcomer(room);
  expect(first.cleared.aborted).toBe(false);
  first.leave();
  const second = fill();
  for (let count = 1; count <= 8; count += 1) newcomer(room);
  expect(second.cleared.aborted).toBe(false);
  newcomer(room);
  expect(second.cleared.aborted).toBe(true);
});
