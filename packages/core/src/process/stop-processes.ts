import type { Clock } from '../concurrency/clock.js';
import { groupMembers, type ProcessStat } from './process-table.js';

/** Processes to end. */
export interface Stoppable {
  send(signal: 'SIGTERM' | 'SIGKILL'): void;
  survivors(): Promise<readonly ProcessStat[]>;
}

/** Time for the kernel to end a process after SIGKILL; a survivor is blocked in the kernel. */
export const KILL_GRACE_MS = 500;
const MAX_LOOK_MS = 100;

/**
 * Ends processes: SIGTERM, and SIGKILL after `graceMs` milliseconds (0: SIGKILL at once). Always returns, with the
 * processes that no signal ended.
 */
export async function stopProcesses(
  stoppable: Stoppable,
  graceMs: number,
  clock: Clock,
): Promise<readonly ProcessStat[]> {
  if (graceMs > 0) {
    stoppable.send('SIGTERM');
    if ((await survivorsAfter(stoppable, graceMs, clock)).length === 0) return [];
  }
  stoppable.send('SIGKILL');
  return survivorsAfter(stoppable, KILL_GRACE_MS, clock);
}

async function survivorsAfter(
  stoppable: Stoppable,
  graceMs: number,
  clock: Clock,
): Promise<readonly ProcessStat[]> {
  const endsAt = clock.now() + graceMs;
  for (let pause = 5; ; pause = Math.min(pause * 2, MAX_LOOK_MS)) {
    const survivors = await stoppable.survivors();
    if (survivors.length === 0 || clock.now() >= endsAt) return survivors;
    await new Promise<void>((resolve) => clock.after(pause, resolve));
  }
}

/** Processes of a group, such as mount(8) and the helper that it waits for. */
export const processGroup = (group: number): Stoppable => ({
  send: (signal) => signalProcess(-group, signal),
  survivors: () => groupMembers(group),
});

/** Sends a signal to a process, or to a process group (negative id); a missing one is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
