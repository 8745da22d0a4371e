import type { ChildProcess } from 'node:child_process';
import { expect, it, vi } from 'vitest';
import { forwardSignals } from './forward-signals.js';

it('forwardSignals delivers an early signal once the process is there, and all later ones', () => {
  const signals = forwardSignals();
  process.emit('SIGTERM', 'SIGTERM');
  process.emit('SIGHUP', 'SIGHUP');
  const kill = vi.fn();
  signals.to({ kill } as unknown as ChildProcess);
  expect(kill.mock.calls).toEqual([['SIGTERM']]);
  process.emit('SIGHUP', 'SIGHUP');
  expect(kill.mock.calls).toEqual([['SIGTERM'], ['SIGHUP']]);
  const others = process.listenerCount('SIGTERM');
  signals.stop();
  expect(process.listenerCount('SIGTERM')).toBe(others - 1);
});
