import { spawnSync } from 'node:child_process';
import { SimulationError } from './simulation-error.js';

/** Runs mount(8) without helpers (`-i`), so that it never calls this helper again. */
export const mountInternally = (args: readonly string[]): void => run('mount', ['-i', ...args]);

/** Failure to unmount: the mount is busy, or is not there. */
export class UnmountError extends SimulationError {}

/** Runs umount(8). @throws {@link UnmountError} */
export function unmountInternally(target: string): void {
  const failure = attempt('umount', ['-i', target]);
  if (failure !== undefined) throw new UnmountError(failure);
}

function run(command: string, args: readonly string[]): void {
  const failure = attempt(command, args);
  if (failure !== undefined) throw new SimulationError(failure);
}

/** Runs a command; returns the reason of a failure. */
function attempt(command: string, args: readonly string[]): string | undefined {
  const { error, status, signal, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (!error && status === 0) return undefined;
  const cause = error?.message ?? (stderr.trim() || `ended with ${status ?? signal ?? 'no status'}`);
  return `${command} ${args.join(' ')}: ${cause}`;
}
