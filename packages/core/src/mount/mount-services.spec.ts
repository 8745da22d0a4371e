import { defaultTiming, UNDO_MS } from './mount-services.js';
import { expect, it } from 'vitest';
import { DEFAULT_GRACE_MS } from '../process/command.js';
import { KILL_GRACE_MS } from '../process/stop-processes.js';

it('default timing leaves time to name a process that does not end, and to undo, before the call chain answers at 108 s', () => {
  const endMs = DEFAULT_GRACE_MS + KILL_GRACE_MS;
  expect(defaultTiming.changeMs + endMs + UNDO_MS + endMs).toBeLessThan(108_000);
});
